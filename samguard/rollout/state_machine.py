"""State machines: aliases of AWS Step Functions, which CloudFormation shifts itself, without CodeDeploy.

Sources: samtranslator/model/stepfunctions/generators.py, read with version 1.115.0; CloudFormation user guide,
AWS::StepFunctions::StateMachineAlias DeploymentPreference. Intervals are minutes.
"""

from __future__ import annotations

from typing import Final

from samguard.evaluation import ABSENT, EvaluatedTemplate, Items, Literal, Reference, Removed, Unknown, Value
from samguard.pattern import pattern
from samguard.rollout.rollout import Rollout, RolloutKind, Spans, WiredAlarm
from samguard.rollout.strategy import Strategy, StrategyKind, linear_duration_minutes, number
from samguard.rollout.transform_time import is_truthy
from samguard.source import Mapping, Node, Scalar, Sequence, Span
from samguard.template import Refusal, RefusalKind, Resource, intrinsic

_LOGICAL_ID_PART: Final = pattern(r"[A-Za-z0-9]+")
KINDS: Final = {
    "CANARY": StrategyKind.CANARY,
    "LINEAR": StrategyKind.LINEAR,
    "ALL_AT_ONCE": StrategyKind.ALL_AT_ONCE,
}
"""The values of a state machine's Type."""


def sam_state_machine(resource: Resource, scene: EvaluatedTemplate) -> Rollout | tuple[Refusal, ...]:
    """The rollout of an AWS::Serverless::StateMachine, or why the transform refuses it."""
    properties = resource.properties
    alias_node = properties.get("AutoPublishAlias")
    preference = properties.entry("DeploymentPreference")
    name = resource.logical_id
    target = properties.get("UseAliasAsEventTarget")
    if target is not None and not (
        isinstance(target, Scalar) and (target.value is None or isinstance(target.value, bool))
    ):
        message = (
            "UseAliasAsEventTarget of {resource} takes true or false, without quotes and not by a function; "
            "SAM refuses the template"
        )
        return (Refusal(RefusalKind.STATE_MACHINE_ALIAS, message, target.span, name),)
    if not is_truthy(alias_node):
        for needing in ("DeploymentPreference", "UseAliasAsEventTarget"):
            entry = properties.entry(needing)
            if entry is not None and is_truthy(entry.value):
                message = f"{{resource}} has {needing} but no AutoPublishAlias; SAM refuses the template"
                kind = RefusalKind.STATE_MACHINE_ALIAS
                if needing == "DeploymentPreference":
                    kind = RefusalKind.PREFERENCE_WITHOUT_ALIAS
                return (Refusal(kind, message, entry.key.span, name),)
        alias: Value = ABSENT
    else:
        assert alias_node is not None  # noqa: S101 - it is said
        is_literal = isinstance(alias_node, Scalar) and _LOGICAL_ID_PART.fullmatch(alias_node.text) is not None
        if not is_literal:
            message = (
                "AutoPublishAlias of the state machine {resource} must be letters and digits, written out: SAM makes a "
                "logical id of it and refuses the template"
            )
            return (Refusal(RefusalKind.STATE_MACHINE_ALIAS, message, alias_node.span, name),)
        alias = scene.value(alias_node)
    node = preference.value if preference is not None else None
    return _rollout(resource, scene, alias, node, None)


def plain_state_machine(alias_resource: Resource, machine: Resource | None, scene: EvaluatedTemplate) -> Rollout:
    """The rollout of an AWS::StepFunctions::StateMachineAlias."""
    alias = scene.property(alias_resource, "Name")
    node = alias_resource.properties.get("DeploymentPreference")
    return _rollout(machine or alias_resource, scene, alias, node, alias_resource)


def unpublished_state_machine(resource: Resource, scene: EvaluatedTemplate) -> Rollout:
    """The row of a state machine that has no alias."""
    return _rollout(resource, scene, ABSENT, None, None)


def _rollout(
    resource: Resource, scene: EvaluatedTemplate, alias: Value, node: Node | None, alias_resource: Resource | None
) -> Rollout:
    shifted_by = alias_resource or resource
    has_alias = not isinstance(alias, Removed)
    chosen, because = scene.chosen(node)
    preference = chosen if isinstance(chosen, Mapping) and intrinsic(chosen) is None else None
    strategy: Strategy | Unknown | None = None
    if has_alias:
        if chosen is None or (preference is not None and not len(preference)):
            strategy = Strategy("ALL_AT_ONCE", StrategyKind.ALL_AT_ONCE, 100, 0, 0, because=because)
        elif preference is None:
            strategy = Unknown("DeploymentPreference is not known as a mapping")
        else:
            strategy = _strategy(preference, scene)
    return Rollout(
        scene=scene,
        kind=RolloutKind.STATE_MACHINE,
        function=resource.logical_id,
        resource=resource,
        exists=scene.exists(shifted_by),
        alias=alias,
        traffic_shifting=has_alias,
        strategy=strategy,
        alarms=_alarms(preference, scene) if preference is not None else (),
        pre_traffic=None,
        post_traffic=None,
        spans=_spans(shifted_by, preference),
        preference=preference,
        alias_resource=alias_resource,
        because=because,
    )


def _strategy(preference: Mapping, scene: EvaluatedTemplate) -> Strategy | Unknown | None:
    value = scene.value(preference.get("Type"))
    if isinstance(value, Unknown):
        return value
    if not isinstance(value, Literal):
        return None
    kind = KINDS.get(value.text, StrategyKind.UNKNOWN)
    percent = number(scene.value(preference.get("Percentage")))
    interval = number(scene.value(preference.get("Interval")))
    duration: float | None = None
    if kind is StrategyKind.ALL_AT_ONCE:
        percent, interval, duration = 100, 0, 0
    elif kind is StrategyKind.CANARY:
        duration = interval
    elif kind is StrategyKind.LINEAR and percent and interval is not None:
        duration = linear_duration_minutes(percent, interval)
    return Strategy(value.text, kind, percent, interval, duration, because=value.because)


def _alarms(preference: Mapping, scene: EvaluatedTemplate) -> tuple[WiredAlarm, ...] | Unknown:
    node, _ = scene.chosen(preference.get("Alarms"))
    if node is None:
        return ()
    if isinstance(node, Sequence):
        entries = (WiredAlarm(scene.value(item), item) for item in node.items)
        return tuple(entry for entry in entries if not isinstance(entry.value, Removed))
    value = scene.value(node)
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Items):
        return tuple(WiredAlarm(item, node) for item in value.items)
    return Unknown("Alarms is not a list")


def _spans(resource: Resource, preference: Mapping | None) -> Spans:
    own = resource.span

    def key(mapping: Mapping | None, name: str, otherwise: Span) -> Span:
        entry = mapping.entry(name) if mapping is not None else None
        return entry.key.span if entry is not None else otherwise

    alias = key(resource.properties, "AutoPublishAlias", key(resource.properties, "Name", own))
    around = key(resource.properties, "DeploymentPreference", own)
    kind = preference.get("Type") if preference is not None else None
    strategy = kind.span if kind is not None else around
    return Spans(own, alias, around, strategy, around, key(preference, "Alarms", around), around)


def machine_of(alias: Resource, scene: EvaluatedTemplate) -> Resource | None:
    """The state machine of this template whose version a plain alias points at, where that can be seen."""
    found: Value = scene.property(alias, "DeploymentPreference", "StateMachineVersionArn")
    if isinstance(found, (Removed, Unknown)):
        routes = scene.property(alias, "RoutingConfiguration")
        if isinstance(routes, Items) and routes.items:
            first = routes.items[0]
            found = getattr(first, "fields", {}).get("StateMachineVersionArn", ABSENT)
    version = scene.resource_of(found)
    if version is None or version.type != "AWS::StepFunctions::StateMachineVersion":
        return version
    target = scene.property(version, "StateMachineArn")
    return scene.resource_of(target) if isinstance(target, Reference) else None
