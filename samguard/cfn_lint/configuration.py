"""What a project's .cfnlintrc says to cfn-lint, as far as it may be said by a repository that nobody vouches for.

`append_rules` loads Python files, so a repository that is linted could run code by it; `custom_rules`, `override_spec`
and `registry_schemas` read further files. They are left out, and it is told. Source: cfn-lint, README, "Config File";
src/cfnlint/config.py, read 2026-11 in 1.58.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from samguard.disk import read_file
from samguard.linting import Level, Notification
from samguard.source import Mapping, Node, Scalar, Sequence, read_document
from samguard.value import field, value

_NAMES: Final = (".cfnlintrc", ".cfnlintrc.yaml", ".cfnlintrc.yml")
"""The names that cfn-lint looks for, in its order; the first one is the one."""
_USED: Final = frozenset(
    {
        "configure_rules",
        "ignore_bad_template",
        "ignore_checks",
        "ignore_templates",
        "include_checks",
        "include_experimental",
        "mandatory_checks",
        "regions",
    }
)
_REFUSED: Final = frozenset({"append_rules", "custom_rules", "override_spec", "registry_schemas"})
_OWN_RULES: Final = ["samguard.cfn_lint_rules"]
"""samguard's rules inside of cfn-lint: nothing is lost without them here."""
_OF_NO_USE: Final = frozenset({"debug", "format", "non_zero_exit_code", "output_file", "templates"})
"""They say how cfn-lint runs and writes, not what it finds."""


@value
class Configuration:
    """What cfn-lint is given as its configuration, and what there is to say about it."""

    values: dict[str, object] = field(default_factory=dict)
    notifications: tuple[Notification, ...] = ()


def configuration(root: Path, include: Iterable[str]) -> Configuration:
    """The configuration for a project's templates; `include` are the rules asked for besides errors and warnings."""
    said, notifications = _said(root)
    values = {key: item for key, item in said.items() if key in _USED}
    ours = list(include)
    if ours:
        theirs = values.get("include_checks")
        values["include_checks"] = [*(theirs if isinstance(theirs, list) else ()), *ours]
    return Configuration(values, notifications)


def _said(root: Path) -> tuple[dict[str, object], tuple[Notification, ...]]:
    name = next((name for name in _NAMES if (root / name).is_file()), None)
    content = read_file(root / name, root) if name is not None else b""
    if name is None or not isinstance(content, bytes):
        return {}, ()
    document = read_document(content, f"{name}.yaml")
    if not isinstance(document.root, Mapping):
        if not document.problems:
            return {}, ()
        problem = document.problems[-1]
        line = document.position(problem.span.start).line
        message = f"{name}:{line}: {problem.message}; cfn-lint is run as if the file were not there"
        return {}, (Notification(Level.WARNING, message, name),)
    said = {entry.name: _plain(entry.value) for entry in document.root}
    return said, tuple(_left_out(name, said))


def _left_out(name: str, said: dict[str, object]) -> Iterable[Notification]:
    refused = sorted(key for key in _REFUSED & said.keys() if said[key] != _OWN_RULES)
    if refused:
        message = f"{', '.join(refused)} of {name} is left out: samguard runs and opens nothing that a repository names"
        yield Notification(Level.WARNING, message, name)
    others = sorted(said.keys() - _USED - _REFUSED - _OF_NO_USE)
    if others:
        yield Notification(Level.WARNING, f"{', '.join(others)} of {name} is not handed to cfn-lint", name)


def _plain(node: Node) -> object:
    match node:
        case Scalar():
            return node.value if isinstance(node.value, str | int | float | bool) else None
        case Sequence():
            return [_plain(item) for item in node.items]
        case Mapping():
            return {entry.name: _plain(entry.value) for entry in node}
