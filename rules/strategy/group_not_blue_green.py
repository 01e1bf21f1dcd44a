"""A Lambda alias's deployment group is not blue/green with traffic control.

What goes wrong: Lambda has this one style of deployment: DeploymentType BLUE_GREEN and DeploymentOption
WITH_TRAFFIC_CONTROL. A group with another one is refused; one without DeploymentStyle gets the style of servers, in
place.
Silent when: the group is SAM's own; the values are not known; no alias of the template names the group.
Fix: set `DeploymentStyle: {DeploymentType: BLUE_GREEN, DeploymentOption: WITH_TRAFFIC_CONTROL}`.
Source: CloudFormation user guide, AWS::CodeDeploy::DeploymentGroup DeploymentStyle; CodeDeploy user guide, "Deployments
on an AWS Lambda compute platform".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import Literal, Removed
from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule
from samguard.rollout import Rollout, RolloutKind
from samguard.source import Mapping, Node, Scalar
from samguard.template import Resource

RULE = Rule("SG222", "group-not-blue-green", Level.ERROR, since="0.1.0")

_STYLE: Final = {"DeploymentType": "BLUE_GREEN", "DeploymentOption": "WITH_TRAFFIC_CONTROL"}

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
  Application:
    Type: AWS::CodeDeploy::Application
    Properties: {ComputePlatform: Lambda}
  Group:%s
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      ApplicationName: !Ref Application
      ServiceRoleArn: arn:aws:iam::111111111111:role/deploy
      DeploymentConfigName: CodeDeployDefault.LambdaCanary10Percent5Minutes
      AlarmConfiguration: {Enabled: true, Alarms: [{Name: orders-errors}]}
      AutoRollbackConfiguration: {Enabled: true, Events: [DEPLOYMENT_FAILURE, DEPLOYMENT_STOP_ON_ALARM]}
%s
"""
_WRONG = """      DeploymentStyle:
        DeploymentType: %s
        DeploymentOption: %s"""

BAD = (
    Example(
        template=_TEMPLATE % ("", _WRONG % ("IN_PLACE  # SG222", "WITH_TRAFFIC_CONTROL")),
        fixed=_TEMPLATE % ("", _WRONG % ("BLUE_GREEN  # SG222", "WITH_TRAFFIC_CONTROL")),
    ),
    Example(template=_TEMPLATE % ("", _WRONG % ("BLUE_GREEN", "WITHOUT_TRAFFIC_CONTROL  # SG222"))),
    Example(template=_TEMPLATE % ("", "      DeploymentStyle:  # SG222\n        DeploymentType: BLUE_GREEN")),
    Example(template=_TEMPLATE % ("  # SG222", "")),
)

GOOD = (
    Example(template=_TEMPLATE % ("", _WRONG % ("BLUE_GREEN", "WITH_TRAFFIC_CONTROL"))),
    Example(template=_TEMPLATE % ("", _WRONG % ("!ImportValue style", "WITH_TRAFFIC_CONTROL"))),
    Example(  # a group of servers is none of Lambda's business
        template="""
Resources:
  Servers:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      ApplicationName: servers
      ServiceRoleArn: arn:aws:iam::111111111111:role/deploy
      DeploymentStyle: {DeploymentType: IN_PLACE, DeploymentOption: WITHOUT_TRAFFIC_CONTROL}
"""
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each group of an alias whose style is another, or is not said."""
    group = rollout.group
    if rollout.kind is not RolloutKind.FUNCTION or group is None or not rollout.shifts:
        return
    for name, right in _STYLE.items():
        value = rollout.scene.property(group, "DeploymentStyle", name)
        if isinstance(value, Literal) and value.text == right:
            continue
        if not isinstance(value, (Literal, Removed)):
            continue
        node = _node(group, name)
        is_said = isinstance(value, Literal)
        said = value.text if isinstance(value, Literal) else "not said"
        entry = group.properties.entry("DeploymentStyle")
        around = entry.key.span if entry is not None else group.span
        span = node.span if node is not None and is_said else around
        fix = Fix(f"Write {right}", (Edit(span, right),), safe=True)
        yield Finding(
            span,
            f"{name} of the deployment group of {rollout.function} is {said}, but Lambda is deployed with {right} "
            f"only: the group is refused. Set {name}: {right}",
            because=value.because,
            resource=group.logical_id,
            level=None if is_said else Level.WARNING,
            fixes=(fix,) if isinstance(node, Scalar) else (),
        )
        if entry is None:
            return


def _node(group: Resource, name: str) -> Node | None:
    style = group.properties.get("DeploymentStyle")
    return style.get(name) if isinstance(style, Mapping) else None
