"""The files that belong together: templates, and what says how they are deployed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from samguard.disk import Unread, is_folder, is_link, is_named, is_there
from samguard.environments import (
    DeployCommand,
    Environment,
    ProductionNames,
    SamConfig,
    Settings,
    environments,
    read_samconfig,
)
from samguard.errors import SamguardError
from samguard.project.association import certainly, default_templates, named_template, template_paths
from samguard.project.configuration import Configuration, find_configuration
from samguard.project.delivery import delivered, deployed_templates, deploying_steps
from samguard.project.discovery import (
    SAMCONFIG_NAMES,
    TEMPLATE_ENDINGS,
    Found,
    NotRead,
    looks_like_template,
    looks_like_template_configuration,
    may_be_pipeline,
    may_hold_pipeline,
    walk,
)
from samguard.project.files import Files
from samguard.project.options import Options
from samguard.project.pipeline_files import PipelineFiles
from samguard.project.sources import absent_sources, hook_sources
from samguard.project.today import today
from samguard.rollout.hook_source import SourceFile
from samguard.source import Document
from samguard.template import Template, is_template
from samguard.value import field, replace, value

if TYPE_CHECKING:
    from samguard.pipeline import Pipeline, Step

_MOST_PARENTS: Final = 20
"""Folders above a named template that are searched for a samconfig."""


@value
class TemplateFile:
    """A template with the environments that it is deployed to, in the order in which they are said."""

    document: Document
    template: Template
    environments: tuple[Environment, ...]
    sources: dict[str, SourceFile] = field(default_factory=dict, repr=False)
    """The code of its deployment hooks, by logical id, where it is in the project."""
    absent_sources: tuple[str, ...] = ()
    """The hooks whose Handler names a file that certainly is not there."""


@value
class SamConfigFile:
    """A samconfig, read."""

    document: Document
    config: SamConfig


@value
class Orphan:
    """Environments that are described for a template that is not there."""

    path: str
    environments: tuple[Environment, ...]


@value
class Project:
    """What a run looks at. Paths are relative to `root`, with `/`."""

    root: str
    documents: tuple[Document, ...] = field(repr=False)
    templates: tuple[TemplateFile, ...] = field(repr=False)
    samconfigs: tuple[SamConfigFile, ...] = field(repr=False)
    configuration: Configuration
    orphans: tuple[Orphan, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()
    """How commits get to the environments, in the order of their paths."""
    not_read: tuple[NotRead, ...] = ()
    today: date | None = None
    """The day by which suppressions expire; None where none does."""
    hidden_samconfigs: tuple[tuple[str, str], ...] = ()
    """Samconfigs that SAM CLI does not read: the path of the one in the same folder that it does, and theirs."""
    is_narrowed: bool = False
    """Whether the run looks at some environments only, or with other values than the files give."""

    @property
    def settings(self) -> Settings:
        """What the configuration says."""
        return self.configuration.settings

    def ignored_in(self, path: str) -> tuple[str, ...]:
        """The rules that the configuration switches off for a file."""
        return self.configuration.ignored_in(Path(self.root, path))


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
        self.files = options.files or Files()
        self.paths = [_existing(path, self.files) for path in paths if path != "-"]
        self.stdin = _absolute(options.stdin_filename) if "-" in paths else None
        looked_at = self.paths if self.stdin is None else [*self.paths, self.stdin]
        self.root = _root(looked_at) if options.root is None else _absolute(options.root)
        self.configuration = find_configuration(_common(looked_at), options.config, self.root, self.files)
        self.documents: dict[str, Document] = {}
        self.templates: dict[str, Template] = {}
        self.configs: dict[str, SamConfigFile] = {}
        self.consulted: set[str] = set()
        """Samconfigs that were read for a template that was named; what else they deploy was not asked about."""
        self.not_read: list[NotRead] = []
        self.hidden: list[tuple[str, str]] = []
        self.pipeline_files = PipelineFiles(self.root, self.files)
        self.delivered_names: set[str] = set()
        """Environments that pipelines deploy to."""

    def project(self) -> Project:
        if self.configuration.settings.objective is not None:
            from samguard.project.rehearsing import configured_objective  # noqa: PLC0415 - it loads samguard.rehearsal

            configured_objective(self.configuration.settings)  # refused here, so that rules can rely on it
        if self.stdin is not None:  # first, since an editor's text stands for the file of the same name
            self._take(Found(self.stdin, self._relative(self.stdin), self._stdin(self.stdin), was_named=True))
            self._configs_above(self.stdin)
        for path in self.paths:
            if is_folder(path):
                self._folder(path)
                if path != self.root:
                    self._configs_above(path / "template.yaml")  # they may deploy what is in it
            else:
                self._named(path)
        pipelines = self._pipelines()
        commands, orphans = self._assign(pipelines)
        files = tuple(
            TemplateFile(
                self.documents[path],
                found,
                self._environments(commands.get(path, ()), path),
                sources := hook_sources(found, (self.root / path).parent, self.root, self.files.read),
                absent_sources(found, (self.root / path).parent, self.root, sources),
            )
            for path, found in sorted(self.templates.items())
        )
        return Project(
            root=str(self.root),
            documents=tuple(self.documents[path] for path in sorted(self.documents)),
            templates=files,
            samconfigs=tuple(self.configs[path] for path in sorted(self.configs)),
            configuration=self.configuration,
            orphans=tuple(orphans),
            pipelines=pipelines,
            not_read=tuple(self.not_read),
            hidden_samconfigs=tuple(dict.fromkeys(self.hidden)),
            today=self.options.today or today(),
            is_narrowed=bool(self.options.environment_names or self.options.parameters),
        )

    # reading

    def _folder(self, folder: Path) -> None:
        for found in walk(folder, self.root):
            self.files.go_on()
            current = found.disk_path
            if found.unread is not None:
                self._not_read(current, found.unread)
            names = [name for name in found.names if not self.configuration.excludes(current / name)]
            config = next((name for name in SAMCONFIG_NAMES if name in names), None)
            if config is not None:
                self._config(current / config)
                others = (name for name in SAMCONFIG_NAMES if name in names and name != config)
                self.hidden += ((self._relative(current / config), self._relative(current / name)) for name in others)
            for name in names:
                is_yaml = name.endswith(TEMPLATE_ENDINGS)
                if (is_yaml and name not in SAMCONFIG_NAMES) or may_be_pipeline(self._relative(current / name)):
                    self._look_at(current / name)
        for path in self.files.unsaved(folder):
            if path.name in SAMCONFIG_NAMES:
                self._config(path)
            elif not self.configuration.excludes(path):
                self._look_at(path)

    def _look_at(self, path: Path) -> None:
        """Takes a file up if it is a template, describes a pipeline, or holds values for a stack."""
        content = self._read(path)
        if isinstance(content, Unread):
            self._not_read(path, content)
            return
        relative = self._relative(path)
        if may_be_pipeline(relative) and may_hold_pipeline(relative, content):
            self.pipeline_files.take(relative, content)
        if not path.name.endswith(TEMPLATE_ENDINGS):
            return
        if looks_like_template(content):
            self._take(Found(path, relative, content))
        elif path.suffix == ".json" and looks_like_template_configuration(content):
            self.pipeline_files.configurations[relative] = content

    def _named(self, path: Path) -> None:
        if path.name in SAMCONFIG_NAMES:
            self._named_config(path)
            return
        content = self.files.read(path, None)
        if isinstance(content, Unread):
            message = f"cannot be read: {content.why}"
            raise SamguardError(message, path=self._relative(path))
        relative = self._relative(path)
        is_pipeline = may_be_pipeline(relative) and self.pipeline_files.take(relative, content)
        if is_pipeline and not looks_like_template(content):
            return
        self._take(Found(path, relative, content, was_named=True))
        self._configs_above(path)

    def _named_config(self, path: Path) -> None:
        """A samconfig that is named means the templates that it deploys, and those beside it."""
        self._config(path)
        relative = self._relative(path)
        if relative not in self.documents:
            raise SamguardError(self.not_read[-1].why, path=relative)
        beside = next(walk(path.parent, self.root))
        for name in beside.names:
            if name.endswith(TEMPLATE_ENDINGS) and name not in SAMCONFIG_NAMES:
                self._look_at(path.parent / name)
        for command in self.configs[relative].config.commands:
            target = named_template(command, _folder_of(relative))
            if target is not None and self._is_file(target):
                self._look_at(self.root / target)

    def _configs_above(self, path: Path) -> None:
        """The samconfigs that may describe a named template: beside it, or in a folder above it."""
        for folder in list(path.parents)[:_MOST_PARENTS]:
            for name in SAMCONFIG_NAMES:
                if self.files.is_file(folder / name):
                    if self._relative(folder / name) not in self.documents:
                        self._config(folder / name)
                        self.consulted.add(self._relative(folder / name))
                    break
            if folder == self.root or is_named(folder / ".git"):
                return

    def _take(self, found: Found) -> None:
        if found.path in self.documents:
            return
        document = self.files.document(found.content, found.path)
        folder = found.disk_path.parent
        is_one = is_template(document)
        built = self.files.template(document, lambda path: self._beside(folder, path)) if is_one else None
        if built is None and document.root is not None and not found.was_named:
            return
        self.documents[found.path] = document
        if built is not None:
            self.templates[found.path] = built
        elif document.root is not None and not document.problems:
            why = "no template: it has neither a SAM Transform nor AWS resources"
            self.not_read.append(NotRead(found.path, why, was_named=True))

    def _config(self, path: Path) -> None:
        relative = self._relative(path)
        self.consulted.discard(relative)
        if relative in self.documents:
            return
        content = self._read(path)
        if isinstance(content, Unread):
            self._not_read(path, content)
            return
        document = self.files.document(content, relative)
        self.documents[relative] = document
        config = read_samconfig(document, lambda name: self._beside(path.parent, name))
        self.configs[relative] = SamConfigFile(document, config)

    def _beside(self, folder: Path, name: str) -> Document | None:
        """A file that a samconfig or template includes: only from inside of the project."""
        path = Path(os.path.normpath(folder / name))
        if self.root not in path.parents:
            return None
        content = self.files.read(path, self.root)
        return None if isinstance(content, Unread) else self.files.document(content, self._relative(path))

    def _read(self, path: Path) -> bytes | Unread:
        """The bytes of a file that a walk came by: its folder is inside of the project, but a link may lead out."""
        return self.files.read(path, self.root if is_link(path) else None)

    def _stdin(self, path: Path) -> bytes:
        said = self.files.buffer(path)
        return (self.options.stdin or b"") if said is None else said

    def _not_read(self, path: Path, content: Unread) -> None:
        self.not_read.append(NotRead(self._relative(path), content.why, content.is_failure))

    # pipelines

    def _pipelines(self) -> tuple[Pipeline, ...]:
        found, failures = self.pipeline_files.pipelines(self.documents, self.templates)
        self.not_read += failures
        settings = self.configuration.settings
        said = {name: own.production for name, own in settings.environments.items() if own.production is not None}
        names = ProductionNames(settings.production, said)
        return tuple(replace(pipeline, production=names) for pipeline in found)

    def _sections(self, path: str) -> tuple[DeployCommand, ...]:
        """What a samconfig describes that a pipeline names."""
        document = self._beside(self.root, path)
        if document is None:
            return ()
        folder = (self.root / path).parent
        return read_samconfig(document, lambda name: self._beside(folder, name)).commands

    # environments

    def _assign(self, pipelines: tuple[Pipeline, ...]) -> tuple[dict[str, list[DeployCommand]], list[Orphan]]:
        """Deploy commands by the template they are about, and those about templates that are not there."""
        known = {path: frozenset(self.templates[path].parameters) for path in sorted(self.templates)}
        commands: dict[str, list[DeployCommand]] = {}
        missing: dict[str, list[DeployCommand]] = {}
        for path, config in sorted(self.configs.items()):
            folder = _folder_of(path)
            unread = self._unread_defaults(folder) if path in self.consulted else ()
            for command in config.config.commands:
                found = template_paths(command, folder, known, sorted(self.configs), unread)
                for target in found:
                    commands.setdefault(target, []).append(certainly(command, folder, known))
                if not found and path not in self.consulted:
                    name = named_template(command, folder) or default_templates(folder)[0]
                    missing.setdefault(name, []).append(command)
        orphans = [
            Orphan(name, self._environments(lost, name)) for name, lost in missing.items() if not self._is_file(name)
        ]
        self._deliver(pipelines, known, commands)
        return commands, orphans

    def _deliver(
        self,
        pipelines: tuple[Pipeline, ...],
        known: dict[str, frozenset[str]],
        commands: dict[str, list[DeployCommand]],
    ) -> None:
        """Adds to the commands of samconfigs those of pipelines and template configurations."""
        by_template: dict[str, list[Step]] = {}
        makers = {pipeline.path for pipeline in pipelines}
        for step in deploying_steps(pipelines) if pipelines else ():
            for path in deployed_templates(step, known, sorted(self.configs), makers):
                command = None if step.command is None else certainly(step.command, step.folder, known, makers)
                by_template.setdefault(path, []).append(replace(step, command=command))
        values = self.pipeline_files.values_beside(known)
        for path in sorted(by_template.keys() | values.keys()):
            commands[path] = delivered(
                commands.get(path, []),
                by_template.get(path, ()),
                values.get(path, ()),
                self._sections,
                is_described=bool(self.configuration.settings.environments),
            )
            self.delivered_names |= {command.environment for command in commands[path]}

    def _unread_defaults(self, folder: str) -> tuple[str, ...]:
        """Default templates of a folder that were not asked about, but that a deployment from there would take."""
        found: list[str] = []
        for path in default_templates(folder):
            content = self._read(self.root / path) if path not in self.documents else b""
            if isinstance(content, bytes) and looks_like_template(content):
                found.append(path)
        return tuple(found)

    def _environments(self, commands: Iterable[DeployCommand], path: str) -> tuple[Environment, ...]:
        found = environments(
            commands,
            self.configuration.settings,
            self.options.parameters,
            self.options.environment_names,
            template=self.configuration.relative(self.root / path),
            elsewhere={command.environment for file in self.configs.values() for command in file.config.commands}
            | self.delivered_names,
        )
        region = self.options.region
        return found if region is None else tuple(_with_region(environment, region) for environment in found)

    # paths

    def _relative(self, path: Path) -> str:
        try:
            return path.relative_to(self.root).as_posix()
        except ValueError:
            return path.as_posix()

    def _is_file(self, path: str) -> bool:
        return self.files.is_file(self.root / path)


def _existing(given: str, files: Files) -> Path:
    """A path of the command line. Raises SamguardError where it is not there."""
    path = _absolute(given)
    if not given or not (is_there(path) or files.is_file(path)):
        message = f"the path {given!r} does not exist"
        raise SamguardError(message)
    return path


def _absolute(given: str) -> Path:
    return Path(os.path.abspath(given))


def _folder_of(path: str) -> str:
    return path.rpartition("/")[0]


def _root(paths: list[Path]) -> Path:
    """What paths are told relative to: the current folder, or what is common to paths outside of it."""
    here = Path.cwd()
    if all(path == here or here in path.parents for path in paths):
        return here
    common = _common(paths)
    return common if is_folder(common) else common.parent


def _common(paths: list[Path]) -> Path:
    """The innermost folder that holds all of the paths; of one path, the path itself."""
    return Path(os.path.commonpath(paths))


def _with_region(environment: Environment, region: str) -> Environment:
    return environment if environment.region else replace(environment, region=region)
