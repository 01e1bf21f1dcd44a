"""Places in a text: offsets while reading, lines and columns once somebody looks."""

from __future__ import annotations

from typing import NamedTuple

from samguard.value import value


class Span(NamedTuple):
    """A half-open range of a document's text: offsets in Unicode code points, `end` exclusive.

    A tuple and not a dataclass: there is one for each node of each file.
    """

    start: int
    end: int


class Position(NamedTuple):
    """A line and a column, both counted from 1; columns in Unicode code points."""

    line: int
    column: int


@value
class Location:
    """A range in a file of the project: `path` relative to its root with `/`, `end` exclusive."""

    path: str
    start: Position
    end: Position
