"""Where output goes: a terminal, a pipe or a file; and how wide and colourful it may be there."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from samguard.errors import SamguardError

_PIPE_WIDTH: Final = 100
"""Columns to draw in where no terminal says how wide it is."""
_NARROWEST: Final = 40


def wants_colour(*, no_color: bool) -> bool:
    """Whether to use colour: on a terminal, unless the option, NO_COLOR or a dumb terminal says no."""
    if no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


def width() -> int:
    """Columns of the terminal; a fixed width in a pipe, so that the output there is always the same."""
    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        return _PIPE_WIDTH
    return max(shutil.get_terminal_size((_PIPE_WIDTH, 24)).columns, _NARROWEST)


def write_out(text: str, output: str | None) -> None:
    """Writes a report to stdout or to a file. A file is written whole or not at all.

    Raises SamguardError where the file cannot be written.
    """
    if output is None:
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()
        return
    target = Path(output)
    try:
        handle, aside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
                stream.write(text)
            mode = target.stat().st_mode if target.exists() else 0o666 & ~_umask()
            Path(aside).chmod(mode & 0o7777)
            Path(aside).replace(target)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
    except OSError as error:
        message = f"{output!r} cannot be written: {error.strerror or error}"
        raise SamguardError(message) from error


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def tell(text: str, *, quiet: bool = False) -> None:
    """A line for the person at the keyboard, on stderr."""
    if not quiet:
        encoding = sys.stderr.encoding or "utf-8"
        sys.stderr.write(f"{text}\n".encode(encoding, "replace").decode(encoding))
