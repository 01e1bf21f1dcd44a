"""From deployments to the plan that people and scripts read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from samguard.environments.environment import Environment, ParameterSource, Production
from samguard.evaluation import Removed, Unknown, Value
from samguard.rollout.deployment import Deployment, deployments
from samguard.rollout.plan import (
    EnvironmentPlan,
    PlannedParameter,
    PlannedRollout,
    PlannedStrategy,
    TemplatePlan,
)
from samguard.rollout.rollout import Hook, Rollout, label
from samguard.rollout.strategy import Strategy
from samguard.source import Mapping, Node, Scalar, Sequence
from samguard.template import HIDDEN, Parameter, Refusal, RefusalKind, Template, intrinsic
from samguard.value import replace

_MOST_WORLDS_SHOWN: Final = 4


def template_plan(template: Template, environments: Iterable[Environment]) -> TemplatePlan:
    """The plan of a template in each of its environments."""
    plans = tuple(environment_plan(deployments(template, environment)) for environment in environments)
    return TemplatePlan(template.document.path, plans)


def environment_plan(worlds: tuple[Deployment, ...]) -> EnvironmentPlan:
    """The plan of one environment, from its deployment in each of its worlds.

    What differs between the worlds is not known; the reason tells what it is in which.
    """
    first = worlds[0]
    environment = first.environment
    rows = [_rows(world) for world in worlds]
    keys = dict.fromkeys(key for row in rows for key in row)
    rollouts = [_combined([row.get(key) for row in rows], worlds) for key in keys]
    refused = _refused(first.refusals, first)
    return EnvironmentPlan(
        name=environment.name,
        production=environment.production is Production.YES,
        assumed=environment.is_assumed,
        parameters=_parameters(first),
        rollouts=tuple(row for row in (*rollouts, *refused) if row is not None),
    )


def _rows(deployment: Deployment) -> dict[tuple[str, int], PlannedRollout]:
    rows: dict[tuple[str, int], PlannedRollout] = {}
    for rollout in deployment.rollouts:
        count = sum(name == rollout.function for name, _ in rows)
        rows[(rollout.function, count)] = planned_rollout(rollout)
    return rows


def planned_rollout(rollout: Rollout) -> PlannedRollout:
    """A rollout as the plan shows it."""
    unknown: dict[str, str] = {}
    if rollout.exists is None:
        unknown["exists"] = "its condition is not known"
    alias: str | None = None
    if isinstance(rollout.alias, Unknown):
        unknown["alias"] = rollout.alias.reason
    elif not isinstance(rollout.alias, Removed):
        alias = label(rollout.alias)
    traffic_shifting: bool | None
    if isinstance(rollout.traffic_shifting, Unknown):
        unknown["traffic_shifting"] = rollout.traffic_shifting.reason
        traffic_shifting = None
    else:
        traffic_shifting = rollout.traffic_shifting
    if isinstance(rollout.strategy, Unknown):
        unknown["strategy"] = rollout.strategy.reason
    elif rollout.strategy is None and rollout.traffic_shifting is True:
        unknown["strategy"] = "no deployment configuration is named; CodeDeploy's default for Lambda is not documented"
    alarms: tuple[str, ...] | None
    if isinstance(rollout.alarms, Unknown):
        unknown["alarms"] = rollout.alarms.reason
        alarms = None
    else:
        alarms = tuple(_written_or(entry.value, entry.node) for entry in rollout.alarms)
    hooks: list[str | None] = []
    for name, hook in (("pre_traffic", rollout.pre_traffic), ("post_traffic", rollout.post_traffic)):
        if isinstance(hook, Unknown):
            unknown[name] = hook.reason
        hooks.append(_written_or(hook.value, hook.node) if isinstance(hook, Hook) else None)
    return PlannedRollout(
        function=rollout.function,
        kind=rollout.kind.value,
        alias=alias,
        traffic_shifting=traffic_shifting,
        strategy=_strategy(rollout.strategy),
        alarms=alarms,
        pre_traffic=hooks[0],
        post_traffic=hooks[1],
        unknown=unknown,
    )


def _strategy(found: Strategy | Unknown | None) -> PlannedStrategy | None:
    if not isinstance(found, Strategy):
        return None
    return PlannedStrategy(found.name, found.kind.value, found.percent, found.interval_minutes, found.duration_minutes)


def _written_or(value: Value, node: Node) -> str:
    """A value's label; where it is not known, the expression as it is written."""
    return written(node) if isinstance(value, Unknown) else label(value)


def written(node: Node) -> str:
    """An expression as text: the name that a Ref or GetAtt gives, else JSON."""
    if isinstance(node, Scalar):
        return node.text
    call = intrinsic(node)
    if call is not None and call.name == "Ref" and isinstance(call.argument, Scalar):
        return call.argument.text
    if call is not None and call.name == "Fn::GetAtt":
        first = call.argument.items[0] if isinstance(call.argument, Sequence) and call.argument.items else call.argument
        if isinstance(first, Scalar):
            return first.text.partition(".")[0]
    return json.dumps(_plain(node), ensure_ascii=False)


def _plain(node: Node) -> object:
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [_plain(item) for item in node.items]
        case Mapping():
            return {entry.name: _plain(entry.value) for entry in node}


def _combined(rows: list[PlannedRollout | None], worlds: tuple[Deployment, ...]) -> PlannedRollout | None:
    """One row of what may differ from world to world."""
    present = [(row, world) for row, world in zip(rows, worlds, strict=True) if row is not None]
    first = present[0][0]
    unknown = dict(first.unknown)
    if len(present) < len(worlds):
        unknown["exists"] = "not everywhere that the open parameters allow"
    if len(present) == 1:
        return replace(first, unknown=unknown)
    rows = [row for row, _ in present]
    worlds = tuple(world for _, world in present)
    alias = _agreed("alias", [row.alias if row else None for row in rows], worlds, unknown)
    strategy_names = [row.strategy.name if row and row.strategy else None for row in rows]
    is_agreed = _agreed("strategy", strategy_names, worlds, unknown) is not None
    shifting = [row.traffic_shifting if row else None for row in rows]
    alarms = [", ".join(row.alarms or ()) or "none" if row else None for row in rows]
    alarms_agree = _agreed("alarms", alarms, worlds, unknown) is not None
    pre = _agreed("pre_traffic", [row.pre_traffic if row else None for row in rows], worlds, unknown)
    post = _agreed("post_traffic", [row.post_traffic if row else None for row in rows], worlds, unknown)
    shifts_alike = all(value == shifting[0] for value in shifting)
    if not shifts_alike:
        texts: list[str | None] = ["yes" if value else "no" for value in shifting]
        _agreed("traffic_shifting", texts, worlds, unknown)
    return PlannedRollout(
        function=first.function,
        kind=first.kind,
        alias=alias,
        traffic_shifting=shifting[0] if shifts_alike else None,
        strategy=first.strategy if is_agreed else None,
        alarms=first.alarms if alarms_agree else None,
        pre_traffic=pre,
        post_traffic=post,
        unknown=unknown,
    )


def _agreed(name: str, values: list[str | None], worlds: tuple[Deployment, ...], unknown: dict[str, str]) -> str | None:
    if all(value == values[0] for value in values):
        return values[0]
    said: dict[str, str] = {}
    for value, world in zip(values, worlds, strict=True):
        condition = " and ".join(f"{key} is {text}" for key, text in world.assignment.items())
        said.setdefault(value or "none", condition)
    shown = [f"{value} if {condition}" for value, condition in list(said.items())[:_MOST_WORLDS_SHOWN]]
    more = ", …" if len(said) > _MOST_WORLDS_SHOWN else ""
    unknown[name] = "; ".join(shown) + more
    return None


def _refused(refusals: tuple[Refusal, ...], deployment: Deployment) -> list[PlannedRollout]:
    rows: dict[str, PlannedRollout] = {}
    shown = {rollout.function for rollout in deployment.rollouts}
    for refusal in refusals:
        for resource in deployment.template.of_type("AWS::Serverless::Function"):
            is_meant = resource.logical_id == refusal.resource or refusal.kind is RefusalKind.GLOBALS
            if not is_meant or resource.logical_id in shown or deployment.scene.exists(resource) is False:
                continue
            unknown = {"rollout": refusal.text}
            rows.setdefault(
                resource.logical_id, PlannedRollout(resource.logical_id, traffic_shifting=None, unknown=unknown)
            )
    return list(rows.values())


def _parameters(deployment: Deployment) -> dict[str, PlannedParameter]:
    return {name: _parameter(declared, deployment) for name, declared in deployment.template.parameters.items()}


def _parameter(declared: Parameter, deployment: Deployment) -> PlannedParameter:
    given = deployment.environment.parameters.get(declared.name)
    if given is not None:
        location = given.place.location if given.place is not None else None
        path, start = (location.path, location.start) if location is not None else (None, None)
        unknown = None if given.text is not None else "not known here"
        text = HIDDEN if declared.is_hidden and given.text else given.text
        return PlannedParameter(text, given.source.value, path, start, unknown)
    if isinstance(declared.default, Scalar):
        location = deployment.scene.place(declared.default.span).location
        text = HIDDEN if declared.is_hidden and declared.default.text else declared.default.text
        return PlannedParameter(text, ParameterSource.DEFAULT.value, location.path, location.start)
    return PlannedParameter(None, ParameterSource.DEFAULT.value, unknown=f"parameter {declared.name} has no value")
