"""A rate whose value without requests is left to chance.

What goes wrong: in a period without requests Lambda publishes neither errors nor invocations, and a division by a
missing or zero value gives no data. What the alarm makes of that is up to TreatMissingData, which here says nothing or
keeps the state: the alarm lapses into INSUFFICIENT_DATA, or stays in ALARM when there is nothing to see any more.
Silent when: TreatMissingData is notBreaching (silence is good) or breaching (SG313 speaks of that); the division is
guarded by IF, MAX or FILL; no gradual rollout lists the alarm.
Fix: `TreatMissingData: notBreaching`, and `IF(invocations > 0, errors / invocations, 0)`.
Source: CloudWatch user guide, "Using metric math" and "Configuring how CloudWatch alarms treat missing data".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.expressions import bare_divisions
from samguard.rules.alarms.orders_example import SAMCONFIG, orders, rate_alarm
from samguard.rules.alarms.relied_on import relied_on

RULE = Rule("SG333", "division-without-guard", Level.NOTE, since="0.1.0", about_production=True)


def _rate(expression: str, treatment: str) -> str:
    return orders(rate_alarm(expression, TreatMissingData=treatment), wired="[!Ref OrdersErrorRate]")


BAD = (
    Example(template=_rate("errors / invocations  # SG333 in prod", ""), samconfig=SAMCONFIG),
    Example(template=_rate("100 * (errors / invocations)  # SG333 in prod", "missing"), samconfig=SAMCONFIG),
)

GOOD = (
    Example(template=_rate("errors / invocations", "notBreaching"), samconfig=SAMCONFIG),
    Example(template=_rate("IF(invocations > 0, errors / invocations, 0)", ""), samconfig=SAMCONFIG),
    Example(template=_rate("errors / MAX([invocations, 1])", ""), samconfig=SAMCONFIG),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each such division of a listed alarm."""
    for relied in relied_on(rollout):
        for span in bare_divisions(relied.alarm):
            yield relied.finding(
                span,
                f"{relied.name} has no value while there are no requests to {{resource}}, and its TreatMissingData "
                "does not say that this is good {where}. Use notBreaching",
            )
