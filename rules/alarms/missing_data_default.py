"""Missing data is left to CloudWatch's default.

What goes wrong: an alarm that does not say TreatMissingData treats gaps as `missing`. Between requests it lapses into
INSUFFICIENT_DATA, which stops no deployment, but looks broken to people; and one old failure followed by gaps can bring
it into ALARM earlier than its periods say.
Silent when: the alarm says how, be it `missing`; the metric is reported all the time. Off unless it is selected.
Fix: `TreatMissingData: notBreaching`.
Source: CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data" (avoiding premature transitions to
alarm state).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Removed
from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.missing_data import has_gaps
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders
from samguard.rules.alarms.relied_on import ReliedOn, relied_on

RULE = Rule("SG315", "missing-data-default", Level.NOTE, since="0.1.0", on_by_default=False)

BAD = (
    Example(
        template=orders(alarm(TreatMissingData="").replace("OrdersErrors:", "OrdersErrors:  # SG315")),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=orders(alarm(TreatMissingData="missing")), samconfig=SAMCONFIG),
    Example(
        template=orders(
            alarm(),
            alarm("Depth", Namespace="Orders", MetricName="Depth", Dimensions="", TreatMissingData=""),
            wired="[!Ref OrdersErrors, !Ref Depth]",
        ),
        samconfig=SAMCONFIG,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each listed alarm that does not say what gaps mean."""
    for relied in relied_on(rollout):
        if isinstance(relied.alarm.treat_missing_data, Removed) and has_gaps(relied.alarm):
            yield relied.finding(
                relied.alarm.resource.span,
                f"{relied.name} lapses into INSUFFICIENT_DATA whenever there are no requests to {{resource}}. Say "
                "TreatMissingData: notBreaching",
                fixes=_fixes(relied),
            )


def _fixes(relied: ReliedOn) -> tuple[Fix, ...]:
    """What is to be said. Unsafe: whoever is called when data are missing is called no more."""
    from samguard.mending import properties_added

    entries = {"TreatMissingData": "notBreaching"}
    edit = properties_added(relied.alarm.resource, relied.rollout.template, entries, ())
    return (Fix("Say TreatMissingData: notBreaching", (edit,), safe=False),) if edit is not None else ()
