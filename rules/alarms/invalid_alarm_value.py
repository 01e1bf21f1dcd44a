"""A word or a number that CloudWatch does not take in an alarm.

What goes wrong: `ComparisonOperator: GreaterThan`, `TreatMissingData: notbreaching`, `Statistic: p99` or `Period: 5`
are refused by CloudWatch, so the stack does not deploy, and the alarm that the rollout relies on is not made.
Silent when: the value is not known; no gradual rollout lists the alarm.
Fix: write the word as CloudWatch writes it; Period is in seconds, 60 or a multiple of it.
Source: CloudWatch API reference, PutMetricAlarm.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.alarm_shape import value_faults
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders, rate_alarm
from samguard.rules.alarms.relied_on import relied_on, right_word

RULE = Rule("SG338", "invalid-alarm-value", Level.ERROR, since="0.1.0")

BAD = (
    Example(
        template=orders(alarm(ComparisonOperator="GreaterThanOrEqualThreshold  # SG338")),
        samconfig=SAMCONFIG,
        fixed=orders(alarm(ComparisonOperator="GreaterThanOrEqualToThreshold  # SG338")),
    ),
    Example(template=orders(alarm(TreatMissingData="notbreaching  # SG338")), samconfig=SAMCONFIG),
    Example(template=orders(alarm(Statistic="sum  # SG338")), samconfig=SAMCONFIG),
    Example(template=orders(alarm(Period="60s  # SG338")), samconfig=SAMCONFIG),
    Example(template=orders(alarm(Statistic="p99  # SG338")), samconfig=SAMCONFIG),
    Example(template=orders(alarm(Statistic="", ExtendedStatistic="Maximum  # SG338")), samconfig=SAMCONFIG),
    Example(
        template=orders(alarm(Statistic="", ExtendedStatistic="95  # SG338")),
        samconfig=SAMCONFIG,
        fixed=orders(alarm(Statistic="", ExtendedStatistic="p95  # SG338")),
    ),
    Example(template=orders(alarm(Statistic="", ExtendedStatistic="percentile  # SG338")), samconfig=SAMCONFIG),
    Example(template=orders(alarm(Period="5  # SG338")), samconfig=SAMCONFIG),
    Example(template=orders(alarm(Period="90  # SG338")), samconfig=SAMCONFIG),
    Example(template=orders(alarm(Threshold="5%  # SG338")), samconfig=SAMCONFIG),
    Example(template=orders(alarm(EvaluationPeriods="0  # SG338")), samconfig=SAMCONFIG),
    Example(
        template=orders(
            rate_alarm("errors / invocations").replace("Stat: Sum", "Stat: sum  # SG338", 1),
            wired="[!Ref OrdersErrorRate]",
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=orders(alarm()), samconfig=SAMCONFIG),
    Example(
        template=orders(
            rate_alarm("errors / invocations").replace("Stat: Sum", "Stat: TS(50:)", 1), wired="[!Ref OrdersErrorRate]"
        ),
        samconfig=SAMCONFIG,
    ),
    Example(template=orders(alarm(), alarm("ForPeople", Period="5")), samconfig=SAMCONFIG),
    Example(template=orders(alarm(Statistic="", ExtendedStatistic="TM(10%:90%)")), samconfig=SAMCONFIG),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each value of a listed alarm that is refused."""
    for relied in relied_on(rollout):
        for fault in value_faults(relied.alarm, rollout.scene):
            yield relied.finding(
                fault.span,
                f"CloudWatch refuses {relied.name}, so the deployment of {{resource}} fails: {fault.message}",
                because=relied.alarm.threshold.because if fault.span == relied.alarm.span_of("Threshold") else (),
                fixes=right_word(fault.node, fault.right),
            )
