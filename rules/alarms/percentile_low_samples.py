"""A percentile that waits for more requests than the canary gets.

What goes wrong: with `EvaluateLowSampleCountPercentile: ignore` CloudWatch leaves the alarm as it is until a period has
enough requests for the percentile to mean something: ten divided by the share above it, which is 1,000 in a period for
p99. A canary with a tenth of the traffic hardly gets them, so a slow version is never judged.
Silent when: the property is absent or says evaluate; no gradual rollout lists the alarm; the environment is not
production.
Fix: `EvaluateLowSampleCountPercentile: evaluate`, or leave it out.
Source: CloudWatch user guide, "Percentile-based alarms and low data samples".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Literal
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders
from samguard.rules.alarms.relied_on import relied_on, scalar_fix

RULE = Rule("SG324", "percentile-low-samples", Level.WARNING, since="0.1.0", about_production=True)

_SLOW = {"MetricName": "Duration", "Statistic": "", "ExtendedStatistic": "p99", "Threshold": "2000"}
_BOTH = "[!Ref OrdersErrors, !Ref OrdersSlow]"


def _few(text: str) -> str:
    slow = alarm("OrdersSlow", EvaluateLowSampleCountPercentile=text, **_SLOW)
    return orders(alarm(), slow, wired=_BOTH)


BAD = (Example(template=_few("ignore  # SG324 in prod"), samconfig=SAMCONFIG, fixed=_few("evaluate  # SG324 in prod")),)

GOOD = (
    Example(template=_few("evaluate"), samconfig=SAMCONFIG),
    Example(template=_few(""), samconfig=SAMCONFIG),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each listed alarm that ignores periods with few requests."""
    for relied in relied_on(rollout):
        node = relied.node("EvaluateLowSampleCountPercentile")
        value = rollout.scene.value(node)
        if node is not None and isinstance(value, Literal) and value.text == "ignore":
            yield relied.finding(
                node.span,
                f"{relied.name} ignores periods with few requests, and a canary of {{resource}} gets few: a slow "
                "version is not judged {where}. Use evaluate",
                because=value.because,
                fixes=scalar_fix(node, "evaluate"),
            )
