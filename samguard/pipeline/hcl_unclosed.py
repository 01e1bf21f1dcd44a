"""Where a text, a heredoc or a comment of HCL begins that nothing closes.

A grammar notices it only where the text after it makes no sense any more, often at the end of the file.
"""

from __future__ import annotations

from typing import Final

from samguard.pattern import pattern
from samguard.source import Span

_OPENER: Final = pattern(r"#|//|/\*|<<-?([A-Za-z_]\w*)|\"")
_TEXT: Final = pattern(r'"(?>\\.|\$\{(?>[^{}\n]|\{[^{}\n]*+\})*+\}|[^"\\\n])*+"')
_CLOSED_BY: Final = {"/*": "*/", "//": "\n", "#": "\n"}


def unclosed_in_hcl(text: str) -> Span | None:
    """The first line of what is not closed; None where all is."""
    at = 0
    while (match := _OPENER.search(text, at)) is not None:
        end = _end(text, match[0], match[1], match.start(), match.end())
        if end is None:
            line_end = text.find("\n", match.start())
            return Span(match.start(), len(text) if line_end < 0 else line_end)
        at = end
    return None


def _end(text: str, opener: str, name: str | None, start: int, inner: int) -> int | None:
    """Where what begins here ends: None where it does not."""
    if name is not None:
        return _end_of_heredoc(text, name, inner)
    if opener == '"':
        closed = _TEXT.match(text, start)
        return None if closed is None else closed.end()
    closer = _CLOSED_BY[opener]
    found = text.find(closer, inner)
    if found < 0:
        return len(text) if closer == "\n" else None
    return found + len(closer)


def _end_of_heredoc(text: str, name: str, inner: int) -> int | None:
    at = text.find(name, text.find("\n", inner) + 1 or len(text))
    while at >= 0:
        before, after = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        after = len(text) if after < 0 else after
        if text[before:after].strip() == name:
            return after
        at = text.find(name, after)
    return None
