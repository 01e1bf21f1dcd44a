"""An alarm for missing traffic that does not see a total silence.

What goes wrong: the alarm rings when there are fewer requests than usual. When there are none at all, Lambda publishes
no data, and unless missing data counts as breaching the alarm does not ring: the worst case looks healthy. With a
threshold of one request it can never ring.
Silent when: missing data is breaching; the metric is not the number of requests; an expression is judged; the
environment is not production.
Fix: `TreatMissingData: breaching` for this alarm, which by function is right even on quiet days if it must never be
quiet.
Source: CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data"; Lambda developer guide, "Types of
metrics for Lambda functions".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.missing_data import unseen_silence
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders
from samguard.rules.alarms.relied_on import relied_on

RULE = Rule("SG336", "silence-not-seen", Level.WARNING, since="0.1.0", about_production=True)

_BOTH = "[!Ref OrdersErrors, !Ref OrdersQuiet]"


def _quiet(**changes: str) -> str:
    right = {"MetricName": "Invocations", "Threshold": "1", "ComparisonOperator": "LessThanThreshold"}
    return orders(alarm(), alarm("OrdersQuiet", **{**right, **changes}), wired=_BOTH)


BAD = (
    Example(template=_quiet(TreatMissingData="notBreaching  # SG336 in prod"), samconfig=SAMCONFIG),
    Example(  # a note: few requests are seen
        template=_quiet(Threshold="20", TreatMissingData="missing  # SG336 in prod"), samconfig=SAMCONFIG
    ),
)

GOOD = (
    Example(template=_quiet(TreatMissingData="breaching"), samconfig=SAMCONFIG),
    Example(  # too much of it
        template=_quiet(Threshold="5000", ComparisonOperator="GreaterThanThreshold"), samconfig=SAMCONFIG
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each listed alarm for too few requests that takes none for all right."""
    for relied in relied_on(rollout):
        alarm = relied.alarm
        level = unseen_silence(alarm)
        if level is not None:
            yield relied.finding(
                alarm.span_of("TreatMissingData"),
                f"{relied.name} does not see it when there are no requests to {{resource}} at all: there is no data "
                "then, and that is not breaching {where}. Use breaching",
                because=alarm.treat_missing_data.because,
                level=level,
            )
