"""A file that was read: its text, its nodes and what was wrong with it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from enum import Enum
from typing import TypeVar, cast

from samguard.pattern import pattern
from samguard.source.nodes import Node
from samguard.source.spans import Location, Position, Span
from samguard.value import field, value

T = TypeVar("T")

_LINE_BREAK = pattern(r"\r\n|\n|\r")


class Format(Enum):
    """The language a document is written in."""

    YAML = "yaml"
    JSON = "json"
    TOML = "toml"
    CODE = "code"
    """A function's program: only its text is kept."""


class ProblemKind(Enum):
    """What kind of trouble a reader met."""

    SYNTAX = "syntax"
    """The text is not YAML, JSON or TOML, or uses of it what no CloudFormation tool reads."""
    DUPLICATE_KEY = "duplicate-key"
    """A mapping has a key twice; the last one holds."""
    LIMIT = "limit"
    """The file is larger, deeper or wider than samguard reads."""
    SEVERAL_DOCUMENTS = "several-documents"
    """A YAML file has a second document; only the first is read."""


@value
class Problem:
    """Something wrong with a text, at its place. `related` points at the other half, where there is one."""

    kind: ProblemKind
    message: str
    span: Span
    related: tuple[tuple[str, Span], ...] = ()


@value
class Document:
    """One file: `root` is None where it could not be read (then `problems` says why) or holds nothing."""

    path: str
    text: str
    format: Format
    root: Node | None
    problems: tuple[Problem, ...] = ()
    line_starts: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _memory: dict[str, object] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = (0, *(match.end() for match in _LINE_BREAK.finditer(self.text)))
        object.__setattr__(self, "line_starts", starts)
        object.__setattr__(self, "_memory", {})

    def remembered(self, kind: str, find: Callable[[], T]) -> T:
        """What `find` gives, worked out once: it takes a look at the whole document, and each finding asks again."""
        if kind not in self._memory:
            self._memory[kind] = find()
        return cast("T", self._memory[kind])

    def position(self, offset: int) -> Position:
        """Line and column of an offset, both from 1."""
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)

    def location(self, span: Span) -> Location:
        """Where a span stands, in lines and columns."""
        return Location(self.path, self.position(span.start), self.position(max(span.start, span.end)))

    def line(self, number: int) -> str:
        """The text of a line (from 1), without its line break."""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] if number < len(self.line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def offset(self, position: Position) -> int:
        """The offset of a line and column. Positions behind the text's end give its end."""
        if position.line > len(self.line_starts):
            return len(self.text)
        return min(self.line_starts[position.line - 1] + position.column - 1, len(self.text))


@value
class Place:
    """A span of a document: what a value's provenance points at."""

    document: Document = field(repr=False)
    span: Span

    @property
    def location(self) -> Location:
        """The place in lines and columns."""
        return self.document.location(self.span)

    def __hash__(self) -> int:
        return hash((self.document.path, self.span))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Place):
            return NotImplemented
        return self.document.path == other.document.path and self.span == other.span
