"""A fraction as the threshold of a rate in percent.

What goes wrong: the expression multiplies the rate by 100, and the threshold reads as if it did not: 0.05 is not 5 %
then but five failures in 10,000 requests. The alarm fires for a single failure, and a good version is rolled back for
one that fails anyway.
Silent when: the threshold is 0.1 or more, as somebody may mean it; the expression is not known; it is no rate in
percent; no gradual rollout lists the alarm; the environment is not production.
Fix: write the threshold in percent, 5 for 5 %.
Source: CloudWatch user guide, "Using metric math".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rollout.strategy import number
from samguard.rules.alarms.expected_values import is_fraction_of_percent
from samguard.rules.alarms.orders_example import SAMCONFIG, orders, rate_alarm
from samguard.rules.alarms.relied_on import relied_on

RULE = Rule("SG343", "percent-or-fraction", Level.NOTE, since="0.1.0", about_production=True)


def _rate(expression: str, threshold: str) -> str:
    return orders(rate_alarm(expression, Threshold=threshold), wired="[!Ref OrdersErrorRate]")


BAD = (Example(template=_rate("100 * errors / invocations", "0.05  # SG343 in prod"), samconfig=SAMCONFIG),)

GOOD = (
    Example(template=_rate("errors / invocations", "0.05"), samconfig=SAMCONFIG),
    Example(template=_rate("100 * errors / invocations", "0.1"), samconfig=SAMCONFIG),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each listed rate in percent that is compared with a fraction."""
    for relied in relied_on(rollout):
        if is_fraction_of_percent(relied.alarm, rollout.scene):
            yield relied.finding(
                relied.alarm.span_of("Threshold"),
                f"{relied.name} compares percent with a threshold of {number(relied.alarm.threshold):g}, so a single "
                "failure may roll {resource} back {where}. Write the threshold in percent",
                because=relied.alarm.threshold.because,
            )
