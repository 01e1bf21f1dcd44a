"""Periods without requests keep the alarm where it is.

What goes wrong: with `TreatMissingData: ignore` an alarm that fired stays in ALARM until requests come that do not
fail. After a rollback the bad version gets none any more, so an alarm on it stays as it is; and an alarm that is in
ALARM stops the next deployment, which would mend the matter.
Silent when: the metric is reported all the time; an expression fills the gaps; the environment is not production.
Fix: `TreatMissingData: notBreaching`.
Source: CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data"; SAM,
docs/safe_lambda_deployments.rst (an alarm that is in ALARM already).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.missing_data import has_gaps, treatment
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders
from samguard.rules.alarms.relied_on import relied_on, scalar_fix

RULE = Rule("SG314", "missing-data-ignore", Level.WARNING, since="0.1.0", about_production=True)

BAD = (
    Example(
        template=orders(alarm(TreatMissingData="ignore  # SG314 in prod")),
        samconfig=SAMCONFIG,
        fixed=orders(alarm(TreatMissingData="notBreaching  # SG314 in prod")),
    ),
)

GOOD = (
    Example(template=orders(alarm(TreatMissingData="missing")), samconfig=SAMCONFIG),
    Example(  # a depth that is reported all the time
        template=orders(
            alarm(),
            alarm("Depth", Namespace="Orders", MetricName="Depth", Dimensions="", TreatMissingData="ignore"),
            wired="[!Ref OrdersErrors, !Ref Depth]",
        ),
        samconfig=SAMCONFIG,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each listed alarm that sticks."""
    for relied in relied_on(rollout):
        if treatment(relied.alarm) == "ignore" and has_gaps(relied.alarm):
            yield relied.finding(
                relied.alarm.span_of("TreatMissingData"),
                f"once {relied.name} has fired it stays in ALARM while there are no requests, and stops the next "
                "deployment of {resource} {where}. Use notBreaching",
                because=relied.alarm.treat_missing_data.because,
                fixes=scalar_fix(relied.node("TreatMissingData"), "notBreaching"),
            )
