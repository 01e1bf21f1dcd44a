"""A Unit in which the metric is not published.

What goes wrong: with Unit an alarm asks for the data points of that unit only. Lambda publishes counts as Count and
times as Milliseconds; asked for Seconds or Percent, CloudWatch has no data, and the alarm stays in INSUFFICIENT_DATA,
which stops no deployment.
Silent when: no Unit is given; the unit is not known; the metric is not one of AWS/Lambda whose unit is known; no
gradual rollout lists the alarm.
Fix: leave Unit out.
Source: CloudWatch API reference, PutMetricAlarm (Unit); Lambda developer guide, "Types of metrics for Lambda
functions".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders, rate_alarm
from samguard.rules.alarms.relied_on import relied_on, scalar_fix
from samguard.rules.alarms.units import wrong_units

RULE = Rule("SG323", "wrong-unit", Level.ERROR, since="0.1.0")

_SLOW = {"MetricName": "Duration", "Statistic": "Average", "Threshold": "2000"}
_BOTH = "[!Ref OrdersErrors, !Ref OrdersSlow]"

BAD = (
    Example(
        template=orders(alarm(Unit="Percent  # SG323")),
        samconfig=SAMCONFIG,
        fixed=orders(alarm(Unit="Count  # SG323")),
    ),
    Example(
        template=orders(alarm(), alarm("OrdersSlow", Unit="Seconds  # SG323", **_SLOW), wired=_BOTH),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=orders(
            rate_alarm("errors / invocations").replace(
                "Stat: Sum\n", "Stat: Sum\n            Unit: None  # SG323\n", 1
            ),
            wired="[!Ref OrdersErrorRate]",
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=orders(alarm(Unit="Count")), samconfig=SAMCONFIG),
    Example(
        template=orders(alarm(), alarm("OrdersSlow", Unit="Milliseconds", **_SLOW), wired=_BOTH), samconfig=SAMCONFIG
    ),
    Example(
        template=orders(alarm(), alarm("OrdersSlow", Namespace="Orders", Dimensions="", Unit="Seconds"), wired=_BOTH),
        samconfig=SAMCONFIG,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each metric of a listed alarm that is asked for in another unit."""
    for relied in relied_on(rollout):
        for wrong in wrong_units(relied.alarm):
            yield relied.finding(
                wrong.span,
                f"{relied.name} gets no data, so it never stops a bad version of {{resource}}: Lambda publishes "
                f"{wrong.metric} in {wrong.right}, not in {wrong.unit.text}. Leave Unit out",
                because=wrong.unit.because,
                fixes=scalar_fix(wrong.node, wrong.right),
            )
