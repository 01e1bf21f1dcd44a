"""A change of a text, said as what is written in the place of what."""

from __future__ import annotations

from samguard.source.spans import Span
from samguard.value import value


@value
class Edit:
    """One replacement of text. An empty span inserts."""

    span: Span
    text: str
