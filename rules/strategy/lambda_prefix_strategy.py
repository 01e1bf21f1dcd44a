"""The strategy's name has a prefix of another place, or lacks the one it needs.

What goes wrong: SAM puts `CodeDeployDefault.Lambda` before its nine names itself, so `LambdaCanary10Percent5Minutes`
and `CodeDeployDefault.Canary10Percent5Minutes` name nothing. Names such as `CodeDeployDefault.OneAtATime` or
`CodeDeployDefault.ECSCanary10Percent5Minutes` are those of servers and containers, which a Lambda deployment group does
not take. In plain CloudFormation nobody puts the prefix there: the name must be complete. The deployment fails.
Silent when: the value is not known; the full name `CodeDeployDefault.Lambda…` is right in both.
Fix: in SAM write the bare name (`Canary10Percent5Minutes`), in an AWS::CodeDeploy::DeploymentGroup the full one.
Source: CodeDeploy user guide, "Deployment configurations on an AWS Lambda compute platform"; SAM,
docs/safe_lambda_deployments.rst.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import Literal
from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule
from samguard.rollout import PREDEFINED, Rollout, RolloutKind, Strategy, StrategyKind, near_predefined
from samguard.rollout.strategy import LAMBDA_PREFIX
from samguard.rules.strategy.configuration import strategy_node
from samguard.source import Scalar

RULE = Rule("SG206", "lambda-prefix-strategy", Level.ERROR, since="0.1.0")

_DEFAULT: Final = "CodeDeployDefault."
_OF_SERVERS: Final = ("OneAtATime", "HalfAtATime", f"{_DEFAULT}AllAtOnce")

_SAM = """
Transform: AWS::Serverless-2016-10-31
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
  Seed:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src/, Handler: seed.handler, Runtime: python3.12}
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
  Group:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      ApplicationName: !Ref Application
      ServiceRoleArn: arn:aws:iam::111111111111:role/deploy
      DeploymentConfigName: %s
      DeploymentStyle: {DeploymentType: BLUE_GREEN, DeploymentOption: WITH_TRAFFIC_CONTROL}
      AlarmConfiguration: {Enabled: true, Alarms: [{Name: orders-errors}]}
      AutoRollbackConfiguration: {Enabled: true, Events: [DEPLOYMENT_FAILURE, DEPLOYMENT_STOP_ON_ALARM]}
"""

BAD = (
    Example(
        template=_SAM % "LambdaCanary10Percent5Minutes  # SG206",
        fixed=_SAM % "Canary10Percent5Minutes  # SG206",
    ),
    Example(
        template=_SAM % "CodeDeployDefault.ECSLinear10PercentEvery1Minutes  # SG206",
        fixed=_SAM % "Linear10PercentEvery1Minute  # SG206",
    ),
    Example(template=_SAM % "CodeDeployDefault.OneAtATime  # SG206"),
    Example(template=_SAM % "HalfAtATime  # SG206"),
    Example(
        template=_PLAIN % "Canary10Percent5Minutes  # SG206",
        fixed=_PLAIN % "CodeDeployDefault.LambdaCanary10Percent5Minutes  # SG206",
    ),
)

GOOD = (
    Example(template=_SAM % "CodeDeployDefault.LambdaCanary10Percent5Minutes"),
    Example(template=_PLAIN % "CodeDeployDefault.LambdaCanary10Percent5Minutes"),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each name of another place."""
    strategy = rollout.strategy
    if rollout.kind is not RolloutKind.FUNCTION or not rollout.shifts or not isinstance(strategy, Strategy):
        return
    name = foreign_name(rollout, strategy)
    if name is None:
        return
    node, meant = strategy_node(rollout), _meant(name)
    right = f"{'' if rollout.group is None else LAMBDA_PREFIX}{meant}"
    is_fixable = meant is not None and isinstance(node, Scalar)
    fix = Fix(f"Write {right}", (Edit(rollout.spans.strategy, right),), safe=True)
    hint = f"Write {right}" if meant else "Use one of Lambda's, such as Canary10Percent5Minutes"
    what = "a strategy of servers, not of Lambda" if meant is None else "no strategy that Lambda has under this name"
    yield Finding(
        rollout.spans.strategy,
        f"{name!r} is {what}: the deployment of {{resource}} fails {{where}}. {hint}",
        because=strategy.because,
        resource=rollout.function,
        fixes=(fix,) if is_fixable else (),
    )


def foreign_name(rollout: Rollout, strategy: Strategy) -> str | None:
    """The name of a strategy, where it is one of another place."""
    value = rollout.scene.value(strategy_node(rollout))
    name = value.text if isinstance(value, Literal) and strategy.configuration is None else ""
    if rollout.group is not None and name in PREDEFINED:
        return name
    if strategy.kind not in (StrategyKind.UNKNOWN, StrategyKind.CUSTOM) or name.startswith(LAMBDA_PREFIX):
        return None
    is_prefixed = name.startswith(("Lambda", "ECS")) and _meant(name) is not None
    return name if name.startswith(_DEFAULT) or name in _OF_SERVERS or is_prefixed else None


def _meant(name: str) -> str | None:
    """The strategy of Lambda that a name of another place stands for."""
    bare = "" if name in _OF_SERVERS else name.removeprefix(_DEFAULT).removeprefix("Lambda").removeprefix("ECS")
    return bare if bare in PREDEFINED else near_predefined(bare)
