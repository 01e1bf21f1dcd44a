"""A composite alarm whose rule says the opposite of what is meant, or nothing.

What goes wrong: `OK(OrdersErrors)`, or `NOT ALARM(OrdersErrors)` alone, is fulfilled while all is well: the composite
alarm is in ALARM when a deployment begins and stops it. A rule that nothing fulfils, such as `ALARM(a) AND OK(a)`,
never stops one.
Silent when: the rule is not known, or has parts that samguard does not follow; no gradual rollout lists the composite
alarm. Whether CodeDeploy looks at composite alarms at all is documented nowhere, so this is a warning.
Fix: `ALARM(OrdersErrors) OR ALARM(OrdersThrottles)`.
Source: CloudWatch user guide, "Creating a composite alarm".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.alarm_rules import composites, rule_fault
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders

RULE = Rule("SG342", "composite-rule", Level.WARNING, since="0.1.0")


def _composite(rule: str, wired: str = "[!Ref OrdersBad]") -> str:
    return orders(
        alarm(),
        alarm("OrdersThrottles", MetricName="Throttles"),
        f"""  OrdersBad:
    Type: AWS::CloudWatch::CompositeAlarm
    Properties:
      AlarmRule: {rule}
""",
        wired=wired,
    )


BAD = (
    Example(template=_composite('!Sub "OK(${OrdersErrors})"  # SG342'), samconfig=SAMCONFIG),
    Example(
        template=_composite('!Sub "NOT ALARM(${OrdersErrors}) OR ALARM(${OrdersThrottles})"  # SG342'),
        samconfig=SAMCONFIG,
    ),
    Example(template=_composite('!Sub "ALARM(${OrdersErrors}) AND FALSE"  # SG342'), samconfig=SAMCONFIG),
    Example(template=_composite("'FALSE'  # SG342"), samconfig=SAMCONFIG),  # and SG334 does not repeat it
)

GOOD = (
    Example(template=_composite('!Sub "ALARM(${OrdersErrors}) OR ALARM(${OrdersThrottles})"'), samconfig=SAMCONFIG),
    Example(  # not while the people at work say so
        template=_composite("""!Sub 'ALARM("${OrdersErrors}") AND NOT ALARM("maintenance")'"""), samconfig=SAMCONFIG
    ),
    Example(template=_composite('!Sub "OK(${OrdersErrors})"', wired="[!Ref OrdersErrors]"), samconfig=SAMCONFIG),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each listed composite alarm that cannot be meant."""
    for entry, composite in composites(rollout):
        fault = rule_fault(composite, rollout.scene)
        if fault is not None:
            yield Finding(
                fault.span,
                f"{composite.logical_id} {fault.message}. Ask for ALARM of what is bad",
                because=fault.because(rollout, entry),
                resource=rollout.function,
            )
