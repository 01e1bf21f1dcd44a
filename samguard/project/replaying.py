"""Rollouts of a project against what AWS has recorded: exported metrics, and a deployment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from samguard.environments.environment import Environment
from samguard.errors import SamguardError
from samguard.project.project import Project
from samguard.rehearsal import Means, Scenario, rehearse
from samguard.rehearsal.codedeploy_record import DeploymentRecord, against_plan, of_rollout, record_words
from samguard.rehearsal.metric_export import Export
from samguard.rehearsal.metric_query import MetricQuery, metric_query
from samguard.rehearsal.replay import Replay, replay
from samguard.rehearsal.schedule import Timing
from samguard.rollout import Rollout, deployments
from samguard.template import Template
from samguard.value import value


@value
class EnvironmentReplay:
    """The replays of an environment's rollouts, by the path of the template."""

    path: str
    environment: str
    replays: tuple[Replay, ...]


@value
class DeploymentAgainst:
    """What happened, and for each environment (path, name) what was planned; sentences without an end."""

    happened: tuple[str, ...]
    planned: tuple[tuple[str, str, str, tuple[str, ...]], ...]
    """Path, environment, function, sentences."""


def project_replay(project: Project, export: Export, timing: Timing) -> tuple[EnvironmentReplay, ...]:
    """What the alarms of each rollout would have made of exported metrics."""
    return tuple(
        EnvironmentReplay(
            template.document.path,
            environment.name,
            tuple(replay(rollout, export, timing) for rollout in _shifted(template, environment)),
        )
        for template, environment in _environments(project)
    )


def project_query(project: Project, today: date) -> MetricQuery:
    """The query that exports what an environment's alarms watch.

    Raises SamguardError where there are several templates or environments: they name the same alarms differently.
    """
    found = [
        (template, environment)
        for template, environment in _environments(project)
        if any(True for _ in _shifted(template, environment))
    ]
    if not found:
        raise SamguardError("no function's traffic is shifted here, so there is nothing to export")
    paths = {template.document.path for template, _ in found}
    if len(paths) > 1:
        raise SamguardError(
            "there are several templates with rollouts", hint=f"name one of {', '.join(sorted(paths)[:5])}"
        )
    if len(found) > 1:
        names = ", ".join(environment.name for _, environment in found)
        raise SamguardError("metrics are exported for one environment", hint=f"name it by --env: {names}")
    template, environment = found[0]
    return metric_query(_shifted(template, environment), today)


def against_deployment(
    project: Project, record: DeploymentRecord, scenario: Scenario, means: Means
) -> DeploymentAgainst:
    """What a deployment did, against what the templates plan."""
    planned: list[tuple[str, str, str, tuple[str, ...]]] = []
    for template, environment in _environments(project):
        for rollout in of_rollout(record, _shifted(template, environment)):
            rehearsal = rehearse(rollout, scenario, means)
            said = tuple(against_plan(record, rehearsal))
            planned.append((template.document.path, environment.name, rollout.function, said))
    return DeploymentAgainst(tuple(record_words(record)), tuple(dict.fromkeys(planned)))


def _environments(project: Project) -> Iterator[tuple[Template, Environment]]:
    for file in sorted(project.templates, key=lambda found: found.template.document.path):
        for environment in file.environments:
            yield file.template, environment


def _shifted(template: Template, environment: Environment) -> Iterator[Rollout]:
    """The rollouts of an environment whose traffic is shifted; of several worlds, the first that has them."""
    seen: set[str] = set()
    for world in deployments(template, environment):
        for rollout in world.rollouts:
            if rollout.traffic_shifting is not False and rollout.function not in seen:
                seen.add(rollout.function)
                yield rollout
