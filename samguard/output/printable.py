"""Text from files, made fit for a terminal: nothing in it acts, and its width is known.

A template is data that nobody has reviewed. Its names come up in messages, and its lines are drawn; an escape sequence
in them must not colour, delete or retitle anything, an override of the writing direction must not make a line read as
another, and no line may be what a CI system takes for a command (SECURITY.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from samguard.pattern import pattern

_ACTING: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Cn"})
"""Unicode's categories of what is not seen but does something, or may do so one day."""
_COMBINING: Final = frozenset({"Mn", "Me"})
_HANGUL_VOWELS_AND_FINALS: Final = range(0x1160, 0x1200)
"""Drawn into the cell of the consonant before them."""

CI_COMMAND: Final = pattern(r"(?<=#)#(?=[\w.-]*\[)")
"""The second `#` of `##vso[` (Azure Pipelines), `##[` (GitHub) and `##teamcity[`, which act anywhere in a line."""
_MAX_WORD: Final = 200
_GAP: Final = "[...]"


def glyphs(text: str) -> list[str]:
    r"""For each character of `text` what to draw for it: itself, or its escape (`\x1b`, `\u202e`)."""
    drawn = list(text)
    if not (text.isascii() and text.isprintable()):
        drawn = [character if _is_harmless(character) else _escape(character) for character in drawn]
    if "##" in text:
        for match in CI_COMMAND.finditer(text):
            drawn[match.start()] = _escape("#")
    return drawn


def printable(text: str) -> str:
    """`text` in one line that can be printed: everything that would act on a terminal is shown as its escape."""
    return "".join(glyphs(text))


def cells(text: str) -> int:
    """How many columns of a terminal printable text takes. East Asian characters and emoji take two."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def shortened(text: str, length: int) -> str:
    """`text`, or its beginning and its end where it has more than `length` characters."""
    if len(text) <= length:
        return text
    kept = length - len(_GAP)
    return f"{text[: kept - kept // 3]}{_GAP}{text[-(kept // 3) :]}"


def wrapped(text: str, width: int) -> Iterator[str]:
    """`text` in printable lines of at most `width` columns, at least one. A word that is longer has its own line."""
    words = [shortened(printable(word), _MAX_WORD) for word in text.split()]
    yield from filled(words or [""], width)


def filled(pieces: Iterable[str], width: int) -> Iterator[str]:
    """Printable pieces behind each other, as many as go into each line of `width` columns, but at least one."""
    line: str | None = None
    for piece in pieces:
        if line is None:
            line = piece
        elif cells(line) + 1 + cells(piece) <= width:
            line = f"{line} {piece}"
        else:
            yield line
            line = piece
    if line is not None:
        yield line


def page(lines: Iterable[str]) -> str:
    r"""Lines as one text. Where a line begins with `::`, as GitHub's commands do, the first `:` is shown as `\x3a`."""
    return "".join(f"{_no_command(line).rstrip()}\n" for line in lines)


def _no_command(line: str) -> str:
    return line.replace(":", _escape(":"), 1) if line.lstrip().startswith("::") else line


def _escape(character: str) -> str:
    point = ord(character)
    if point < 0x100:  # noqa: PLR2004 - as Python writes it
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"  # noqa: PLR2004 - the same


def _is_harmless(character: str) -> bool:
    from unicodedata import category  # noqa: PLC0415 - most files are plain ASCII

    return character == " " or (category(character) not in _ACTING)


def _cells(character: str) -> int:
    from unicodedata import category, east_asian_width  # noqa: PLC0415 - the same

    if category(character) in _COMBINING or ord(character) in _HANGUL_VOWELS_AND_FINALS:
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
