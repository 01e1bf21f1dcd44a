"""More datapoints to alarm than periods that are looked at.

What goes wrong: DatapointsToAlarm says how many of the EvaluationPeriods must breach. CloudWatch refuses an alarm that
asks for more than there are, and the stack does not deploy.
Silent when: a number is not known; no gradual rollout lists the alarm.
Fix: DatapointsToAlarm at or below EvaluationPeriods.
Source: CloudWatch user guide, "Evaluating an alarm" (M out of N).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rollout.strategy import number
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders
from samguard.rules.alarms.relied_on import relied_on, scalar_fix

RULE = Rule("SG321", "datapoints-exceed-periods", Level.ERROR, since="0.1.0")

BAD = (Example(template=orders(alarm(DatapointsToAlarm="3  # SG321")), samconfig=SAMCONFIG),)

GOOD = (
    Example(template=orders(alarm(DatapointsToAlarm="2")), samconfig=SAMCONFIG),
    Example(template=orders(alarm(), alarm("ForPeople", DatapointsToAlarm="3")), samconfig=SAMCONFIG),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each listed alarm that asks for more datapoints than it has periods."""
    for relied in relied_on(rollout):
        datapoints, periods = number(relied.alarm.datapoints_to_alarm), number(relied.alarm.evaluation_periods)
        if datapoints is not None and periods is not None and datapoints > periods:
            yield relied.finding(
                relied.alarm.span_of("DatapointsToAlarm"),
                f"CloudWatch refuses {relied.name}: {datapoints:g} of {periods:g} periods cannot breach, so the "
                f"deployment of {{resource}} fails. Write {periods:g} or less",
                because=(*relied.alarm.datapoints_to_alarm.because, *relied.alarm.evaluation_periods.because),
                fixes=scalar_fix(relied.node("DatapointsToAlarm"), f"{periods:g}"),
            )
