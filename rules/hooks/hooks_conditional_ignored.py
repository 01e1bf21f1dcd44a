"""Hooks that are chosen by a function are no hooks.

What goes wrong: SAM reads PreTraffic and PostTraffic from Hooks as it stands in the template, before any function is
evaluated. `Hooks: !If …` has neither key: the deployment runs without a hook, and nobody is told.
Silent when: the shift is off; the environment chooses AWS::NoValue, that is, no hooks.
Fix: put the function into the keys: `PreTraffic: !If [IsProd, !Ref Check, !Ref AWS::NoValue]`.
Source: samtranslator, model/preferences/deployment_preference.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.hooks.example_orders import DEV_ONLY, SAMCONFIG, TEMPLATE, changed
from samguard.template import intrinsic, is_no_value

RULE = Rule("SG402", "hooks-conditional-ignored", Level.ERROR, since="0.1.0")

_HOOKS = "        Hooks:\n          PreTraffic: !Ref Check\n"
_LONG_FORM = """        Hooks:  # SG402 in prod
          Fn::If:
            - IsProd
            - PreTraffic: !Ref Check
            - !Ref AWS::NoValue
"""
_CONDITION = ("Resources:\n", "Conditions:\n  IsProd: !Equals [!Ref Stage, prod]\nResources:\n")

BAD = (
    Example(
        template=changed(
            TEMPLATE,
            _CONDITION,
            (_HOOKS, "        Hooks: !If [IsProd, {PreTraffic: !Ref Check}, !Ref AWS::NoValue]  # SG402 in prod\n"),
        ),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(
            TEMPLATE,
            _CONDITION,
            (_HOOKS, _LONG_FORM),
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(
        template=changed(
            TEMPLATE,
            _CONDITION,
            ("PreTraffic: !Ref Check", "PreTraffic: !If [IsProd, !Ref Check, !Ref AWS::NoValue]"),
        ),
        samconfig=SAMCONFIG,
    ),
    Example(template=changed(TEMPLATE, (_HOOKS, "        Hooks: !Ref AWS::NoValue\n")), samconfig=SAMCONFIG),
    Example(  # no hooks are meant here
        template=changed(
            TEMPLATE,
            _CONDITION,
            (_HOOKS, "        Hooks: !If [IsProd, {PreTraffic: !Ref Check}, !Ref AWS::NoValue]\n"),
        ),
        samconfig=DEV_ONLY,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each preference whose Hooks are an expression."""
    entry = rollout.preference.entry("Hooks") if rollout.preference is not None else None
    if entry is None or not rollout.shifts:
        return
    call = intrinsic(entry.value)
    if call is None or is_no_value(entry.value):
        return
    chosen, because = rollout.scene.chosen(entry.value)
    if chosen is None:
        return
    yield Finding(
        entry.key.span,
        f"SAM does not look into {call.name} for Hooks, so {{resource}} is deployed without any hook {{where}}. Put "
        "the function into the keys: PreTraffic: !If […]",
        because=because,
        resource=rollout.function,
    )
