"""Changed files, written; and why some are not."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from samguard.source.writing import write_whole
from samguard.value import value

if TYPE_CHECKING:
    from samguard.fixing.fixing import Changed


@value
class NotSaved:
    """A file that was not changed although there is a fix for it, and why."""

    path: str
    why: str


def obstacle(root: Path, path: str, *, to_write: bool) -> str | None:
    """Why a file may not be changed; None where it may.

    Nothing outside of the project is written, whatever links say, and nothing that its owner made read-only.
    """
    try:
        real, folder = (root / path).resolve(strict=True), root.resolve()
        mode = real.stat().st_mode
    except (OSError, RuntimeError) as error:
        return getattr(error, "strerror", None) or "links in a circle"
    if folder not in real.parents:
        return "it is outside of the project"
    if not stat.S_ISREG(mode):
        return "it is not a regular file"
    if to_write and (not mode & 0o222 or not os.access(real, os.W_OK)):
        return "it is read-only"
    return None


def saved(root: str, changed: Iterable[Changed]) -> tuple[NotSaved, ...]:
    """Writes changed files, each whole or not at all; gives those that were not, the others are written all the same."""
    failed: list[NotSaved] = []
    for change in changed:
        path = Path(root, change.path)
        try:
            if path.read_bytes() != change.before:
                failed.append(NotSaved(change.path, "it was changed in the meantime"))
                continue
            write_whole(path, change.after)
        except OSError as error:
            failed.append(NotSaved(change.path, error.strerror or str(error)))
    return tuple(failed)
