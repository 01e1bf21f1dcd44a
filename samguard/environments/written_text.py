"""A scalar's text, and where each of its characters is written."""

from __future__ import annotations

from samguard.source import Document, Place, Scalar, Span


class WrittenText:
    r"""The text of a scalar without the white space around it, with the place of each part of it.

    A part is found where the text stands in the file as it is, or with no other escapes than `\"` and `\\` (the
    way SAM CLI itself writes parameter_overrides); else its place is that of the whole scalar.
    """

    __slots__ = ("_document", "_offsets", "_whole", "text")

    def __init__(self, scalar: Scalar, document: Document) -> None:
        self.text = str(scalar.value).strip()
        self._document = document
        self._whole = scalar.span
        self._offsets = _offsets(self.text, document.text, scalar.span)

    def place(self, start: int, end: int) -> Place:
        """Where the characters from `start` to `end` are written."""
        if self._offsets is None or start >= end:
            return Place(self._document, self._whole)
        return Place(self._document, Span(self._offsets[start], self._offsets[end]))


def _offsets(text: str, source: str, span: Span) -> range | list[int] | None:
    """The offset in `source` of each character of `text` and of its end; None where it is written in another way."""
    begin = source.find(text, span.start, span.end)
    if begin >= 0 and not source[begin + len(text) : span.end].strip(" \t\r\n\"'"):
        return range(begin, begin + len(text) + 1)
    at = source.find('"', span.start, span.end) + 1
    while at < span.end and source[at].isspace():
        at += 1
    offsets: list[int] = []
    for character in text:
        offsets.append(at)
        if character in '"\\':
            if source[at : at + 2] != f"\\{character}":
                return None
            at += 2
        else:
            if source[at : at + 1] != character:
                return None
            at += 1
    offsets.append(at)
    return offsets if at <= span.end else None
