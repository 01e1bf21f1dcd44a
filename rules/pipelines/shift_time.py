"""How long the gradual deployment takes that a step of a pipeline starts and waits for."""

from __future__ import annotations

from typing import Final

from samguard.environments import Environment
from samguard.evaluation import Literal, Trail
from samguard.pipeline import Job, Step, StepKind
from samguard.project import Project, TemplateFile
from samguard.project.delivery import deployed_templates
from samguard.rollout import Deployment, Rollout, Strategy, deployments
from samguard.rollout.strategy import number
from samguard.rules.pipelines.production_path import environment_of
from samguard.value import value

_WAITS_MINUTES: Final = 60
"""`sam deploy` and `aws cloudformation deploy` give up after an hour; SG210 speaks of shifts that take longer."""
_WAITERS: Final = ("sam deploy", "aws cloudformation deploy")
_LONGEST_MINUTES: Final = 2880
"""What CodeDeploy takes at most."""


@value
class Shift:
    """The longest gradual shift of a deployment: which function, in which environment, and what decided it."""

    minutes: float
    function: str
    environment: str
    because: Trail


def longest_shift(project: Project, job: Job, step: Step) -> Shift | None:
    """The longest shift that a step waits for to end.

    None where the step does not wait, or gives up by itself before; where it is not known what it deploys, or to which
    environment; and where nothing is certainly shifted gradually.
    """
    if step.command is None or step.kind is not StepKind.DEPLOY or step.waits is False:
        return None
    templates = {file.document.path: frozenset(file.template.parameters) for file in project.templates}
    configs = [file.document.path for file in project.samconfigs]
    paths = deployed_templates(step, templates, configs, [one.path for one in project.pipelines])
    found: list[Shift] = []
    for file in project.templates:
        environment = _environment(file, environment_of(job, step), step) if file.document.path in paths else None
        shift = None if environment is None else _of_environment(file, environment)
        if environment is not None and shift is not None and not _gives_up(environment, step, shift.minutes):
            found.append(shift)
    # A step that may mean several templates deploys one of them.
    return min(found, key=lambda shift: shift.minutes) if len(found) == len(paths) and found else None


def _environment(file: TemplateFile, name: str | None, step: Step) -> Environment | None:
    """The environment of a template that a step deploys to: of its name, of its samconfig section, or of its stack."""
    command = step.command
    assert command is not None  # noqa: S101 - seen by longest_shift
    config = command.options.get("config_env")
    names = [one for one in (name, config.text if config is not None else None, command.environment) if one]
    by_name = {environment.name: environment for environment in file.environments}
    found = next((by_name[one] for one in names if one in by_name), None)
    if found is None and command.stack_name:
        found = next((one for one in file.environments if one.stack_name == command.stack_name), None)
    return found


def _of_environment(file: TemplateFile, environment: Environment) -> Shift | None:
    """The longest shift in the world where that is the shortest."""
    worlds = [_of_world(world) for world in deployments(file.template, environment, file.sources)]
    known = [shift for shift in worlds if shift is not None]
    return min(known, key=lambda shift: shift.minutes) if len(known) == len(worlds) and known else None


def _of_world(world: Deployment) -> Shift | None:
    shifts = [shift for rollout in world.rollouts if (shift := _of_rollout(rollout)) is not None]
    return max(shifts, key=lambda shift: shift.minutes) if shifts else None


def _of_rollout(rollout: Rollout) -> Shift | None:
    strategy = rollout.strategy
    if not rollout.is_gradual or not isinstance(strategy, Strategy) or rollout.exists is not True:
        return None
    minutes = strategy.duration_minutes
    if minutes is None or minutes > _LONGEST_MINUTES:
        return None
    return Shift(minutes, rollout.function, rollout.environment.name, (*rollout.because, *strategy.because))


def _gives_up(environment: Environment, step: Step, minutes: float) -> bool:
    """Whether the tool itself stops to wait before the shift is over."""
    if step.tool not in _WAITERS:
        return False
    said = environment.options.get("max_wait_duration")
    limit = _WAITS_MINUTES if said is None else number(Literal(said.text or ""))
    return limit is not None and minutes > limit
