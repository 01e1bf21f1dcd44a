"""A version of plain CloudFormation is published once and never again.

What goes wrong: CloudFormation publishes an AWS::Lambda::Version when it makes the resource. As long as the logical id
and the properties stay as they are there is nothing to make: new code changes `$LATEST`, the alias stays on the first
version, and no deployment runs.
Silent when: the logical id has a number or a hash in it, which somebody or some tool changes; CodeSha256 or Description
changes by a parameter or by hand; a macro or a loop makes the template.
Fix: put a hash of the code into the logical id with each release, or give CodeSha256 or Description a parameter; SAM's
AutoPublishAlias does all of that.
Source: CloudFormation user guide, AWS::Lambda::Version.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pattern import pattern
from samguard.rollout import Rollout
from samguard.rules.alias.plain_version import plain_alias_of, version_of
from samguard.source import Scalar
from samguard.template import Resource

RULE = Rule("SG110", "plain-version-never-changes", Level.ERROR, since="0.1.0")

_CHANGING: Final = pattern(r"\d|[0-9a-f]{8,}|\$\{|&\{")
_REPLACED_BY: Final = ("CodeSha256", "Description")

_TEMPLATE = """
Parameters:
  Release: {Type: String, Default: none}
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Code: {S3Bucket: artifacts, S3Key: orders.zip}
      Handler: app.handler
      Runtime: python3.12
      Role: arn:aws:iam::111111111111:role/orders
  %s
    Type: AWS::Lambda::Version
    DeletionPolicy: Retain
    Properties:
      FunctionName: !Ref Orders
      Description: %s
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
      FunctionVersion: !GetAtt %s.Version
      Name: live
    UpdatePolicy:
      CodeDeployLambdaAliasUpdate: {ApplicationName: deploys, DeploymentGroupName: orders}
"""

BAD = (
    Example(template=_TEMPLATE % ("Current:  # SG110", "the current one", "Current")),
    Example(
        template=(_TEMPLATE % ("Current:  # SG110", "x", "Current"))
        .partition("    UpdatePolicy")[0]
        .replace("      Description: x\n", "")
    ),
)

GOOD = (
    Example(template=_TEMPLATE % ("Current:", "!Ref Release", "Current")),
    Example(template=_TEMPLATE % ("Current:", "release 71", "Current")),
    Example(template=_TEMPLATE % ("Current1f0c9a7e:", "the current one", "Current1f0c9a7e")),
    Example(template="Transform: Versions\n" + (_TEMPLATE % ("Current:", "the current one", "Current")).lstrip()),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each alias's version that no release replaces."""
    alias, template = plain_alias_of(rollout), rollout.template
    version = version_of(alias, rollout) if alias is not None else None
    if version is None or template.has_macros or _changes(version):
        return
    yield Finding(
        version.span,
        f"nothing of {version.logical_id} changes with a release, so no version is published after the first: the "
        f"alias of {rollout.function} stays there, whatever is deployed. Put the release into its "
        "logical id or Description",
        resource=version.logical_id,
    )


def _changes(version: Resource) -> bool:
    """Whether a release may replace a version: by another logical id, or by a property that replaces it."""
    if _CHANGING.search(version.logical_id):
        return True
    for name in _REPLACED_BY:
        node = version.properties.get(name)
        if node is None:
            continue
        if not isinstance(node, Scalar) or _CHANGING.search(node.text):
            return True
    return False
