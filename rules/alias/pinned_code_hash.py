"""AutoPublishCodeSha256 is a constant, so new code is never published.

What goes wrong: with AutoPublishCodeSha256 SAM looks at nothing else. As long as it stays the same no version is
published, whatever the code: `$LATEST` changes, the users of the alias keep the old version, and no deployment runs.
Silent when: it is a parameter that the pipeline sets; nothing is published, for want of an alias; CodeUri names an
object's Version beside it, so that both are changed by hand. A parameter whose value stands in the repository is a
note.
Fix: remove it, or give it a parameter that each build sets to the hash of its code.
Source: SAM developer guide, AWS::Serverless::Function AutoPublishCodeSha256; samtranslator, model/sam_resources.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.environments.environment import ParameterSource
from samguard.evaluation import Literal, Removed
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rollout.transform_time import settled
from samguard.source import Mapping, Node, Scalar
from samguard.template import intrinsic

RULE = Rule("SG105", "pinned-code-hash", Level.ERROR, since="0.1.0")

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  CodeHash: {Type: String, Default: none}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: %s
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      AutoPublishCodeSha256: %s
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
  Seed:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src/, Handler: seed.handler, Runtime: python3.12, AutoPublishCodeSha256: '0f1e2d'}
"""
_HASH = "6f2c1d0e9b8a7c6d5e4f30211203f4e5d6c7b8a9908172635445362718091a2b"
_STAGES = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
%s
"""

BAD = (
    Example(template=_TEMPLATE % ("src/", f"{_HASH}  # SG105")),
    Example(
        template=_TEMPLATE % ("src/", "!Ref CodeHash  # SG105 in prod"),
        samconfig=_STAGES % f'parameter_overrides = "CodeHash={_HASH}"',
    ),
)

GOOD = (
    Example(template=_TEMPLATE % ("src/", "!Ref CodeHash")),
    Example(template=_TEMPLATE % ("src/", "!Ref CodeHash"), samconfig=_STAGES % ""),
    Example(template=_TEMPLATE % ("{Bucket: artifacts, Key: orders.zip, Version: x1y2z3}", _HASH)),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each hash that no release changes."""
    properties = rollout.resource.properties
    node = properties.get("AutoPublishCodeSha256")
    if node is None or isinstance(rollout.alias, Removed) or rollout.resource.type != "AWS::Serverless::Function":
        return
    value = settled(node, rollout.scene)
    if not isinstance(value, Literal) or not value.text or _names_version(properties.get("CodeUri")):
        return
    is_parameter = not isinstance(node, Scalar)
    if is_parameter and not _stands_in_repository(node, rollout):
        return
    yield Finding(
        node.span,
        "AutoPublishCodeSha256 of {resource} is a constant, so new code publishes no version: the alias keeps the old "
        "one and no deployment runs. Remove it, or let each build set it by a parameter",
        because=value.because,
        resource=rollout.function,
        level=Level.NOTE if is_parameter else None,
    )


def _names_version(code: Node | None) -> bool:
    return isinstance(code, Mapping) and isinstance(code.get("Version"), Scalar)


def _stands_in_repository(node: Node, rollout: Rollout) -> bool:
    """Whether a parameter's value is written in a samconfig: a build that sets it would not need that."""
    call = intrinsic(node)
    name = call.argument.text if call is not None and isinstance(call.argument, Scalar) else ""
    given = rollout.environment.parameters.get(name)
    return given is not None and given.source is ParameterSource.SAMCONFIG
