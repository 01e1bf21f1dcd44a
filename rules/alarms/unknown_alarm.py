"""An entry of the list of alarms that is no alarm.

What goes wrong: the deployment group is given a name that no alarm has: that of a topic or a metric filter, a mapping
where a name is due, an alarm's logical id as a text, or a name with a slip in it. CodeDeploy watches an alarm that does
not exist, or refuses the group.
Silent when: the name may belong to an alarm outside of the template (any text, unless it is a logical id of an alarm here
or nearly the name of one that watches the function); the value is not known, or comes from a nested stack or a custom
resource; nothing here is called that (SG003 speaks of that); a macro may add resources.
Fix: write `!Ref` and the alarm's logical id.
Source: CodeDeploy user guide, "Monitoring deployments with Amazon CloudWatch alarms"; CloudFormation user guide,
AWS::CloudWatch::Alarm (return values).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import Fields, Items, Joined, Literal, Reference, Unknown
from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Rollout, WiredAlarm
from samguard.rollout.alarm import ALARM_TYPE, COMPOSITE_TYPE, wired_resource
from samguard.rollout.arns import covers, name_of, text_of
from samguard.rules.alarms.alarm_arn_not_name import is_arn
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders
from samguard.rules.alarms.relied_on import replacement, shifts_gradually
from samguard.rules.alarms.spelling import is_slip
from samguard.rules.alarms.unlisted import unlisted_alarms
from samguard.template import Resource

RULE = Rule("SG307", "unknown-alarm", Level.ERROR, since="0.1.0")

_MAY_GIVE_A_NAME: Final = (
    "AWS::CloudFormation::",
    "AWS::Serverless::Application",
    "AWS::SSM::",
    "AWS::SecretsManager::",
)
"""Types whose attributes may be anything, the name of an alarm among them."""

_TOPIC = """  Alerts:
    Type: AWS::SNS::Topic
"""

BAD = (
    Example(
        template=orders(alarm(), _TOPIC, wired="[!Ref OrdersErrors, !Ref Alerts]  # SG307"),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=orders(alarm(), wired="[OrdersErrors]  # SG307"),
        samconfig=SAMCONFIG,
        fixed=orders(alarm(), wired="[!Ref OrdersErrors]  # SG307"),
    ),
    Example(
        template=orders(
            alarm(AlarmName="!Sub '${AWS::StackName}-orders-errors'"),
            wired="""
          - !Sub ${AWS::StackName}-orders-error  # SG307""",
        ),
    ),
    Example(template=orders(alarm(), wired="[{Name: !Ref OrdersErrors}]  # SG307"), samconfig=SAMCONFIG),
)

GOOD = (
    Example(  # names of alarms that other stacks make
        template=orders(alarm(AlarmName="orders-errors"), wired="[orders-errors, orders-api-5xx, !ImportValue alarm]"),
        samconfig=SAMCONFIG,
    ),
    Example(  # the alarm is called like its logical id
        template=orders(alarm(AlarmName="OrdersErrors"), wired="[OrdersErrors]"),
        samconfig=SAMCONFIG,
    ),
    Example(  # one of a family of names: the alarm here is listed, too
        template=orders(alarm(AlarmName="orders-errors-1"), wired="[orders-errors-1, orders-errors-2]"),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=orders(
            alarm(),
            """  Monitoring:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: monitoring.yaml}
""",
            wired="[!Ref OrdersErrors, !GetAtt Monitoring.Outputs.ApiErrors]",
        ),
        samconfig=SAMCONFIG,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each entry that is certainly no alarm."""
    if isinstance(rollout.alarms, Unknown) or not shifts_gradually(rollout):
        return
    for entry in rollout.alarms:
        if wired_resource(entry, rollout) is not None or is_arn(entry, rollout):
            continue
        match entry.value:
            case Reference():
                yield from _reference(entry, entry.value, rollout)
            case Literal() | Joined():
                yield from _text(entry, rollout)
            case Fields() | Items():
                yield _finding(entry, rollout, "this is no name, but a mapping or a list. Write the alarm's name alone")
            case _:
                pass


def _reference(entry: WiredAlarm, value: Reference, rollout: Rollout) -> Iterator[Finding]:
    target = rollout.scene.resource_of(value)
    if target is None or not target.type.startswith("AWS::") or target.type.startswith(_MAY_GIVE_A_NAME):
        return
    yield _finding(
        entry, rollout, f"{value.logical_id} is no alarm but {target.type}. Write !Ref and the alarm's logical id"
    )


def _text(entry: WiredAlarm, rollout: Rollout) -> Iterator[Finding]:
    if rollout.template.has_macros:
        return
    scene = rollout.scene
    meant = scene.template.resources.get(entry.value.text) if isinstance(entry.value, Literal) else None
    if meant is not None and meant.type in (ALARM_TYPE, COMPOSITE_TYPE):
        if covers(text_of(entry.value, scene), name_of(meant, "AlarmName", scene)) is False:
            logical_id = meant.logical_id
            message = f"no alarm is called {logical_id}, that is its logical id. Write !Ref {logical_id}"
            text = scene.template.document.text[entry.span.start : entry.span.end]
            fixes: tuple[Fix, ...] = ()
            if text.strip("\"'") == logical_id:
                fixes = (replacement("refer to the alarm", entry.span, f"!Ref {logical_id}", safe=True),)
            yield _finding(entry, rollout, message, fixes=fixes)
        return
    near = _nearly(entry, rollout)
    if near is not None:
        message = f"the alarm that watches it is called otherwise. Write !Ref {near.logical_id}"
        yield _finding(entry, rollout, message, level=Level.WARNING)


def _nearly(entry: WiredAlarm, rollout: Rollout) -> Resource | None:
    """An alarm of the function that no entry names, and whose name is this one but for a slip."""
    for resource in unlisted_alarms(rollout):
        name = rollout.scene.property(resource, "AlarmName")
        if isinstance(name, (Literal, Joined)) and isinstance(entry.value, (Literal, Joined)):
            if is_slip(entry.value.text, name.text):
                return resource
    return None


def _finding(
    entry: WiredAlarm, rollout: Rollout, message: str, *, level: Level | None = None, fixes: tuple[Fix, ...] = ()
) -> Finding:
    return Finding(
        entry.span,
        f"this entry never stops a bad version of {{resource}}: {message}",
        because=entry.value.because,
        resource=rollout.function,
        level=level,
        fixes=fixes,
    )
