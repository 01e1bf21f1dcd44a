"""An expression reads a metric that the alarm does not have.

What goes wrong: metric math refers to the Ids of the alarm's other entries. CloudWatch refuses an expression with an Id
that is not there, so the stack does not deploy, and the alarm that the rollout relies on is not made.
Silent when: the expression or the entries are not known; it is a search or a query; no gradual rollout lists the alarm.
Fix: write the Id as the entry has it.
Source: CloudWatch user guide, "Using metric math"; CloudWatch API reference, MetricDataQuery.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.expressions import undefined_names
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders, rate_alarm
from samguard.rules.alarms.relied_on import relied_on

RULE = Rule("SG339", "undefined-metric-id", Level.ERROR, since="0.1.0")


def _rate(expression: str) -> str:
    return orders(rate_alarm(expression), wired="[!Ref OrdersErrorRate]")


BAD = (
    Example(template=_rate("errors / invocation  # SG339"), samconfig=SAMCONFIG),
    Example(template=_rate("IF(requests > 0, errors / invocations, 0)  # SG339"), samconfig=SAMCONFIG),
)

GOOD = (
    Example(template=_rate("IF(invocations > 0, FILL(errors, REPEAT) / invocations, 0)"), samconfig=SAMCONFIG),
    Example(template=orders(alarm(), rate_alarm("errors / requests")), samconfig=SAMCONFIG),
    Example(
        template=_rate("""SEARCH('{AWS/Lambda,FunctionName} MetricName="Errors"', 'Sum', 60)"""), samconfig=SAMCONFIG
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each expression of a listed alarm with an Id that is not there."""
    for relied in relied_on(rollout):
        for name, near, span in undefined_names(relied.alarm, rollout.scene):
            yield relied.finding(
                span,
                f"CloudWatch refuses {relied.name}, so the deployment of {{resource}} fails: its expression reads "
                f"{name}, and no entry of Metrics has that Id. {near}",
            )
