"""An alias is pinned to a version's number.

What goes wrong: with a number written out, FunctionVersion stays there whatever is deployed: new versions are
published, but no user gets them, and CodeDeploy has nothing to shift until somebody edits the number.
Silent when: the number comes from a parameter or from an AWS::Lambda::Version; `$LATEST` is meant (SG111). A note where
CodeDeploy does not shift the alias.
Fix: point it to the version that the template publishes: `!GetAtt OrdersVersion.Version`.
Source: CloudFormation user guide, AWS::Lambda::Alias.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alias.plain_version import plain_alias_of
from samguard.source import Scalar

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

BAD = (
    Example(template=_TEMPLATE % "'3'  # SG116" + _UPDATE),
    Example(template=_TEMPLATE % "3  # SG116", samconfig=_STAGES),
)

GOOD = (
    Example(template=_TEMPLATE % "!Ref Version" + _UPDATE),
    Example(template=_TEMPLATE % "$LATEST", samconfig=_STAGES),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each alias whose version is a number."""
    alias = plain_alias_of(rollout)
    node = alias.properties.get("FunctionVersion") if alias is not None else None
    if alias is None or not isinstance(node, Scalar) or not node.text.isdecimal():
        return
    yield Finding(
        node.span,
        f"{alias.logical_id} is pinned to version {node.text} of {{resource}}: what is deployed never reaches its "
        "users, and there is nothing to shift. Point it to the AWS::Lambda::Version of the template",
        resource=rollout.function,
        level=None if rollout.shifts else Level.NOTE,
    )
