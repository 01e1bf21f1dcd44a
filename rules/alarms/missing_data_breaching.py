"""Periods without requests count as failures.

What goes wrong: without requests there is no data, and with `TreatMissingData: breaching` that is as bad as an error. A
quiet function is in ALARM before the deployment begins, and the canary, which gets a tenth of the requests, has none
for minutes: the deployment is rolled back though nothing failed.
Silent when: the metric is reported all the time, as a heartbeat or the depth of a queue is; the alarm rings for too
little traffic to the function as a whole; an expression fills the gaps; the environment is not production.
Fix: `TreatMissingData: notBreaching`.
Source: CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data"; Lambda developer guide, "Types of
metrics for Lambda functions".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.missing_data import has_gaps, treatment, waits_for_traffic
from samguard.rules.alarms.orders_example import DIMENSIONS, SAMCONFIG, VERSION, alarm, orders, rate_alarm
from samguard.rules.alarms.relied_on import relied_on, scalar_fix

RULE = Rule("SG313", "missing-data-breaching", Level.WARNING, since="0.1.0", about_production=True)

_QUIET = {"MetricName": "Invocations", "Threshold": "5", "ComparisonOperator": "LessThanThreshold"}
_BOTH = "[!Ref OrdersErrors, !Ref OrdersOther]"

BAD = (
    Example(
        template=orders(alarm(TreatMissingData="breaching  # SG313 in prod")),
        samconfig=SAMCONFIG,
        fixed=orders(alarm(TreatMissingData="notBreaching  # SG313 in prod")),
    ),
    Example(
        template=orders(
            rate_alarm("errors / invocations", TreatMissingData="breaching  # SG313 in prod"),
            wired="[!Ref OrdersErrorRate]",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # too few requests to the new version: there are none when the shift begins
        template=orders(
            alarm(),
            alarm(
                "OrdersOther", Dimensions=DIMENSIONS + VERSION, TreatMissingData="breaching  # SG313 in prod", **_QUIET
            ),
            wired=_BOTH,
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(  # that there is no traffic is what this one is for
        template=orders(alarm(), alarm("OrdersOther", TreatMissingData="breaching", **_QUIET), wired=_BOTH),
        samconfig=SAMCONFIG,
    ),
    Example(  # a heartbeat
        template=orders(
            alarm(),
            alarm(
                "OrdersOther",
                Namespace="Orders",
                MetricName="Heartbeat",
                Dimensions="",
                ComparisonOperator="LessThanThreshold",
                TreatMissingData="breaching",
            ),
            wired=_BOTH,
        ),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=orders(
            rate_alarm("FILL(errors, 0) / FILL(invocations, 1)", TreatMissingData="breaching"),
            wired="[!Ref OrdersErrorRate]",
        ),
        samconfig=SAMCONFIG,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each listed alarm that rings for silence."""
    for relied in relied_on(rollout):
        alarm = relied.alarm
        if treatment(alarm) == "breaching" and has_gaps(alarm) and not waits_for_traffic(alarm):
            yield relied.finding(
                alarm.span_of("TreatMissingData"),
                f"{relied.name} takes a minute without requests for a failure, so the deployment of {{resource}} is "
                "rolled back though nothing failed {where}. Use notBreaching",
                because=alarm.treat_missing_data.because,
                fixes=scalar_fix(relied.node("TreatMissingData"), "notBreaching"),
            )
