"""samguard's own configuration: `[tool.samguard]` of pyproject.toml, or samguard.toml."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Several
from typing import Any, Final, Literal, TypeAlias

from samguard.environments.environment import ParameterSource, ParameterValue
from samguard.environments.production import DEFAULT_PATTERNS
from samguard.errors import SamguardError
from samguard.source import Document, Entry, Mapping, Node, Place, Scalar, Sequence
from samguard.value import field, value

FailOn: TypeAlias = Literal["error", "warning", "note", "never"]
"""The least level of a finding that makes `check` fail."""

PYPROJECT_TABLE: Final = ("tool", "samguard")

_Path: TypeAlias = tuple[str | int, ...]


@value
class PathSettings:
    """What the configuration says of the files at a pattern: rules that are ignored there, and levels of others."""

    ignore: tuple[str, ...] = ()
    levels: dict[str, str] = field(default_factory=dict)


@value
class EnvironmentSettings:
    """What the configuration says of an environment; None where it says nothing.

    `template` is a path relative to the configuration, or None for every template; `account` is a number or an alias.
    """

    name: str
    place: Place
    production: bool | None = None
    template: str | None = None
    stack_name: ParameterValue | None = None
    region: ParameterValue | None = None
    account: str | None = None
    parameters: dict[str, ParameterValue] = field(default_factory=dict)


@value
class Settings:
    """The configuration, with samguard's defaults for what it does not say.

    `objective` is what `rehearse` asks of every rollout, a sentence, or None. `places` holds where each value stands, by
    its path of keys and indices (`("ignore", 0)`), for messages about it.
    """

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    levels: dict[str, str] = field(default_factory=dict)
    """Levels of rules, by identifier, name or family."""
    require_reason: bool = False
    """Whether a suppression must say why."""
    fail_on: FailOn = "warning"
    baseline: str | None = None
    """The path of a file with known findings, relative to the configuration."""
    exclude: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    """Rules of installed packages, by the names of their entry points."""
    policies: tuple[str, ...] = ()
    """Packs, packages and files, the latter relative to the configuration."""
    production: tuple[str, ...] = DEFAULT_PATTERNS
    per_file_ignores: dict[str, tuple[str, ...]] = field(default_factory=dict)
    per_path: dict[str, PathSettings] = field(default_factory=dict)
    environments: dict[str, EnvironmentSettings] = field(default_factory=dict)
    objective: str | None = None
    places: dict[_Path, Place] = field(default_factory=dict, repr=False, compare=False)


def read_settings(document: Document, table: Several[str] = PYPROJECT_TABLE) -> Settings:
    """The configuration in a table of a document; for samguard.toml, `table` is empty: it is all of it.

    Gives the defaults where there is no such table. Raises SamguardError, with the line, for what is not right.
    """
    if document.root is None:
        # A pyproject.toml that is broken, but never speaks of samguard, is its owner's business.
        if document.problems and all(name in document.text for name in table):
            problem = document.problems[-1]
            raise SamguardError(problem.message, path=document.path, line=document.position(problem.span.start).line)
        return Settings()
    node = document.root
    for depth, name in enumerate(("", *table)):
        found = node.get(name) if depth and isinstance(node, Mapping) else node
        if found is None:
            return Settings()
        if not isinstance(found, Mapping):
            message = f"[{'.'.join(table[:depth])}] must be a table" if depth else "expected a table of settings"
            raise SamguardError(message, path=document.path, line=document.position(found.span.start).line)
        node = found
    if not isinstance(node, Mapping) or not node.entries:
        return Settings()
    from samguard.environments.settings_validation import validated  # noqa: PLC0415 - jsonschema takes 60 ms

    return _settings(node, validated(node, document, table), document)


def _settings(root: Mapping, values: dict[str, Any], document: Document) -> Settings:
    """The settings of a table that is right; `values` are its plain values."""
    environments = root.get("environments")
    return Settings(
        select=tuple(values.get("select", ())),
        extend_select=tuple(values.get("extend-select", ())),
        ignore=tuple(values.get("ignore", ())),
        levels=dict(values.get("levels", {})),
        require_reason=values.get("require-reason", False),
        fail_on=values.get("fail-on", "warning"),
        baseline=values.get("baseline"),
        exclude=tuple(values.get("exclude", ())),
        plugins=tuple(values.get("plugins", ())),
        policies=tuple(values.get("policies", ())),
        production=tuple(values.get("production", DEFAULT_PATTERNS)),
        per_file_ignores={pattern: tuple(rules) for pattern, rules in values.get("per-file-ignores", {}).items()},
        per_path={
            pattern: PathSettings(tuple(said.get("ignore", ())), dict(said.get("levels", {})))
            for pattern, said in values.get("per-path", {}).items()
        },
        environments={
            entry.name: _environment(entry, values["environments"][entry.name], document)
            for entry in (environments if isinstance(environments, Mapping) else ())
        },
        objective=values.get("objective"),
        places=dict(_places(root, document, ())),
    )


def _environment(entry: Entry, values: dict[str, Any], document: Document) -> EnvironmentSettings:
    given = dict(_values(entry.value, document))
    parameters = entry.value.get("parameters") if isinstance(entry.value, Mapping) else None
    return EnvironmentSettings(
        name=entry.name,
        place=Place(document, entry.key.span),
        production=values.get("production"),
        template=values.get("template"),
        stack_name=given.get("stack-name"),
        region=given.get("region"),
        account=values.get("account"),
        parameters={} if parameters is None else dict(_values(parameters, document)),
    )


def _values(table: Node, document: Document) -> Iterator[tuple[str, ParameterValue]]:
    """The scalars of a table, as CloudFormation writes them: `true`, not Python's `True`."""
    for entry in table if isinstance(table, Mapping) else ():
        if isinstance(entry.value, Scalar):
            place = Place(document, entry.span)
            yield entry.name, ParameterValue(entry.value.text, ParameterSource.CONFIG, place)


def _places(node: Node, document: Document, path: _Path) -> Iterator[tuple[_Path, Place]]:
    match node:
        case Mapping():
            for entry in node:
                yield from _places(entry.value, document, (*path, entry.name))
        case Sequence():
            yield path, Place(document, node.span)
            for index, item in enumerate(node.items):
                yield from _places(item, document, (*path, index))
        case Scalar():
            yield path, Place(document, node.span)
