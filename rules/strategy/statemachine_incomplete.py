"""A state machine's DeploymentPreference cannot be carried out as it is written.

What goes wrong: SAM hands the preference of a state machine to CloudFormation as it is. CANARY and LINEAR need
Percentage (1 to 99) and Interval (1 to 2100 minutes); `Enabled`, `Hooks` or `Role`, which a function's preference has,
are no properties there. The deployment fails, or `Enabled: false` does not switch anything off.
Silent when: the values are not known; the Type is none of the three (SG214).
Fix: give Percentage and Interval, and remove what only a function's preference knows; a state machine is switched off
by ALL_AT_ONCE.
Source: CloudFormation user guide, AWS::StepFunctions::StateMachineAlias DeploymentPreference; samtranslator,
model/stepfunctions/generators.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import Literal, Removed
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout, RolloutKind, Strategy, StrategyKind
from samguard.rollout.strategy import number
from samguard.source import Mapping

RULE = Rule("SG215", "statemachine-incomplete", Level.ERROR, since="0.1.0")

_LIMITS: Final = {"Percentage": 99, "Interval": 2100}
_KNOWN: Final = frozenset({"Type", "Alarms", "StateMachineVersionArn", *_LIMITS})

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Strategy: {Type: String, Default: ALL_AT_ONCE}
Resources:
  Billing:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: billing.asl.json
      AutoPublishAlias: live
      DeploymentPreference:
        %s
"""
_STAGES = """
version = 0.1
[dev.deploy.parameters]
stack_name = "billing-dev"
[prod.deploy.parameters]
stack_name = "billing-prod"
parameter_overrides = "Strategy=CANARY"
"""
_REST = "        Alarms: [billing-failed]"

BAD = (
    Example(template=_TEMPLATE % f"Type: CANARY  # SG215\n        Percentage: 10\n{_REST}"),
    Example(template=_TEMPLATE % f"Type: !Ref Strategy  # SG215 in prod\n{_REST}", samconfig=_STAGES),
    Example(
        template=_TEMPLATE
        % f"Enabled: false  # SG215\n        Type: LINEAR\n        Percentage: 10\n        Interval: 5\n{_REST}"
    ),
    Example(template=_TEMPLATE % f"Type: LINEAR\n        Percentage: 100  # SG215\n        Interval: 5\n{_REST}"),
    Example(template=_TEMPLATE % f"Type: LINEAR\n        Percentage: 10%  # SG215\n        Interval: 5\n{_REST}"),
)

GOOD = (
    Example(template=_TEMPLATE % f"Type: LINEAR\n        Percentage: 10\n        Interval: 5\n{_REST}"),
    Example(template=_TEMPLATE % "Type: ALL_AT_ONCE", samconfig=_STAGES.replace("prod", "test")),
    Example(  # what a function's preference knows is right in a function's
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference: {Enabled: true, Type: Canary10Percent5Minutes, Alarms: [orders-errors]}
"""
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each part that is missing, unknown or out of its limits."""
    strategy, preference = rollout.strategy, rollout.preference
    if rollout.kind is not RolloutKind.STATE_MACHINE or preference is None:
        return
    for entry in preference:
        if entry.name not in _KNOWN:
            yield Finding(
                entry.key.span,
                f"{entry.name} is no property of a state machine's DeploymentPreference: CloudFormation does not know "
                "it and refuses it. Remove it from {resource}",
                resource=rollout.function,
            )
    if isinstance(strategy, Strategy) and strategy.kind in (StrategyKind.CANARY, StrategyKind.LINEAR):
        yield from _numbers(rollout, strategy, preference)


def _numbers(rollout: Rollout, strategy: Strategy, preference: Mapping) -> Iterator[Finding]:
    missing = [name for name in _LIMITS if isinstance(rollout.scene.value(preference.get(name)), Removed)]
    if missing:
        yield Finding(
            rollout.spans.strategy,
            f"{{resource}} is shifted {strategy.name} without {' and '.join(missing)}: its deployment fails {{where}}. "
            "Say how much, and after how many minutes the next step comes",
            because=strategy.because,
            resource=rollout.function,
        )
    for name, most in _LIMITS.items():
        entry = preference.entry(name)
        value = rollout.scene.value(entry.value) if entry is not None else None
        found = number(value) if value is not None else None
        is_number = found is not None and 1 <= found <= most
        if entry is not None and isinstance(value, Literal) and not is_number:
            yield Finding(
                entry.value.span,
                f"{name} of {{resource}} is {value.text} {{where}}: it must be a number between 1 and {most}, or the "
                "deployment fails",
                because=value.because,
                resource=rollout.function,
            )
