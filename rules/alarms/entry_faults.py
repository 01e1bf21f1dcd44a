"""Entries of a list of alarms that are no alarm."""

from __future__ import annotations

from typing import Final

from samguard.evaluation import Fields, Items, Joined, Literal, Reference, Unknown
from samguard.linting.rule import Fix, Level
from samguard.rollout import Rollout, WiredAlarm
from samguard.rollout.alarm import ALARM_TYPE, COMPOSITE_TYPE, wired_resource
from samguard.rules.alarms.misnamed import misnamed
from samguard.rules.alarms.relied_on import replacement, shifts_gradually
from samguard.value import value

_MAY_GIVE_A_NAME: Final = (
    "AWS::CloudFormation::",
    "AWS::Serverless::Application",
    "AWS::SSM::",
    "AWS::SecretsManager::",
)
"""Types whose attributes may be anything, the name of an alarm among them."""


@value
class EntryFault:
    """Why an entry names no alarm, with what to do."""

    message: str
    level: Level = Level.ERROR
    fixes: tuple[Fix, ...] = ()


def entries(rollout: Rollout) -> tuple[WiredAlarm, ...]:
    """The entries of a gradual rollout's list, as far as it is known."""
    return () if isinstance(rollout.alarms, Unknown) or not shifts_gradually(rollout) else rollout.alarms


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


def entry_fault(entry: WiredAlarm, rollout: Rollout) -> EntryFault | None:
    """Why an entry names no alarm; None where it may, or is the ARN of one."""
    if wired_resource(entry, rollout) is not None or is_arn(entry, rollout):
        return None
    match entry.value:
        case Reference():
            return _reference(entry.value, rollout)
        case Literal() | Joined():
            return _text(entry, rollout)
        case Fields() | Items():
            return EntryFault("this is no name, but a mapping or a list. Write the alarm's name alone")
        case _:
            return None


def _reference(value: Reference, rollout: Rollout) -> EntryFault | None:
    target = rollout.scene.resource_of(value)
    if target is None or not target.type.startswith("AWS::") or target.type.startswith(_MAY_GIVE_A_NAME):
        return None
    return EntryFault(f"{value.logical_id} is no alarm but {target.type}. Write !Ref and the alarm's logical id")


def _text(entry: WiredAlarm, rollout: Rollout) -> EntryFault | None:
    found = misnamed(entry, rollout)
    if found is None:
        return None
    logical_id = found.resource.logical_id
    if not found.by_logical_id:
        message = f"the alarm that watches it is called otherwise. Write !Ref {logical_id}"
        return EntryFault(message, Level.WARNING)
    text = rollout.template.document.text[entry.span.start : entry.span.end]
    fixes: tuple[Fix, ...] = ()
    if text.strip("\"'") == logical_id:
        fixes = (replacement("refer to the alarm", entry.span, f"!Ref {logical_id}", safe=True),)
    return EntryFault(f"no alarm is called {logical_id}, that is its logical id. Write !Ref {logical_id}", fixes=fixes)


def arn_fix(entry: WiredAlarm, rollout: Rollout) -> tuple[Fix, ...]:
    """The fix that writes `!Ref` for `!GetAtt …Arn`."""
    text = rollout.template.document.text[entry.span.start : entry.span.end]
    if not isinstance(entry.value, Reference) or text != f"!GetAtt {entry.value.logical_id}.Arn":
        return ()
    return (replacement("refer to the alarm's name", entry.span, f"!Ref {entry.value.logical_id}", safe=True),)


def name_advice(entry: WiredAlarm) -> str:
    """What to write for an alarm's ARN."""
    return f"Write !Ref {entry.value.logical_id}" if isinstance(entry.value, Reference) else "Write the alarm's name"
