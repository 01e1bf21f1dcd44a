"""Changes of files as a unified diff, as `git apply` and `patch -p1` read it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from samguard.fixing import Changed

_NO_END = "\\ No newline at end of file"


def diff_text(changed: Iterable[Changed]) -> str:
    """The unified diff of changed files, in their own line ends and with their byte order marks."""
    return "".join(line for change in changed for line in _file(change))


def _file(change: Changed) -> Iterator[str]:
    before, after = _lines(change.before), _lines(change.after)
    for line in difflib.unified_diff(before, after, f"a/{change.path}", f"b/{change.path}"):
        yield line if line.endswith("\n") else f"{line}\n{_NO_END}\n"


def _lines(content: bytes) -> list[str]:
    """The lines of a file with their ends. Only a line feed ends one here, as for those that read the diff."""
    encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"
    parts = content.decode(encoding).split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
