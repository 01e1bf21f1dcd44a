"""The files that belong together: templates, and what says how they are deployed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from samguard.environments import (
    DeployCommand,
    Environment,
    SamConfig,
    Settings,
    environments,
    read_samconfig,
)
from samguard.errors import SamguardError
from samguard.project.association import template_paths
from samguard.project.configuration import find_settings
from samguard.project.discovery import (
    SAMCONFIG_NAMES,
    TEMPLATE_ENDINGS,
    Found,
    NotRead,
    looks_like_template,
    read_file,
    walk,
)
from samguard.project.sources import hook_sources
from samguard.rollout.hook_source import SourceFile
from samguard.source import Document, read_document
from samguard.template import Template, is_template, template

_MOST_PARENTS: Final = 20
"""Folders above a named template that are searched for a samconfig."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line or the caller says besides the paths.

    `parameters` win over every other source; `environment_names` selects environments; `region` is used where an
    environment names none. `today` is the day by which suppressions expire: the clock's, where none is given.
    """

    parameters: dict[str, str] = field(default_factory=dict)
    environment_names: tuple[str, ...] = ()
    region: str | None = None
    config: str | None = None
    stdin: bytes | None = field(default=None, repr=False)
    stdin_filename: str = "template.yaml"
    today: date | None = None


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """A template with the environments that it is deployed to, in the order in which they are said."""

    document: Document
    template: Template
    environments: tuple[Environment, ...]
    sources: dict[str, SourceFile] = field(default_factory=dict, repr=False)
    """The code of its deployment hooks, by logical id, where it is in the project."""


@dataclass(frozen=True, slots=True)
class SamConfigFile:
    """A samconfig, read."""

    document: Document
    config: SamConfig


@dataclass(frozen=True, slots=True)
class Orphan:
    """Environments that are described for a template that is not there."""

    path: str
    environments: tuple[Environment, ...]


@dataclass(frozen=True, slots=True)
class Project:
    """What a run looks at. Paths are relative to `root`, with `/`."""

    root: str
    documents: tuple[Document, ...] = field(repr=False)
    templates: tuple[TemplateFile, ...] = field(repr=False)
    samconfigs: tuple[SamConfigFile, ...] = field(repr=False)
    settings: Settings
    orphans: tuple[Orphan, ...] = ()
    not_read: tuple[NotRead, ...] = ()
    today: date | None = None
    """The day by which suppressions expire; None where none does."""
    is_narrowed: bool = False
    """Whether the run looks at some environments only, or with other values than the files give."""

    def ignored_in(self, path: str) -> tuple[str, ...]:
        """The rules that the configuration switches off for a file."""
        return tuple(
            word
            for pattern, words in self.settings.per_file_ignores.items()
            if fnmatchcase(path, pattern)
            for word in words
        )


def load_project(paths: Iterable[str], options: Options | None = None) -> Project:
    """The project in these files and folders.

    Raises SamguardError for a path that does not exist, a broken configuration, and an environment that nobody
    describes. Everything else that is wrong with a file is left to the rules.
    """
    loader = _Loader(tuple(paths) or (".",), options or Options())
    return loader.project()


class _Loader:
    """Reads each file once. The only place of the library that opens files of the project."""

    def __init__(self, paths: tuple[str, ...], options: Options) -> None:
        self.options = options
        self.paths = [Path(os.path.abspath(path)) for path in paths if path != "-"]  # noqa: PTH100 - links stay
        self.reads_stdin = "-" in paths
        for given, path in zip((path for path in paths if path != "-"), self.paths, strict=True):
            if not path.exists():
                message = f"the path {given!r} does not exist"
                raise SamguardError(message)
        self.root = _root(self.paths)
        self.settings = find_settings(self.paths[0] if self.paths else self.root, options.config)
        self.documents: dict[str, Document] = {}
        self.templates: dict[str, Template] = {}
        self.configs: dict[str, SamConfigFile] = {}
        self.not_read: list[NotRead] = []

    def project(self) -> Project:
        for path in self.paths:
            if path.is_dir():
                self._folder(path)
            else:
                self._named(path)
        if self.reads_stdin:
            name = self.options.stdin_filename
            self._take(Found(self.root / name, name, self.options.stdin or b"", was_named=True))
            self._configs_above(self.root / name)
        commands, orphans = self._assign()
        files = tuple(
            TemplateFile(
                self.documents[path],
                found,
                self._environments(commands.get(path, ()), path),
                hook_sources(found, (self.root / path).parent, self.root),
            )
            for path, found in sorted(self.templates.items())
        )
        return Project(
            root=str(self.root),
            documents=tuple(self.documents[path] for path in sorted(self.documents)),
            templates=files,
            samconfigs=tuple(self.configs[path] for path in sorted(self.configs)),
            settings=self.settings,
            orphans=tuple(orphans),
            not_read=tuple(self.not_read),
            today=self.options.today or datetime.now(tz=UTC).date(),
            is_narrowed=bool(self.options.environment_names or self.options.parameters),
        )

    # reading

    def _folder(self, folder: Path) -> None:
        for current, names in walk(folder, self.root):
            config = next((name for name in SAMCONFIG_NAMES if name in names), None)
            if config is not None:
                self._config(current / config)
            for name in names:
                path = current / name
                if not name.endswith(TEMPLATE_ENDINGS) or name in SAMCONFIG_NAMES or self._is_excluded(path):
                    continue
                content = read_file(path, self.root)
                if isinstance(content, str):
                    self.not_read.append(NotRead(self._relative(path), content))
                elif looks_like_template(content):
                    self._take(Found(path, self._relative(path), content))

    def _named(self, path: Path) -> None:
        if path.name in SAMCONFIG_NAMES:
            self._config(path)
            for name in sorted(os.listdir(path.parent)):  # noqa: PTH208 - names are what is wanted
                beside = path.parent / name
                if name.endswith(TEMPLATE_ENDINGS) and name not in SAMCONFIG_NAMES and beside.is_file():
                    content = read_file(beside, self.root)
                    if isinstance(content, bytes) and looks_like_template(content):
                        self._take(Found(beside, self._relative(beside), content))
            return
        content = read_file(path, self.root)
        if isinstance(content, str):
            message = f"{self._relative(path)} cannot be read: {content}"
            raise SamguardError(message)
        self._take(Found(path, self._relative(path), content, was_named=True))
        self._configs_above(path)

    def _configs_above(self, path: Path) -> None:
        """The samconfigs that may describe a named template: beside it, or in a folder above it."""
        for folder in list(path.parents)[:_MOST_PARENTS]:
            for name in SAMCONFIG_NAMES:
                if (folder / name).is_file():
                    self._config(folder / name)
                    break
            if folder == self.root or (folder / ".git").exists():
                return

    def _take(self, found: Found) -> None:
        if found.path in self.documents:
            return
        document = read_document(found.content, found.path)
        built = template(document) if is_template(document) else None
        if built is None and document.root is not None and not found.was_named:
            return
        self.documents[found.path] = document
        if built is not None:
            self.templates[found.path] = built
        elif document.root is not None and not document.problems:
            self.not_read.append(NotRead(found.path, "no template: it has neither a SAM Transform nor AWS resources"))

    def _config(self, path: Path) -> None:
        relative = self._relative(path)
        if relative in self.documents:
            return
        content = read_file(path, self.root)
        if isinstance(content, str):
            self.not_read.append(NotRead(relative, content))
            return
        document = read_document(content, relative)
        self.documents[relative] = document
        config = read_samconfig(document, lambda name: self._beside(path.parent, name))
        self.configs[relative] = SamConfigFile(document, config)

    def _beside(self, folder: Path, name: str) -> Document | None:
        """A file that a samconfig includes: only from inside of the project."""
        path = Path(os.path.normpath(folder / name))
        if self.root not in path.parents or not path.is_file():
            return None
        content = read_file(path, self.root)
        return None if isinstance(content, str) else read_document(content, self._relative(path))

    # environments

    def _assign(self) -> tuple[dict[str, list[DeployCommand]], list[Orphan]]:
        """Deploy commands by the template they are about, and those about templates that are not there."""
        known = {path: frozenset(self.templates[path].parameters) for path in sorted(self.templates)}
        commands: dict[str, list[DeployCommand]] = {}
        missing: dict[str, list[DeployCommand]] = {}
        for path, config in sorted(self.configs.items()):
            folder = path.rpartition("/")[0]
            for command in config.config.commands:
                found = template_paths(command, folder, known, sorted(self.configs))
                for target in found:
                    commands.setdefault(target, []).append(command)
                if not found:
                    name = f"{folder}/template.yaml" if folder else "template.yaml"
                    missing.setdefault(name, []).append(command)
        orphans = [Orphan(name, self._environments(lost, name)) for name, lost in missing.items()]
        return commands, orphans

    def _environments(self, commands: Iterable[DeployCommand], path: str) -> tuple[Environment, ...]:
        found = environments(
            commands,
            self.settings,
            self.options.parameters,
            self.options.environment_names,
            template=path,
            elsewhere={command.environment for file in self.configs.values() for command in file.config.commands},
        )
        region = self.options.region
        return found if region is None else tuple(_with_region(environment, region) for environment in found)

    # paths

    def _relative(self, path: Path) -> str:
        try:
            return path.relative_to(self.root).as_posix()
        except ValueError:
            return path.as_posix()

    def _is_excluded(self, path: Path) -> bool:
        relative = self._relative(path)
        return any(
            fnmatchcase(relative, pattern) or fnmatchcase(relative, f"{pattern.rstrip('/')}/*")
            for pattern in self.settings.exclude
        )


def _root(paths: list[Path]) -> Path:
    """What paths are told relative to: the current folder, or what is common to paths outside of it."""
    here = Path.cwd()
    if all(path == here or here in path.parents for path in paths):
        return here
    folders = [path if path.is_dir() else path.parent for path in paths]
    return Path(os.path.commonpath(folders))


def _with_region(environment: Environment, region: str) -> Environment:
    return environment if environment.region else replace(environment, region=region)
