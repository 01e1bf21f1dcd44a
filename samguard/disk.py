"""Every look at the disk: what a run reads, lists and asks for, so that it can be told later whether all is still the same.

A repository is hostile data: links that lead out of it are not followed, only regular files are read (a FIFO would keep
samguard waiting), and no more of one is read than `samguard.source` would take.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias, TypeVar

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


class Name(NamedTuple):
    """A name in a folder, and whether it is that of a folder (a link to one is none)."""

    text: str
    is_folder: bool


_Sight: TypeAlias = bytes | bool | Unread | tuple[Name, ...]
_SightT = TypeVar("_SightT", bound=_Sight)


# looks


def read_file(path: Path, inside: Path | None) -> bytes | Unread:
    """A file's bytes (one more than the limit at the most), or why it was not read.

    Links are followed as long as they stay in the folder `inside`; with None, wherever they lead.
    """
    return _noted("read", path, inside, _read_file(path, inside))


def folder_names(folder: Path) -> tuple[Name, ...] | Unread:
    """What is in a folder, in the order of the names, or why it could not be looked into."""
    return _noted("list", folder, None, _folder_names(folder))


def is_file(path: Path) -> bool:
    """Whether there is a regular file, by whatever links."""
    return _noted("is-file", path, None, os.path.isfile(path))


def is_folder(path: Path) -> bool:
    """Whether there is a folder, by whatever links."""
    return _noted("is-folder", path, None, os.path.isdir(path))


def is_there(path: Path) -> bool:
    """Whether there is anything, by whatever links."""
    return _noted("is-there", path, None, os.path.exists(path))


def is_named(path: Path) -> bool:
    """Whether the name is taken, be it by a link to nowhere."""
    return _noted("is-named", path, None, os.path.lexists(path))


def is_link(path: Path) -> bool:
    """Whether there is a symbolic link."""
    return _noted("is-link", path, None, os.path.islink(path))


def lies_in(path: Path, folder: Path) -> bool:
    """Whether a path stays in a folder when all links are followed. False too where links go in a circle."""
    return _noted("lies-in", path, folder, _lies_in(path, folder))


def _read_file(path: Path, inside: Path | None) -> bytes | Unread:
    try:
        if inside is not None and not _is_inside(path.resolve(), inside.resolve()):
            return Unread("a link that leads out of the project; not followed")
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return Unread("not a regular file")
            with open(handle, "rb", closefd=False) as stream:
                return stream.read(MAX_BYTES + 1)
        finally:
            os.close(handle)
    except (OSError, RuntimeError, ValueError) as error:
        return _unread(error)


def _folder_names(folder: Path) -> tuple[Name, ...] | Unread:
    try:
        with os.scandir(folder) as entries:
            return tuple(sorted(Name(entry.name, _is_folder(entry)) for entry in entries))
    except OSError as error:
        return _unread(error)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _unread(error: Exception) -> Unread:
    """Why there is nothing to read, from what the operating system says."""
    number = getattr(error, "errno", None)
    is_loop = isinstance(error, RuntimeError)  # how Python 3.11 and 3.12 tell of links in a circle
    why = "links in a circle" if is_loop else getattr(error, "strerror", None) or str(error)
    return Unread(why, is_failure=not is_loop and number not in _GONE)


def _lies_in(path: Path, folder: Path) -> bool:
    try:
        return _is_inside(path.resolve(), folder.resolve())
    except (OSError, RuntimeError, ValueError):
        return False


def _is_inside(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents


# remembering what was seen

Seen: TypeAlias = dict[tuple[str, str, str], str]
"""What looks gave: a digest by kind, path, and the folder that the look was bound to ("" for none)."""
_seen: ContextVar[Seen | None] = ContextVar("_seen", default=None)


@contextmanager
def remembered() -> Iterator[Seen]:
    """Collects every look that is taken inside of the block."""
    seen: Seen = {}
    token = _seen.set(seen)
    try:
        yield seen
    finally:
        _seen.reset(token)


def is_as_seen(seen: Mapping[tuple[str, str, str], str]) -> bool:
    """Whether every look would give again what it gave."""
    return all(
        kind in _LOOKS and _digest(_LOOKS[kind](Path(path), Path(bound) if bound else None)) == digest
        for (kind, path, bound), digest in seen.items()
    )


_LOOKS: Final[dict[str, Callable[[Path, Path | None], _Sight]]] = {
    "read": _read_file,
    "list": lambda path, _: _folder_names(path),
    "is-file": lambda path, _: os.path.isfile(path),
    "is-folder": lambda path, _: os.path.isdir(path),
    "is-there": lambda path, _: os.path.exists(path),
    "is-named": lambda path, _: os.path.lexists(path),
    "is-link": lambda path, _: os.path.islink(path),
    "lies-in": lambda path, folder: folder is not None and _lies_in(path, folder),
}


def _noted(kind: str, path: Path, bound: Path | None, found: _SightT) -> _SightT:
    seen = _seen.get()
    if seen is not None:
        seen[kind, str(path), str(bound or "")] = _digest(found)
    return found


def _digest(found: _Sight) -> str:
    if isinstance(found, bool):
        return "yes" if found else "no"
    from hashlib import blake2b  # noqa: PLC0415 - 2 ms, and only where something is remembered

    content = found if isinstance(found, bytes) else repr(found).encode("utf-8", "surrogateescape")
    return blake2b(content, digest_size=16).hexdigest()
