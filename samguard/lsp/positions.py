"""Offsets of a text as a client counts them: lines from 0, and columns in the units that it and the server agreed on.

samguard counts code points. Clients count UTF-16 units unless both sides know better (Language Server Protocol 3.17,
"Position Encoding"), so that most emoji take two columns.
"""

from __future__ import annotations

from lsprotocol.types import Position, PositionEncodingKind, Range

from samguard.source import Document, Span


def position_at(document: Document, offset: int, encoding: str) -> Position:
    """Where an offset stands."""
    found = document.position(min(offset, len(document.text)))
    start = document.line_starts[found.line - 1]
    return Position(found.line - 1, units(document.text[start : start + found.column - 1], encoding))


def range_of(document: Document, span: Span, encoding: str) -> Range:
    """Where a span stands."""
    end = max(span.start, span.end)
    return Range(position_at(document, span.start, encoding), position_at(document, end, encoding))


def offset_at(document: Document, position: Position, encoding: str) -> int:
    """The offset that a client means. Behind a line's end it is that end; within a character, the character's start."""
    if position.line >= len(document.line_starts):
        return len(document.text)
    line = document.line(position.line + 1)
    start = document.line_starts[position.line]
    if encoding == PositionEncodingKind.Utf32 or line.isascii():
        return start + min(position.character, len(line))
    passed = 0
    for index, character in enumerate(line):
        passed += units(character, encoding)
        if passed > position.character:
            return start + index
    return start + len(line)


def units(text: str, encoding: str) -> int:
    """How many columns a client counts for a text without line breaks."""
    if encoding == PositionEncodingKind.Utf32 or text.isascii():
        return len(text)
    if encoding == PositionEncodingKind.Utf8:
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
