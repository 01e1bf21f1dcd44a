"""What the files of a project hold: on disk, or in the buffers of an editor that has not saved them yet."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from samguard.disk import Unread, is_file, is_named, read_file
from samguard.source import Document, read_document
from samguard.template import Template, template


def _go_on() -> None:
    """Nobody stops the reading."""


class Files:
    """Reads the files of one run, a buffer before the file of the same path.

    `buffers` holds texts, or the bytes of files, by absolute path. Documents and templates that `before`, the files of an earlier run, read
    from the same bytes are not parsed again. `go_on` is called before each file and folder, and may raise to end the
    run.
    """

    def __init__(
        self,
        buffers: Mapping[str, str | bytes] | None = None,
        before: Files | None = None,
        go_on: Callable[[], None] = _go_on,
    ) -> None:
        self._buffers = {os.path.abspath(path): _content(text) for path, text in (buffers or {}).items()}
        self._before = {} if before is None else before._documents  # noqa: SLF001 - one of its own kind
        self._templates_before = {} if before is None else before._templates  # noqa: SLF001 - the same
        self._documents: dict[str, tuple[bytes, Document]] = {}
        self._templates: dict[int, tuple[Document, Template]] = {}
        """Templates that include no other file, by the identity of their document, which is kept beside them."""
        self.go_on = go_on

    def read(self, disk_path: Path, inside: Path | None) -> bytes | Unread:
        """The bytes of a file, as `disk.read_file` gives them."""
        self.go_on()
        if self._buffers:
            buffered = self._buffers.get(os.path.abspath(disk_path))
            if buffered is not None:
                return buffered
        return read_file(disk_path, inside)

    def buffer(self, path: Path) -> bytes | None:
        """What a buffer holds; None where there is none for that path."""
        return self._buffers.get(os.path.abspath(path))

    def document(self, content: bytes, path: str) -> Document:
        """The document in these bytes, which `path` names to people."""
        known = self._documents.get(path) or self._before.get(path)
        found = known if known is not None and known[0] == content else (content, read_document(content, path))
        self._documents[path] = found
        return found[1]

    def template(self, document: Document, read: Callable[[str], Document | None]) -> Template | None:
        """The template in a document. `read` gives the files that it includes."""
        known = self._templates.get(id(document)) or self._templates_before.get(id(document))
        if known is None:
            included: list[str] = []

            def noted(path: str) -> Document | None:
                included.append(path)
                return read(path)

            built = template(document, noted)
            if built is None or included:
                return built
            known = (document, built)
        self._templates[id(document)] = known
        return known[1]

    def is_file(self, path: Path) -> bool:
        """Whether there is a file, on disk or in a buffer."""
        return os.path.abspath(path) in self._buffers or is_file(path)

    def unsaved(self, folder: Path) -> Iterator[Path]:
        """The buffers in a folder, or below it, that no file is there for: a walk does not come by them."""
        for path in sorted(self._buffers):
            if folder in Path(path).parents and not is_named(Path(path)):
                yield Path(path)


def _content(text: str | bytes) -> bytes:
    """A buffer as its file would be. Half a surrogate pair, which no file can hold, stays one character."""
    return text if isinstance(text, bytes) else text.encode("utf-8", "replace")
