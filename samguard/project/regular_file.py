"""The bytes of a file, or why there are none.

A repository is hostile data: links that lead out of it are not followed, only regular files are read (a FIFO would keep
samguard waiting), and no more of one is read than `samguard.source` would take.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

from samguard.source.limits import MAX_BYTES
from samguard.value import value

_GONE: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO})
"""What a link to nowhere, links in a circle and a socket give: there is no file, so none was missed."""


@value
class Unread:
    """Why a file or folder was not read.

    `is_failure` is true where it is there and should have been read, so that silence about it proves nothing.
    """

    why: str
    is_failure: bool = False


ReadFile: TypeAlias = Callable[[Path, Path | None], bytes | Unread]
"""What reads a file: `read_file`, or something that knows more than the disk."""


def read_file(disk_path: Path, inside: Path | None) -> bytes | Unread:
    """A file's bytes (one more than the limit at the most), or why it was not read.

    Links are followed as long as they stay in the folder `inside`; with None, wherever they lead.
    """
    try:
        if inside is not None and not _is_inside(disk_path.resolve(), inside.resolve()):
            return Unread("a link that leads out of the project; not followed")
        handle = os.open(disk_path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return Unread("not a regular file")
            with open(handle, "rb", closefd=False) as stream:
                return stream.read(MAX_BYTES + 1)
        finally:
            os.close(handle)
    except (OSError, RuntimeError, ValueError) as error:
        return unread(error)


def unread(error: Exception) -> Unread:
    """Why there is nothing to read, from what the operating system says."""
    number = getattr(error, "errno", None)
    is_loop = isinstance(error, RuntimeError)  # how Python 3.11 and 3.12 tell of links in a circle
    why = "links in a circle" if is_loop else getattr(error, "strerror", None) or str(error)
    return Unread(why, is_failure=not is_loop and number not in _GONE)


def _is_inside(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents
