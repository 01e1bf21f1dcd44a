"""Whether a configuration is as the schema says, and in words what is not. Imported late: jsonschema takes 60 ms."""

from __future__ import annotations

from collections.abc import Sequence as Several
from typing import Any, TypeAlias, cast

from jsonschema import Draft202012Validator, ValidationError

from samguard.environments.settings_schema import SCHEMA
from samguard.errors import SamguardError, nearest
from samguard.source import Document, Entry, Mapping, Node, Scalar, Sequence

_Path: TypeAlias = tuple[str | int, ...]


def validated(root: Mapping, document: Document, table: Several[str]) -> dict[str, Any]:
    """The plain values of a configuration, which stands in a `table` of the document.

    Raises SamguardError for the first thing in the text that the schema does not allow.
    """
    values = _plain(root)
    errors = Draft202012Validator(SCHEMA).iter_errors(values)
    wrong = [_error(error, root, document, table) for error in errors]
    if wrong:
        raise min(wrong, key=lambda error: error.line or 0)
    return cast("dict[str, Any]", values)


def _plain(node: Node) -> Any:  # noqa: ANN401 - what jsonschema reads
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [_plain(item) for item in node.items]
        case Mapping():
            return {entry.name: _plain(entry.value) for entry in node}


def _error(error: ValidationError, root: Mapping, document: Document, table: Several[str]) -> SamguardError:
    path = tuple(error.absolute_path)
    keys = [str(step) for step in path if isinstance(step, str)]
    schema = cast("dict[str, Any]", error.schema)
    found = _found(root, path)
    if error.validator == "additionalProperties":
        known = tuple(schema["properties"])
        mapping = cast("Mapping", _node(found))
        found = next(entry for entry in mapping if entry.name not in known)
        near = nearest(found.name.replace("_", "-"), known)
        hint: str | None = f"did you mean {near!r}?" if near else f"known keys: {', '.join(known)}"
        message = f"unknown key {found.name!r}{_inside(table, keys)}"
    else:
        node = _node(found)
        item = f"item {path[-1] + 1} of " if isinstance(path[-1], int) else ""
        hint = _hint(schema, node)
        message = f"{item}{keys[-1]!r}{_inside(table, keys[:-1])} must be {_expected(schema)}, found {_shown(node)}"
    line = document.position(found.span.start).line
    return SamguardError(message, path=document.path, line=line, hint=hint)


def _inside(table: Several[str], keys: Several[str]) -> str:
    """The table that a message is about; the whole of samguard.toml has no name."""
    names = ".".join((*table, *keys))
    return f" in [{names}]" if names else ""


def _found(root: Mapping, path: _Path) -> Entry | Node:
    """The entry or item at a path of keys and indices."""
    found: Entry | Node = root
    for step in path:
        node = _node(found)
        if isinstance(node, Mapping) and isinstance(step, str):
            found = node.by_name[step]
        elif isinstance(node, Sequence) and isinstance(step, int):
            found = node.items[step]
    return found


def _node(found: Entry | Node) -> Node:
    return found.value if isinstance(found, Entry) else found


def _expected(schema: dict[str, Any]) -> str:
    if "enum" not in schema:
        return str(schema["description"])
    *words, last = map(repr, schema["enum"])
    return f"{', '.join(words)} or {last}"


def _hint(schema: dict[str, Any], node: Node) -> str | None:
    """What to write, where that can be told."""
    if not isinstance(node, Scalar):
        return None
    if isinstance(node.value, str):
        near = nearest(node.value, tuple(schema.get("enum", ())))
        if near:
            return f"did you mean {near!r}?"
        if schema.get("type") == "array":
            return f"write [{node.value!r}]"
        return "leave the quotes out" if schema.get("type") == "boolean" and node.value in ("true", "false") else None
    return "put it in quotes" if schema.get("type") == "string" else None


def _shown(node: Node) -> str:
    """A value, or what it is, in TOML's words."""
    match node:
        case Mapping():
            return "a table"
        case Sequence():
            return "a list"
        case Scalar(value=str(value)):
            return repr(value)
        case Scalar():
            return node.text or "null"
