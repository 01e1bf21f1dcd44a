"""What there is to say of a samconfig that somebody writes: the parameters of the templates that it deploys."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from samguard.lsp.completion import Kind, Proposal
from samguard.lsp.hover import Shown
from samguard.lsp.prose import Prose
from samguard.pattern import pattern
from samguard.project import Project, TemplateFile
from samguard.source import Document, Scalar, Span
from samguard.template import HIDDEN, Parameter

_ASSIGNED = pattern(r"^[ \t]*(?:-[ \t]+)?['\"]?([\w-]+)['\"]?[ \t]*[=:]")
_NAME = pattern(r"(?:^|[\s'\"\[,={]|ParameterKey=)(\w*)$")
_VALUE = pattern(r"(\w+)=(?:\\?['\"])?([\w.-]*)$")
_OVERRIDES = "parameter_overrides"
_MOST_LINES = 200
_MOST_SHOWN = 12


def samconfig_hover(project: Project, path: str, offset: int, *, is_markdown: bool) -> Shown | None:
    """What a value of parameter_overrides is for. `path` is the samconfig's in the project, `offset` a place in it."""
    prose = Prose(is_markdown=is_markdown)
    span: Span | None = None
    for file in _deployed(project, path):
        environments: dict[str, list[str]] = {}
        for environment in file.environments:
            for name, given in environment.parameters.items():
                place = given.place
                if place is None or place.document.path != path or name not in file.template.parameters:
                    continue
                if place.span.start <= offset <= place.span.end:
                    environments.setdefault(name, []).append(environment.name)
                    span = place.span
        for name, names in environments.items():
            declared = file.template.parameters[name]
            prose.add(f"{prose.strong(name)} ({prose.code(declared.type)}) of {prose.text(file.document.path)}")
            prose.add(f"given in {prose.text(', '.join(names))}")
            prose.items([(0, prose.text(said)) for said in _said(declared)])
    text = prose.whole()
    return Shown(text, span) if text else None


def samconfig_proposals(project: Project, path: str, text: Document, offset: int) -> Iterator[Proposal]:
    """What may stand in parameter_overrides: names of parameters, and behind one the values that it allows."""
    number = text.position(offset).line
    before = text.text[text.line_starts[number - 1] : offset]
    if not _is_in_overrides(text, number):
        return
    parameters = {name: declared for file in _deployed(project, path) for name, declared in _parameters(file)}
    valued = _VALUE.search(before)
    if valued is not None and valued[1] in parameters:
        for allowed in parameters[valued[1]].allowed_values:
            yield Proposal(
                allowed.text, allowed.text, Kind.STRATEGY, f"allowed for {valued[1]}", _before(offset, valued[2])
            )
        return
    named = _NAME.search(before)
    if named is None or before.rstrip().endswith(_OVERRIDES):
        return
    line = text.line(number)
    for name, declared in parameters.items():
        if f"{name}=" not in line:
            yield Proposal(name, f"{name}=", Kind.PARAMETER, f"parameter, {declared.type}", _before(offset, named[1]))


def is_samconfig(path: str) -> bool:
    """Whether a file is a samconfig by its name."""
    return os.path.basename(path) in ("samconfig.toml", "samconfig.yaml", "samconfig.yml")


def _before(offset: int, typed: str) -> Span:
    return Span(offset - len(typed), offset)


def _is_in_overrides(text: Document, number: int) -> bool:
    """Whether the value that a line belongs to is that of parameter_overrides."""
    for above in range(number, max(0, number - _MOST_LINES), -1):
        line = text.line(above)
        match = _ASSIGNED.match(line)
        if match is not None and not line.lstrip().startswith(("'", '"')):
            return match[1] == _OVERRIDES
        if line.startswith("[") and "=" not in line:
            return False
    return False


def _deployed(project: Project, path: str) -> Iterable[TemplateFile]:
    """The templates that a samconfig deploys."""
    return [
        file
        for file in project.templates
        if any(one.place is not None and one.place.document.path == path for one in file.environments)
    ]


def _parameters(file: TemplateFile) -> Iterable[tuple[str, Parameter]]:
    return file.template.parameters.items()


def _said(declared: Parameter) -> Iterator[str]:
    """What a template says of a parameter."""
    described = declared.node.get("Description")
    if isinstance(described, Scalar):
        yield described.text
    if isinstance(declared.default, Scalar):
        yield f"Default: {HIDDEN if declared.is_hidden else declared.default.text}"
    if declared.allowed_values:
        shown = ", ".join(value.text for value in declared.allowed_values[:_MOST_SHOWN])
        yield f"allows {shown}{', …' if len(declared.allowed_values) > _MOST_SHOWN else ''}"
    if declared.is_hidden:
        yield "Its value is not shown (NoEcho)."
