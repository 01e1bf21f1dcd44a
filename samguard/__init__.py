"""samguard tells whether a deployment catches a bad version before everyone gets it.

The library behind the command: `check` gives findings, `plan` what CodeDeploy will do, `rehearse` whether a bad version
would be turned back. They are pure but for reading the files they are pointed at, and what they give can be pickled.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from samguard.linting.report import Report
    from samguard.rehearsal import Means, Objective, Scenario
    from samguard.rehearsal.report import RehearsalReport
    from samguard.rollout.plan import Plan

__version__ = "0.1.0"

__all__ = ["__version__", "check", "plan", "rehearse"]


def check(  # noqa: PLR0913 - the options of the command
    *paths: str,
    environments: Iterable[str] = (),
    parameters: dict[str, str] | None = None,
    region: str | None = None,
    config: str | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    today: date | None = None,
    policies: Iterable[str] = (),
) -> Report:
    """The findings of the templates in these files and folders (the current folder by default).

    `parameters` win over every other source of values; `environments` selects by name; `select` and `ignore` name
    rules by identifier, name or family; `today` is the day by which suppressions expire (the clock's by default);
    `policies` are packs, packages and files besides those of the configuration. Raises samguard.errors.SamguardError
    where samguard cannot do its job.
    """
    from samguard.linting import lint
    from samguard.project import Options, load_project
    from samguard.rulebook import rulebook

    project = load_project(paths, Options(dict(parameters or {}), tuple(environments), region, config, today=today))
    return lint(project, rulebook(project, select, ignore, policies))


def plan(
    *paths: str,
    environments: Iterable[str] = (),
    parameters: dict[str, str] | None = None,
    region: str | None = None,
    config: str | None = None,
) -> Plan:
    """What happens to each function and state machine of the templates in these files and folders.

    Raises samguard.errors.SamguardError where samguard cannot do its job.
    """
    from samguard.project import Options, load_project
    from samguard.project.planning import project_plan

    return project_plan(load_project(paths, Options(dict(parameters or {}), tuple(environments), region, config)))


def rehearse(  # noqa: PLR0913 - the options of the command
    *paths: str,
    scenario: Scenario | None = None,
    means: Means | None = None,
    objective: Objective | None = None,
    environments: Iterable[str] = (),
    parameters: dict[str, str] | None = None,
    region: str | None = None,
    config: str | None = None,
) -> RehearsalReport:
    """Whether a bad version would be turned back by each rollout of the templates in these files and folders.

    Without a scenario: 5 % errors at 60 requests a minute. Raises samguard.errors.SamguardError where samguard cannot do
    its job.
    """
    from samguard.project import Options, load_project
    from samguard.project.rehearsing import project_rehearsal
    from samguard.rehearsal import Scenario, constant

    names = tuple(environments)
    project = load_project(paths, Options(dict(parameters or {}), names, region, config))
    return project_rehearsal(project, scenario or Scenario(constant(60)), means, objective, names)
