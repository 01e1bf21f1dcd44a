"""Values that a configuration gives, written anew where they stand: `Strategy=AllAtOnce`, `on_failure = "DO_NOTHING"`."""

from __future__ import annotations

import re
from typing import Final

from samguard.environments import ParameterValue
from samguard.pattern import pattern
from samguard.source import Edit, Span

_WORD: Final = pattern(r"[\w.-]+(?: [\w.-]+)*")
"""What may stand there in any quotes, and without."""


def given_value(given: ParameterValue, new: str, *, is_text: bool = False) -> Edit | None:
    """The edit that gives a parameter or option another value. None where the old one is not written as it is.

    With `is_text`, what was a boolean becomes a text.
    """
    if given.place is None or not given.text or not _WORD.fullmatch(new):
        return None
    said = given.place.document.text[given.place.span.start : given.place.span.end]
    behind = re.search(r"[=:]", said)
    found = list(re.finditer(re.escape(given.text), said, re.IGNORECASE))
    if not found or (behind is not None and found[-1].start() < behind.end()):
        return None
    is_boolean = found[-1][0] != given.text and said[found[-1].end() :].strip() == ""
    start = given.place.span.start + found[-1].start()
    return Edit(Span(start, start + len(given.text)), f'"{new}"' if is_text and is_boolean else new)


def given_name(given: ParameterValue, old: str, new: str) -> Edit | None:
    """The edit that gives a value to the parameter that is meant. None where the name is not written as it is."""
    if given.place is None or not _WORD.fullmatch(new):
        return None
    span = given.place.span
    found = re.search(rf"(?<![\w.-]){re.escape(old)}(?![\w.-])", given.place.document.text[span.start : span.end])
    return None if found is None else Edit(Span(span.start + found.start(), span.start + found.end()), new)
