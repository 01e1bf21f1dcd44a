"""The code's location never changes, so neither does the version.

What goes wrong: SAM publishes a version when the text of the code's location changes. A fixed `s3://bucket/key`, or an
image with the tag `latest`, stays the same when the object behind it is replaced: `$LATEST` may or may not get the new
code, and the users of the alias never do.
Silent when: the code is a local path, which `sam package` uploads under the hash of its content; the location has a
version or a number in it, or a parameter; AutoPublishCodeSha256 is there; nothing is published, for want of an alias. A
note where traffic is not shifted.
Fix: name the object's Version or the image's digest, put the release into the key, or use a local path.
Source: SAM developer guide, AWS::Serverless::Function AutoPublishAlias; samtranslator, model/sam_resources.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import Removed
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pattern import pattern
from samguard.rollout import Rollout
from samguard.source import Mapping, Node, Scalar

RULE = Rule("SG106", "constant-code-location", Level.WARNING, since="0.1.0")

_CHANGING: Final = pattern(r"\d|[0-9a-f]{7,}")
"""What a release leaves in a key: a number, or a hash."""

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function%s
    Properties:
      %s
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
"""
_ZIP = "CodeUri: %s\n      Handler: app.handler\n      Runtime: python3.12"
_IMAGE = "PackageType: Image\n      ImageUri: 111111111111.dkr.ecr.eu-west-1.amazonaws.com/orders%s"

BAD = (
    Example(template=_TEMPLATE % ("", _ZIP % "s3://artifacts/orders/latest.zip  # SG106")),
    Example(template=_TEMPLATE % ("", _ZIP % "{Bucket: artifacts-7, Key: orders.zip}  # SG106")),
    Example(template=_TEMPLATE % ("", _IMAGE % ":latest  # SG106")),
)

GOOD = (
    Example(template=_TEMPLATE % ("", _ZIP % "src/")),
    Example(template=_TEMPLATE % ("", _ZIP % "s3://artifacts/orders-1.4.2.zip")),
    Example(template=_TEMPLATE % ("", _ZIP % "{Bucket: artifacts, Key: orders.zip, Version: abc}")),
    Example(
        template=_TEMPLATE % ("", _ZIP % "s3://artifacts/orders.zip\n      AutoPublishCodeSha256: !Ref AWS::Region")
    ),
    Example(template=_TEMPLATE % ("", _IMAGE % ":1.4.2")),
    Example(template=_TEMPLATE % ("\n    Metadata: {Dockerfile: Dockerfile, DockerContext: .}", _IMAGE % ":latest")),
    Example(template=(_TEMPLATE % ("", _ZIP % "s3://artifacts/orders.zip")).partition("      AutoPublishAlias")[0]),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each published function whose code's location is fixed."""
    resource = rollout.resource
    if resource.type != "AWS::Serverless::Function" or isinstance(rollout.alias, Removed):
        return
    properties = resource.properties
    if properties.get("AutoPublishCodeSha256") is not None or _is_built(resource.node.get("Metadata")):
        return
    node = properties.get("CodeUri")
    is_fixed = _is_fixed_object(node)
    if not is_fixed:
        node = properties.get("ImageUri")
        is_fixed = _is_moving_tag(node)
    if node is None or not is_fixed:
        return
    yield Finding(
        node.span,
        "the code of {resource} lies at a location that never changes, so new code there publishes no version and "
        "never reaches the alias. Name the object's version or the image's digest, or use a local path",
        resource=rollout.function,
        level=None if rollout.shifts else Level.NOTE,
    )


def _is_fixed_object(code: Node | None) -> bool:
    if isinstance(code, Scalar):
        bucket, _, key = code.text.removeprefix("s3://").partition("/")
        return code.text.startswith("s3://") and bool(bucket) and "?" not in key and not _CHANGING.search(key)
    if not isinstance(code, Mapping) or "Version" in code:
        return False
    key_node = code.get("Key")
    return isinstance(key_node, Scalar) and not _CHANGING.search(key_node.text)


def _is_moving_tag(image: Node | None) -> bool:
    """Whether an image is named by a tag that moves: `latest`, or a word without a number."""
    if not isinstance(image, Scalar) or "/" not in image.text or "@sha256:" in image.text:
        return False
    tag = image.text.rpartition("/")[2].partition(":")[2]
    return not _CHANGING.search(tag)


def _is_built(metadata: Node | None) -> bool:
    """Whether `sam build` makes the image, whatever ImageUri says."""
    return isinstance(metadata, Mapping) and ("Dockerfile" in metadata or "DockerContext" in metadata)
