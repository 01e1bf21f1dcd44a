"""Entries of a list of alarms that are no alarm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import Fields, Items, Joined, Literal, Reference, Trail, Unknown, Value
from samguard.linting.rule import Fix, Level
from samguard.rollout import Rollout, WiredAlarm
from samguard.rollout.alarm import ALARM_TYPE, COMPOSITE_TYPE, wired_resource
from samguard.rules.alarms.alarm_list import misshapen_entries
from samguard.rules.alarms.alarm_rules import composites, misnamed_children
from samguard.rules.alarms.misnamed import misnamed
from samguard.rules.alarms.relied_on import replacement, shifts_gradually
from samguard.source import Node, Scalar, Span
from samguard.template import Resource, intrinsic
from samguard.template.resource_types import meant_type
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


def faults(rollout: Rollout) -> Iterator[tuple[Span, Trail, EntryFault]]:
    """The entries of a gradual rollout's list that name no alarm: the place, what decided it, and why."""
    for entry in entries(rollout):
        fault = entry_fault(entry, rollout)
        if fault is not None:
            yield entry.span, entry.value.because, fault
    for _, composite in composites(rollout):
        for span, child in misnamed_children(composite, rollout.scene):
            yield span, (), _logical_id_fault(child, f'Write !Sub and "${{{child.logical_id}}}"')
    for node in misshapen_entries(rollout) if shifts_gradually(rollout) else ():
        yield node.span, (), misshapen_fault(node)


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
    if is_arn(entry, rollout):
        return None
    named = wired_resource(entry, rollout)
    if named is not None:
        return _attribute(entry.value, named)
    match entry.value:
        case Reference():
            return _reference(entry.value, rollout)
        case Literal() | Joined():
            return _text(entry, rollout)
        case Fields() | Items():
            return EntryFault("this is no name, but a mapping or a list. Write the alarm's name alone")
        case _:
            return None


def _attribute(value: Value, named: Resource) -> EntryFault | None:
    """An alarm has the attribute Arn and no other."""
    if not isinstance(value, Reference) or value.attribute is None:
        return None
    return EntryFault(f"an alarm has no attribute {value.attribute}. Write !Ref {named.logical_id}")


def misshapen_fault(node: Node) -> EntryFault:
    """What is wrong with an entry of a deployment group's list that is no mapping with a Name."""
    call = intrinsic(node)
    right = "Name, and the alarm's name behind it"
    if call is not None and call.name == "Ref" and isinstance(call.argument, Scalar):
        right = f"Name: !Ref {call.argument.text}"
    return EntryFault(f"an entry of a deployment group is a mapping with Name. Write {right}")


def _reference(value: Reference, rollout: Rollout) -> EntryFault | None:
    target = rollout.scene.resource_of(value)
    if target is None or not target.type.startswith("AWS::") or target.type.startswith(_MAY_GIVE_A_NAME):
        return None
    if meant_type(target.type) is not None:
        return None  # misspelt, says SG032
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
    return _logical_id_fault(found.resource, f"Write !Ref {logical_id}", fixes)


def _logical_id_fault(alarm: Resource, advice: str, fixes: tuple[Fix, ...] = ()) -> EntryFault:
    return EntryFault(f"no alarm is called {alarm.logical_id}, that is its logical id. {advice}", fixes=fixes)


def arn_fix(entry: WiredAlarm, rollout: Rollout) -> tuple[Fix, ...]:
    """The fix that writes `!Ref` for `!GetAtt …Arn`."""
    text = rollout.template.document.text[entry.span.start : entry.span.end]
    if not isinstance(entry.value, Reference) or text != f"!GetAtt {entry.value.logical_id}.Arn":
        return ()
    return (replacement("refer to the alarm's name", entry.span, f"!Ref {entry.value.logical_id}", safe=True),)


def name_advice(entry: WiredAlarm) -> str:
    """What to write for an alarm's ARN."""
    return f"Write !Ref {entry.value.logical_id}" if isinstance(entry.value, Reference) else "Write the alarm's name"
