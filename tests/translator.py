"""The judge of what a template deploys: AWS's own SAM translator, and what is left of its output once evaluated.

Expressions that survive the transform are evaluated by samguard's own evaluation, which has tests of its own; what is
judged here is what the transform decides.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass
from typing import Any
from unittest.mock import MagicMock, patch

from scenes import REGION, environment, template_of

from samguard.environments.environment import Environment
from samguard.evaluation import EvaluatedTemplate, Fields, Items, Removed, Value
from samguard.rollout import Deployment, Hook, RolloutKind, Strategy, label

os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
logging.getLogger("samtranslator").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Row:
    """A function's rollout, as far as the transform decides it."""

    function: str
    alias: str
    shifted: bool
    strategy: str | None
    alarms: tuple[str, ...]
    pre_traffic: str | None
    post_traffic: str | None


def translated(text: str, parameters: dict[str, str]) -> tuple[Row, ...] | str:
    """The rollouts that the translator generates, or the reasons for which it refuses the template."""
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.translator.transform import transform
    from samtranslator.yaml_helper import yaml_parse

    source = json.loads(json.dumps(yaml_parse(text), default=str))
    loader = MagicMock()
    loader.load.return_value = {"AWSLambdaBasicExecutionRole": "arn:aws:iam::aws:policy/basic"}
    with patch("boto3.session.Session.region_name", REGION):
        try:
            output = transform(source, dict(parameters), loader)
        except InvalidDocumentException as refused:
            return "; ".join(cause.message for cause in refused.causes)
    return _rows(output, environment(region=REGION, parameters=parameters))


def _rows(output: dict[str, Any], given: Environment) -> tuple[Row, ...]:
    scene = EvaluatedTemplate(template_of(json.dumps(output)), given)
    rows: list[Row] = []
    for resource in scene.template.of_type("AWS::Lambda::Alias"):
        if scene.exists(resource) is False:
            continue
        update = _fields(scene.value(resource.node.get("UpdatePolicy")), "CodeDeployLambdaAliasUpdate")
        group = _group(update, scene)
        strategy = _text(group.get("DeploymentConfigName")) if group is not None else None
        alarms = _fields(group.get("AlarmConfiguration")).get("Alarms") if group is not None else None
        names = [_fields(item).get("Name") for item in alarms.items] if isinstance(alarms, Items) else []
        rows.append(
            Row(
                function=str(_text(scene.property(resource, "FunctionName"))),
                alias=str(_text(scene.property(resource, "Name"))),
                shifted=group is not None,
                strategy=strategy.removeprefix("CodeDeployDefault.Lambda") if strategy is not None else None,
                alarms=tuple(label(name) for name in names if not isinstance(name, Removed)),
                pre_traffic=_text(update.get("BeforeAllowTrafficHook")),
                post_traffic=_text(update.get("AfterAllowTrafficHook")),
            )
        )
    return tuple(sorted(rows, key=lambda row: row.function))


def _group(update: Fields, scene: EvaluatedTemplate) -> Fields | None:
    found = scene.resource_of(update.get("DeploymentGroupName"))
    return _fields(scene.value(found.properties)) if found is not None else None


def _fields(value: Value, name: str | None = None) -> Fields:
    found = value.get(name) if name is not None and isinstance(value, Fields) else value
    return found if isinstance(found, Fields) else Fields({})


def _text(value: Value) -> str | None:
    return None if isinstance(value, Removed) else label(value)


def planned(deployment: Deployment) -> tuple[Row, ...]:
    """samguard's rollouts in the judge's shape."""
    rows: list[Row] = []
    for rollout in deployment.rollouts:
        if rollout.kind is not RolloutKind.FUNCTION or isinstance(rollout.alias, Removed):
            continue
        strategy = rollout.strategy
        alarms = rollout.alarms if isinstance(rollout.alarms, tuple) else ()
        rows.append(
            Row(
                function=rollout.function,
                alias=label(rollout.alias),
                shifted=rollout.traffic_shifting is True,
                strategy=strategy.name if isinstance(strategy, Strategy) else None,
                alarms=tuple(label(entry.value) for entry in alarms),
                pre_traffic=label(rollout.pre_traffic.value) if isinstance(rollout.pre_traffic, Hook) else None,
                post_traffic=label(rollout.post_traffic.value) if isinstance(rollout.post_traffic, Hook) else None,
            )
        )
    return tuple(sorted(rows, key=lambda row: row.function))
