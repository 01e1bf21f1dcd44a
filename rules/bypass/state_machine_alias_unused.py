"""A state machine's alias is shifted, but its own events go past it.

What goes wrong: SAM sends the Events of a state machine to the state machine itself, unless UseAliasAsEventTarget says
otherwise. AutoPublishAlias and DeploymentPreference then shift an alias that none of these events uses: every execution they
start runs the new definition at once, and the alarms watch nothing.
Silent when: the environment is not production; there are no Events; UseAliasAsEventTarget is true. A note where everything is
shifted at once anyway.
Fix: add `UseAliasAsEventTarget: true`.
Source: SAM developer guide, AWS::Serverless::StateMachine (UseAliasAsEventTarget).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Removed, Unknown
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout, RolloutKind
from samguard.rules.bypass.canary_example import SAMCONFIG
from samguard.rules.bypass.past_the_alias import shift_trail
from samguard.source import Mapping, Scalar

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
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each state machine whose events leave its alias aside."""
    machine = rollout.resource
    if rollout.kind is not RolloutKind.STATE_MACHINE or machine.type != "AWS::Serverless::StateMachine":
        return
    events = machine.properties.entry("Events")
    if isinstance(rollout.alias, Removed) or events is None or not isinstance(events.value, Mapping):
        return
    switch = machine.properties.entry("UseAliasAsEventTarget")
    is_off = switch is None or (isinstance(switch.value, Scalar) and not switch.value.value)
    if not is_off or not len(events.value):
        return
    yield Finding(
        events.key.span if switch is None else switch.value.span,
        "the events of {resource} start it past its alias: they run every new definition at once {where}, and shifting "
        "the alias shifts none of them. Add UseAliasAsEventTarget: true",
        because=shift_trail(rollout),
        resource=rollout.function,
        level=_level(rollout),
    )


def _level(rollout: Rollout) -> Level:
    if rollout.is_gradual:
        return Level.ERROR
    return Level.WARNING if isinstance(rollout.strategy, Unknown) else Level.NOTE
