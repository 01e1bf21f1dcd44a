"""The KEY=VALUE pairs in a text of parameter_overrides, as SAM CLI finds them, and what it leaves out.

SAM CLI searches for ParameterKey=K,ParameterValue=V, and where it finds none for K=V with a blank before it
(`CfnParameterOverridesType` in its `samcli/cli/types.py`, 1.170). Whatever neither finds is lost in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from samguard.pattern import pattern
from samguard.source import Span

# SAM CLI's own patterns need time that doubles with each character behind a quote that is never closed; these give
# nothing back (`++`) and find the same.
_KEY: Final = r"""([A-Za-z0-9"']++)"""
_VALUE: Final = r"""("(?:\\.|[^"\\])*+"|'(?:\\.|[^'\\])*+'|(?:\\.|[^ "\\])++)"""
_LONG: Final = pattern(rf"ParameterKey={_KEY},ParameterValue={_VALUE}")
_SHORT: Final = pattern(rf"(?:^| ){_KEY}={_VALUE}")
"""SAM CLI puts a blank before the text, so a pair may begin it."""
_HALVES: Final = frozenset({"ParameterKey", "ParameterValue"})

_NAME: Final = pattern(r"""(?:^|(?<=[\s,;]))(?:ParameterKey=["']?([\w.-]++)|(?!Parameter)["']?([\w.-]++)["']?=)""")
"""Where a pair begins, as people mean it."""
_FIRST_KEY: Final = pattern(r"([^\s=]++)=")
_GOOD_KEY: Final = pattern(r"[A-Za-z0-9]++")
_UNCLOSED: Final = pattern(r'[^\s=]++="(?:\\.|[^"\\])*+\\?\Z', re.DOTALL)
_MAX_SHOWN: Final = 40
"""Characters of the text that a message repeats."""


class Pair(NamedTuple):
    """A parameter and its value, both with the quotes and backslashes they are written with, and where."""

    key: str
    value: str
    span: Span


class Misread(NamedTuple):
    """A part of the text that does not mean what it looks like: why, where, and whose value it was to be."""

    text: str
    why: str
    span: Span
    names: tuple[str, ...]


class Pairs(NamedTuple):
    """What SAM CLI finds in a text, and which parts it loses or joins. Without a pair, it refuses the text."""

    found: tuple[Pair, ...]
    lost: tuple[Misread, ...]
    joined: tuple[Misread, ...]


def pairs(text: str) -> Pairs:
    """The pairs in a text that has no white space around it."""
    matches = list(_LONG.finditer(text))
    is_long = bool(matches)
    if not is_long:
        matches = list(_SHORT.finditer(text))
    found = tuple(Pair(match[1], match[2], Span(match.start(0 if is_long else 1), match.end())) for match in matches)
    lost = list(_gaps(text, found, is_long=is_long))
    joined: list[Misread] = []
    for pair in found:
        if not is_long and pair.key in _HALVES:
            written = text[pair.span.start : pair.span.end]
            why = "ParameterKey=K,ParameterValue=V has this order, and no blank in it"
            lost.append(Misread(written, why, pair.span, _names(written)))
        elif not _is_quoted(pair.value):
            joined += _joined(pair)
    return Pairs(found, tuple(lost), tuple(joined))


def _gaps(text: str, found: tuple[Pair, ...], *, is_long: bool) -> Iterator[Misread]:
    """What stands before, between and behind the pairs."""
    end, value = 0, ""
    for pair in (*found, Pair("", "", Span(len(text), len(text)))):
        gap = text[end : pair.span.start].strip()
        if gap or not found:
            begin = text.index(gap, end)
            is_open = value.startswith("'") and not _is_quoted(value)
            why = (
                "the quote before it is never closed" if is_open else _why_lost(gap, is_long=is_long, is_first=end == 0)
            )
            yield Misread(gap, why, Span(begin, begin + len(gap)), _names(gap))
        end, value = pair.span.end, pair.value


def unquoted(text: str) -> str:
    r"""A key or value without the quotes around it and the backslashes of `\"`, `\'` and `\ `."""
    if _is_quoted(text):
        text = text[1:-1]
    return text.replace("\\ ", " ").replace('\\"', '"').replace("\\'", "'")


def shown(text: str) -> str:
    """A piece of the text as a message repeats it."""
    return f'"{text}"' if len(text) <= _MAX_SHOWN else f'"{text[:_MAX_SHOWN]}…"'


def _is_quoted(text: str) -> bool:
    return bool(text) and text[0] in "\"'" and text[0] == text[-1]


def _names(text: str) -> tuple[str, ...]:
    """The parameters that a text seems to give a value."""
    return tuple(dict.fromkeys(long or short for long, short in _NAME.findall(text)))


def _why_lost(gap: str, *, is_long: bool, is_first: bool) -> str:
    """Why no pair is found in a piece of the text."""
    key = _FIRST_KEY.match(gap)
    if _UNCLOSED.match(gap):
        return "its quote is never closed (and SAM CLI hangs on a long one)"
    if is_long and _SHORT.match(gap):
        return "where one pair is written ParameterKey=K,ParameterValue=V, all must be"
    if key is None and not is_first:
        return "a value with blanks needs quotes"
    if key is not None and not _GOOD_KEY.fullmatch(unquoted(key[1])):
        return "the name of a parameter has letters and digits only"
    if key is not None and (key.end() == len(gap) or gap[key.end()].isspace()):
        return f'it has no value; {key[1]}="" gives an empty one'
    return "SAM CLI reads KEY=VALUE, with a blank before each KEY"


def _joined(pair: Pair) -> list[Misread]:
    """What a value without quotes swallows: only a blank ends it, neither comma nor line break."""
    names = tuple(name for name in _names(pair.value) if not pair.value.startswith(f"{name}="))
    if not names and not any(character.isspace() and character != " " for character in pair.value):
        return []
    why = f"{unquoted(pair.key)} becomes {pair.value[:_MAX_SHOWN]!r}: only a blank begins the next parameter"
    return [Misread(pair.value, why, pair.span, names)]
