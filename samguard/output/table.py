"""A table in a terminal: columns side by side, cells of several lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final, NamedTuple, TypeAlias

from samguard.output.paint import Paint
from samguard.output.printable import cells

_GAP: Final = "  "


class Line(NamedTuple):
    """A line of a cell: printable text and the name of its style."""

    text: str
    style: str = ""


Cell: TypeAlias = tuple[Line, ...]


def column_widths(headers: Sequence[str], rows: Sequence[Sequence[Cell]]) -> tuple[int, ...]:
    """How many columns of the terminal each column of the table takes."""
    columns = zip(*rows, strict=True) if rows else [()] * len(headers)
    return tuple(
        max([cells(header), *(cells(line.text) for cell in column for line in cell)])
        for header, column in zip(headers, columns, strict=True)
    )


def table_width(widths: Sequence[int]) -> int:
    """How many columns of the terminal a table with these column widths takes."""
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def table(headers: Sequence[str], rows: Sequence[Sequence[Cell]], widths: Sequence[int], paint: Paint) -> Iterator[str]:
    """The lines of a table: headers, a rule, rows."""
    yield _GAP.join(
        paint(header, "strong") + _filler(header, width) for header, width in zip(headers, widths, strict=True)
    )
    yield _GAP.join(paint("-" * width, "faint") for width in widths)
    for row in rows:
        for lines in zip_longest(*row, fillvalue=Line("")):
            yield _GAP.join(
                paint(line.text, line.style) + _filler(line.text, width)
                for line, width in zip(lines, widths, strict=True)
            )


def _filler(text: str, width: int) -> str:
    return " " * (width - cells(text))
