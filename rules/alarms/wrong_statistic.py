"""A statistic that says nothing of what the metric counts.

What goes wrong: Lambda counts each request as 0 or 1 in Errors and Throttles. Their Average is a rate between 0 and 1,
so it does not reach a threshold of 1 or more unless every request fails; their Minimum is 1 only then; their
SampleCount is the number of requests, failed or not, and rings with the traffic. The Sum of Duration grows with the
traffic as well. Of Invocations, all but Sum and SampleCount is always 1.
Silent when: the statistic or the threshold is not known; Average has a threshold below 1 (an error rate); the metric is
not one of AWS/Lambda; no gradual rollout lists the alarm.
Fix: Sum for counts; Average, Maximum or a percentile (ExtendedStatistic: p99) for Duration.
Source: Lambda developer guide, "Types of metrics for Lambda functions".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders, rate_alarm
from samguard.rules.alarms.relied_on import relied_on, right_word
from samguard.rules.alarms.statistics import statistic_faults

RULE = Rule("SG316", "wrong-statistic", Level.ERROR, since="0.1.0")

_RATE = "IF(invocations > 0, errors / invocations, 0)"


def _duration(**changes: str) -> str:
    return alarm("OrdersSlow", **{"MetricName": "Duration", "Statistic": "Sum", "Threshold": "2000", **changes})


def _last(text: str, old: str, new: str) -> str:
    """The text with the last occurrence replaced."""
    before, _, after = text.rpartition(old)
    return before + new + after


_SLOW_TOO = "[!Ref OrdersErrors, !Ref OrdersSlow]"

BAD = (
    Example(
        template=orders(alarm(Statistic="Average  # SG316")),
        samconfig=SAMCONFIG,
        fixed=orders(alarm(Statistic="Sum  # SG316")),
    ),
    Example(template=orders(alarm(Statistic="Minimum  # SG316")), samconfig=SAMCONFIG),
    Example(template=orders(alarm(Statistic="SampleCount  # SG316")), samconfig=SAMCONFIG),
    Example(
        template=orders(alarm(), _duration(Statistic="Sum  # SG316"), wired=_SLOW_TOO),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=orders(alarm(), _duration(Statistic="Minimum  # SG316"), wired=_SLOW_TOO),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=orders(
            rate_alarm(_RATE).replace("Stat: Sum", "Stat: Average  # SG316", 1), wired="[!Ref OrdersErrorRate]"
        ),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=orders(
            _last(rate_alarm(_RATE), "Stat: Sum", "Stat: Average  # SG316"), wired="[!Ref OrdersErrorRate]"
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(  # an error rate
        template=orders(alarm(Statistic="Average", Threshold="0.05")), samconfig=SAMCONFIG
    ),
    Example(  # whether any request failed
        template=orders(alarm(Statistic="Maximum")), samconfig=SAMCONFIG
    ),
    Example(template=orders(alarm(), _duration(Statistic="Average"), wired=_SLOW_TOO), samconfig=SAMCONFIG),
    Example(
        template=orders(alarm(), _duration(Statistic="", ExtendedStatistic="p99"), wired=_SLOW_TOO), samconfig=SAMCONFIG
    ),
    Example(  # a sum of the application's own
        template=orders(alarm(), _duration(Namespace="Orders", Dimensions=""), wired=_SLOW_TOO),
        samconfig=SAMCONFIG,
    ),
    Example(  # the average of the averages is no rate, but a threshold below 1 is one of a rate
        template=orders(
            rate_alarm("errors", Threshold="0.05").replace("Stat: Sum", "Stat: Average", 1),
            wired="[!Ref OrdersErrorRate]",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(template=orders(alarm(), alarm("ForPeople", Statistic="Average")), samconfig=SAMCONFIG),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each metric of a listed alarm whose statistic cannot be meant."""
    for relied in relied_on(rollout):
        for fault in statistic_faults(relied.alarm):
            yield relied.finding(
                fault.span,
                f"{relied.name} {fault.message}, so it tells no bad version of {{resource}}. Use {fault.right}",
                because=fault.because,
                fixes=right_word(fault.node, fault.word),
            )
