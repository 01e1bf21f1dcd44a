"""`samguard check --watch`: again whenever a file changes.

Files are looked at, not listened to: it works alike on every system, in containers and on network drives, and needs
nothing installed.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from samguard.cli.terminal import tell
from samguard.errors import SamguardError

_PAUSE_SECONDS: Final = 0.5
_MOST_FILES: Final = 50_000
"""Of a folder with more, the others are not watched: looking must stay cheap."""
_CLEAR: Final = "\x1b[H\x1b[2J\x1b[3J"
_FAILED: Final = 2

State = dict[str, tuple[int, int]]
"""Of each file, by its path, when it was written (in nanoseconds) and its size."""


def run_watching(
    once: Callable[[], int],
    paths: tuple[str, ...],
    *,
    output: str | None = None,
    changes: Iterable[frozenset[str]] | None = None,
) -> int:
    """Runs `once` now and after each change, until Ctrl-C or the end of `changes`; gives the last exit code.

    `output` is what a run writes itself. `changes` are the paths that changed, a set for each time; by default those of
    the files in `paths`, as they come.
    """
    code = 0
    try:
        watched = _changes(paths, output) if changes is None else changes
        code = _run(once)
        for changed in watched:
            _clear()
            tell(f"samguard: {_shown(changed)} changed")
            code = _run(once)
    except KeyboardInterrupt:
        tell("")
    return code


def _run(once: Callable[[], int]) -> int:
    """One run. What stops it is told, and the next change may mend it."""
    try:
        return once()
    except SamguardError as error:
        tell(f"samguard: error: {error}")
        return _FAILED


def _shown(changed: frozenset[str]) -> str:
    first = min(changed)
    return first if len(changed) == 1 else f"{first} and {len(changed) - 1:,} more"


def _clear() -> None:
    if sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        sys.stdout.write(_CLEAR)
        sys.stdout.flush()


def _changes(paths: tuple[str, ...], output: str | None) -> Iterator[frozenset[str]]:
    own = frozenset() if output is None else frozenset({os.path.relpath(output)})
    before = state(paths)
    while True:
        time.sleep(_PAUSE_SECONDS)
        after = state(paths)
        changed = differences(before, after) - own
        before = after
        if changed:
            yield changed


def differences(before: State, after: State) -> frozenset[str]:
    """The files that came, went or were written between two looks."""
    return frozenset(path for path, _ in before.items() ^ after.items())


def state(paths: tuple[str, ...]) -> State:
    """The files that a run may look at: those that are named, and all that .gitignore leaves of folders."""
    found: State = {}
    for path in islice(_files(paths or (".",)), _MOST_FILES):
        try:
            said = path.stat()
        except OSError:
            continue  # gone in between
        found[os.path.relpath(path)] = (said.st_mtime_ns, said.st_size)
    return found


def _files(paths: tuple[str, ...]) -> Iterator[Path]:
    from samguard.project.discovery import walk

    here = Path.cwd()
    for given in paths:
        path = here / given
        if path.is_dir():
            yield from (folder.disk_path / name for folder in walk(path, here) for name in folder.names)
        else:  # its samconfig, and what else lies beside it
            yield from (child for child in _children(path.parent) if child.is_file())


def _children(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []
