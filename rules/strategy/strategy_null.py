"""Traffic is shifted, but no strategy is named.

What goes wrong: `Type:` with nothing behind it, an empty text, or `!Ref AWS::NoValue` is no missing Type to SAM: it
makes a deployment group without a deployment configuration, and what CodeDeploy then does for Lambda is documented
nowhere. AWS Config's rule calls AllAtOnce the default. In plain CloudFormation a group without DeploymentConfigName is
the same.
Silent when: the value is not known; Type is missing altogether, which SAM refuses (SG005); a state machine.
Fix: name a strategy, such as Canary10Percent5Minutes.
Source: samtranslator, model/preferences/deployment_preference_collection.py; CloudFormation user guide,
AWS::CodeDeploy::DeploymentGroup; AWS Config managed rule codedeploy-lambda-allatonce-traffic-shift-disabled.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout, RolloutKind, Strategy

RULE = Rule("SG212", "strategy-null", Level.ERROR, since="0.1.0")

_SAM = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, AllowedValues: [dev, prod]}
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: %s
        Alarms: [orders-errors]
"""
_PLAIN = """
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Code: {S3Bucket: artifacts, S3Key: orders.zip}
      Handler: app.handler
      Runtime: python3.12
      Role: arn:aws:iam::111111111111:role/orders
  OrdersVersion3:
    Type: AWS::Lambda::Version
    DeletionPolicy: Retain
    Properties: {FunctionName: !Ref Orders}
  Live:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Ref Orders
      FunctionVersion: !GetAtt OrdersVersion3.Version
      Name: live
    UpdatePolicy:
      CodeDeployLambdaAliasUpdate:
        ApplicationName: !Ref Application
        DeploymentGroupName: !Ref Group
  Application:
    Type: AWS::CodeDeploy::Application
    Properties: {ComputePlatform: Lambda}
  Group:  # SG212
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      ApplicationName: !Ref Application
      ServiceRoleArn: arn:aws:iam::111111111111:role/deploy
      DeploymentStyle: {DeploymentType: BLUE_GREEN, DeploymentOption: WITH_TRAFFIC_CONTROL}
      AlarmConfiguration: {Enabled: true, Alarms: [{Name: orders-errors}]}
      AutoRollbackConfiguration: {Enabled: true, Events: [DEPLOYMENT_FAILURE, DEPLOYMENT_STOP_ON_ALARM]}
"""

BAD = (
    Example(template=_SAM % "  # SG212"),
    Example(template=_SAM % "''  # SG212"),
    Example(template=_SAM % "!If [IsDev, !Ref AWS::NoValue, Canary10Percent5Minutes]  # SG212"),
    Example(template=_PLAIN),
)

GOOD = (
    Example(template=_SAM % "Canary10Percent5Minutes"),
    Example(  # off: nothing is asked of Type
        template=_SAM % "\n        Enabled: false",
        samconfig="""
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
parameter_overrides = "Stage=dev"
""",
    ),
    Example(  # a state machine has its own Type, which SG215 asks for
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Billing:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: billing.asl.json
      AutoPublishAlias: live
      DeploymentPreference: {Type: ALL_AT_ONCE}
""",
        samconfig="""
version = 0.1
[dev.deploy.parameters]
stack_name = "billing-dev"
""",
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each shift without a strategy."""
    if rollout.kind is not RolloutKind.FUNCTION or not rollout.shifts:
        return
    strategy = rollout.strategy
    is_empty = isinstance(strategy, Strategy) and not strategy.name
    if strategy is not None and not is_empty:
        return
    yield Finding(
        rollout.spans.strategy,
        "no strategy is named for {resource} {where}, so it is left to CodeDeploy how fast users get a new version. "
        "Name one, such as Canary10Percent5Minutes",
        because=(*rollout.because, *(strategy.because if isinstance(strategy, Strategy) else ())),
        resource=rollout.function,
        level=Level.WARNING if rollout.group is not None else None,
    )
