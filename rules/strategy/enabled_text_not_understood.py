"""Enabled is a text that means off to people, but not to SAM.

What goes wrong: SAM knows the texts `false` and `False`; every other text that is not empty counts as true. With
`'no'`, `'off'`, `'0'` or `'FALSE'` traffic shifting stays on where somebody switched it off: the switch does not
switch, and the next one to read the template believes that the function is not shifted.
Silent when: the value is not known; it is a YAML boolean (`no` and `off` without quotes are false) or the number 0; it
is a text that means on.
Fix: write `false`, without quotes; give the parameter the AllowedValues "true" and "false".
Source: samtranslator, model/preferences/deployment_preference.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import Literal
from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule
from samguard.rollout import Rollout, RolloutKind
from samguard.rollout.transform_time import settled
from samguard.rules.strategy.switches import is_on
from samguard.source import Scalar

RULE = Rule("SG203", "enabled-text-not-understood", Level.ERROR, since="0.1.0")

_MEAN_OFF: Final = frozenset(
    {"false", "no", "off", "0", "n", "f", "disable", "disabled", "deactivated", "inactive", "none", "null", "never"}
)

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Shift: {Type: String, Default: 'yes'}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Enabled: %s
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
  Seed:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src/, Handler: seed.handler, Runtime: python3.12}
"""
_STAGES = """
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
parameter_overrides = "Shift=%s"
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Shift=true"
"""

BAD = (
    Example(template=_TEMPLATE % "'FALSE'  # SG203", fixed=_TEMPLATE % "false  # SG203"),
    Example(template=_TEMPLATE % '"no"  # SG203', fixed=_TEMPLATE % "false  # SG203"),
    Example(template=_TEMPLATE % "!Ref Shift  # SG203 in dev", samconfig=_STAGES % "off"),
)

GOOD = (
    Example(template=_TEMPLATE % "'true'"),
    Example(template=_TEMPLATE % "Yes"),
    Example(template=_TEMPLATE % "!Ref Shift", samconfig=_STAGES % "False"),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding where a text like "off" keeps the shift on."""
    if rollout.kind is not RolloutKind.FUNCTION or rollout.preference is None:
        return
    node = rollout.preference.get("Enabled")
    value = settled(node, rollout.scene) if node is not None else None
    if not isinstance(value, Literal) or not isinstance(value.value, str) or not is_on(value):
        return
    if value.text.strip().lower() not in _MEAN_OFF:
        return
    fix = Fix("Write false", (Edit(rollout.spans.enabled, "false"),), safe=False)
    yield Finding(
        rollout.spans.enabled,
        f"Enabled of {{resource}} is the text {value.text!r}, which SAM takes for true {{where}}: only false and False "
        "switch traffic shifting off. Write false",
        because=value.because,
        resource=rollout.function,
        fixes=(fix,) if isinstance(node, Scalar) else (),
    )
