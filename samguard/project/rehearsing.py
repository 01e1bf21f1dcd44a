"""The rehearsals of a whole project."""

from __future__ import annotations

from samguard.environments import Settings
from samguard.environments.environment import Environment, Production
from samguard.errors import SamguardError
from samguard.evaluation import Unknown
from samguard.project.project import Project
from samguard.rehearsal import Means, Objective, Rehearsal, Scenario, objective, rehearse
from samguard.rehearsal.advice import advice
from samguard.rehearsal.detection_curves import detection_curves
from samguard.rehearsal.rehearsal import asked_for
from samguard.rehearsal.report import EnvironmentRehearsal, RehearsalReport, RolloutRehearsal, TemplateRehearsal
from samguard.rehearsal.typical_course import typical_course
from samguard.rollout import Deployment, Rollout, deployments
from samguard.rollout.strategy import number
from samguard.template import Template
from samguard.value import replace


def project_rehearsal(  # noqa: PLR0913 - what is asked, of what, how
    project: Project,
    scenario: Scenario,
    means: Means | None = None,
    asked: Objective | None = None,
    named: tuple[str, ...] = (),
    *,
    with_curves: bool = False,
) -> RehearsalReport:
    """How each rollout of each environment takes a bad version; `asked` is an objective, `named` the environments that were asked for.

    `with_curves` works the curves out, too: 40 times the work. The scenario's timeout is used for functions that do not say theirs.
    """
    means = means or Means()
    setting = _Setting(scenario, means, asked, with_curves=with_curves)
    templates = tuple(
        TemplateRehearsal(
            file.template.document.path,
            tuple(_environment(file.template, environment, setting, named) for environment in file.environments),
        )
        for file in project.templates
    )
    return RehearsalReport(asked_for(scenario, asked), tuple(sorted(templates, key=lambda found: found.path)), asked)


def configured_objective(settings: Settings) -> Objective | None:
    """The objective of the configuration. Raises SamguardError, with its line, where it is not understood."""
    if settings.objective is None:
        return None
    try:
        return objective(settings.objective)
    except SamguardError as error:
        where = settings.places["objective",].location
        raise SamguardError(error.message, path=where.path, line=where.start.line, hint=error.hint) from None


class _Setting:
    """What is rehearsed how; remembers rehearsals, since worlds and environments are often alike."""

    def __init__(self, scenario: Scenario, means: Means, asked: Objective | None, *, with_curves: bool) -> None:
        self.scenario = scenario
        self.means = means
        self.objective = asked
        self.with_curves = with_curves

    def rehearsal(self, rollout: Rollout) -> Rehearsal:
        """The rehearsal of a rollout, with the function's own timeout."""
        timeout = number(rollout.scene.property(rollout.resource, "Timeout"))
        scenario = self.scenario
        if timeout is not None and timeout > 0:
            scenario = replace(scenario, service=replace(scenario.service, timeout_seconds=timeout))
        return rehearse(rollout, scenario, self.means, self.objective)

    def told(self, rehearsal: Rehearsal, condition: str, *, counts: bool) -> RolloutRehearsal:
        """A rehearsal with what is drawn, and what is advised where the objective counts."""
        planned = rehearsal.schedule
        if isinstance(planned, Unknown) or rehearsal.detection is None:
            return RolloutRehearsal(rehearsal, condition)
        course = typical_course(rehearsal.watch, planned, rehearsal.scenario)
        curves = None
        if self.with_curves and course is not None:
            curves = detection_curves(rehearsal.watch, planned, rehearsal.scenario, self.means)
        advised = advice(rehearsal, self.objective, self.means) if self.objective is not None and counts else None
        return RolloutRehearsal(rehearsal, condition, course, curves, advised)


def _environment(
    template: Template, environment: Environment, setting: _Setting, named: tuple[str, ...]
) -> EnvironmentRehearsal:
    worlds = deployments(template, environment)
    found: dict[str, list[tuple[Rehearsal, list[str]]]] = {}
    unshifted: dict[str, None] = {}
    for world in worlds:
        hooks = world.hook_functions()
        for rollout in world.rollouts:
            if rollout.traffic_shifting is False:
                if rollout.function not in hooks:
                    unshifted[rollout.function] = None
                continue
            _add(found.setdefault(rollout.function, []), setting.rehearsal(rollout), _condition(world))
    is_production = environment.production is Production.YES
    counts = is_production or environment.is_assumed or environment.name in named
    rollouts = tuple(
        setting.told(rehearsal, " or ".join(conditions) if len(alike) > 1 else "", counts=counts)
        for alike in found.values()
        for rehearsal, conditions in alike
    )
    return EnvironmentRehearsal(
        environment.name,
        is_production,
        environment.is_assumed,
        counts=counts,
        rollouts=rollouts,
        unshifted=tuple(name for name in unshifted if name not in found),
    )


def _add(alike: list[tuple[Rehearsal, list[str]]], rehearsal: Rehearsal, condition: str) -> None:
    for known, conditions in alike:
        if _is_alike(known, rehearsal):
            conditions.append(condition)
            return
    alike.append((rehearsal, [condition]))


def _is_alike(one: Rehearsal, other: Rehearsal) -> bool:
    return (one.watch, one.schedule, one.scenario, one.detection) == (
        other.watch,
        other.schedule,
        other.scenario,
        other.detection,
    )


def _condition(world: Deployment) -> str:
    return " and ".join(f"{name} is {text}" for name, text in world.assignment.items())
