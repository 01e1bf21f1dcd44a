"""What is shown in a hover: Markdown, or plain text for a client that draws none.

Names and values come from files that nobody has reviewed. None of them may become a link, an image, HTML or a heading,
and none may act on a terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from samguard.output.printable import printable, shortened
from samguard.pattern import pattern

_SPECIAL: Final = pattern(r"([\\`*_{}\[\]<>#|~&$@]|!(?=\[)|:(?=//)|(?<=www)\.)")
"""What means something in Markdown, or makes a viewer take a text for an address."""
_BEGINNING: Final = pattern(r"^([-=+:]|\d+(?=[.)]))")
_TICKS: Final = pattern(r"`+")
_LONGEST: Final = 400
"""Characters of one name or value."""


class Prose:
    """Paragraphs, one after the other."""

    def __init__(self, *, is_markdown: bool) -> None:
        self.is_markdown = is_markdown
        self._blocks: list[str] = []

    def text(self, said: str) -> str:
        """A text from a file, or one with names from files in it."""
        shown = printable(" ".join(said.split()))
        if not self.is_markdown:
            return shown
        return _BEGINNING.sub(_escaped_beginning, _SPECIAL.sub(r"\\\1", shown))

    def code(self, said: str) -> str:
        """A name or a value, as it is written."""
        shown = printable(shortened(said, _LONGEST))
        if not self.is_markdown:
            return shown or "''"
        fence = "`" * (max((len(ticks) for ticks in _TICKS.findall(shown)), default=0) + 1)
        room = " " if shown[:1] in ("`", " ", "") or shown[-1:] in ("`", " ", "") else ""
        return f"{fence}{room}{shown or 'nothing'}{room}{fence}"

    def strong(self, said: str) -> str:
        """An emphasised text of samguard's own, or with names in it."""
        return f"**{self.text(said)}**" if self.is_markdown else self.text(said)

    def link(self, said: str, address: str | None) -> str:
        """A text that leads somewhere. Addresses are made by samguard and percent-encoded."""
        if not self.is_markdown or address is None:
            return self.text(said)
        safe = address.replace("(", "%28").replace(")", "%29").replace(" ", "%20")
        return f"[{self.text(said)}]({safe})"

    def add(self, block: str) -> None:
        """A paragraph of parts that this class made."""
        self._blocks.append(block)

    def items(self, lines: Iterable[tuple[int, str]]) -> None:
        """A list; each line with its depth, from 0."""
        listed = [f"{'  ' * depth}- {line}" for depth, line in lines]
        if listed:
            self._blocks.append("\n".join(listed))

    def own(self, markdown: str) -> None:
        """Markdown of samguard's own."""
        self._blocks.append(markdown if self.is_markdown else markdown.replace("**", "").replace("`", ""))

    def rule(self) -> None:
        """A line between two subjects."""
        if self._blocks:
            self._blocks.append("---" if self.is_markdown else "")

    def whole(self) -> str:
        """All of it; empty where nothing was said."""
        return "\n\n".join(self._blocks).strip()


def _escaped_beginning(match: re.Match[str]) -> str:
    """What would begin a list or a heading: a digit cannot be escaped, but what follows it can be set off."""
    found = match.group()
    return f"{found}\N{ZERO WIDTH NON-JOINER}" if found.isdecimal() else f"\\{found}"
