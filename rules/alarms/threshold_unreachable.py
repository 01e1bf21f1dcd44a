"""A threshold that cannot be crossed, however bad the version is.

What goes wrong: a rate lies between 0 and 1 (in percent, between 0 and 100), the Maximum of Errors is 1 at the most,
and no Duration is longer than the function's Timeout. An alarm whose threshold lies beyond never goes into ALARM, so
the worst version passes. The usual slip is a percentage as the threshold of a fraction.
Silent when: threshold, comparison, expression or Timeout are not known; the threshold is one of a plain count, which
enough traffic crosses; the statistic is wrong (SG316) or the comparison is the wrong way round (SG317); no gradual
rollout lists the alarm.
Fix: lower the threshold, or multiply the rate by 100 where percent are meant.
Source: Lambda developer guide, "Types of metrics for Lambda functions"; CloudWatch user guide, "Using metric math".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.expected_values import can_never_fire, rate_hint
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders, rate_alarm
from samguard.rules.alarms.relied_on import relied_on
from samguard.rules.alarms.timeouts import beyond_timeout

RULE = Rule("SG318", "threshold-unreachable", Level.ERROR, since="0.1.0")

_GUARDED = "IF(invocations > 0, errors / invocations, 0)"


def _rate(expression: str, threshold: str, **changes: str) -> str:
    return orders(rate_alarm(expression, Threshold=threshold, **changes), wired="[!Ref OrdersErrorRate]")


def _slow(threshold: str, statistic: str = "Average", function: str = "Timeout: 10", **changes: str) -> str:
    slow = alarm("OrdersSlow", MetricName="Duration", Statistic=statistic, Threshold=threshold, **changes)
    return orders(alarm(), slow, wired="[!Ref OrdersErrors, !Ref OrdersSlow]", function=function)


BAD = (
    Example(template=_rate(_GUARDED, "5  # SG318"), samconfig=SAMCONFIG),
    Example(template=_rate("100 * errors / invocations", "101  # SG318"), samconfig=SAMCONFIG),
    Example(  # a success rate in percent, compared with a fraction
        template=_rate("100 - 100 * errors / invocations", "-5  # SG318", ComparisonOperator="LessThanThreshold"),
        samconfig=SAMCONFIG,
    ),
    Example(template=orders(alarm(Statistic="Maximum", Threshold="5  # SG318")), samconfig=SAMCONFIG),
    Example(template=_slow("15000  # SG318"), samconfig=SAMCONFIG),
    Example(template=_slow("10000  # SG318"), samconfig=SAMCONFIG),
    Example(  # Lambda's own Timeout of three seconds
        template=_slow("5000  # SG318", function=""), samconfig=SAMCONFIG
    ),
)

GOOD = (
    Example(template=_rate(_GUARDED, "0.05"), samconfig=SAMCONFIG),
    Example(template=_rate("100 * errors / invocations", "5"), samconfig=SAMCONFIG),
    Example(template=_rate("(errors / MAX([errors, invocations])) * 100", "5"), samconfig=SAMCONFIG),
    Example(  # a plain count
        template=orders(alarm(Threshold="50")), samconfig=SAMCONFIG
    ),
    Example(template=_slow("8000"), samconfig=SAMCONFIG),
    Example(  # whether a request timed out
        template=_slow("10000", statistic="Maximum"), samconfig=SAMCONFIG
    ),
    Example(  # what the timeout is, the deployment says
        template=_slow("15000", function="Timeout: !Ref Seconds").replace(
            "Resources:", "Parameters:\n  Seconds: {Type: Number}\nResources:", 1
        ),
    ),
    Example(  # an expression that samguard does not follow
        template=_rate("RATE(errors) / PERIOD(invocations)", "5"), samconfig=SAMCONFIG
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each listed alarm that no failure brings into ALARM."""
    for relied in relied_on(rollout):
        if can_never_fire(relied.alarm, rollout.scene):
            yield relied.finding(
                relied.alarm.span_of("Threshold"),
                f"{relied.name} never goes into ALARM, not even when every request to {{resource}} fails: "
                f"{rate_hint(relied.alarm, rollout.scene)}. Set a threshold that failures cross",
                because=relied.alarm.threshold.because,
            )
        beyond = beyond_timeout(relied.alarm, rollout.scene)
        if beyond is not None:
            yield relied.finding(
                relied.alarm.span_of("Threshold"),
                f"{relied.name} does not see a slow version of {{resource}}: {beyond.message}. Lower the threshold",
                because=(*relied.alarm.threshold.because, *beyond.because),
                level=beyond.level,
            )
