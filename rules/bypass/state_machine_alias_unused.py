"""A state machine's alias is shifted, but its own events go past it.

What goes wrong: SAM sends the Events of a state machine to the state machine itself, unless UseAliasAsEventTarget
says otherwise. AutoPublishAlias and DeploymentPreference then shift an alias that none of these events uses: every
execution they start runs the new definition at once, and the alarms watch nothing.
Silent when: the environment is not production; there are no Events; UseAliasAsEventTarget is true; the event is one
of an API that has a definition of its own, which says what it starts. A note where everything is shifted at once
anyway.
Fix: add `UseAliasAsEventTarget: true`.
Source: SAM developer guide, AWS::Serverless::StateMachine (UseAliasAsEventTarget).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Removed, Unknown
from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.bypass.canary_example import CANARY, SAMCONFIG
from samguard.rules.bypass.past_the_alias import shift_trail
from samguard.source import Mapping, Node, Scalar
from samguard.template import Resource

RULE = Rule("SG508", "state-machine-alias-unused", Level.ERROR, since="0.1.0", about_production=True)

_MACHINE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Checkout:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: checkout.asl.json
      Role: arn:aws:iam::111122223333:role/checkout
      AutoPublishAlias: live
"""
_CANARY = """\
      DeploymentPreference: {Type: CANARY, Percentage: 10, Interval: 5, Alarms: [checkout-failures]}
"""
_EVENTS = """\
      Events:%s
        Placed:
          Type: EventBridgeRule
          Properties: {Pattern: {source: [shop]}}
"""

BAD = (
    Example(template=_MACHINE + _CANARY + _EVENTS % "  # SG508 in prod", samconfig=SAMCONFIG),
    Example(
        template=_MACHINE + _CANARY + "      UseAliasAsEventTarget: false  # SG508 in prod\n" + _EVENTS % "",
        samconfig=SAMCONFIG,
    ),
    Example(template=_MACHINE + _EVENTS % "  # SG508 in prod", samconfig=SAMCONFIG),
)

GOOD = (
    Example(template=_MACHINE + _CANARY + "      UseAliasAsEventTarget: true\n" + _EVENTS % "", samconfig=SAMCONFIG),
    Example(template=_MACHINE + _CANARY, samconfig=SAMCONFIG),  # started by others, who may name the alias
    Example(template=_MACHINE.replace("      AutoPublishAlias: live\n", "") + _EVENTS % "", samconfig=SAMCONFIG),
    Example(template=CANARY + _EVENTS % "", samconfig=SAMCONFIG),  # SAM sends a function's events to its alias
    Example(  # the API's own definition says what it starts
        template=_MACHINE
        + _CANARY
        + """
      Events:
        Order:
          Type: Api
          Properties: {RestApiId: !Ref Api, Path: /orders, Method: post}
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      DefinitionUri: s3://shop/openapi.yaml
""",
        samconfig=SAMCONFIG,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each state machine whose events leave its alias aside."""
    machine = rollout.resource
    if machine.type != "AWS::Serverless::StateMachine" or isinstance(rollout.alias, Removed):
        return
    events = machine.properties.entry("Events")
    switch = machine.properties.entry("UseAliasAsEventTarget")
    is_on = switch is not None and not (isinstance(switch.value, Scalar) and not switch.value.value)
    if events is None or is_on or not any(_sent_by_sam(events.value, rollout)):
        return
    yield Finding(
        events.key.span if switch is None else switch.value.span,
        "the events of {resource} start it past its alias: they run every new definition at once {where}, and shifting "
        "the alias shifts none of them. Add UseAliasAsEventTarget: true",
        because=shift_trail(rollout),
        resource=rollout.function,
        level=_level(rollout),
        fixes=_fixes(rollout),
    )


def _fixes(rollout: Rollout) -> tuple[Fix, ...]:
    """The switch. Unsafe: what the events start is another version from then on."""
    from samguard.mending import property_set

    edit = property_set(rollout.resource, rollout.template, "UseAliasAsEventTarget", content=True)
    return (Fix("Let its events start the alias", (edit,), safe=False),) if edit is not None else ()


def _sent_by_sam(events: Node, rollout: Rollout) -> Iterator[bool]:
    """For each event, whether SAM says what it starts: not where an API comes with a definition of its own."""
    for entry in events if isinstance(events, Mapping) else ():
        properties = entry.value.get("Properties") if isinstance(entry.value, Mapping) else None
        api = properties.get("RestApiId") if isinstance(properties, Mapping) else None
        yield api is None or _is_empty(rollout.scene.resource_of(rollout.scene.value(api)))


def _is_empty(api: Resource | None) -> bool:
    """Whether SAM writes an API's definition from the events that name it."""
    return api is not None and not any(key in api.properties for key in ("DefinitionBody", "DefinitionUri", "Body"))


def _level(rollout: Rollout) -> Level:
    otherwise = Level.WARNING if isinstance(rollout.strategy, Unknown) else Level.NOTE
    return Level.ERROR if rollout.is_gradual else otherwise
