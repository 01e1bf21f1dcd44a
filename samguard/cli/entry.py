"""The console script, from its first import on: whatever ends a run, no traceback is printed and no half file is left.

A signal becomes an exception, so that what is being written aside is removed and processes are ended. The exit code is
then 128 and the signal's number, as a shell gives it: 130 after Ctrl-C, 143 after `kill`.
"""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import Final

_BY_SIGNAL: Final = 128


def main() -> None:
    """Runs the command that the words of the command line name. Always ends by SystemExit."""
    _take_signals()
    try:
        from samguard.cli.app import run

        run()
    except KeyboardInterrupt:
        sys.exit(_BY_SIGNAL + signal.SIGINT)


def _take_signals() -> None:
    """Only those that would end the run unseen: what is ignored by who started it (nohup, a background job) stays so."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) in {signal.SIG_DFL, signal.default_int_handler}:
            with suppress(ValueError):  # not the main thread: signals are somebody else's
                signal.signal(number, _end)


def _end(number: int, _: FrameType | None) -> None:
    """Ends the run from wherever it is. The same signal once more ends it at once."""
    signal.signal(number, signal.SIG_DFL)
    if number == signal.SIGINT:
        raise KeyboardInterrupt  # what --watch waits for
    sys.exit(_BY_SIGNAL + number)
