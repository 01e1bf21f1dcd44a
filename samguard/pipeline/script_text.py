"""A script that stands in a document: its text, and where each of its characters is written."""

from __future__ import annotations

from samguard.source import Document, Place, Scalar, Span

_ESCAPED = {"n": "\n", "t": "\t", '"': '"', "/": "/", "\\": "\\", " ": " ", "r": "\r"}


class ScriptText:
    """A text with the place of each part of it.

    In a YAML block the indentation is no part of the text, in a folded one neither are the line breaks, in JSON there
    are escapes. Where the two cannot be laid side by side, the place of a part is that of the whole.
    """

    __slots__ = ("_offsets", "_whole", "document", "text")

    def __init__(self, text: str, document: Document, whole: Span, offsets: list[int] | range | None) -> None:
        self.text = text
        self.document = document
        self._whole = whole
        self._offsets = offsets

    def place(self, start: int, end: int) -> Place:
        """Where the characters from `start` to `end` are written."""
        if self._offsets is None or not 0 <= start < end <= len(self.text):
            return Place(self.document, self._whole)
        first = self._offsets[start]
        return Place(self.document, Span(first, max(self._offsets[end - 1] + 1, first)))

    def behind(self, words: str) -> ScriptText:
        """The text behind words that are not written there: `sam ` before what an action is given."""
        if not words:
            return self
        offsets = None if not self._offsets else [self._offsets[0]] * len(words) + list(self._offsets)
        return ScriptText(words + self.text, self.document, self._whole, offsets)


def of_scalar(scalar: Scalar, document: Document) -> ScriptText:
    """The script that a scalar holds."""
    text = scalar.text
    return ScriptText(text, document, scalar.span, _offsets(text, document.text, scalar))


def of_document(document: Document) -> ScriptText:
    """The script that a file is."""
    return ScriptText(document.text, document, Span(0, len(document.text)), range(len(document.text)))


def of_part(document: Document, start: int, end: int) -> ScriptText:
    """The script that a part of a file is."""
    return ScriptText(document.text[start:end], document, Span(start, end), range(start, end))


def _offsets(text: str, source: str, scalar: Scalar) -> list[int] | range | None:
    start, end = scalar.span
    if not scalar.quoted and source[start:end] == text:
        return range(start, end)
    at = start
    quote = source[start : start + 1]
    is_double = quote == '"'
    if quote and quote in "|>":
        at = source.find("\n", start, end) + 1 or end
    elif quote and quote in "\"'":
        at += 1
    offsets: list[int] = []
    for character in text:
        if character.isspace():
            offsets.append(min(at, max(end - 1, start)))
            if is_double and source.startswith(("\\n", "\\t", "\\r", "\\ "), at):
                at += 2
            elif at < end and source[at] == character:
                at += 1
            continue
        while at < end and source[at].isspace():
            at += 1
        if is_double and source.startswith("\\\n", at):
            at += 2
            while at < end and source[at].isspace():
                at += 1
        offsets.append(at)
        if is_double and source.startswith("\\", at):
            if _ESCAPED.get(source[at + 1 : at + 2]) != character:
                return None
            at += 2
        elif source[at : at + 1] != character:
            return None
        else:
            at += 2 if quote == "'" and source.startswith("''", at) else 1
    return offsets if at <= end else None
