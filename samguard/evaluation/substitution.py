"""The text of `Fn::Sub`, taken apart into what is literal and what is looked up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.pattern import pattern

_VARIABLE: Final = pattern(r"\$\{(!?)([^}]*)\}")


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The pieces of a Sub text in order: literal text with False, names of variables with True.

    `${!Literal}` gives the text `${Literal}`.
    """
    end = 0
    for match in _VARIABLE.finditer(text):
        if match.start() > end:
            yield text[end : match.start()], False
        if match.group(1):
            yield f"${{{match.group(2)}}}", False
        else:
            yield match.group(2).strip(), True
        end = match.end()
    if end < len(text):
        yield text[end:], False


def variables(text: str) -> tuple[str, ...]:
    """The names that a Sub text looks up."""
    return tuple(name for name, is_variable in pieces(text) if is_variable)
