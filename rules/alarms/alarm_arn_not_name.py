"""An alarm listed by its ARN.

What goes wrong: CodeDeploy looks alarms up by their names. An ARN names none, so the alarm is not found, and its going
into ALARM stops nothing.
Silent when: the value is not known; the rollout is one of a state machine.
Fix: write `!Ref OrdersErrors`, which is the alarm's name.
Source: CloudFormation user guide, AWS::CodeDeploy::DeploymentGroup Alarm (Name) and AWS::CloudWatch::Alarm (return
values).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout, RolloutKind
from samguard.rules.alarms.entry_faults import arn_fix, entries, is_arn, name_advice
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders

RULE = Rule("SG306", "alarm-arn-not-name", Level.ERROR, since="0.1.0")

BAD = (
    Example(
        template=orders(alarm(), wired="[!GetAtt OrdersErrors.Arn]  # SG306"),
        samconfig=SAMCONFIG,
        fixed=orders(alarm(), wired="[!Ref OrdersErrors]  # SG306"),
    ),
    Example(
        template=orders(
            alarm(),
            alarm("OrdersThrottles", MetricName="Throttles"),
            wired="""
          - !Ref OrdersErrors
          - Fn::GetAtt: [OrdersThrottles, Arn]  # SG306""",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=orders(
            alarm(AlarmName="orders-errors"),
            wired="[!Sub 'arn:aws:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:orders-errors']  # SG306",
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=orders(alarm()), samconfig=SAMCONFIG),
    Example(template=orders(alarm(AlarmName="orders-errors"), wired="[orders-errors]"), samconfig=SAMCONFIG),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each entry that is an ARN. State machines take ARNs, too."""
    for entry in entries(rollout):
        if is_arn(entry, rollout) and rollout.kind is RolloutKind.FUNCTION:
            yield Finding(
                entry.span,
                f"CodeDeploy looks alarms up by name, and this is an ARN: the alarm never stops a bad version of "
                f"{{resource}}. {name_advice(entry)}",
                because=entry.value.because,
                resource=rollout.function,
                fixes=arn_fix(entry, rollout),
            )
