"""An event source invokes the function itself and not its alias.

What goes wrong: a function's name and ARN mean `$LATEST`. A rule, queue, bucket or topic that names the function runs
the new code from the moment CloudFormation has uploaded it: all of these events, before the canary begins, and no
alarm or rollback of the deployment changes that. After a rollback they still run the bad version.
Silent when: traffic is not shifted step by step in production; the target is the alias, or cannot be known; the event
stands under the function's own `Events`, which SAM sends to the alias; the function is a deployment hook; a custom
resource names it (`ServiceToken`); a permission names it (that is no invocation); a schedule only keeps it warm
(SG509 speaks of that).
Fix: name the alias: `!Ref Orders.Alias` of a SAM function, `!Ref` of the AWS::Lambda::Alias otherwise, and give the
AWS::Lambda::Permission to the alias as well.
Source: SAM, docs/safe_lambda_deployments.rst; Lambda developer guide, "Lambda function aliases".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.invocation_targets import InvocationKind, title
from samguard.rules.bypass.canary_example import CANARY, PLAIN_CANARY, SAMCONFIG
from samguard.rules.bypass.past_the_alias import (
    alias_expression,
    is_warmer,
    naming_the_alias,
    past_the_alias,
    trail,
    what_is_named,
)

RULE = Rule("SG501", "event-source-on-function", Level.ERROR, since="0.1.0", about_production=True)

BAD = (
    Example(
        template=CANARY
        + """
  OrderPlaced:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop]}
      Targets:
        - Id: orders
          Arn: !GetAtt Orders.Arn  # SG501 in prod
  OrdersMayBeInvoked:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Orders
      Action: lambda:InvokeFunction
      Principal: events.amazonaws.com
      SourceArn: !GetAtt OrderPlaced.Arn
  Queue:
    Type: AWS::SQS::Queue
  QueueToOrders:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Queue.Arn
      FunctionName:
        Fn::GetAtt: [Orders, Arn]  # SG501 in prod
  Uploads:
    Type: AWS::S3::Bucket
    Properties:
      NotificationConfiguration:
        LambdaConfigurations:
          - Event: s3:ObjectCreated:*
            Function: !Sub '${Orders.Arn}:$LATEST'  # SG501 in prod
  Users:
    Type: AWS::Cognito::UserPool
    Properties:
      LambdaConfig:
        PostConfirmation: !Sub arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Orders}  # SG501
""",
        samconfig=SAMCONFIG,
    ),
    Example(  # named by its name, in plain CloudFormation
        template=PLAIN_CANARY
        + """
  Placed:
    Type: AWS::SNS::Topic
  PlacedToOrders:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Placed
      Protocol: lambda
      Endpoint: !Sub arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:orders  # SG501 in prod
""",
        samconfig=SAMCONFIG,
    ),
    Example(  # the version of this deployment: all events move to it at once
        template=CANARY
        + """
  Nightly:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: rate(1 day)
      FlexibleTimeWindow: {Mode: 'OFF'}
      Target:
        Arn: !Ref Orders.Version  # SG501 in prod
        RoleArn: arn:aws:iam::111122223333:role/scheduler
""",
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(  # every way to name the alias, and uses of the function that are no invocations
        template=CANARY
        + """
      Events:
        Placed:
          Type: EventBridgeRule
          Properties: {Pattern: {source: [shop]}}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop]}
      Targets:
        - {Id: one, Arn: !Ref Orders.Alias}
        - {Id: two, Arn: !Sub '${Orders.Arn}:live'}
        - {Id: three, Arn: !Join [':', [!GetAtt Orders.Arn, live]]}
        - {Id: four, Arn: !Ref OrdersAliaslive}
        - {Id: five, Arn: !GetAtt Queue.Arn}
  Queue:
    Type: AWS::SQS::Queue
  Seed:
    Type: Custom::Seed
    Properties: {ServiceToken: !GetAtt Orders.Arn}
  Failures:
    Type: AWS::Logs::MetricFilter
    Properties:
      LogGroupName: !Sub /aws/lambda/${Orders}
      FilterPattern: ERROR
      MetricTransformations: [{MetricName: failures, MetricNamespace: shop, MetricValue: '1'}]
""",
        samconfig=SAMCONFIG,
    ),
    Example(  # it only keeps the function warm
        template=CANARY
        + """
  WarmOrders:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(5 minutes)
      Targets: [{Id: orders, Arn: !GetAtt Orders.Arn}]
""",
        samconfig=SAMCONFIG,
    ),
    Example(  # another function of which the alias is not shifted; and a target that is not in production
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
"""
        + CANARY.partition("\n")[2].partition("\n")[2]
        + """
  Probe:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: probe.handler
      Runtime: python3.12
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop]}
      Targets: [{Id: probe, Arn: !GetAtt Probe.Arn}]
  DevRule:
    Type: AWS::Events::Rule
    Condition: IsDev
    Properties:
      EventPattern: {source: [shop]}
      Targets: [{Id: orders, Arn: !GetAtt Orders.Arn}]
""",
        samconfig=SAMCONFIG.replace(
            'stack_name = "orders-dev"', 'stack_name = "orders-dev"\nparameter_overrides = "Stage=dev"'
        ).replace('stack_name = "orders-prod"', 'stack_name = "orders-prod"\nparameter_overrides = "Stage=prod"'),
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each place that names the function."""
    for target, rollout in past_the_alias(deployment, InvocationKind.EVENT):
        if is_warmer(target, deployment):
            continue
        yield Finding(
            target.span,
            f"{title(target)} invokes {{resource}} past its alias: it names {what_is_named(target)}, so all of its "
            f"events run new code at once {{where}}, and no canary, alarm or rollback holds that back. "
            f"Name the alias: {alias_expression(rollout)}",
            because=trail(target, rollout),
            resource=rollout.function,
            document=target.document,
            fixes=naming_the_alias(target, rollout),
        )
