"""The Alarms of a DeploymentPreference, as the SAM transform takes them apart.

It accepts a list, or `Fn::If` of two lists. A first item of AWS::NoValue drops the whole list; a later one leaves
an entry without a name. Source: samtranslator, deployment_preference_collection.py, read with version 1.115.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from samguard.evaluation import EvaluatedTemplate, Removed, Trail, Unknown
from samguard.rollout.rollout import WiredAlarm
from samguard.source import Mapping, Node, Scalar, Sequence
from samguard.template import Refusal, RefusalKind, intrinsic, is_no_value

_ARGUMENTS: Final = 3


@dataclass(frozen=True, slots=True)
class WiredAlarms:
    """The alarms of a preference: `alarms` as far as known, `nameless` the entries that lose their name.

    `dropped` is the list that vanishes because its first item is AWS::NoValue.
    """

    alarms: tuple[WiredAlarm, ...] | Unknown
    nameless: tuple[WiredAlarm, ...] = ()
    dropped: Sequence | None = None
    because: Trail = ()


def wired_alarms(node: Node | None, scene: EvaluatedTemplate, logical_id: str) -> WiredAlarms | Refusal:
    """What a preference's Alarms come to in a scene, or why the transform refuses them."""
    if node is None or is_no_value(node) or _is_empty(node):
        return WiredAlarms(())
    call = intrinsic(node)
    if call is not None and call.name == "Fn::If":
        arguments = call.argument.items if isinstance(call.argument, Sequence) else ()
        if len(arguments) != _ARGUMENTS:
            return _refused("Alarms: Fn::If takes a condition and two lists", node, logical_id)
        name, *branches = arguments
        for branch in branches:
            if not isinstance(branch, Sequence):
                message = (
                    "Alarms of {resource} must be a list in both branches of Fn::If; SAM refuses the template. "
                    "Write [!Ref AWS::NoValue] where no alarm is meant"
                )
                return _refused(message, branch, logical_id)
        condition = scene.condition(name.text) if isinstance(name, Scalar) else Unknown("no condition")
        if isinstance(condition, Unknown):
            return WiredAlarms(condition)
        chosen = branches[0] if condition.value else branches[1]
        assert isinstance(chosen, Sequence)  # noqa: S101 - checked above
        return _of_list(chosen, scene, condition.because)
    if isinstance(node, Sequence):
        return _of_list(node, scene, ())
    return _refused("Alarms of {resource} must be a list; SAM refuses the template", node, logical_id)


def _of_list(node: Sequence, scene: EvaluatedTemplate, because: Trail) -> WiredAlarms:
    if node.items and is_no_value(node.items[0]):
        dropped = node if any(not is_no_value(item) for item in node.items) else None
        return WiredAlarms((), dropped=dropped, because=because)
    entries = [WiredAlarm(scene.value(item), item) for item in node.items]
    named = tuple(entry for entry in entries if not isinstance(entry.value, Removed))
    nameless = tuple(entry for entry in entries if isinstance(entry.value, Removed))
    return WiredAlarms(named, nameless, because=because)


def _refused(message: str, node: Node, logical_id: str) -> Refusal:
    return Refusal(RefusalKind.ALARMS_NOT_A_LIST, message, node.span, logical_id)


def _is_empty(node: Node) -> bool:
    match node:
        case Scalar():
            return not node.value
        case Sequence():
            return not node.items
        case Mapping():
            return not len(node)
