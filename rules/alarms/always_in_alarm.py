"""A threshold that every healthy period crosses.

What goes wrong: with `GreaterThanOrEqualToThreshold 0` on a count, or a threshold on Invocations that the first request
crosses, or `GreaterThanThreshold 0` on Duration, the alarm is in ALARM whatever the function does. An alarm that is in
ALARM when a deployment begins stops it: nothing is released any more, until somebody takes the alarm off the list.
Silent when: threshold or comparison are not known; the statistic is wrong (SG316) or the comparison is the wrong way
round (SG317); no gradual rollout lists the alarm.
Fix: `GreaterThanThreshold 0` or `GreaterThanOrEqualToThreshold 1` for a count of failures.
Source: CloudWatch user guide, "Using Amazon CloudWatch alarms"; SAM, docs/safe_lambda_deployments.rst (an alarm that is
in ALARM already).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.expected_values import is_always_in_alarm, is_reversed, where_to_change
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders, rate_alarm
from samguard.rules.alarms.relied_on import relied_on
from samguard.rules.alarms.statistics import statistic_faults

RULE = Rule("SG337", "always-in-alarm", Level.ERROR, since="0.1.0")

BAD = (
    Example(template=orders(alarm(Threshold="0  # SG337")), samconfig=SAMCONFIG),
    Example(
        template=orders(
            alarm(MetricName="Invocations  # SG337"),
            alarm("OrdersFailed"),
            wired="[!Ref OrdersErrors, !Ref OrdersFailed]",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=orders(
            alarm(),
            alarm("OrdersSlow", MetricName="Duration", Statistic="Average", Threshold="0  # SG337"),
            wired="[!Ref OrdersErrors, !Ref OrdersSlow]",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # nothing takes no time
        template=orders(
            alarm(),
            alarm(
                "OrdersSlow",
                MetricName="Duration",
                Statistic="Average",
                ComparisonOperator="GreaterThanThreshold",
                Threshold="0  # SG337",
            ),
            wired="[!Ref OrdersErrors, !Ref OrdersSlow]",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # 0 of 1 is a rate of 0, too
        template=orders(rate_alarm("errors / invocations", Threshold="0  # SG337"), wired="[!Ref OrdersErrorRate]"),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(  # any error at all
        template=orders(alarm(Threshold="0", ComparisonOperator="GreaterThanThreshold")), samconfig=SAMCONFIG
    ),
    Example(  # more traffic than there should be
        template=orders(
            alarm(),
            alarm("OrdersBusy", MetricName="Invocations", Threshold="500"),
            wired="[!Ref OrdersErrors, !Ref OrdersBusy]",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # an event that is handled at once has no age
        template=orders(
            alarm(),
            alarm(
                "OrdersOld",
                MetricName="AsyncEventAge",
                Statistic="Maximum",
                ComparisonOperator="GreaterThanThreshold",
                Threshold="0",
            ),
            wired="[!Ref OrdersErrors, !Ref OrdersOld]",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # a queue is never shorter than 0, and its depth is no failure
        template=orders(
            alarm(),
            alarm("Depth", Namespace="Orders", MetricName="Depth", Dimensions="", Threshold="0"),
            wired="[!Ref OrdersErrors, !Ref Depth]",
        ),
        samconfig=SAMCONFIG,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each listed alarm that is in ALARM whatever happens."""
    for relied in relied_on(rollout):
        alarm, scene = relied.alarm, rollout.scene
        is_other = is_reversed(alarm, scene) or any(True for _ in statistic_faults(alarm))
        if is_always_in_alarm(alarm, scene) and not is_other:
            yield relied.finding(
                where_to_change(alarm),
                f"{relied.name} is in ALARM whether requests to {{resource}} fail or not: every deployment is rolled "
                "back. Watch what failed, with a threshold that healthy traffic does not cross",
                because=alarm.threshold.because,
            )
