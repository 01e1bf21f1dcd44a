"""A plan as JSON, for scripts: the shape that the documentation promises."""

from __future__ import annotations

import math
from typing import Final

from samguard.output.json_text import json_text
from samguard.rollout.plan import (
    EnvironmentPlan,
    PipelinePlan,
    Plan,
    PlannedParameter,
    PlannedRollout,
    PlannedStrategy,
)

_SHAPE: Final = "1"
"""The version of the shape: another one where a script could break."""


def plan_json(plan: Plan) -> str:
    """The plan as JSON, with a line break at the end."""
    templates = [
        {"path": template.path, "environments": [_environment(environment) for environment in template.environments]}
        for template in plan.templates
    ]
    pipelines = [_pipeline(pipeline) for pipeline in plan.pipelines]
    return json_text({"version": _SHAPE, "templates": templates, "pipelines": pipelines})


def _pipeline(pipeline: PipelinePlan) -> dict[str, object]:
    stages = [
        {"name": stage.name, "kind": stage.kind, "environment": stage.environment, "gates": list(stage.gates)}
        for stage in pipeline.stages
    ]
    return {"path": pipeline.path, "system": pipeline.system, "stages": stages, "missing": list(pipeline.missing)}


def _environment(environment: EnvironmentPlan) -> dict[str, object]:
    return {
        "name": environment.name,
        "production": environment.production,
        "parameters": {name: _parameter(value) for name, value in environment.parameters.items()},
        "rollouts": [_rollout(rollout) for rollout in environment.rollouts],
    }


def _parameter(parameter: PlannedParameter) -> dict[str, object]:
    start = parameter.start
    shown: dict[str, object] = {
        "value": parameter.value,
        "source": parameter.source,
        "path": parameter.path,
        "start": None if start is None else {"line": start.line, "column": start.column},
    }
    if parameter.unknown is not None:
        shown["unknown"] = {"value": parameter.unknown}
    return shown


def _rollout(rollout: PlannedRollout) -> dict[str, object]:
    shown: dict[str, object] = {
        "function": rollout.function,
        "kind": rollout.kind,
        "alias": rollout.alias,
        "traffic_shifting": rollout.traffic_shifting,
        "strategy": None if rollout.strategy is None else _strategy(rollout.strategy),
        "alarms": None if rollout.alarms is None else list(rollout.alarms),
        "hooks": {"pre_traffic": rollout.pre_traffic, "post_traffic": rollout.post_traffic},
    }
    if rollout.unknown:
        shown["unknown"] = dict(rollout.unknown)
    return shown


def _strategy(strategy: PlannedStrategy) -> dict[str, object]:
    return {
        "name": strategy.name,
        "kind": strategy.kind,
        "percent": _number(strategy.percent),
        "interval_minutes": _number(strategy.interval_minutes),
        "duration_minutes": _number(strategy.duration_minutes),
    }


def _number(value: float | None) -> float | None:
    """Whole numbers without `.0`; JSON has neither infinity nor NaN."""
    if value is None or not math.isfinite(value):
        return None
    return int(value) if value == int(value) else value
