"""A rate that the old version's requests dilute below the threshold.

What goes wrong: an alarm by function or by alias counts the requests of both versions. While the canary gets 10 %, a
version that fails all of its requests shows as a rate of 10 %: a threshold at or above that is not crossed before
everybody is on the new version.
Silent when: the alarm has the dimension ExecutedVersion, or its threshold is one of a plain count; the strategy is
linear or its share is not known; the threshold cannot be crossed at all (SG318). Where another alarm of the list sees
the canary's errors alone, this is a note.
Fix: add the dimension ExecutedVersion (`!GetAtt Orders.Version.Version`), or set a threshold well below the canary's
share.
Source: Lambda developer guide, "Lambda function aliases" (weighted aliases) and "Types of metrics for Lambda
functions".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.dilution import canary_share, is_diluted, level_beside, strategy_trail
from samguard.rules.alarms.orders_example import DIMENSIONS, SAMCONFIG, VERSION, alarm, orders, rate_alarm
from samguard.rules.alarms.relied_on import relied_on

RULE = Rule("SG309", "alarm-diluted", Level.WARNING, since="0.1.0", about_production=True)

_RATE = "IF(invocations > 0, errors / invocations, 0)"

BAD = (
    Example(
        template=orders(rate_alarm(_RATE, Threshold="0.25  # SG309 in prod"), wired="[!Ref OrdersErrorRate]"),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=orders(alarm(Statistic="Average", Threshold="0.5  # SG309 in prod")),
        samconfig=SAMCONFIG,
    ),
    Example(  # a success rate
        template=orders(
            rate_alarm(
                "100 * (1 - errors / invocations)",
                Threshold="80  # SG309 in prod",
                ComparisonOperator="LessThanThreshold",
            ),
            wired="[!Ref OrdersErrorRate]",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # a note: the one beside it sees the canary alone
        template=orders(
            alarm(Dimensions=DIMENSIONS + VERSION),
            rate_alarm(_RATE, Threshold="0.25  # SG309 in prod"),
            wired="[!Ref OrdersErrors, !Ref OrdersErrorRate]",
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=orders(rate_alarm(_RATE, Threshold="0.05"), wired="[!Ref OrdersErrorRate]"), samconfig=SAMCONFIG),
    Example(  # the canary alone
        template=orders(
            rate_alarm(_RATE, Threshold="0.25", dimensions=DIMENSIONS + VERSION), wired="[!Ref OrdersErrorRate]"
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # more and more of the traffic
        template=orders(
            rate_alarm(_RATE, Threshold="0.25"), wired="[!Ref OrdersErrorRate]", strategy="Linear10PercentEvery3Minutes"
        ),
        samconfig=SAMCONFIG,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each listed rate that the canary alone cannot lift over its threshold."""
    share = canary_share(rollout)
    relied_upon = relied_on(rollout)
    for relied in relied_upon:
        if is_diluted(relied.alarm, share, rollout.scene):
            yield relied.finding(
                relied.alarm.span_of("Threshold"),
                f"{relied.name} cannot fire during the canary: the old version's requests dilute the rate, so if every "
                f"request to the new version of {{resource}} fails, it shows as {share:.0%} {{where}}. Add "
                "ExecutedVersion, or lower the threshold",
                because=(*relied.alarm.threshold.because, *strategy_trail(rollout)),
                level=level_beside(relied_upon, share, rollout.scene),
            )
