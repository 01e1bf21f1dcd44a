"""Plain CloudFormation: AWS::Lambda::Alias, its UpdatePolicy and the deployment group that this names.

Source: CloudFormation user guide, UpdatePolicy attribute (CodeDeployLambdaAliasUpdate) and
AWS::CodeDeploy::DeploymentGroup.
"""

from __future__ import annotations

from samguard.evaluation import ABSENT, EvaluatedTemplate, Literal, Reference, Removed, Unknown, Value
from samguard.rollout.rollout import Hook, Phase, Rollout, RolloutKind, Spans, WiredAlarm, label, said_at
from samguard.rollout.strategy import Strategy, strategy
from samguard.source import Mapping, Node, Sequence, Span
from samguard.template import Resource, intrinsic


def plain_alias(resource: Resource, scene: EvaluatedTemplate) -> Rollout:
    """The rollout of an AWS::Lambda::Alias."""
    named = scene.property(resource, "FunctionName")
    function = scene.resource_of(named)
    update, update_node = _update_policy(resource, scene)
    group = _group(update, scene)
    traffic_shifting: bool | Unknown = update if isinstance(update, Unknown) else isinstance(update, Mapping)
    strategy_found: Strategy | Unknown | None = None
    alarms: tuple[WiredAlarm, ...] | Unknown = ()
    if version_of_another(resource, scene) is not None:
        traffic_shifting = Unknown("the alias points to a version of another function")
    if traffic_shifting is True:
        if group is None:
            strategy_found = Unknown("the deployment group is not in this template")
            alarms = Unknown("the deployment group is not in this template")
        else:
            strategy_found = _strategy(group, scene)
            alarms = group_alarms(group, scene)
    return Rollout(
        scene=scene,
        kind=RolloutKind.FUNCTION,
        function=function.logical_id if function is not None else label(named),
        resource=function or resource,
        exists=scene.exists(resource),
        alias=scene.property(resource, "Name"),
        traffic_shifting=traffic_shifting,
        strategy=strategy_found,
        alarms=alarms,
        pre_traffic=_hook(update, "BeforeAllowTrafficHook", Phase.PRE_TRAFFIC, scene),
        post_traffic=_hook(update, "AfterAllowTrafficHook", Phase.POST_TRAFFIC, scene),
        spans=_spans(resource, group, update_node, scene.template.document.text),
        group=group,
        alias_resource=resource,
    )


def version_of_another(alias: Resource, scene: EvaluatedTemplate) -> tuple[Resource, Reference] | None:
    """The version that an alias points at, and whose that is, where that is certainly not the alias's function."""
    version = scene.resource_of(scene.property(alias, "FunctionVersion"))
    if version is None or version.type != "AWS::Lambda::Version":
        return None
    own, other = scene.property(alias, "FunctionName"), scene.property(version, "FunctionName")
    if not isinstance(own, Reference) or not isinstance(other, Reference) or own.logical_id == other.logical_id:
        return None
    return version, other


def unpublished_function(resource: Resource, scene: EvaluatedTemplate) -> Rollout:
    """The row of an AWS::Lambda::Function that has no alias in its template."""
    span = resource.span
    return Rollout(
        scene=scene,
        kind=RolloutKind.FUNCTION,
        function=resource.logical_id,
        resource=resource,
        exists=scene.exists(resource),
        alias=ABSENT,
        traffic_shifting=False,
        strategy=None,
        alarms=(),
        pre_traffic=None,
        post_traffic=None,
        spans=Spans(span, span, span, span, span, span, span),
    )


def _update_policy(resource: Resource, scene: EvaluatedTemplate) -> tuple[Mapping | Unknown | None, Span | None]:
    entry = resource.node.entry("UpdatePolicy")
    if entry is None:
        return None, None
    policy, _ = scene.chosen(entry.value)
    if not isinstance(policy, Mapping):
        return None, None
    if intrinsic(policy) is not None:
        return Unknown("UpdatePolicy is not known"), entry.key.span
    update, _ = scene.chosen(policy.get("CodeDeployLambdaAliasUpdate"))
    if not isinstance(update, Mapping):
        return None, None
    if intrinsic(update) is not None:
        return Unknown("CodeDeployLambdaAliasUpdate is not known"), entry.key.span
    return update, entry.key.span


def _group(update: Mapping | Unknown | None, scene: EvaluatedTemplate) -> Resource | None:
    if not isinstance(update, Mapping):
        return None
    value = scene.value(update.get("DeploymentGroupName"))
    found = scene.resource_of(value)
    if found is not None:
        return found if found.type == "AWS::CodeDeploy::DeploymentGroup" else None
    if not isinstance(value, Literal):
        return None
    for group in scene.template.of_type("AWS::CodeDeploy::DeploymentGroup"):
        name = scene.property(group, "DeploymentGroupName")
        if isinstance(name, Literal) and name.text == value.text:
            return group
    return None


def _strategy(group: Resource, scene: EvaluatedTemplate) -> Strategy | Unknown | None:
    value = scene.property(group, "DeploymentConfigName")
    if isinstance(value, Unknown):
        return value
    if isinstance(value, (Literal, Reference)):
        return strategy(value, scene)
    return None if isinstance(value, Removed) else Unknown("DeploymentConfigName is not a name")


def group_alarms(group: Resource, scene: EvaluatedTemplate) -> tuple[WiredAlarm, ...] | Unknown:
    """The alarms that a deployment group lists, whether or not its AlarmConfiguration is enabled."""
    configuration, _ = scene.chosen(group.properties.get("AlarmConfiguration"))
    if configuration is None:
        return ()
    if not isinstance(configuration, Mapping) or intrinsic(configuration) is not None:
        return Unknown("AlarmConfiguration is not known")
    node, _ = scene.chosen(configuration.get("Alarms"))
    if node is None:
        return ()
    if not isinstance(node, Sequence):
        value = scene.value(node)
        return value if isinstance(value, Unknown) else Unknown("Alarms is not a list")
    alarms: list[WiredAlarm] = []
    for item in node.items:
        entry, _ = scene.chosen(item)
        name: Node | None = entry.get("Name") if isinstance(entry, Mapping) else None
        if name is None:
            continue
        value = scene.value(name)
        if not isinstance(value, Removed):
            alarms.append(WiredAlarm(value, name))
    return tuple(alarms)


def _hook(update: Mapping | Unknown | None, key: str, phase: Phase, scene: EvaluatedTemplate) -> Hook | Unknown | None:
    if not isinstance(update, Mapping):
        return None
    entry = update.entry(key)
    if entry is None:
        return None
    value: Value = scene.value(entry.value)
    if isinstance(value, Removed):
        return None
    if isinstance(value, Unknown) and value.depends_on:
        return value
    return Hook(phase, value, entry.value, entry.key.span)


def _spans(resource: Resource, group: Resource | None, update: Span | None, text: str) -> Spans:
    own = resource.span
    around = update or own
    strategy_span = alarms = around
    if group is not None:
        strategy_span = alarms = group.span
        name = group.properties.entry("DeploymentConfigName")
        if name is not None:
            strategy_span = said_at(name, text)
        configuration = group.properties.entry("AlarmConfiguration")
        if configuration is not None:
            alarms = configuration.key.span
    alias = resource.properties.entry("Name")
    alias_span = said_at(alias, text) if alias is not None else own
    return Spans(own, alias_span, around, strategy_span, around, alarms, around)
