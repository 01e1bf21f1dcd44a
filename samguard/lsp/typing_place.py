"""Where somebody types: the keys around a place in a text that need not be YAML or JSON at the moment.

While a line is being written a document can seldom be read, so the lines above it tell where it stands: in YAML their
indentation, in JSON their brackets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from samguard.pattern import pattern
from samguard.source import Document, Format
from samguard.value import value

_KEY: Final = pattern(
    r"(?P<dashes>(?:-[ \t]+)*)(?P<quote>['\"]?)(?P<key>[^\s'\"#\[\]{},]+?)(?P=quote)[ \t]*:(?:[ \t]+|$)"
)
_DASHES: Final = pattern(r"(?:-(?:[ \t]+|$))*")
_TOKEN: Final = pattern(r"\"(?:[^\"\\\n]|\\.)*+\"?|[\[\]{}:,]")
_FLOW: Final = pattern(
    r"'[^']*+'?|\"(?:[^\"\\]|\\.)*+\"?|[\[\]{},]|:(?=\s|$)|[^\s'\"\[\]{},:]+(?::(?=\S)[^\s'\"\[\]{},:]*)*"
)
_MOST_LINES: Final = 50_000


@value
class TypingPlace:
    """`keys` lead from the root to the place, list items left out; the last one is that whose value is typed.

    `before` is what stands on the line before the place. `is_key` is true where a key may be typed: then `keys` are
    those of the mapping around it. `in_quotes` says that a quote was opened.
    """

    keys: tuple[str, ...]
    before: str
    is_key: bool
    in_quotes: bool = False


def typing_place(text: Document, offset: int) -> TypingPlace:
    """The place at an offset of a text."""
    return _in_json(text, offset) if text.format is Format.JSON else _in_yaml(text, offset)


def keys_beside(text: Document, offset: int) -> frozenset[str]:
    """The keys of the mapping that a place is in, without the one at the place itself."""
    number = text.position(offset).line
    before = text.text[text.line_starts[number - 1] : offset]
    content = before.lstrip(" ")
    if text.format is Format.JSON:
        return _keys_around(_TOKEN, text.text[:offset], text.text[offset:])
    if _flow(content[match.end() :] if (match := _KEY.match(content)) is not None else content) is not None:
        return _keys_around(_FLOW, before, text.text[offset : text.line_starts[number - 1] + len(text.line(number))])
    dashes = _DASHES.match(content)
    column = len(before) - len(content) + (dashes.end() if dashes is not None else 0)
    found: set[str] = set()
    for lines in (range(number - 1, 0, -1), range(number + 1, len(text.line_starts) + 1)):
        for other in lines:
            line = text.line(other)
            said = line.lstrip(" ")
            if not said or said[0] == "#":
                continue
            key = _KEY.match(said)
            start = len(line) - len(said) + (len(key["dashes"]) if key is not None else 0)
            if start < column:
                break
            if key is not None and start == column:
                found.add(key["key"])
                if key["dashes"]:
                    break
    return frozenset(found)


def _keys_around(tokens: re.Pattern[str], before: str, after: str) -> frozenset[str]:
    """The keys of the innermost mapping in brackets that begins before a place and goes on behind it."""
    waiting: list[list[str]] = []
    last = ""
    for match in tokens.finditer(before):
        word = match.group()
        if word in ("{", "["):
            waiting.append([])
        elif word in ("}", "]"):
            del waiting[-1:]
        elif word == ":" and waiting:
            waiting[-1].append(last)
        last = word.strip("'\"")
    found = waiting[-1] if waiting else []
    depth = 0
    for match in tokens.finditer(after):
        word = match.group()
        depth += (word in ("{", "[")) - (word in ("}", "]"))
        if depth < 0:
            break
        if word == ":" and depth == 0:
            found.append(last)
        last = word.strip("'\"")
    return frozenset(found)


def _in_yaml(text: Document, offset: int) -> TypingPlace:
    number = text.position(offset).line
    before = text.text[text.line_starts[number - 1] : offset]
    content = before.lstrip(" ")
    indent = len(before) - len(content)
    match = _KEY.match(content)
    if match is not None:
        column = indent + len(match["dashes"])
        keys = (*_keys_above(text, number, column, is_item=bool(match["dashes"])), match["key"])
        rest = content[match.end() :]
    else:
        dashes = _DASHES.match(content)
        length = dashes.end() if dashes is not None else 0
        keys = _keys_above(text, number, indent + length, is_item=length > 0)
        rest = content[length:]
    inner = _flow(rest)
    in_quotes = rest.count('"') % 2 == 1 or rest.count("'") % 2 == 1
    if inner is not None:
        return TypingPlace((*keys, *inner.keys), before, inner.is_key, in_quotes)
    return TypingPlace(keys, before, is_key=match is None and not rest.startswith(("!", "$")), in_quotes=in_quotes)


def _keys_above(text: Document, number: int, column: int, *, is_item: bool) -> tuple[str, ...]:
    """The keys around what begins at a column of a line. A list may stand as far left as its key."""
    found: list[str] = []
    limit = column
    first = max(0, number - 1 - _MOST_LINES)
    for above in range(number - 1, first, -1):
        line = text.line(above)
        content = line.lstrip(" ")
        indent = len(line) - len(content)
        if not content or content[0] == "#" or indent > limit or (indent == limit and not is_item):
            continue
        if is_item and indent == limit and content.startswith("-"):
            continue
        match = _KEY.match(content)
        if match is None:
            dashes = _DASHES.match(content)
            if dashes is not None and dashes.end() and indent < limit:
                limit, is_item = indent, True
            continue
        key_column = indent + len(match["dashes"])
        if key_column < limit or (is_item and key_column <= limit):
            found.append(match["key"])
            limit, is_item = (key_column, bool(match["dashes"]))
            if is_item:
                limit = indent
        elif match["dashes"] and indent < limit:
            limit, is_item = indent, True
        if limit == 0 and not is_item:
            break
    return tuple(reversed(found))


@dataclass(slots=True)
class _Open:
    bracket: str
    key: str = ""
    """The key whose value the bracket is."""
    last: str = ""
    """The last word, which may be a key."""
    current: str = ""
    """In a mapping, the key that was said last and has no value yet."""
    keys: list[str] = field(default_factory=list)


def _flow(rest: str) -> TypingPlace | None:
    """The place within brackets that were opened on this line; None where none is open."""
    return _within(_FLOW, rest)


def _in_json(text: Document, offset: int) -> TypingPlace:
    number = text.position(offset).line
    before = text.text[text.line_starts[number - 1] : offset]
    found = _within(_TOKEN, text.text[:offset])
    return TypingPlace(
        found.keys if found is not None else (), before, found is not None and found.is_key, before.count('"') % 2 == 1
    )


def _within(tokens: re.Pattern[str], text: str) -> TypingPlace | None:
    waiting: list[_Open] = []
    for match in tokens.finditer(text):
        word = match.group()
        top = waiting[-1] if waiting else None
        if word in ("{", "["):
            key = top.current if top is not None and top.bracket == "{" else ""
            waiting.append(_Open(word, key))
        elif word in ("}", "]"):
            if waiting:
                waiting.pop()
            if waiting:
                waiting[-1].current = ""
        elif top is None:
            continue
        elif word == ":":
            top.current = top.last
        elif word == ",":
            top.current = ""
        else:
            top.last = word.strip("'\"")
    if not waiting:
        return None
    keys = tuple(item.key for item in waiting if item.key)
    top = waiting[-1]
    is_key = top.bracket == "{" and not top.current
    return TypingPlace((*keys, top.current) if top.current else keys, "", is_key)
