"""A period below a minute on metrics that come once a minute.

What goes wrong: AWS Lambda sends its metrics once a minute. An alarm with a Period of 10 or 30 seconds finds no data in
most of its periods: with several datapoints to alarm it hardly ever fires, and it lapses into INSUFFICIENT_DATA
between.
Silent when: the metric is the application's own, which may be stored each second; no gradual rollout lists the alarm.
Fix: `Period: 60`.
Source: Lambda developer guide, "Types of metrics for Lambda functions"; CloudWatch user guide, "High-resolution
alarms".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders, rate_alarm
from samguard.rules.alarms.periods import short_periods
from samguard.rules.alarms.relied_on import relied_on, scalar_fix

RULE = Rule("SG319", "sub-minute-period", Level.WARNING, since="0.1.0")

BAD = (
    Example(
        template=orders(alarm(Period="10  # SG319")), samconfig=SAMCONFIG, fixed=orders(alarm(Period="60  # SG319"))
    ),
    Example(
        template=orders(
            rate_alarm("errors / invocations").replace("Period: 60", "Period: 30  # SG319"),
            wired="[!Ref OrdersErrorRate]",
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(
        template=orders(
            alarm(),
            alarm("Failed", Namespace="Orders", Dimensions="", Period="10"),
            wired="[!Ref OrdersErrors, !Ref Failed]",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(template=orders(alarm(), alarm("ForPeople", Period="10")), samconfig=SAMCONFIG),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each short period of a listed alarm."""
    for relied in relied_on(rollout):
        for period in short_periods(relied.alarm):
            yield relied.finding(
                period.span,
                f"{relied.name} looks every {period.seconds:g} seconds, but AWS sends this metric once a minute: it "
                "has no data most of the time, and may not fire for a bad version of {resource}. Use 60",
                because=period.because,
                fixes=scalar_fix(period.node, "60"),
            )
