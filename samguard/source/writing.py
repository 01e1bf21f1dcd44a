"""A file is written whole or not at all: a killed run, a full disk or a lost power supply leave the old one as it was."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

_PERMISSIONS: Final = 0o7777
_NEW_FILE: Final = 0o666


def write_whole(path: Path, content: bytes, *, is_new: bool = False) -> None:
    """Puts `content` in the place of a file, or makes it: written aside in the same folder, flushed, then renamed.

    A file that was there keeps its permissions, and its owner where that is allowed; a link to it stays a link. With
    `is_new`, raises FileExistsError where there is a file already, even one that came a moment ago. Raises OSError where
    it is not possible; then nothing has changed, and nothing is left beside it.
    """
    import tempfile  # noqa: PLC0415 - 6 ms, and most runs write no file

    target = path if is_new else path.resolve()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.")
    aside = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        _permit(aside, target)
        if is_new:
            _link(aside, target)
        else:
            aside.replace(target)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    _flush_folder(target.parent)


def _link(aside: Path, target: Path) -> None:
    """Renames, unless the name is taken: only a hard link is both in one step, and not every file system has them."""
    try:
        target.hardlink_to(aside)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):
        if target.is_symlink() or target.exists():
            raise FileExistsError(str(target)) from None
        aside.replace(target)
    else:
        aside.unlink()


def _permit(aside: Path, target: Path) -> None:
    """Gives the new file the permissions of the old one, or those that new files have here."""
    try:
        old = target.stat()
    except FileNotFoundError:
        aside.chmod(_NEW_FILE & ~_umask())
        return
    if hasattr(os, "chown"):
        with suppress(OSError):  # only root may give a file away; the content matters more
            os.chown(aside, old.st_uid, old.st_gid)
    aside.chmod(old.st_mode & _PERMISSIONS)


def _flush_folder(folder: Path) -> None:
    """Makes the renaming last. Some systems cannot open folders; there the file system must see to it."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
