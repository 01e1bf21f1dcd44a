"""The lines that a finding is about, with their numbers and a mark under what is meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.output.paint import Paint
from samguard.output.printable import cells, glyphs
from samguard.source.spans import Location

_TAB: Final = "    "
_CUT: Final = "..."
_MIN_ROOM: Final = 20


def source_excerpt(
    location: Location, lines: tuple[str, ...], *, style: str, width: int, paint: Paint
) -> Iterator[str]:
    """`lines`, the first of which is the location's first, drawn into `width` columns.

    One line gets `^^^` under what is meant; several get a bar at their left, to the `^` under the last character.
    A long line is cut round the place. The marks are in `style`.
    """
    digits = len(str(location.start.line + len(lines) - 1))

    def row(number: str, text: str) -> str:
        return f"{paint(f'{number:>{digits}} |', 'faint')} {text}"

    yield row("", "")
    if location.end.line > location.start.line:
        room = max(width - digits - len(" | | "), _MIN_ROOM)
        for index, line in enumerate(lines):
            bar = paint("|" if index else "/", style)
            yield row(str(location.start.line + index), f"{bar} {_cut(line, 0, 0, room)[0]}")
        if location.start.line + len(lines) <= location.end.line:
            yield row("", paint(f"| {_CUT}", style))
        else:
            last = max(location.end.column - 2, 0)
            yield row("", paint(f"|_{'_' * min(sum(map(cells, _drawn(lines[-1][: min(last, room)]))), room)}^", style))
    else:
        room = max(width - digits - len(" | "), _MIN_ROOM)
        text, before, under = _cut(lines[0], location.start.column - 1, location.end.column - 1, room)
        yield row(str(location.start.line), text)
        yield row("", " " * before + paint("^" * max(under, 1), style))


def _drawn(text: str) -> list[str]:
    return [_TAB if glyph == r"\x09" else glyph for glyph in glyphs(text)]


def _cut(line: str, start: int, end: int, room: int) -> tuple[str, int, int]:
    """A line as it is drawn in `room` columns, how many columns stand before `start`, how many from there to `end`."""
    # Characters further away are not in sight anyway: a minified template is one line of a megabyte.
    skipped = max(start - room, 0)
    drawn = _drawn(line[skipped : start + 2 * room])
    start, end = start - skipped, end - skipped
    widths = [cells(glyph) for glyph in drawn]
    goes_on = skipped + len(drawn) < len(line)
    before, under = sum(widths[:start]), sum(widths[start:end])

    first, head = 0, ""
    if skipped or before + min(under, room // 2) > room - len(_CUT):
        first, before = start, 0
        while first > 0 and before + widths[first - 1] <= room // 3:
            first -= 1
            before += widths[first]
        head = _CUT
        before += len(head)

    after, tail, used = len(drawn), "", len(head) + sum(widths[first:])
    if goes_on or used > room:
        while used > room - len(_CUT):
            after -= 1
            used -= widths[after]
        tail = _CUT
    return head + "".join(drawn[first:after]) + tail, before, min(under, room - before)
