"""Text from files, made fit for GitHub's and GitLab's Markdown: nothing in it is markup, and nothing is a link."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from samguard.output.printable import printable, shortened
from samguard.pattern import pattern

_MARKUP: Final = pattern(r"([\\`*_\[\]#|~^$]|:(?=[\w+-]+:))")
_TICKS: Final = pattern(r"`+")
_HTML: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_NO_MENTION: Final = pattern(r"(?<![\w])@(?=\w)|(?<=://)|(?<=\bwww)(?=\.)")
_WORD_JOINER: Final = "&#8288;"
"""What nobody sees, but what makes `@name` and `https://...` no links."""
_MOST_CHARACTERS: Final = 600


def plain(text: str) -> str:
    """`text` in one line, shown as it is written; its beginning and end, where it is very long."""
    line = shortened(printable(" ".join(text.split())), _MOST_CHARACTERS).translate(_HTML)
    return _NO_MENTION.sub(lambda match: f"{match[0]}{_WORD_JOINER}", _MARKUP.sub(r"\\\1", line))


def code(text: str) -> str:
    """`text` in one line, in the type of code. In a cell of a table too: a `|` there would end the cell."""
    line = shortened(printable(" ".join(text.split())), _MOST_CHARACTERS).replace("|", "\N{FULLWIDTH VERTICAL LINE}")
    longest = max((len(ticks) for ticks in _TICKS.findall(line)), default=0)
    fence = "`" * (longest + 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{space}{line}{space}{fence}" if line else ""


def markdown_table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table. Headers and cells are Markdown already."""
    lines = [f"| {' | '.join(headers)} |", f"|{' --- |' * len(headers)}"]
    return lines + [f"| {' | '.join(row)} |" for row in rows]
