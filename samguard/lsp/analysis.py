"""A project as it was at one moment, worked out for an editor: its templates in each environment, and its findings."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property

from samguard.environments.environment import ParameterValue
from samguard.linting import Report, ReportedFinding, catalogue, lint
from samguard.lsp.places import Target
from samguard.lsp.rollout_marks import plan_marks, strategy_marks
from samguard.lsp.settings import ClientSettings
from samguard.lsp.view import View
from samguard.project import Options, Project, TemplateFile, load_project
from samguard.project.files import Files
from samguard.rollout import deployments
from samguard.rulebook import rulebook
from samguard.source import Document
from samguard.value import value


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
            views[path] = _prepared(View(file, worlds))
    return Analysis(question, project, views)


def _prepared(view: View) -> View:
    """The view with what is asked of it all the time, so that nobody has to wait for that."""
    view.prepare()
    view.plan_marks = tuple(plan_marks(view))
    view.strategy_marks = tuple(strategy_marks(view))
    return view


def judge(analysis: Analysis, go_on: Callable[[], None]) -> Report:
    """The findings in the open documents. Raises SamguardError where a setting names no rule."""
    project, settings = analysis.project, analysis.question.settings
    catalogue()  # here and not on the event loop's thread, where hovers ask for it
    selection = rulebook(project, settings.select, settings.ignore)
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
