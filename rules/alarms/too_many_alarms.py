"""A list of more than ten alarms.

What goes wrong: a deployment group takes ten alarms. With more, CodeDeploy refuses the group and the stack does not
deploy; SAM does not count them before. Lists in Globals and in a function are joined.
Silent when: the list is not known.
Fix: leave out those that say the same, or join some in one alarm by metric math.
Source: CodeDeploy user guide, "CodeDeploy quotas"; CloudFormation user guide, AWS::CodeDeploy::DeploymentGroup
AlarmConfiguration.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.alarm_list import alarm_count, list_span
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders

RULE = Rule("SG305", "too-many-alarms", Level.ERROR, since="0.1.0")

MOST_ALARMS: Final = 10
"""Alarms that a deployment group may have."""

_TEN = ", ".join(f"queue-{number}-age" for number in range(9))

BAD = (
    Example(
        template=orders(alarm(), wired=f"[!Ref OrdersErrors, {_TEN}, api-errors]").replace(
            "Alarms:", "Alarms: # SG305\n         "
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # ten in Globals, and the function's own behind them
        template=orders(alarm(), wired="[!Ref OrdersErrors]  # SG305").replace(
            "Resources:",
            f"""Globals:
  Function:
    DeploymentPreference:
      Alarms: [{_TEN}, api-errors]
Resources:""",
            1,
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=orders(alarm(), wired=f"[!Ref OrdersErrors, {_TEN}]"), samconfig=SAMCONFIG),
    Example(  # said twice is the same alarm
        template=orders(alarm(), wired=f"[!Ref OrdersErrors, {_TEN}, queue-1-age]"),
        samconfig=SAMCONFIG,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each list that is too long."""
    count = alarm_count(rollout)
    if count > MOST_ALARMS:
        yield Finding(
            list_span(rollout),
            f"the list of {{resource}} has {count} alarms, and CodeDeploy takes {MOST_ALARMS} at the most: the "
            "deployment fails. Leave some out, or join them by metric math",
            resource=rollout.function,
        )
