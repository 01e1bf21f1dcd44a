"""Edits that were thought of in YAML, in JSON: words in quotes, and functions in their long form."""

from __future__ import annotations

import json
from typing import Final

from samguard.pattern import pattern
from samguard.source.document import Document
from samguard.source.edit import Edit

_SHORT_FORM: Final = pattern(r"!(Ref|GetAtt|Sub)[ ]+([\"']?)([^\"'\r\n]+)\2")
_WORD: Final = pattern(r"[\w:./ -]+")
_QUOTES: Final = '"'


def in_json(edit: Edit, document: Document) -> Edit:
    """The edit as a JSON document needs it, where it replaces a text by a word or by one function; else the same."""
    old = document.text[edit.span.start : edit.span.end]
    if not (old.startswith(_QUOTES) and old.endswith(_QUOTES)) and not old.startswith("{"):
        return edit
    short = _SHORT_FORM.fullmatch(edit.text)
    if short is not None:
        name, _, argument = short.groups()
        function = {name if name == "Ref" else f"Fn::{name}": argument}
        return Edit(edit.span, json.dumps(function, ensure_ascii=False))
    if old.startswith(_QUOTES) and _WORD.fullmatch(edit.text):
        return Edit(edit.span, json.dumps(edit.text, ensure_ascii=False))
    return edit
