"""The list of alarms that a deployment is given: how it is written, and how it gets lost."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto

from samguard.environments.environment import Production
from samguard.evaluation import Reference, Removed, Trail, Unknown, Value
from samguard.linting.rule import Edit, Fix, Level
from samguard.rollout import Rollout, RolloutKind
from samguard.rollout.arns import covers, name_of, text_of
from samguard.rollout.rollout import WiredAlarm
from samguard.rollout.wired_alarms import WiredAlarms, wired_alarms
from samguard.source import Document, Mapping, Node, Scalar, Sequence, Span
from samguard.template import Resource, intrinsic, is_no_value
from samguard.value import field, value


class Loss(Enum):
    """How a list that holds alarms comes to nothing."""

    CONDITION = auto()
    """A condition chooses what is empty."""
    FIRST_NO_VALUE = auto()
    """SAM drops the whole list for its first item."""
    SHAPE = auto()
    """An entry of a deployment group is no mapping with a Name."""


@value
class Lost:
    """A list of alarms that is lost: `node` is what stands where an alarm is due."""

    how: Loss
    node: Node
    because: Trail
    following: Node | None = field(default=None, repr=False)
    """The item behind the one that drops the list."""


def lost_list(rollout: Rollout) -> Lost | None:
    """What makes a rollout's list of alarms empty, though it is written with alarms in it."""
    if isinstance(rollout.alarms, Unknown) or rollout.alarms:
        return None
    for node in misshapen_entries(rollout):
        return Lost(Loss.SHAPE, node, ())
    read = _as_sam_reads_it(rollout)
    if read is not None and read.dropped is not None:
        items = read.dropped.items
        return Lost(Loss.FIRST_NO_VALUE, items[0], read.because, items[1])
    for node in _nodes(rollout):
        lost = _lost_to_condition(node, rollout)
        if lost is not None:
            return lost
    return None


def nameless_entries(rollout: Rollout) -> tuple[WiredAlarm, ...]:
    """The entries that stay in a list of alarms though their name is AWS::NoValue."""
    if rollout.kind is not RolloutKind.FUNCTION:
        return ()
    if rollout.group is None:
        read = _as_sam_reads_it(rollout)
        return read.nameless if read is not None else ()
    found: list[WiredAlarm] = []
    for item in _items(rollout):
        entry, _ = rollout.scene.chosen(item)
        name = entry.get("Name") if isinstance(entry, Mapping) else None
        value = rollout.scene.value(name)
        if name is not None and isinstance(value, Removed):
            found.append(WiredAlarm(value, name))
    return tuple(found)


def may_name(entry: WiredAlarm, alarm: Resource, rollout: Rollout) -> bool:
    """Whether an entry may be the name of an alarm: unless it is certainly not."""
    if isinstance(entry.value, Unknown):
        return True
    if isinstance(entry.value, Reference):
        return entry.value.logical_id == alarm.logical_id
    scene = rollout.scene
    return covers(text_of(entry.value, scene), name_of(alarm, "AlarmName", scene)) is not False


def _as_sam_reads_it(rollout: Rollout) -> WiredAlarms | None:
    if rollout.kind is not RolloutKind.FUNCTION or rollout.preference is None:
        return None
    found = wired_alarms(rollout.preference.get("Alarms"), rollout.scene, rollout.function)
    return found if isinstance(found, WiredAlarms) else None


def _nodes(rollout: Rollout) -> Iterator[Node]:
    """What holds the list, from the outside to the inside."""
    around: Mapping | None = rollout.preference
    if rollout.group is not None:
        configuration = rollout.group.properties.get("AlarmConfiguration")
        if configuration is not None:
            yield configuration
        chosen, _ = rollout.scene.chosen(configuration)
        around = chosen if isinstance(chosen, Mapping) else None
    node = around.get("Alarms") if around is not None else None
    if node is not None:
        yield node


def _items(rollout: Rollout) -> tuple[Node, ...]:
    for node in _nodes(rollout):
        chosen, _ = rollout.scene.chosen(node)
        if isinstance(chosen, Sequence):
            return chosen.items
    return ()


def _lost_to_condition(node: Node, rollout: Rollout) -> Lost | None:
    scene = rollout.scene
    trail: Trail = ()
    call = intrinsic(node)
    while call is not None and call.name == "Fn::If" and isinstance(call.argument, Sequence):
        if len(call.argument.items) != 3:  # noqa: PLR2004 - a condition and two branches
            return None
        name, then, otherwise = call.argument.items
        condition = scene.condition(name.text) if isinstance(name, Scalar) else Unknown("no condition")
        if isinstance(condition, Unknown):
            return None
        trail += condition.because
        chosen, other = (then, otherwise) if condition.value else (otherwise, then)
        if _is_nothing(chosen) and not _is_nothing(other):
            return Lost(Loss.CONDITION, chosen, trail)
        node = chosen
        call = intrinsic(node)
    if isinstance(node, Sequence):
        for item in node.items:
            value = scene.value(_name_in(item))
            if isinstance(value, Removed) and not is_no_value(_name_in(item)):
                return Lost(Loss.CONDITION, item, (*trail, *value.because))
    return None


def _name_in(item: Node) -> Node:
    """The name in an entry of plain CloudFormation, `Name: …`; in SAM the entry is the name."""
    if isinstance(item, Mapping) and intrinsic(item) is None:
        return item.get("Name") or item
    return item


def _is_nothing(node: Node) -> bool:
    if isinstance(node, Sequence):
        return all(is_no_value(item) for item in node.items)
    return is_no_value(node) or (isinstance(node, Scalar) and node.value is None)


def cut_fix(lost: Lost, document: Document) -> tuple[Fix, ...]:
    """The fix that cuts out the item which drops the list, where the next one follows in the same list."""
    if lost.following is None:
        return ()
    cut = Span(lost.node.span.start, lost.following.span.start)
    between = document.text[lost.node.span.end : cut.end]
    if cut.end < cut.start or between.strip(" \t\r\n,-"):
        return ()
    return (Fix("remove the item", (Edit(cut, ""),), safe=True),)


def namelessness(rollout: Rollout) -> Level | None:
    """How much entries without a name matter: outside of production the next deployment will show.

    None where traffic is not shifted, and where nothing is left of production's list at all.
    """
    if not rollout.shifts:
        return None
    if rollout.environment.production is Production.NO:
        return Level.NOTE
    return None if rollout.is_gradual and lost_list(rollout) is not None else Level.WARNING


def list_span(rollout: Rollout) -> Span:
    """Where a rollout's alarms are, or are to be, listed: the key Alarms, or what stands around it."""
    if rollout.group is not None:
        configuration, _ = rollout.scene.chosen(rollout.group.properties.get("AlarmConfiguration"))
        entry = configuration.entry("Alarms") if isinstance(configuration, Mapping) else None
        if entry is not None:
            return entry.key.span
    return rollout.spans.alarms


def misshapen_entries(rollout: Rollout) -> tuple[Node, ...]:
    """The entries of a deployment group's list that are no mapping with a Name: CloudFormation refuses them."""
    if rollout.group is None:
        return ()
    found: list[Node] = []
    for item in _items(rollout):
        entry, _ = rollout.scene.chosen(item)
        call = intrinsic(entry)
        if call is not None and isinstance(rollout.scene.value(entry), (Unknown, Removed)):
            continue
        if entry is not None and (call is not None or not isinstance(entry, Mapping) or "Name" not in entry):
            found.append(item)
    return tuple(found)


def alarm_count(rollout: Rollout) -> int:
    """How many different alarms a deployment group is given; 0 where there is no group or the list is not known."""
    if not rollout.shifts or rollout.kind is not RolloutKind.FUNCTION or isinstance(rollout.alarms, Unknown):
        return 0
    known: list[Value] = []
    unknown = 0
    for entry in rollout.alarms:
        if isinstance(entry.value, Unknown):
            unknown += 1
        elif entry.value not in known:
            known.append(entry.value)
    return len(known) + unknown
