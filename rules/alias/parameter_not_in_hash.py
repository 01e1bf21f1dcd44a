"""A parameter's new value does not publish a version.

What goes wrong: SAM compares Environment and MemorySize as they are written, so `!Ref LogLevel` is the same text
whatever its value. A deployment that changes nothing but the value updates `$LATEST` and publishes no version: users of
the alias never get it, until the next change of code takes it along.
Silent when: the function is not shifted gradually in production; the parameter stands in the code's location as well,
where SAM looks at its value; the parameter names the stage; AutoPublishCodeSha256 decides.
Fix: change something that is compared in the same commit, or give AutoPublishCodeSha256 a value that changes with it.
Source: aws/serverless-application-model issue 3820; samtranslator, model/sam_resources.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.environments.production import is_stage_parameter
from samguard.evaluation.lookups import lookups
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment, Rollout
from samguard.rules.alias.published_properties import publishes_all_properties
from samguard.source import Node
from samguard.source.nodes import walk

RULE = Rule("SG104", "parameter-not-in-hash", Level.NOTE, since="0.1.0", about_production=True)

_COMPARED: Final = ("Environment", "MemorySize")
_CODE: Final = ("CodeUri", "InlineCode", "ImageUri")
_MOST_SHOWN: Final = 3

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: dev}
  Level: {Type: String, Default: INFO}
  Memory: {Type: Number, Default: 512}
  Build: {Type: String, Default: none}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: {Bucket: artifacts, Key: !Sub 'orders-${Build}.zip'}
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
      MemorySize: %s
      Environment:
        Variables:
          STAGE: !Ref Stage
          TABLE: !Sub '${AWS::StackName}-orders'
          BUILD: !Ref Build
          LEVEL: %s
  Seed:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: seed.handler
      Runtime: python3.12
      MemorySize: !Ref Memory
"""
_STAGES = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod Build=71"
"""

BAD = (
    Example(template=_TEMPLATE % ("512", "!Sub '${Level}:${Stage}'  # SG104 in prod"), samconfig=_STAGES),
    Example(template=_TEMPLATE % ("!Ref Memory  # SG104 in prod", "!Ref Level"), samconfig=_STAGES),  # one for both
)

GOOD = (
    Example(template=_TEMPLATE % ("512", "INFO"), samconfig=_STAGES),
    Example(template=_TEMPLATE % ("512", "!Ref Level"), samconfig=_STAGES.replace("prod", "test")),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each template, at the first place, naming the parameters."""
    found: dict[str, tuple[Node, Rollout]] = {}
    for rollout in deployment.rollouts:
        if not rollout.is_gradual or publishes_all_properties(rollout) is None:
            continue
        known = {name for name, _ in _parameters(rollout, _CODE)}
        for name, node in _parameters(rollout, _COMPARED):
            if name not in known and not is_stage_parameter(name):
                found.setdefault(name, (node, rollout))
    if not found:
        return
    names = list(found)
    node, rollout = found[names[0]]
    more = len(names) - _MOST_SHOWN
    rest = "" if more <= 0 else " and another" if more == 1 else f" and {more} others"
    yield Finding(
        node.span,
        f"a new value of {', '.join(names[:_MOST_SHOWN])}{rest} alone publishes no version: the users of the alias "
        "never get it {where}, until the code changes too",
        resource=rollout.function,
    )


def _parameters(rollout: Rollout, keys: tuple[str, ...]) -> Iterator[tuple[str, Node]]:
    """The parameters that these properties of a function refer to, each with the place."""
    properties = rollout.resource.properties
    for node in (entry.value for entry in properties if entry.name in keys):
        for part in walk(node):
            for name in lookups(part):
                if name in rollout.template.parameters:
                    yield name, part
