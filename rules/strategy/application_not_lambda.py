"""The CodeDeploy application of a Lambda alias is one for servers or containers.

What goes wrong: an AWS::CodeDeploy::Application without `ComputePlatform: Lambda` is one for servers. Its deployment
groups cannot shift the traffic of an alias: the deployment fails when the alias is updated, or the group is refused
before.
Silent when: the application is SAM's own, or stands in another template; the value is not known.
Fix: set `ComputePlatform: Lambda`.
Source: CloudFormation user guide, AWS::CodeDeploy::Application.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Literal, Removed
from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule
from samguard.rollout import Rollout, RolloutKind
from samguard.source import Scalar
from samguard.template import Resource

RULE = Rule("SG223", "application-not-lambda", Level.ERROR, since="0.1.0")

_TEMPLATE = """
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
  Seed:
    Type: AWS::Lambda::Function
    Properties:
      Code: {S3Bucket: artifacts, S3Key: seed.zip}
      Handler: seed.handler
      Runtime: python3.12
      Role: arn:aws:iam::111111111111:role/seed
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
  Application:%s
    Type: AWS::CodeDeploy::Application
    Properties:
      ApplicationName: orders
%s
  Group:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      ApplicationName: !Ref Application
      ServiceRoleArn: arn:aws:iam::111111111111:role/deploy
      DeploymentConfigName: CodeDeployDefault.LambdaCanary10Percent5Minutes
      DeploymentStyle: {DeploymentType: BLUE_GREEN, DeploymentOption: WITH_TRAFFIC_CONTROL}
      AlarmConfiguration: {Enabled: true, Alarms: [{Name: orders-errors}]}
      AutoRollbackConfiguration: {Enabled: true, Events: [DEPLOYMENT_FAILURE, DEPLOYMENT_STOP_ON_ALARM]}
"""
_BY_NAME = _TEMPLATE.replace("ApplicationName: !Ref Application", "ApplicationName: orders")

BAD = (
    Example(
        template=_TEMPLATE % ("", "      ComputePlatform: Server  # SG223"),
        fixed=_TEMPLATE % ("", "      ComputePlatform: Lambda  # SG223"),
    ),
    Example(template=_TEMPLATE % ("  # SG223", "")),
    Example(template=_BY_NAME % ("", "      ComputePlatform: ECS  # SG223")),
)

GOOD = (
    Example(template=_TEMPLATE % ("", "      ComputePlatform: Lambda")),
    Example(template=(_TEMPLATE % ("", "")).replace("ApplicationName: !Ref Application", "ApplicationName: deploys")),
    Example(  # an application of servers that no alias is deployed with
        template="""
Resources:
  Servers:
    Type: AWS::CodeDeploy::Application
    Properties: {ApplicationName: servers}
"""
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each application of an alias's group that is not for Lambda."""
    if rollout.kind is not RolloutKind.FUNCTION or rollout.group is None or not rollout.shifts:
        return
    application = _application(rollout, rollout.group)
    if application is None:
        return
    platform = rollout.scene.property(application, "ComputePlatform")
    is_other = isinstance(platform, Removed) or (isinstance(platform, Literal) and platform.text != "Lambda")
    if not is_other:
        return
    entry = application.properties.entry("ComputePlatform")
    span = entry.value.span if entry is not None else application.span
    is_fixable = entry is not None and isinstance(entry.value, Scalar)
    yield Finding(
        span,
        f"{application.logical_id} is no CodeDeploy application for Lambda, so it cannot shift the traffic of "
        f"{rollout.function}: the deployment fails. Set ComputePlatform: Lambda",
        because=platform.because,
        resource=application.logical_id,
        fixes=(Fix("Write Lambda", (Edit(span, "Lambda"),), safe=True),) if is_fixable else (),
    )


def _application(rollout: Rollout, group: Resource) -> Resource | None:
    """The application that a group belongs to, where the template makes it."""
    named = rollout.scene.property(group, "ApplicationName")
    found = rollout.scene.resource_of(named)
    if found is not None:
        return found if found.type == "AWS::CodeDeploy::Application" else None
    for application in rollout.template.of_type("AWS::CodeDeploy::Application"):
        name = rollout.scene.property(application, "ApplicationName")
        if isinstance(named, Literal) and isinstance(name, Literal) and name.text == named.text:
            return application
    return None
