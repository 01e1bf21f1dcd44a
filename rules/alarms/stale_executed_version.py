"""ExecutedVersion is not the version that is being deployed.

What goes wrong: with the dimension ExecutedVersion an alarm sees one version only. The number of the version that a
deployment publishes is known to the deployment alone: a number that is written down, a parameter, `$LATEST`, or another
function's version belongs to something else, and the new version fails unseen. `!Ref Orders.Version` is the version's
ARN, which no metric has as its dimension.
Silent when: the value is not known; the other dimensions are wrong already (SG310); the metric is not one of
AWS/Lambda; no gradual rollout lists the alarm.
Fix: write `!GetAtt Orders.Version.Version` (plain CloudFormation: `!GetAtt Version.Version` of the version that the
alias points to).
Source: SAM, docs/safe_lambda_deployments.rst; Lambda developer guide, "Types of metrics for Lambda functions".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.executed_versions import stale_versions
from samguard.rules.alarms.orders_example import DIMENSIONS, SAMCONFIG, VERSION, alarm, orders
from samguard.rules.alarms.relied_on import relied_on

RULE = Rule("SG311", "stale-executed-version", Level.ERROR, since="0.1.0")

_RIGHT = "!GetAtt Orders.Version.Version"
_PAYMENTS = """  Payments:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: payments/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference: {Type: Canary10Percent5Minutes, Alarms: [payments-errors]}
"""
_ONE_VERSION = """  OrdersVersion:
    Type: AWS::Lambda::Version
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties: {FunctionName: !Ref Orders, CodeSha256: '{{resolve:ssm:/orders/hash}}'}
"""


def _version(value: str, *more: str) -> str:
    return orders(alarm(Dimensions=DIMENSIONS + VERSION.replace(_RIGHT, value)), *more)


_PLAIN = """
Parameters:
  Hash: {Type: String}
Resources:
  Alias:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !Ref Orders, FunctionVersion: !GetAtt New.Version, Name: live}
    UpdatePolicy:
      CodeDeployLambdaAliasUpdate: {ApplicationName: !Ref Application, DeploymentGroupName: !Ref Group}
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Handler: app.handler
      Runtime: python3.12
      Role: arn:aws:iam::123456789012:role/orders
      Code: {S3Bucket: code, S3Key: !Ref Hash}
  New:
    Type: AWS::Lambda::Version
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties: {FunctionName: !Ref Orders, CodeSha256: !Ref Hash}
  First:
    Type: AWS::Lambda::Version
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties: {FunctionName: !Ref Orders}
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
      AlarmConfiguration: {Enabled: true, Alarms: [{Name: !Ref OrdersErrors}]}
"""

BAD = (
    Example(template=_version("'7'  # SG311"), samconfig=SAMCONFIG),
    Example(template=_version("$LATEST  # SG311"), samconfig=SAMCONFIG),
    Example(template=_version("!Ref Orders.Version  # SG311"), samconfig=SAMCONFIG),
    Example(template=_version("!Sub Orders.Version.Version  # SG311"), samconfig=SAMCONFIG),
    Example(template=_version("!GetAtt Payments.Version.Version  # SG311", _PAYMENTS), samconfig=SAMCONFIG),
    Example(
        template=_version("!Ref Version  # SG311").replace(
            "Resources:", "Parameters:\n  Version: {Type: String, Default: 1}\nResources:", 1
        ),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=_PLAIN + alarm(Dimensions=DIMENSIONS + VERSION.replace(_RIGHT, "!GetAtt First.Version  # SG311")),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=_version(_RIGHT), samconfig=SAMCONFIG),
    Example(template=_version("!Sub '${Orders.Version.Version}'"), samconfig=SAMCONFIG),
    Example(  # given by the pipeline at each deployment
        template=_version("!Ref Version").replace(
            "Resources:", "Parameters:\n  Version: {Type: String}\nResources:", 1
        ),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=_PLAIN + alarm(Dimensions=DIMENSIONS + VERSION.replace(_RIGHT, "!GetAtt New.Version")),
        samconfig=SAMCONFIG,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each metric of a listed alarm that is one of another version."""
    for relied in relied_on(rollout):
        yield from stale_versions(relied)
