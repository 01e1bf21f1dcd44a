"""What a rollout looks up in mappings: the Fn::FindInMap calls that decide it and are certainly evaluated."""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import EvaluatedTemplate
from samguard.rollout import Rollout
from samguard.source import Mapping, Node, Scalar, Sequence
from samguard.template import Intrinsic, calls, intrinsic


def lookups(rollout: Rollout) -> Iterator[Intrinsic]:
    """The calls in a rollout's preference, and in the alarms and the group of the template that it uses."""
    for node in _nodes(rollout):
        yield from _below(node, rollout.scene)


def _nodes(rollout: Rollout) -> Iterator[Node]:
    """Where to look. Members without any such call are passed by: nearly all of them."""
    alarms = rollout.alarms if isinstance(rollout.alarms, tuple) else ()
    resources = [rollout.group, rollout.alias_resource, *(rollout.scene.resource_of(alarm.value) for alarm in alarms)]
    holders = frozenset(call.member for call in calls(rollout.template, "Fn::FindInMap"))
    if rollout.preference is not None and ("" in holders or rollout.resource.logical_id in holders):  # "" is Globals
        yield rollout.preference
    for resource in resources:
        if resource is not None and resource.logical_id in holders and rollout.scene.exists(resource):
            yield resource.properties


def _below(node: Node | None, scene: EvaluatedTemplate) -> Iterator[Intrinsic]:
    call = intrinsic(node)
    if call is not None and call.name == "Fn::If":
        chosen, _ = scene.chosen(node)
        if chosen is not node:
            yield from _below(chosen, scene)
        return
    if call is not None and call.name == "Fn::FindInMap":
        yield call
    if isinstance(node, Mapping):
        for entry in node:
            if not isinstance(entry.value, Scalar):
                yield from _below(entry.value, scene)
    elif isinstance(node, Sequence):
        for item in node.items:
            if not isinstance(item, Scalar):
                yield from _below(item, scene)
