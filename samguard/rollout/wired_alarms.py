"""The Alarms of a DeploymentPreference, as the SAM transform takes them apart.

It accepts a list, or `Fn::If` of two lists. A first item of AWS::NoValue drops the whole list; a later one leaves
an entry without a name. Source: samtranslator, deployment_preference_collection.py, read with version 1.115.0.
"""

from __future__ import annotations

from typing import Final

from samguard.evaluation import EvaluatedTemplate, Removed, Trail, Unknown
from samguard.rollout.alarm import ALARM_TYPE, COMPOSITE_TYPE
from samguard.rollout.rollout import WiredAlarm
from samguard.rollout.transform_time import is_truthy
from samguard.source import Node, Scalar, Sequence
from samguard.template import NO_VALUE, Refusal, RefusalKind, intrinsic, is_no_value
from samguard.value import value

_ARGUMENTS: Final = 3


@value
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
    if node is None or is_no_value(node) or not is_truthy(node):
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
                return _refused(message, branch, logical_id, _listed(branch, scene))
        condition = scene.condition(name.text) if isinstance(name, Scalar) else Unknown("no condition")
        if isinstance(condition, Unknown):
            return WiredAlarms(condition)
        chosen = branches[0] if condition.value else branches[1]
        assert isinstance(chosen, Sequence)  # noqa: S101 - checked above
        return _of_list(chosen, scene, condition.because)
    if isinstance(node, Sequence):
        return _of_list(node, scene, ())
    message = "Alarms of {resource} must be a list; SAM refuses the template"
    return _refused(message, node, logical_id, _listed(node, scene))


def _of_list(node: Sequence, scene: EvaluatedTemplate, because: Trail) -> WiredAlarms:
    if node.items and is_no_value(node.items[0]):
        dropped = node if any(not is_no_value(item) for item in node.items) else None
        return WiredAlarms((), dropped=dropped, because=because)
    entries = [WiredAlarm(scene.value(item), item) for item in node.items]
    named = tuple(entry for entry in entries if not isinstance(entry.value, Removed))
    nameless = tuple(entry for entry in entries if isinstance(entry.value, Removed))
    return WiredAlarms(named, nameless, because=because)


def _refused(message: str, node: Node, logical_id: str, instead: str | None = None) -> Refusal:
    is_safe = instead is not None
    return Refusal(RefusalKind.ALARMS_NOT_A_LIST, message, node.span, logical_id, instead, is_safe)


def _listed(node: Node, scene: EvaluatedTemplate) -> str | None:
    """A single alarm's name, or the lack of one, as a list; None where the value may be a list by itself."""
    call = intrinsic(node)
    if call is not None:
        target = call.argument.text if isinstance(call.argument, Scalar) else ""
        resource = scene.template.resources.get(target)
        is_alarm = resource is not None and resource.type in (ALARM_TYPE, COMPOSITE_TYPE)
        if call.name != "Ref" or not (is_alarm or target == NO_VALUE):
            return None
    elif not isinstance(node, Scalar) or not node.value:
        return None
    text = scene.template.document.text[node.span.start : node.span.end]
    return None if "\n" in text else f"[{text}]"
