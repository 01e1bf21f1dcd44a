"""A rule's text: the parts of its module's docstring, for `samguard rule`, the documentation and SARIF's help.

A rule module's docstring has a first sentence, then paragraphs that begin with `What goes wrong:`,
`Silent when:`, `Fix:` and `Source:`.
"""

from __future__ import annotations

import inspect
import re
from typing import Final

from samguard.pattern import pattern
from samguard.value import value

_PART: Final = pattern(r"^(What goes wrong|Silent when|Fix|Source):\s*", re.MULTILINE)
_INLINE_PART: Final = pattern(r"(?<=[.)\s])\s+(?=(?:Source|Fix|Silent when|What goes wrong):)")


@value
class Explanation:
    """What a rule's documentation says. Parts that the docstring lacks are empty."""

    summary: str
    what_goes_wrong: str
    silent_when: str
    fix: str
    source: str

    @property
    def markdown(self) -> str:
        """The parts as Markdown paragraphs."""
        parts = (
            ("What goes wrong", self.what_goes_wrong),
            ("Silent when", self.silent_when),
            ("Fix", self.fix),
            ("Source", self.source),
        )
        paragraphs = [self.summary, *(f"**{title}:** {text}" for title, text in parts if text)]
        return "\n\n".join(paragraphs)


def explanation(docstring: str) -> Explanation:
    """The parts of a rule module's docstring."""
    text = _INLINE_PART.sub("\n", inspect.cleandoc(docstring))
    pieces = _PART.split(text)
    parts = {title: " ".join(body.split()) for title, body in zip(pieces[1::2], pieces[2::2], strict=True)}
    return Explanation(
        summary=" ".join(pieces[0].split()),
        what_goes_wrong=parts.get("What goes wrong", ""),
        silent_when=parts.get("Silent when", ""),
        fix=parts.get("Fix", ""),
        source=parts.get("Source", ""),
    )
