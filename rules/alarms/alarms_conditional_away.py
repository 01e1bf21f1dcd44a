"""A condition leaves production without the alarms that the list is written with.

What goes wrong: the list of alarms depends on a condition, and in production its empty branch is taken: traffic is
shifted by the clock there and nothing stops a bad version, though the template reads as if something did. Often the
branches are the wrong way round, or the condition compares with a name that production does not have.
Silent when: the condition is not known; production gets some alarm; both branches are empty (SG301 speaks of that); the
environment is not production.
Fix: let production's branch hold the alarms, or list them without a condition.
Source: CloudFormation user guide, "Condition functions" (Fn::If); SAM, docs/safe_lambda_deployments.rst.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.alarm_list import Loss, lost_list
from samguard.rules.alarms.orders_example import alarm

RULE = Rule("SG302", "alarms-conditional-away", Level.ERROR, since="0.1.0", about_production=True)

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: dev}
Conditions:
  IsProd: !Equals [!Ref Stage, %s]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: %s
""" + alarm()
_SAMCONFIG = """
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
"""

BAD = (
    Example(
        template=_TEMPLATE % ("production", "!If [IsProd, [!Ref OrdersErrors], [!Ref AWS::NoValue]]  # SG302 in prod"),
        samconfig=_SAMCONFIG,
    ),
    Example(
        template=_TEMPLATE
        % (
            "prod",
            """
          Fn::If:
            - IsProd
            - []  # SG302 in prod
            - - !Ref OrdersErrors""",
        ),
        samconfig=_SAMCONFIG,
    ),
    Example(  # an entry that vanishes
        template=_TEMPLATE
        % (
            "production",
            """
          - !If [IsProd, !Ref OrdersErrors, !Ref AWS::NoValue]  # SG302 in prod""",
        ),
        samconfig=_SAMCONFIG,
    ),
    Example(  # plain CloudFormation
        template="""
Parameters:
  Stage: {Type: String}
Conditions:
  IsTest: !Equals [!Ref Stage, test]
Resources:
  Alias:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: orders, FunctionVersion: !GetAtt Version.Version, Name: live}
    UpdatePolicy:
      CodeDeployLambdaAliasUpdate: {ApplicationName: !Ref Application, DeploymentGroupName: !Ref Group}
  Version:
    Type: AWS::Lambda::Version
    UpdateReplacePolicy: Retain
    Properties: {FunctionName: orders, CodeSha256: !Ref Stage}
  Application:
    Type: AWS::CodeDeploy::Application
    Properties: {ComputePlatform: Lambda}
  Group:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      ApplicationName: !Ref Application
      DeploymentConfigName: CodeDeployDefault.LambdaCanary10Percent5Minutes
      DeploymentStyle: {DeploymentType: BLUE_GREEN, DeploymentOption: WITH_TRAFFIC_CONTROL}
      ServiceRoleArn: arn:aws:iam::123456789012:role/deploy
      AutoRollbackConfiguration: {Enabled: true, Events: [DEPLOYMENT_STOP_ON_ALARM]}
      AlarmConfiguration:
        Fn::If:
          - IsTest
          - {Enabled: true, Alarms: [{Name: orders-errors}]}
          - !Ref AWS::NoValue  # SG302 in prod
""",
        samconfig=_SAMCONFIG,
    ),
)

GOOD = (
    Example(
        template=_TEMPLATE % ("prod", "!If [IsProd, [!Ref OrdersErrors], [!Ref AWS::NoValue]]"),
        samconfig=_SAMCONFIG,
    ),
    Example(  # what is left is enough
        template=_TEMPLATE % ("test", "!If [IsProd, [a, b], [orders-errors]]"),
        samconfig=_SAMCONFIG,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each gradual rollout whose alarms a condition takes away."""
    lost = lost_list(rollout)
    if lost is None or lost.how is not Loss.CONDITION or not rollout.is_gradual:
        return
    yield Finding(
        lost.node.span,
        "no alarm is left of the list of {resource}, so nothing stops a version that fails: it reaches every user "
        "{where}. Let the alarms hold there, too",
        because=lost.because,
        resource=rollout.function,
    )
