"""A text before and after it was edited: where a place of the one stands in the other.

What the server knows was worked out from the text some keystrokes ago. Nearly all of it is still true, only further up
or down; what lies within the edited part is not known any more.
"""

from __future__ import annotations

from samguard.source import Span


class Edited:
    """Two versions of a text, which differ between a common beginning and a common end."""

    def __init__(self, before: str, after: str) -> None:
        most = min(len(before), len(after))
        self._start = 0 if before is after else _common(before, after, most)
        if before is after:
            self._start = most
        rest = most - self._start
        tail = _common_end(before, after, rest) if rest else 0
        self._end_before = len(before) - tail
        self._end_after = len(after) - tail
        self.is_same = self._start == len(before) == len(after)

    def before(self, offset: int) -> int | None:
        """Where an offset of the edited text stood; None within what was edited."""
        return _carried(offset, self._start, self._end_after, self._end_before)

    def after(self, offset: int) -> int | None:
        """Where an offset of the earlier text stands now; None within what was edited."""
        return _carried(offset, self._start, self._end_before, self._end_after)

    def span_after(self, span: Span) -> Span | None:
        """Where a span of the earlier text stands now; None where something of it was edited."""
        if self.is_same:
            return span
        if span.end <= self._start:
            return span
        shift = self._end_after - self._end_before
        return Span(span.start + shift, span.end + shift) if span.start >= self._end_before else None


def _carried(offset: int, start: int, end: int, end_there: int) -> int | None:
    if offset <= start:
        return offset
    return offset - end + end_there if offset >= end else None


def _common(one: str, other: str, most: int) -> int:
    """How many characters, `most` at the most, two texts begin with alike. Slices are compared at a stroke."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_end(one: str, other: str, most: int) -> int:
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]:
            low = middle
        else:
            high = middle - 1
    return low
