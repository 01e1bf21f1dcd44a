"""What stops samguard: the one kind of error that its front ends turn into a sentence and exit code 2.

Besides it `Stopped`, by which somebody who asked ends what samguard is doing.

What is wrong with the files that are linted is a finding, never an error.
"""

from __future__ import annotations


class SamguardError(Exception):
    """samguard could not do its job.

    `path` and `line` (from 1) say where, as far as there is a place; `hint` says what would have been right.
    """

    def __init__(
        self, message: str, *, path: str | None = None, line: int | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line
        self.hint = hint

    def __str__(self) -> str:
        where = "" if self.path is None else f"{self.path}:{self.line}: " if self.line else f"{self.path}: "
        if not self.hint:
            return f"{where}{self.message}"
        return f"{where}{self.message.rstrip('.')}. {self.hint[0].upper()}{self.hint[1:]}"


class Stopped(BaseException):
    """Nobody waits any longer for what is being worked out. No error, so that no handler of errors takes it."""


def nearest(word: str, known: list[str] | tuple[str, ...]) -> str | None:
    """The known spelling that is nearest to `word`, or None where none is near."""
    by_lower = {name.lower(): name for name in known}
    from difflib import get_close_matches  # noqa: PLC0415 - 2 ms, and only where something is misspelt

    found = get_close_matches(word.lower(), list(by_lower), n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None
