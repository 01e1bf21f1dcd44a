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

from samguard.evaluation import Joined, Literal, Reference, Unknown
from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Rollout, RolloutKind, WiredAlarm
from samguard.rollout.alarm import ALARM_TYPE, COMPOSITE_TYPE
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders
from samguard.rules.alarms.relied_on import replacement, shifts_gradually

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
    """One finding for each entry that is an ARN."""
    if isinstance(rollout.alarms, Unknown) or not shifts_gradually(rollout):
        return
    for entry in rollout.alarms if rollout.kind is RolloutKind.FUNCTION else ():
        if not is_arn(entry, rollout):
            continue
        reference = entry.value if isinstance(entry.value, Reference) else None
        advice = f"Write !Ref {reference.logical_id}" if reference is not None else "Write the alarm's name"
        yield Finding(
            entry.span,
            f"CodeDeploy looks alarms up by name, and this is an ARN: the alarm never stops a bad version of "
            f"{{resource}}. {advice}",
            because=entry.value.because,
            resource=rollout.function,
            fixes=_fixes(entry, reference, rollout),
        )


def is_arn(entry: WiredAlarm, rollout: Rollout) -> bool:
    """Whether an entry is the ARN of an alarm."""
    match entry.value:
        case Reference():
            target = rollout.scene.resource_of(entry.value)
            is_alarm = target is not None and target.type in (ALARM_TYPE, COMPOSITE_TYPE)
            return is_alarm and entry.value.attribute == "Arn"
        case Literal():
            return entry.value.text.startswith("arn:")
        case Joined():
            first = entry.value.parts[0]
            return isinstance(first, str) and first.startswith("arn:")
        case _:
            return False


def _fixes(entry: WiredAlarm, reference: Reference | None, rollout: Rollout) -> tuple[Fix, ...]:
    text = rollout.template.document.text[entry.span.start : entry.span.end]
    if reference is None or text != f"!GetAtt {reference.logical_id}.Arn":
        return ()
    return (replacement("refer to the alarm's name", entry.span, f"!Ref {reference.logical_id}", safe=True),)
