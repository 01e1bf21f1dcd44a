"""Words that are nearly another one: a letter too many, too few, wrong, or in another case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_MOST_SLIPS: Final = 2
_SHORT: Final = 8
"""Words of fewer letters may differ by one only."""


def is_slip(written: str, meant: str) -> bool:
    """Whether a word is another one but for a slip. Numbers tell names of a family apart: `queue-1` is no slip."""
    if written == meant or _digits(written) != _digits(meant):
        return False
    most = _MOST_SLIPS if min(len(written), len(meant)) >= _SHORT else 1
    return written.lower() == meant.lower() or _distance(written, meant, most) <= most


def slip_of(written: str, known: Iterable[str]) -> str | None:
    """The known word that a word is a slip of: the nearest, in any case of letters."""
    found = [word for word in known if is_slip(written, word) or _bare(written) == _bare(word)]
    return min(found, key=lambda word: _distance(written.lower(), word.lower(), len(word)), default=None)


def _bare(word: str) -> str:
    return "".join(letter for letter in word.lower() if letter.isalnum())


def _digits(word: str) -> str:
    return "".join(letter for letter in word if letter.isdigit())


def _distance(left: str, right: str, most: int) -> int:
    """Letters to change, add or leave out; `most + 1` where there are certainly more."""
    if abs(len(left) - len(right)) > most:
        return most + 1
    previous = list(range(len(right) + 1))
    for row, one in enumerate(left, 1):
        current = [row]
        for column, other in enumerate(right, 1):
            current.append(min(previous[column] + 1, current[-1] + 1, previous[column - 1] + (one != other)))
        previous = current
    return previous[-1]
