"""Old versions are deleted, and with them what a rollback goes back to.

What goes wrong: SAM keeps each version it publishes. With `DeletionPolicy: Delete` on the function, or
VersionDeletionPolicy Delete, the old version is removed once the update is through: when the new one turns out to be
bad an hour later, there is none to point the alias to, and only another deployment helps. A plain AWS::Lambda::Version
is deleted unless it says Retain: by DeletionPolicy where each deployment gives it another logical id, by
UpdateReplacePolicy where its Description or CodeSha256 changes and CloudFormation replaces it.
Silent when: the environment is not production; nothing is published; the function has a CapacityProviderConfig, for
which SAM itself deletes. A note where a version that is replaced is retained by DeletionPolicy alone.
Fix: set the policy to Retain, or remove it.
Source: SAM developer guide, AWS::Serverless::Function VersionDeletionPolicy; samtranslator, model/sam_resources.py;
CloudFormation user guide, DeletionPolicy attribute and UpdateReplacePolicy attribute.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import Removed
from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alias.plain_version import plain_alias_of, version_of
from samguard.source import Node, Scalar
from samguard.template import Resource, Template

RULE = Rule("SG107", "versions-deleted", Level.WARNING, since="0.1.0", about_production=True)

_CHANGING: Final = ("Description", "CodeSha256")
"""Properties of a version that are another one's at each deployment, where they are not written out."""

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
    Properties:
      FunctionName: !Ref Orders%s
  Live:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Ref Orders
      FunctionVersion: !GetAtt OrdersVersion3.Version
      Name: live
    UpdatePolicy:
      CodeDeployLambdaAliasUpdate: {ApplicationName: deploys, DeploymentGroupName: orders}
"""
_RETAINED = "\n    DeletionPolicy: Retain"
_KEPT = "\n    UpdateReplacePolicy: Retain"
_DESCRIBED = "\n      Description: !Sub 'commit ${AWS::StackId}'"

BAD = (
    Example(
        template=_TEMPLATE % ("", "\n      VersionDeletionPolicy: Delete  # SG107 in prod"),
        samconfig=_STAGES,
        fixed=_TEMPLATE % ("", "\n      VersionDeletionPolicy: Retain  # SG107 in prod"),
    ),
    Example(template=_TEMPLATE % ("\n    DeletionPolicy: Delete  # SG107 in prod", ""), samconfig=_STAGES),
    Example(template=_PLAIN % ("", "\n    DeletionPolicy: Delete  # SG107 in prod", ""), samconfig=_STAGES),
    Example(template=_PLAIN % ("  # SG107 in prod", "", ""), samconfig=_STAGES),
    Example(
        template=_PLAIN % ("", _RETAINED + "\n    UpdateReplacePolicy: Delete  # SG107 in prod", _DESCRIBED),
        samconfig=_STAGES,
    ),
    Example(template=_PLAIN % ("  # SG107 in prod", "", _DESCRIBED), samconfig=_STAGES),
    Example(template=_PLAIN % ("  # SG107 in prod", _RETAINED, _DESCRIBED), samconfig=_STAGES),  # a note
    Example(template=_PLAIN % ("  # SG107 in prod", _KEPT, ""), samconfig=_STAGES),  # nothing of it changes
)

GOOD = (
    Example(template=_TEMPLATE % ("", "\n      VersionDeletionPolicy: Retain"), samconfig=_STAGES),
    Example(
        template=_TEMPLATE % ("\n    DeletionPolicy: Retain", "\n      VersionDeletionPolicy: Delete"),
        samconfig=_STAGES,
    ),
    Example(template=_PLAIN % ("", _RETAINED, ""), samconfig=_STAGES),
    Example(template=_PLAIN % ("", _KEPT, _DESCRIBED), samconfig=_STAGES),
    Example(template=_PLAIN % ("", _KEPT, "\n      CodeSha256: '{{resolve:ssm:/orders/hash}}'"), samconfig=_STAGES),
    Example(template=_PLAIN % ("", _RETAINED + _KEPT, _DESCRIBED), samconfig=_STAGES),
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
    if version is not None:
        key = "UpdateReplacePolicy" if _is_replaced(version) else "DeletionPolicy"
        policy = version.node.get(key)
        if policy is None:
            yield _not_retained(version, key, rollout.template)
    else:
        policy = _policy(rollout)
    if isinstance(policy, Scalar) and policy.text == "Delete":
        yield Finding(
            policy.span,
            "old versions of {resource} are deleted once a new one is deployed {where}, and with them what a rollback "
            "would go back to. Set it to Retain",
            resource=rollout.function,
            fixes=_writing(policy, rollout),
        )


def _writing(policy: Scalar, rollout: Rollout) -> tuple[Fix, ...]:
    """Retain in its place. Unsafe where the function itself is deleted or kept by it, and not only its versions."""
    from samguard.mending import value_written

    is_of_function = policy is rollout.resource.node.get("DeletionPolicy")
    edit = value_written(rollout.template, policy.span, "Retain")
    return (Fix("Write Retain", (edit,), safe=not is_of_function),)


def _is_replaced(version: Resource) -> bool:
    """Whether a property makes another version of the same logical id at each deployment."""
    nodes = (version.properties.get(key) for key in _CHANGING)
    return any(node is not None and not (isinstance(node, Scalar) and "{{resolve:" not in node.text) for node in nodes)


def _not_retained(version: Resource, key: str, template: Template) -> Finding:
    is_meant = key == "UpdateReplacePolicy" and version.node.get("DeletionPolicy") is not None
    return Finding(
        version.span,
        f"the version {version.logical_id} is deleted once the next one is deployed {{where}}, and with it what a "
        f"rollback would go back to. Set {key}: Retain",
        resource=version.logical_id,
        level=Level.NOTE if is_meant else None,
        fixes=_retaining(version, key, template),
    )


def _retaining(version: Resource, key: str, template: Template) -> tuple[Fix, ...]:
    from samguard.mending import attribute_added

    edit = attribute_added(version, template, {key: "Retain"})
    return (Fix(f"Say {key}: Retain", (edit,), safe=True),) if edit is not None else ()


def _policy(rollout: Rollout) -> Node | None:
    """What is said of the deletion of versions. A DeletionPolicy of SAM's function is handed on to them, and wins."""
    own = rollout.resource.node.get("DeletionPolicy") if rollout.alias_resource is None else None
    return own or rollout.resource.properties.get("VersionDeletionPolicy")
