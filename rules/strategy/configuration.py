"""Deployment configurations of a template: where a rollout names one, and where its numbers stand."""

from __future__ import annotations

from typing import Final

from samguard.evaluation import Literal, Reason, Trail
from samguard.rollout import Deployment, Rollout, RolloutKind, Strategy
from samguard.source import Mapping, Node, Scalar, Span
from samguard.template import Resource, intrinsic

_LOOKUPS: Final = ("Ref", "Fn::FindInMap", "Fn::Sub")
CONFIGURATION_TYPE = "AWS::CodeDeploy::DeploymentConfig"
ROUTING_TYPES = {
    "TimeBasedCanary": ("CanaryPercentage", "CanaryInterval"),
    "TimeBasedLinear": ("LinearPercentage", "LinearInterval"),
}
"""The gradual types of a TrafficRoutingConfig, and the numbers that each takes."""


def strategy_node(rollout: Rollout) -> Node | None:
    """The expression that chooses a rollout's strategy."""
    if rollout.group is not None:
        return rollout.group.properties.get("DeploymentConfigName")
    return rollout.preference.get("Type") if rollout.preference is not None else None


def by_name(deployment: Deployment) -> list[Rollout]:
    """The rollouts by the names of their resources: in that order, what is told of several is always told of one.

    In the template's order it would be another finding as soon as somebody moves a resource.
    """
    return sorted(deployment.rollouts, key=lambda rollout: rollout.function)


def said_once(rollout: Rollout, places: dict[str, Span], span: Span) -> Span:
    """Where several rollouts whose strategy is looked up at one place are told as one: at the first of them.

    `places` gathers the first place of each expression that looks up a parameter or a mapping. See `by_name`.
    """
    node, _ = rollout.scene.chosen(strategy_node(rollout))
    call = intrinsic(node)
    if node is None or call is None or call.name not in _LOOKUPS:
        return span
    text = rollout.template.document.text[node.span.start : node.span.end]
    return places.setdefault(" ".join(text.split()), span)


def strategy_place(rollout: Rollout) -> Span:
    """Where a strategy's name is written: in the branch of `Fn::If` that is taken, if it is written out there."""
    node = strategy_node(rollout)
    chosen, _ = rollout.scene.chosen(node)
    return chosen.span if isinstance(chosen, Scalar) and chosen is not node else rollout.spans.strategy


def routing_place(
    rollout: Rollout, strategy: Strategy, path: tuple[str, ...], *, is_number: bool = False
) -> tuple[Span, Trail]:
    """Where to change what a strategy does: in the configuration that is named outright, else where it is chosen.

    `path` leads from TrafficRoutingConfig to the value. The trail tells where the configuration is named. A number is
    changed in the configuration also where a condition chose that.
    """
    configuration = strategy.configuration
    node = strategy_node(rollout)
    if is_number:
        node, _ = rollout.scene.chosen(node)
    call = intrinsic(node)
    is_chosen_by_name = call is None or call.name == "Ref"
    if configuration is None or node is None or not is_chosen_by_name:
        return rollout.spans.strategy, ()
    if rollout.scene.value(node).because:
        return rollout.spans.strategy, ()
    reason = Reason(f"{rollout.function} names this configuration", rollout.scene.place(rollout.spans.strategy))
    return routing_span(configuration, path), (reason,)


def routing_span(configuration: Resource, path: tuple[str, ...]) -> Span:
    """Where a value below TrafficRoutingConfig stands; what is missing falls back to what stands around it."""
    span = configuration.span
    node: Node | None = configuration.properties
    for name in ("TrafficRoutingConfig", *path):
        entry = node.entry(name) if isinstance(node, Mapping) else None
        if entry is None:
            return span
        node = entry.value
        span = entry.key.span if isinstance(node, Mapping) and intrinsic(node) is None else node.span
    return span


def percentage_span(rollout: Rollout, strategy: Strategy, index: int) -> tuple[Span, Trail]:
    """Where a strategy's percentage (`index` 0) or interval (1) is said."""
    if rollout.kind is RolloutKind.STATE_MACHINE and rollout.preference is not None:
        entry = rollout.preference.entry(("Percentage", "Interval")[index])
        return (entry.value.span if entry is not None else rollout.spans.strategy), ()
    shape = strategy.shape.value if strategy.shape is not None else ""
    name = f"TimeBased{shape.capitalize()}"
    if name not in ROUTING_TYPES:
        return rollout.spans.strategy, ()
    return routing_place(rollout, strategy, (name, ROUTING_TYPES[name][index]), is_number=True)


def users(deployment: Deployment) -> dict[str, Rollout]:
    """The configurations that functions of the template use: logical ids, each with the first of the rollouts."""
    found: dict[str, Rollout] = {}
    for rollout in deployment.rollouts:
        strategy = rollout.strategy
        if rollout.shifts and isinstance(strategy, Strategy) and strategy.configuration is not None:
            found.setdefault(strategy.configuration.logical_id, rollout)
    return found


def lambda_configurations(deployment: Deployment) -> tuple[Resource, ...]:
    """The configurations of the template that are for Lambda, or that one of its functions uses."""
    used = users(deployment)
    found: list[Resource] = []
    for resource in deployment.template.of_type(CONFIGURATION_TYPE):
        platform = deployment.scene.property(resource, "ComputePlatform")
        is_lambda = isinstance(platform, Literal) and platform.text == "Lambda"
        is_there = deployment.scene.exists(resource) is not False
        if is_there and (is_lambda or resource.logical_id in used):
            found.append(resource)
    return tuple(found)
