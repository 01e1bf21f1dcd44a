"""Periods that add up to more than CloudWatch evaluates.

What goes wrong: Period times EvaluationPeriods may be a day at the most (a week with periods of an hour and more).
CloudWatch refuses the alarm beyond that, and the stack does not deploy.
Silent when: a number is not known; no gradual rollout lists the alarm.
Fix: fewer or shorter periods. For a canary of some minutes an alarm needs some minutes.
Source: CloudWatch API reference, PutMetricAlarm (Period, EvaluationPeriods).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders
from samguard.rules.alarms.periods import window_too_long
from samguard.rules.alarms.relied_on import relied_on

RULE = Rule("SG320", "window-too-long", Level.ERROR, since="0.1.0")

_AT_NIGHT = {"TreatMissingData": "notBreaching", "Namespace": "Orders", "Dimensions": "", "DatapointsToAlarm": "1"}
_BOTH = "[!Ref OrdersErrors, !Ref Failed]"

BAD = (
    Example(
        template=orders(alarm(), alarm("Failed", EvaluationPeriods="1500  # SG320", **_AT_NIGHT), wired=_BOTH),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(
        template=orders(alarm(), alarm("Failed", EvaluationPeriods="1440", **_AT_NIGHT), wired=_BOTH),
        samconfig=SAMCONFIG,
    ),
    Example(  # a week of hours
        template=orders(
            alarm(), alarm("Failed", EvaluationPeriods="168", **{**_AT_NIGHT, "Period": "3600"}), wired=_BOTH
        ),
        samconfig=SAMCONFIG.replace("prod", "test"),
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each listed alarm with too long a window."""
    for relied in relied_on(rollout):
        period = window_too_long(relied.alarm)
        if period is not None:
            yield relied.finding(
                relied.alarm.span_of("EvaluationPeriods"),
                f"CloudWatch refuses {relied.name}: its periods of {period.seconds:g} seconds add up to more than a "
                "day (a week, by the hour), so the deployment of {resource} fails. Take fewer of them",
                because=(*relied.alarm.evaluation_periods.because, *period.because),
            )
