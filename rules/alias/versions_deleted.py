"""Old versions are deleted, and with them what a rollback goes back to.

What goes wrong: SAM keeps each version it publishes. With `DeletionPolicy: Delete` on the function, or
VersionDeletionPolicy Delete, the old version is removed once the update is through: when the new one turns out to be
bad an hour later, there is none to point the alias to, and only another deployment helps. A plain AWS::Lambda::Version
is deleted unless it says Retain (a note).
Silent when: the environment is not production; nothing is published; the function has a CapacityProviderConfig, for
which SAM itself deletes.
Fix: set the policy to Retain, or remove it.
Source: SAM developer guide, AWS::Serverless::Function VersionDeletionPolicy; samtranslator, model/sam_resources.py;
CloudFormation user guide, DeletionPolicy attribute.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Removed
from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alias.plain_version import plain_alias_of, version_of
from samguard.source import Node, Scalar
from samguard.template import Resource

RULE = Rule("SG107", "versions-deleted", Level.WARNING, since="0.1.0", about_production=True)

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function%s
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live%s
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
"""
_STAGES = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
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
  OrdersVersion3:%s
    Type: AWS::Lambda::Version%s
    Properties: {FunctionName: !Ref Orders}
  Live:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Ref Orders
      FunctionVersion: !GetAtt OrdersVersion3.Version
      Name: live
    UpdatePolicy:
      CodeDeployLambdaAliasUpdate: {ApplicationName: deploys, DeploymentGroupName: orders}
"""

BAD = (
    Example(
        template=_TEMPLATE % ("", "\n      VersionDeletionPolicy: Delete  # SG107 in prod"),
        samconfig=_STAGES,
        fixed=_TEMPLATE % ("", "\n      VersionDeletionPolicy: Retain  # SG107 in prod"),
    ),
    Example(template=_TEMPLATE % ("\n    DeletionPolicy: Delete  # SG107 in prod", ""), samconfig=_STAGES),
    Example(template=_PLAIN % ("", "\n    DeletionPolicy: Delete  # SG107 in prod"), samconfig=_STAGES),
    Example(template=_PLAIN % ("  # SG107 in prod", ""), samconfig=_STAGES),
)

GOOD = (
    Example(template=_TEMPLATE % ("", "\n      VersionDeletionPolicy: Retain"), samconfig=_STAGES),
    Example(
        template=_TEMPLATE % ("\n    DeletionPolicy: Retain", "\n      VersionDeletionPolicy: Delete"),
        samconfig=_STAGES,
    ),
    Example(template=_PLAIN % ("", "\n    DeletionPolicy: Retain"), samconfig=_STAGES),
    Example(
        template=_TEMPLATE % ("", "\n      VersionDeletionPolicy: Delete"), samconfig=_STAGES.replace("prod", "test")
    ),
    Example(  # nothing is published of the one; SAM itself deletes those of the other
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Seed:
    Type: AWS::Serverless::Function
    DeletionPolicy: Delete
    Properties: {CodeUri: src/, Handler: seed.handler, Runtime: python3.12}
  Large:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: large.handler
      Runtime: python3.12
      AutoPublishAlias: live
      VersionDeletionPolicy: Delete
      DeploymentPreference: {Type: Canary10Percent5Minutes, Alarms: [large-errors]}
      CapacityProviderConfig: {Arn: 'arn:aws:lambda:eu-west-1:111111111111:capacity-provider:large'}
""",
        samconfig=_STAGES,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each published function that keeps no old versions."""
    if isinstance(rollout.alias, Removed) or "CapacityProviderConfig" in rollout.resource.properties:
        return
    alias = plain_alias_of(rollout)
    version = version_of(alias, rollout) if alias is not None else None
    policy = _policy(rollout, version)
    if version is not None and policy is None:
        yield Finding(
            version.span,
            f"the version {version.logical_id} is deleted once the next one is deployed {{where}}, and with it what a "
            "rollback would go back to. Set DeletionPolicy: Retain",
            resource=version.logical_id,
            level=Level.NOTE,
        )
    if isinstance(policy, Scalar) and policy.text == "Delete":
        yield Finding(
            policy.span,
            "old versions of {resource} are deleted once a new one is deployed {where}, and with them what a rollback "
            "would go back to. Set it to Retain",
            resource=rollout.function,
            fixes=(Fix("Write Retain", (Edit(policy.span, "Retain"),), safe=True),),
        )


def _policy(rollout: Rollout, version: Resource | None) -> Node | None:
    """What is said of the deletion of versions. A DeletionPolicy of SAM's function is handed on to them, and wins."""
    if version is not None:
        return version.node.get("DeletionPolicy")
    own = rollout.resource.node.get("DeletionPolicy") if rollout.alias_resource is None else None
    return own or rollout.resource.properties.get("VersionDeletionPolicy")
