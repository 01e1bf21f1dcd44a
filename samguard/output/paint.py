"""Colours of a terminal, by what they mean. ANSI written by hand: `rich` would take 40 ms for these few codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

Paint: TypeAlias = Callable[[str, str], str]
"""Printable text and the name of a style: the text in that style."""

_STYLES: Final = {
    "": "",
    "error": "1;31",
    "warning": "1;33",
    "note": "1;36",
    "clean": "1;32",
    "fix": "32",
    "file": "1;4",
    "strong": "1",
    "faint": "2",
    "doubtful": "33",
}
"""Each style as the parameters of ANSI's "select graphic rendition"."""


def painter(*, colour: bool) -> Paint:
    """What puts text in a style: with colour by escape sequences, without it not at all."""
    return _in_colour if colour else _plain


def _plain(text: str, style: str) -> str:  # noqa: ARG001 - a Paint that paints nothing
    return text


def _in_colour(text: str, style: str) -> str:
    codes = _STYLES[style]
    return f"\x1b[{codes}m{text}\x1b[0m" if text and codes else text
