"""An alias is pinned to a version's number, or given its ARN.

What goes wrong: with a number written out, FunctionVersion stays there whatever is deployed: new versions are
published, but no user gets them, and CodeDeploy has nothing to shift until somebody edits the number.
The ARN of a version, which `!Ref OrdersVersion` is, is refused.
Silent when: the number comes from a parameter or from an AWS::Lambda::Version; `$LATEST` is meant (SG111). A note where
CodeDeploy does not shift the alias.
Fix: point it to the version that the template publishes: `!GetAtt OrdersVersion.Version`.
Source: CloudFormation user guide, AWS::Lambda::Alias.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Reference
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alias.plain_version import plain_alias_of
from samguard.source import Node, Scalar
from samguard.template import Resource

RULE = Rule("SG116", "alias-pinned-to-version", Level.WARNING, since="0.1.0")

_TEMPLATE = """
Parameters:
  Version: {Type: String, Default: '3'}
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Code: {S3Bucket: artifacts, S3Key: orders.zip}
      Handler: app.handler
      Runtime: python3.12
      Role: arn:aws:iam::111111111111:role/orders
  Live:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Ref Orders
      FunctionVersion: %s
      Name: live
"""
_UPDATE = """    UpdatePolicy:
      CodeDeployLambdaAliasUpdate: {ApplicationName: deploys, DeploymentGroupName: orders}
"""
_STAGES = """
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
"""

_VERSION = """  OrdersVersion:
    Type: AWS::Lambda::Version
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties: {FunctionName: !Ref Orders, Description: !Ref Version}
"""

BAD = (
    Example(  # its ARN, which is refused
        template=(_TEMPLATE % "!Ref OrdersVersion  # SG116") + _UPDATE + _VERSION, samconfig=_STAGES
    ),
    Example(template=_TEMPLATE % "'3'  # SG116" + _UPDATE),
    Example(template=_TEMPLATE % "3  # SG116", samconfig=_STAGES),
)

GOOD = (
    Example(template=(_TEMPLATE % "!GetAtt OrdersVersion.Version") + _UPDATE + _VERSION, samconfig=_STAGES),
    Example(template=_TEMPLATE % "!Ref Version" + _UPDATE),
    Example(template=_TEMPLATE % "$LATEST", samconfig=_STAGES),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each alias whose version is a number that is written out, or no number at all."""
    alias = plain_alias_of(rollout)
    node = alias.properties.get("FunctionVersion") if alias is not None else None
    if isinstance(node, Scalar) and node.text.isdecimal():
        yield Finding(
            node.span,
            f"the alias is pinned to version {node.text} of {{resource}}: what is deployed never reaches its "
            "users, and there is nothing to shift. Point it to the AWS::Lambda::Version of the template",
            resource=rollout.function,
            level=None if rollout.shifts else Level.NOTE,
        )
    version = _version_by_arn(node, rollout)
    if node is not None and version is not None:
        yield Finding(
            node.span,
            "FunctionVersion is the ARN of a version of {resource}, not its number, and Lambda refuses it: nothing is "
            f"deployed. Write !GetAtt {version.logical_id}.Version",
            resource=rollout.function,
            level=Level.ERROR,
        )


def _version_by_arn(node: Node | None, rollout: Rollout) -> Resource | None:
    """The version that a Ref gives the ARN of."""
    target = rollout.scene.value(node)
    version = rollout.scene.resource_of(target) if isinstance(target, Reference) and not target.attribute else None
    return version if version is not None and version.type == "AWS::Lambda::Version" else None
