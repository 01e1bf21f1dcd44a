"""A state machine's task calls the function itself and not its alias.

What goes wrong: a task whose resource or FunctionName is the function's ARN or name runs `$LATEST`: each execution
gets new code as soon as it is uploaded, running executions too, and neither the canary nor a rollback of the
deployment reaches it.
Silent when: traffic is not shifted step by step in production; the task names the alias; a definition in sight does
not call what is substituted, or adds the qualifier itself (`${OrdersArn}:live`); the task names a version and the
state machine has an alias of its own, whose versions keep what they were made with.
Fix: substitute the alias: `OrdersArn: !Ref Orders.Alias`, and allow the state machine to invoke it.
Source: Step Functions developer guide, "Call Lambda with Step Functions"; Lambda developer guide, "Lambda function
aliases".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Removed
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment, RolloutKind
from samguard.rollout.invocable import Reach
from samguard.rollout.invocation_targets import InvocationKind, title
from samguard.rules.bypass.canary_example import CANARY, SAMCONFIG
from samguard.rules.bypass.past_the_alias import (
    alias_expression,
    naming_the_alias,
    past_the_alias,
    trail,
    what_is_named,
)

RULE = Rule("SG503", "state-machine-task-unqualified", Level.WARNING, since="0.1.0", about_production=True)

BAD = (
    Example(
        template=CANARY
        + """
  Checkout:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: checkout.asl.json
      DefinitionSubstitutions:
        OrdersArn: !GetAtt Orders.Arn  # SG503 in prod
      Policies:
        - LambdaInvokePolicy: {FunctionName: !Ref Orders}
""",
        samconfig=SAMCONFIG,
    ),
    Example(
        template=CANARY
        + """
  Checkout:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Order
        States:
          Order:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            Parameters:
              FunctionName: !Ref Orders  # SG503 in prod
              Payload.$: $
            End: true
      Policies:
        - LambdaInvokePolicy: {FunctionName: !Ref Orders}
  Returns:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/returns
      DefinitionString: !Sub |
        {"StartAt": "Find", "States": {
          "Find": {"Type": "Task", "Resource": "${Orders.Alias}", "Next": "Undo"},
          "Undo": {"Type": "Task", "Resource": "${Orders.Arn}", "End": true}}}  # SG503 in prod
""",
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(  # the alias; a name that the definition qualifies; a name that it only passes on
        template=CANARY
        + """
  Checkout:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Order
        States:
          Order: {Type: Task, Resource: '${OrdersAlias}', Next: Retry}
          Retry: {Type: Task, Resource: '${OrdersArn}:live', Next: Report}
          Report:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            Parameters: {TopicArn: 'arn:aws:sns:us-east-1:111122223333:reports', Message: '${OrdersName}'}
            End: true
      DefinitionSubstitutions:
        OrdersAlias: !Ref Orders.Alias
        OrdersArn: !GetAtt Orders.Arn
        OrdersName: !Ref Orders
      Policies:
        - LambdaInvokePolicy: {FunctionName: !Ref Orders}
""",
        samconfig=SAMCONFIG,
    ),
    Example(  # the definition adds the alias
        template=CANARY
        + """
  Checkout:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: flows/checkout.asl.json
      DefinitionSubstitutions:
        OrdersArn: !GetAtt Orders.Arn
      Policies:
        - LambdaInvokePolicy: {FunctionName: !Ref Orders}
""",
        samconfig=SAMCONFIG,
        files=(
            (
                "flows/checkout.asl.json",
                '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${OrdersArn}:live", "End": true}}}',
            ),
        ),
    ),
    Example(  # the state machine is shifted itself, and each of its versions calls one version of the function
        template=CANARY
        + """
  Checkout:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: checkout.asl.json
      DefinitionSubstitutions:
        OrdersArn: !Ref Orders.Version
      AutoPublishAlias: live
      DeploymentPreference: {Type: CANARY, Percentage: 10, Interval: 5, Alarms: [checkout-errors]}
      Policies:
        - LambdaInvokePolicy: {FunctionName: !Ref Orders}
""",
        samconfig=SAMCONFIG,
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each place that names the function."""
    published = {
        rollout.function
        for rollout in deployment.rollouts
        if rollout.kind is RolloutKind.STATE_MACHINE and not isinstance(rollout.alias, Removed)
    }
    for target, rollout in past_the_alias(deployment, InvocationKind.TASK):
        if target.invoked.reach is Reach.VERSION and target.source.logical_id in published:
            continue
        yield Finding(
            target.span,
            f"{title(target)} calls {{resource}} past its alias: it names {what_is_named(target)}, so its executions "
            f"run new code at once {{where}}, unseen by the canary. Name the alias: {alias_expression(rollout)}",
            because=trail(target, rollout),
            resource=rollout.function,
            document=target.document,
            fixes=naming_the_alias(target, rollout),
        )
