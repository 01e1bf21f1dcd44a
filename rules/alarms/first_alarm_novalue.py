"""AWS::NoValue as the first alarm drops the whole list.

What goes wrong: SAM looks at the first item of Alarms only. Where that is AWS::NoValue it takes the list for empty and
makes a deployment group without alarms, whatever follows. Lists in Globals and in a function are joined, so the item
may come from Globals.
Silent when: all items are AWS::NoValue (no alarm is meant); traffic is not shifted, or all at once.
Fix: remove the item.
Source: samtranslator, model/preferences/deployment_preference_collection.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.alarm_list import Loss, cut_fix, lost_list
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders
from samguard.rules.alarms.relied_on import shifts_gradually

RULE = Rule("SG303", "first-alarm-novalue", Level.ERROR, since="0.1.0")

BAD = (
    Example(
        template=orders(alarm(), wired="[!Ref AWS::NoValue, !Ref OrdersErrors]  # SG303"),
        samconfig=SAMCONFIG,
        fixed=orders(alarm(), wired="[!Ref OrdersErrors]  # SG303"),
    ),
    Example(
        template=orders(
            alarm(),
            wired="""
          - Ref: AWS::NoValue  # SG303
          - !Ref OrdersErrors""",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # the first item comes from Globals: it stands there, and there it is to be removed
        template=orders(alarm()).replace(
            "Resources:",
            """Globals:
  Function:
    DeploymentPreference:
      Alarms: [!Ref AWS::NoValue]  # SG303
Resources:""",
            1,
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(  # no alarm is meant, and SG301 says so
        template=orders(strategy="AllAtOnce", wired="[!Ref AWS::NoValue]"),
        samconfig=SAMCONFIG.replace("prod", "test"),
    ),
    Example(  # in a later place it takes no other alarm with it
        template=orders(strategy="AllAtOnce", wired="[orders-errors, !Ref AWS::NoValue]"),
        samconfig=SAMCONFIG.replace("prod", "test"),
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each list of alarms that SAM drops."""
    lost = lost_list(rollout)
    if lost is None or lost.how is not Loss.FIRST_NO_VALUE or not shifts_gradually(rollout):
        return
    yield Finding(
        lost.node.span,
        "SAM drops all alarms of {resource}, because the first one is AWS::NoValue: nothing stops a version that "
        "fails. Remove the item",
        because=lost.because,
        resource=rollout.function,
        fixes=cut_fix(lost, rollout.template.document),
    )
