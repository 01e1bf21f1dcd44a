"""Placeholders of template engines (cookiecutter, Jinja, ERB): what fills a file in before any AWS tool reads it."""

from __future__ import annotations

from typing import Final

from samguard.pattern import pattern
from samguard.source import Document, Position, Span

_STATEMENT: Final = pattern(r"\{%|<%|\{\{[#/^]")
_VALUE: Final = pattern(r"\{\{(?!\s*(?:resolve|IntrinsicFunction):)[^}\n]*\}\}")
"""`{{resolve:ssm:…}}` is CloudFormation's own."""
_LINES_BEFORE: Final = 2


def is_filled_in(document: Document, span: Span) -> bool:
    """Whether a place of a document is likely to read differently once placeholders around it are filled in.

    A statement (`{% if … %}`) anywhere in the file tells, a value (`{{ … }}`) on the line or just before it, and one in
    the path.
    """
    if "{{" in document.path or _STATEMENT.search(document.text):
        return True
    line = document.position(span.start).line
    start = document.offset(Position(max(1, line - _LINES_BEFORE), 1))
    end = document.offset(Position(line + 1, 1))
    return bool(_VALUE.search(document.text, start, end))
