"""Where output goes: a terminal, a pipe or a file; and how wide and colourful it may be there."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, TextIO

from samguard.errors import SamguardError
from samguard.output.printable import printable

_PIPE_WIDTH: Final = 100
"""Columns to draw in where no terminal says how wide it is."""
_NARROWEST: Final = 40


def wants_colour(*, no_color: bool) -> bool:
    """Whether to use colour: on a terminal, unless the option, NO_COLOR or a dumb terminal says no."""
    if no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool(os.environ.get("FORCE_COLOR")) or is_terminal()


def width() -> int:
    """Columns of the terminal; a fixed width in a pipe, so that the output there is always the same."""
    if not is_terminal() and "COLUMNS" not in os.environ:
        return _PIPE_WIDTH
    return max(shutil.get_terminal_size((_PIPE_WIDTH, 24)).columns, _NARROWEST)


def is_terminal() -> bool:
    """Whether stdout is read by a person."""
    return sys.stdout is not None and sys.stdout.isatty()


def draws_blocks() -> bool:
    """Whether stdout takes more than ASCII. In a pipe it is what it is written in, whatever the locale."""
    encoding = _encoding(sys.stdout).lower()
    return encoding.replace("-", "").startswith("utf") and os.environ.get("TERM") not in {"dumb", "linux"}


def write_out(text: str, output: str | None) -> None:
    """Writes a report to stdout or to a file. A file is written whole or not at all; a device or FIFO, as it is.

    Raises SamguardError where that is not possible. A reader who has seen enough (`| head`) changes nothing, nor does a
    stdout that was closed by who started samguard: the exit code is all that is asked for.
    """
    if output is None:
        try:
            _write(text, sys.stdout, _encoding(sys.stdout))
        except BrokenPipeError:
            return
        except OSError as error:
            message = f"stdout cannot be written: {error.strerror or error}"
            raise SamguardError(message) from error
        return
    try:
        path = Path(output)
        if path.exists() and not path.is_file():
            with path.open("w", encoding="utf-8", errors="replace", newline="") as stream:
                stream.write(text)
        else:
            from samguard.source.writing import write_whole

            write_whole(path, text.encode("utf-8", "replace"))
    except BrokenPipeError:  # /dev/stdout, or a FIFO
        return
    except OSError as error:
        message = f"{output!r} cannot be written: {error.strerror or error}"
        raise SamguardError(message) from error


def tell(text: str, *, quiet: bool = False) -> None:
    """A line for the person at the keyboard, on stderr. Whatever is in it, nothing of it acts on the terminal.

    Where it cannot be written, there is nobody to tell, and the exit code says how the run ended.
    """
    if not quiet:
        with suppress(OSError):
            _write(f"{printable(text)}\n", sys.stderr, getattr(sys.stderr, "encoding", None) or "utf-8")


def give_up(stream: TextIO | None) -> None:
    """What is still in a stream's buffer goes nowhere, so that Python does not fail again at exit."""
    if stream is not None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _encoding(stream: TextIO | None) -> str:
    """A terminal's own; everywhere else UTF-8, so that a report's bytes do not hang on the locale, unless Python was told."""
    if stream is None or stream.isatty() or "PYTHONIOENCODING" in os.environ:
        return getattr(stream, "encoding", None) or "utf-8"
    return "utf-8"


def _write(text: str, stream: TextIO | None, encoding: str) -> None:
    if stream is None or not text:  # None: closed by who started samguard
        return
    content = text.encode(encoding, "replace")
    try:
        stream.flush()
        if stream.isatty() or not hasattr(stream, "buffer"):
            stream.write(content.decode(encoding))
        else:
            stream.buffer.write(content)
        stream.flush()
    except OSError:
        give_up(stream)
        raise
