"""A file as text that can be changed: everything that is not changed keeps its bytes."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from typing import Final

from samguard.source import Document, Edit, Format, decode, parse_document
from samguard.value import value

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@value
class WrittenFile:
    """A file's text, with what surrounds it on the disk: its byte order mark and its encoding."""

    path: str
    text: str
    mark: bytes = b""
    encoding: str = "utf-8"

    @property
    def content(self) -> bytes:
        """The file's bytes."""
        return self.mark + self.text.encode(self.encoding)

    @property
    def document(self) -> Document:
        """The text as a document, read."""
        return parse_document(self.text, self.path)

    @property
    def lines(self) -> Document:
        """The text as a document that is not read: what turns positions into offsets."""
        return Document(self.path, self.text, Format.CODE, None)

    def edited(self, edits: Sequence[Edit]) -> WrittenFile:
        """The file after edits that do not overlap. Line breaks in them are written as the file writes its own."""
        parts: list[str] = []
        at = 0
        for edit in in_order(edits):
            parts += [self.text[at : edit.span.start], self.native(edit.text)]
            at = edit.span.end
        text = "".join((*parts, self.text[at:]))
        return WrittenFile(self.path, text, self.mark, self.encoding)

    def native(self, text: str) -> str:
        """A text with the line breaks of the file: of its first line, or line feeds."""
        first = self.text.find("\n")
        is_windows = first > 0 and self.text[first - 1] == "\r"
        return text.replace("\r\n", "\n").replace("\n", "\r\n") if is_windows else text


def written_file(content: bytes, path: str) -> WrittenFile | None:
    """The file with these bytes; None where they are not what their encoding allows."""
    text, problem = decode(content)
    mark, encoding = next((pair for pair in _MARKS if content.startswith(pair[0])), (b"", "utf-8"))
    if problem is not None:
        return None
    file = WrittenFile(path, text, mark, encoding)
    return file if file.content == content else None


def in_order(edits: Sequence[Edit]) -> list[Edit]:
    """Edits in the order of the text; those at one place in the order in which they are said."""
    return sorted(edits, key=lambda edit: (edit.span.start, edit.span.end))


def overlap(first: Edit, second: Edit) -> bool:
    """Whether two edits touch the same text, or the same place between two characters."""
    (start, end), (other, other_end) = first.span, second.span
    return start <= other_end and other <= end


@value
class Shift:
    """Where places of a text are after edits: for each edit, what it replaced and where its own text is now."""

    moves: tuple[tuple[int, int, int, int], ...]
    """Old start, old end, new start, new end; in order."""

    def now(self, offset: int) -> tuple[int, int]:
        """Between which offsets a place is now: one and the same, unless what stood there was replaced."""
        by = 0
        for start, end, new_start, new_end in self.moves:
            if offset < start:
                break
            if offset <= end:
                return new_start, new_end
            by = new_end - end
        return offset + by, offset + by


def shift(before: WrittenFile, edits: Sequence[Edit]) -> Shift:
    """Where the places of a file are after these edits."""
    moves: list[tuple[int, int, int, int]] = []
    by = 0
    for edit in in_order(edits):
        (start, end), length = edit.span, len(before.native(edit.text))
        moves.append((start, end, start + by, start + by + length))
        by += length - (end - start)
    return Shift(tuple(moves))
