"""CodePipeline: pipelines that a CloudFormation or SAM template describes, joined with their CodeBuild projects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.pattern import pattern
from samguard.pipeline.codepipeline_actions import Action, Build, Setting, pipeline_jobs, stage_groups
from samguard.pipeline.commands import Workspace
from samguard.pipeline.embedded import embedded
from samguard.pipeline.model import Pipeline, PipelineProblem, PipelineSystem, Timeout, Trigger
from samguard.pipeline.shell import UNKNOWN, Read
from samguard.pipeline.written_nodes import entries_of, items_of, number_of, text_of, under
from samguard.source import Document, Entry, Mapping, Node, Place, Scalar, Sequence, Span
from samguard.value import replace

_TYPE: Final = "AWS::CodePipeline::Pipeline"
_REFERENCE: Final = pattern(r"\$\{([^}!]+)\}")
_IN_A_FOLDER: Final = pattern(r"\$\{([A-Za-z0-9]+)\}/([^${}\n]+\.(?:ya?ml|json))")
_MOST_PARTS: Final = 6
_DEFAULT_MINUTES: Final = 60.0
"""What CodeBuild allows a build where the project says nothing."""


def read_codepipelines(document: Document, read: Read) -> tuple[Pipeline, ...]:
    """The pipelines of a template."""
    resources = under(document.root, "Resources")
    return tuple(
        _Reader(document, resources, read).pipeline(entry)
        for entry in entries_of(resources)
        if text_of(under(entry.value, "Type")) == _TYPE and isinstance(resources, Mapping)
    )


def describes_codepipeline(document: Document) -> bool:
    """Whether a template describes a pipeline."""
    return any(text_of(under(entry.value, "Type")) == _TYPE for entry in entries_of(under(document.root, "Resources")))


class _Reader:
    """Reads the pipelines of one template."""

    def __init__(self, document: Document, resources: Node | None, read: Read) -> None:
        self._document = document
        self._resources = resources
        self._read = read
        self._workspace = Workspace()
        self._problems: list[PipelineProblem] = []
        self._defaults = {
            entry.name: text
            for entry in entries_of(under(document.root, "Parameters"))
            if (text := text_of(under(entry.value, "Default")))
        }
        self._folder = document.path.rpartition("/")[0]
        self._find_subfolder()

    def _find_subfolder(self) -> None:
        """In a monorepo, a parameter holds the folder that the pipeline is for: where its buildspecs are tells which."""
        for entry in entries_of(self._resources):
            scalar = _text_node(under(entry.value, "Properties", "Source", "BuildSpec"))
            match = None if scalar is None else _IN_A_FOLDER.fullmatch(scalar.text)
            if match is not None and match[1] not in self._defaults:
                path = f"{self._folder}/{match[2]}" if self._folder else match[2]
                if self._read(path) is not None:
                    self._defaults[match[1]] = self._folder or "."

    def pipeline(self, entry: Entry) -> Pipeline:
        properties = under(entry.value, "Properties")
        stages: list[tuple[str, tuple[Action, ...]]] = []
        for stage in self._present(under(properties, "Stages")):
            name = self._setting(under(stage, "Name"), stage).text or "?"
            actions = tuple(self._action(action, name) for action in self._present(under(stage, "Actions")))
            stages.append((name, actions))
        if not stages:
            self._problems.append(PipelineProblem("a pipeline needs a list of Stages", self._place(entry.span)))
        jobs = pipeline_jobs(stage_groups(stages), self._workspace, self._read)
        triggers = tuple(
            Trigger("push", (branch.text,) if branch is not None and branch.text else (), action.place)
            for _, actions in stages
            for action in actions
            if action.category == "Source"
            for branch in (action.configuration.get("BranchName") or action.configuration.get("Branch"),)
        )
        named = under(properties, "Name")
        return Pipeline(
            self._document.path,
            PipelineSystem.CODEPIPELINE,
            text_of(named) or entry.name,
            self._place(entry.key.span),
            self._document,
            triggers,
            jobs,
            problems=(*self._problems, *self._workspace.problems),
        )

    def _action(self, node: Mapping, stage: str) -> Action:
        configuration: dict[str, Setting] = {}
        table = under(node, "Configuration")
        for entry in entries_of(table):
            configuration[entry.name] = self._setting(entry.value, entry)
        kind = under(node, "ActionTypeId")
        name = self._setting(under(node, "Name"), node)
        provider = text_of(under(kind, "Provider")) or ""
        build = None
        if provider == "CodeBuild":
            build = self._build(under(table, "ProjectName"), under(table, "EnvironmentVariables"))
        return Action(
            name=name.text or name.written or "?",
            place=Place(self._document, node.span if "Name" not in node else under(node, "Name").span),  # type: ignore[union-attr]
            stage=stage,
            run_order=int(number_of(under(node, "RunOrder")) or 1),
            category=text_of(under(kind, "Category")) or "",
            provider=provider,
            configuration=configuration,
            region=self._setting(under(node, "Region"), node).text,
            role=self._setting(under(node, "RoleArn"), node).text,
            build=build,
            timeout=self._minutes(node),
            scripts=tuple(item for item in items_of(under(node, "Commands")) if isinstance(item, Scalar)),
            document=self._document,
        )

    def _minutes(self, node: Mapping) -> Timeout | None:
        entry = node.entry("TimeoutInMinutes")
        return None if entry is None else Timeout(number_of(entry.value), self._place(entry.span))

    # CodeBuild

    def _build(self, project: Node | None, variables: Node | None) -> Build | None:
        logical = text_of(under(project, "Ref"))
        if logical is None:
            wanted = text_of(project)
            logical = next(
                (
                    entry.name
                    for entry in entries_of(self._resources)
                    if text_of(under(entry.value, "Type")) == "AWS::CodeBuild::Project"
                    and (
                        (project is not None and under(entry.value, "Properties", "Name") == project)
                        or entry.name == wanted
                    )
                ),
                None,
            )
        properties = under(self._resources, logical or "", "Properties")
        given: dict[str, str] = {}
        names: list[str] = []
        key: Place | None = None
        for item in items_of(under(properties, "Environment", "EnvironmentVariables")):
            name, worth = text_of(under(item, "Name")), under(item, "Value")
            if name is not None:
                is_plain = text_of(under(item, "Type")) in (None, "PLAINTEXT")
                setting = self._setting(worth, item)
                given[name] = setting.pieces if is_plain else UNKNOWN
                key = self._place(item.span) if name == "AWS_ACCESS_KEY_ID" else key
                names.append(setting.written)
        for name, pieces in self._passed(variables):
            given[name] = pieces
            names.append(pieces)
        source = under(properties, "Source", "BuildSpec")
        timeout = properties.entry("TimeoutInMinutes") if isinstance(properties, Mapping) else None
        minutes = None
        if timeout is not None:
            minutes = Timeout(number_of(timeout.value), self._place(timeout.span))
        elif isinstance(properties, Mapping):
            minutes = Timeout(_DEFAULT_MINUTES, self._place(properties.span))
        role = self._setting(under(properties, "ServiceRole"), None).text
        build = Build(None, self._document, None, given, minutes, role, logical, tuple(names), key=key)
        return self._with_spec(build, source)

    def _with_spec(self, build: Build, source: Node | None) -> Build:
        scalar = _text_node(source)
        if scalar is None:
            # Without a BuildSpec, CodeBuild takes buildspec.yml of its source.
            is_absent = source is None and build.project is not None
            found = self._read("buildspec.yml") or self._read("buildspec.yaml") if is_absent else None
            return build if found is None or found.root is None else replace(build, root=found.root, document=found)
        if "\n" not in scalar.text and scalar.text.endswith((".yml", ".yaml", ".json")):
            path = self._filled(scalar.text).removeprefix("./")
            document = None if UNKNOWN in path else self._beside(path)
            if document is None or document.root is None:
                return replace(build, missing=path)
            return replace(build, root=document.root, document=document)
        inner = embedded(scalar, self._document, "yaml")
        self._problems += inner.problems
        return replace(build, root=inner.root, whole=inner.whole)

    def _beside(self, path: str) -> Document | None:
        """The file at a path of the source, which may be more than what is read here: then its last parts tell."""
        parts = path.split("/")
        for first in range(min(len(parts), _MOST_PARTS)):
            rest = "/".join(parts[first:])
            for candidate in (rest, f"{self._folder}/{rest}") if self._folder else (rest,):
                found = self._read(candidate)
                if found is not None:
                    return found
        return None

    def _passed(self, node: Node | None) -> Iterator[tuple[str, str]]:
        """The variables that an action passes on: JSON text, often by Fn::Sub."""
        scalar = _text_node(node)
        if scalar is None:
            return
        inner = embedded(scalar, self._document, "json")
        self._problems += inner.problems
        for item in items_of(inner.root):
            name, worth = text_of(under(item, "name")), text_of(under(item, "value"))
            if name is not None and worth is not None:
                is_plain = text_of(under(item, "type")) in (None, "PLAINTEXT")
                yield name, self._filled(worth) if is_plain else UNKNOWN

    # values

    def _present(self, node: Node | None) -> Iterator[Mapping]:
        """The items of a list, both sides of a condition among them."""
        waiting = list(reversed(items_of(node)))
        seen = 0
        while waiting and seen < 1000:  # noqa: PLR2004
            seen += 1
            current = waiting.pop()
            choice = under(current, "Fn::If")
            if isinstance(choice, Sequence):
                waiting.extend(reversed(choice.items[1:]))
            elif isinstance(current, Sequence):
                waiting.extend(reversed(current.items))
            elif isinstance(current, Mapping) and "Ref" not in current:
                yield current

    def _setting(self, node: Node | None, around: Entry | Node | None) -> Setting:
        place = self._place(around.span if around is not None else node.span if node is not None else Span(0, 0))
        if node is None:
            return Setting("", "", place, None)
        return Setting(self._pieces(node), _written(node), place, node)

    def _pieces(self, node: Node) -> str:
        if isinstance(node, Scalar):
            return node.text
        reference = text_of(under(node, "Ref"))
        if reference is not None:
            return self._defaults.get(reference, UNKNOWN)
        template = _text_node(node)
        return UNKNOWN if template is None else self._filled(template.text)

    def _filled(self, text: str) -> str:
        return _REFERENCE.sub(lambda match: self._defaults.get(match[1].strip(), UNKNOWN), text).replace("${!", "${")

    def _place(self, span: Span) -> Place:
        return Place(self._document, span)


def _text_node(node: Node | None) -> Scalar | None:
    """The text of a scalar, or of Fn::Sub."""
    sub = under(node, "Fn::Sub")
    if sub is not None:
        node = sub.items[0] if isinstance(sub, Sequence) and sub.items else sub
    return node if isinstance(node, Scalar) and isinstance(node.value, str) else None


def _written(node: Node) -> str:
    reference = text_of(under(node, "Ref"))
    text = _text_node(node)
    return reference or (text.text if text is not None else "")
