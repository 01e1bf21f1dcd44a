"""A project as it was at one moment, worked out for an editor: its templates in each environment, and its findings."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property

from samguard.environments.environment import ParameterValue
from samguard.linting import Report, ReportedFinding, catalogue, configured, lint
from samguard.lsp.places import Target
from samguard.lsp.settings import ClientSettings
from samguard.project import Options, Project, TemplateFile, load_project
from samguard.project.files import Files
from samguard.rollout import Deployment, Rollout, deployments
from samguard.rollout.plan import EnvironmentPlan, PlannedRollout
from samguard.rollout.planning import environment_plan
from samguard.source import Document
from samguard.template import Template
from samguard.template.mentions import Mention, mentions
from samguard.value import value


class View:
    """One template: what it says, and what each environment makes of it.

    It remembers what it was asked, so only one thread may use it at a time: the one that made it, then the event loop's.
    """

    def __init__(self, file: TemplateFile, worlds: tuple[tuple[Deployment, ...], ...]) -> None:
        self.document: Document = file.document
        self.template: Template = file.template
        self.worlds = worlds
        """Of each environment, in their order, its deployment in each of its worlds."""

    def prepare(self) -> None:
        """Works out what most questions need, so that the first one is answered as fast as the others."""
        _ = self.planned, self.rollouts, self._mention_starts

    @cached_property
    def plans(self) -> tuple[EnvironmentPlan, ...]:
        """What happens in each environment."""
        return tuple(environment_plan(each) for each in self.worlds)

    @cached_property
    def planned(self) -> dict[str, tuple[tuple[EnvironmentPlan, PlannedRollout], ...]]:
        """What happens to each function, by its name, environment by environment."""
        found: dict[str, list[tuple[EnvironmentPlan, PlannedRollout]]] = {}
        for plan in self.plans:
            for row in plan.rollouts:
                found.setdefault(row.function, []).append((plan, row))
        return {name: tuple(rows) for name, rows in found.items()}

    @cached_property
    def rollouts(self) -> dict[str, Rollout]:
        """One rollout of each function, for where it is said: that does not differ between environments."""
        every = (rollout for each in self.worlds for world in each for rollout in world.rollouts)
        found: dict[str, Rollout] = {}
        for rollout in every:
            found.setdefault(rollout.function, rollout)
        return found

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """All names of parameters, resources, conditions and mappings, in the order of the text."""
        return tuple(sorted(mentions(self.template), key=lambda mention: mention.span))

    def mention_at(self, offset: int) -> Mention | None:
        """The name that stands there."""
        index = bisect_right(self._mention_starts, offset) - 1
        if index < 0:
            return None
        found = self.mentions[index]
        return found if offset <= found.span.end else None

    @cached_property
    def _mention_starts(self) -> list[int]:
        return [mention.span.start for mention in self.mentions]


@value
class Question:
    """What is to be looked at: a target with the texts of the open documents, by their absolute paths."""

    target: Target
    buffers: dict[str, str]
    settings: ClientSettings


class Analysis:
    """What was found. `report` is None until the rules were asked."""

    def __init__(self, question: Question, project: Project, views: dict[str, View]) -> None:
        self.question = question
        self.project = project
        self.views = views
        """Templates by their absolute paths: those that are open."""
        self.report: Report | None = None
        self.notes: tuple[str, ...] = ()

    def absolute(self, path: str) -> str:
        """The path on disk of one that findings name."""
        return os.path.normpath(os.path.join(self.project.root, path))

    @cached_property
    def texts(self) -> dict[str, Document]:
        """Every document that a finding may point into, by its absolute path."""
        found: dict[str, Document] = {}
        for document in _documents(self.project):
            found.setdefault(self.absolute(document.path), document)
        return found

    @cached_property
    def findings(self) -> dict[str, tuple[ReportedFinding, ...]]:
        """The findings of each file, by its absolute path."""
        found: dict[str, list[ReportedFinding]] = {}
        for finding in self.report.findings if self.report is not None else ():
            found.setdefault(self.absolute(finding.location.path), []).append(finding)
        return {path: tuple(several) for path, several in found.items()}


def read(question: Question, files: Files, go_on: Callable[[], None]) -> Analysis:
    """The project, with its open templates in each environment. Raises SamguardError where it cannot be read."""
    settings, target = question.settings, question.target
    config = settings.config
    options = Options(
        parameters=dict(settings.parameters),
        environment_names=settings.environments,
        region=settings.region,
        config=os.path.join(target.root, config) if config is not None else None,
        root=target.root,
        files=files,
    )
    project = load_project((target.path,), options)
    views: dict[str, View] = {}
    for file in project.templates:
        go_on()
        path = os.path.normpath(os.path.join(project.root, file.document.path))
        if path in question.buffers:
            worlds = tuple(deployments(file.template, environment, file.sources) for environment in file.environments)
            views[path] = View(file, worlds)
            views[path].prepare()
    return Analysis(question, project, views)


def judge(analysis: Analysis, go_on: Callable[[], None]) -> Report:
    """The findings in the open documents. Raises SamguardError where a setting names no rule."""
    project, settings = analysis.project, analysis.question.settings
    catalogue()  # here and not on the event loop's thread, where hovers ask for it
    selection = configured(project.settings, settings.select, settings.ignore)
    relative = {os.path.relpath(path, project.root).replace(os.sep, "/") for path in analysis.question.buffers}
    templates = frozenset(file.document.path for file in project.templates if _concerns(file, relative))
    return lint(project, selection, with_line_hashes=False, templates=templates, go_on=go_on)


def _concerns(file: TemplateFile, paths: Collection[str]) -> bool:
    """Whether findings about a template may stand in one of these files: itself, or what it is deployed with."""
    return any(document.path in paths for document in _sources_of(file))


def _sources_of(file: TemplateFile) -> Iterator[Document]:
    yield file.document
    for source in file.sources.values():
        yield source.document
    yield from file.template.included.values()
    for environment in file.environments:
        if environment.place is not None:
            yield environment.place.document
        for said in (environment.parameters, environment.options):
            yield from _places(said)


def _places(said: Mapping[str, ParameterValue]) -> Iterator[Document]:
    for given in said.values():
        if given.place is not None:
            yield given.place.document


def _documents(project: Project) -> Iterator[Document]:
    yield from project.documents
    for config in project.samconfigs:
        yield config.document
    for pipeline in project.pipelines:
        yield pipeline.document
    for file in project.templates:
        yield from _sources_of(file)
