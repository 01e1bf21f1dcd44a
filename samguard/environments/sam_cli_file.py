"""A configuration file as SAM CLI reads it: TOML by tomlkit, or YAML 1.2 by ruamel.yaml.

Templates are YAML 1.1 to every AWS tool, and so are the nodes of a document; in samconfig.yaml `yes` is a text and
`010` is ten. So each plain scalar is read again here, from how it was written.
"""

from __future__ import annotations

from typing import Final

from samguard.environments.config_problem import ConfigProblem, ConfigProblemKind
from samguard.pattern import pattern
from samguard.source import Document, Entry, Format, Mapping, Node, Place, Plain, ProblemKind, Scalar, Sequence

_BOOLEANS: Final = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_INTEGER: Final = pattern(r"([-+]?)(?:0b([01_]+)|0o([0-7_]+)|0x([0-9a-fA-F_]+)|([0-9][0-9_]*))")
_FLOAT: Final = pattern(
    r"[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+"
    r"|[-+]?\.[0-9_]*[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_BASES: Final = (2, 8, 16, 10)
_MAX_DIGITS: Final = 4000
"""Python refuses to read longer integers."""
_MOMENT: Final = pattern(r"(?:([0-9]{4}-[0-9]{2}-[0-9]{2})([Tt]|[ \t]+))?([0-9]{2}:[0-9]{2}:[0-9]{2}\S*)")
_NODE_PROPERTIES: Final = pattern(r"(&\S+\s+)?(!?)")
"""Anchor and tag before a YAML scalar. Both belong to its span."""


def configuration(document: Document) -> tuple[Node | None, tuple[ConfigProblem, ...]]:
    """The root of a configuration file with the values and keys that SAM CLI sees, and what only SAM CLI refuses.

    Keys are texts as Python writes them. None where the document has no root, or SAM CLI does not read it.
    """
    if document.root is None:
        return None, ()
    reader = _Reader(document)
    root = reader.node(document.root)
    problems = [*reader.problems]
    for problem in document.problems:
        if problem.kind is ProblemKind.SEVERAL_DOCUMENTS:
            message = "a second YAML document starts here; SAM CLI refuses the whole file"
            place = Place(document, problem.span)
            problems.append(ConfigProblem(ConfigProblemKind.SYNTAX, message, place, "error"))
    return (None if problems else root), tuple(problems)


class _Reader:
    """Reads the scalars of one document again."""

    def __init__(self, document: Document) -> None:
        self.problems: list[ConfigProblem] = []
        self._document = document
        self._done: dict[int, Node] = {}
        """By identity: what many aliases name is read once. The document keeps the nodes alive."""

    def node(self, node: Node) -> Node:
        """The node as SAM CLI sees it."""
        found = self._done.get(id(node))
        if found is None:
            match node:
                case Scalar():
                    found = self._scalar(node)
                case Sequence():
                    found = Sequence(tuple(map(self.node, node.items)), node.span)
                case Mapping():
                    found = self._mapping(node)
            self._done[id(node)] = found
        return found

    def _mapping(self, mapping: Mapping) -> Mapping:
        entries: dict[str, Entry] = {}
        for entry in mapping.entries:
            key = self._scalar(entry.key)
            name = str(key.value)
            first = entries.get(name)
            if first is not None:
                message = f'the key "{name}" is written twice; SAM CLI refuses the whole file'
                related = (("first written here", Place(self._document, first.key.span)),)
                place = Place(self._document, key.span)
                self.problems.append(ConfigProblem(ConfigProblemKind.SYNTAX, message, place, "error", related))
            entries[name] = Entry(Scalar(name, key.span, key.raw, key.quoted), self.node(entry.value))
        return Mapping(tuple(entries.values()), mapping.span)

    def _scalar(self, scalar: Scalar) -> Scalar:
        if scalar.quoted:
            return scalar
        if self._document.format is Format.TOML:
            value = _moment(scalar.raw, " ") if isinstance(scalar.value, str) else scalar.value
        else:
            value = self._yaml_value(scalar)
        return scalar if value is scalar.value else Scalar(value, scalar.span, scalar.raw)

    def _yaml_value(self, scalar: Scalar) -> Plain:
        properties = _NODE_PROPERTIES.match(self._document.text, scalar.span.start)
        anchor, tag = properties.groups() if properties else (None, None)
        if tag:
            return scalar.value
        value = _core_schema(scalar.raw)
        if anchor and isinstance(value, bool):
            return "1" if value else "0"  # ruamel.yaml keeps the anchor in an int that stands for the boolean
        return value


def _core_schema(raw: str) -> Plain:
    """The value of a plain scalar in YAML 1.2, as ruamel.yaml reads it."""
    if raw in _NULLS:
        return None
    if raw in _BOOLEANS:
        return _BOOLEANS[raw]
    if len(raw) >= _MAX_DIGITS:
        return raw
    if _FLOAT.fullmatch(raw):
        digits = raw.replace("_", "").lower()
        return float(digits.replace(".inf", "inf").replace(".nan", "nan"))
    integer = _INTEGER.fullmatch(raw)
    if integer is not None:
        sign, *written = integer.groups()
        for base, digits in zip(_BASES, written, strict=True):
            if digits and digits.strip("_"):
                return int(sign + digits.replace("_", ""), base)
    return _moment(raw, "T")


def _moment(raw: str, separator: str) -> str:
    """A time, with its date or without, as the Python object prints that SAM CLI makes of it; other texts as they are.

    tomlkit's moments print a blank between date and time, those of ruamel.yaml a `T` where one was written.
    """
    found = _MOMENT.fullmatch(raw)
    if found is None:
        return raw
    from datetime import datetime, time  # noqa: PLC0415 - almost no configuration has one

    date, between, clock = found.groups()
    try:
        if date is None:
            return time.fromisoformat(clock).isoformat() if separator == " " else raw
        return datetime.fromisoformat(f"{date}T{clock.upper()}").isoformat(separator if between in "tT" else " ")
    except ValueError:
        return raw
