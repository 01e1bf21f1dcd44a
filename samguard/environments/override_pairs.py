"""The KEY=VALUE pairs in a text of parameter_overrides, as SAM CLI finds them, and what it leaves out.

SAM CLI searches for ParameterKey=K,ParameterValue=V, and where it finds none for K=V with a blank before it
(`CfnParameterOverridesType` in its `samcli/cli/types.py`, 1.170). Whatever neither finds is lost in silence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from samguard.source import Span

# SAM CLI's own patterns need time that doubles with each character behind a quote that is never closed; these give
# nothing back (`++`) and find the same.
_KEY: Final = r"""([A-Za-z0-9"']++)"""
_VALUE: Final = r"""("(?:\\.|[^"\\])*+"|'(?:\\.|[^'\\])*+'|(?:\\.|[^ "\\])++)"""
_LONG: Final = re.compile(rf"ParameterKey={_KEY},ParameterValue={_VALUE}")
_SHORT: Final = re.compile(rf"(?:^| ){_KEY}={_VALUE}")
"""SAM CLI puts a blank before the text, so a pair may begin it."""
_HALVES: Final = frozenset({"ParameterKey", "ParameterValue"})

_NAME: Final = re.compile(r"""(?:^|(?<=[\s,;]))(?:ParameterKey=["']?([\w.-]++)|(?!Parameter)["']?([\w.-]++)["']?=)""")
"""Where a pair begins, as people mean it."""
_FIRST_KEY: Final = re.compile(r"([^\s=]++)=")
_GOOD_KEY: Final = re.compile(r"[A-Za-z0-9]++")
_UNCLOSED: Final = re.compile(r'[^\s=]++="(?:\\.|[^"\\])*+\\?\Z', re.DOTALL)
_MAX_SHOWN: Final = 40
"""Characters of the text that a message repeats."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A parameter and its value, both with the quotes and backslashes they are written with, and where."""

    key: str
    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Misread:
    """A part of the text that does not mean what it looks like: why, where, and whose value it was to be."""

    message: str
    span: Span
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """What SAM CLI finds in a text. Without a pair it refuses the text, and `lost` says why."""

    pairs: tuple[Pair, ...]
    lost: tuple[Misread, ...]
    joined: tuple[Misread, ...]


def pairs(text: str) -> Pairs:
    """The pairs in a text that has no white space around it."""
    matches = list(_LONG.finditer(text))
    is_long = bool(matches)
    if not is_long:
        matches = list(_SHORT.finditer(text))
    found = [Pair(match[1], match[2], Span(match.start(0 if is_long else 1), match.end())) for match in matches]
    lost: list[Misread] = []
    joined: list[Misread] = []
    end = 0
    for start, next_end in [*((match.start(), match.end()) for match in matches), (len(text), 0)]:
        gap = text[end:start].strip()
        if gap or not matches:
            begin = text.index(gap, end)
            lost.append(Misread(_lost(gap, is_long=is_long), Span(begin, begin + len(gap)), _names(gap)))
        end = next_end
    for pair in found:
        if not is_long and pair.key in _HALVES:
            message = (
                f"{pair.key} is read as a parameter: ParameterKey=K,ParameterValue=V has no other order, and no blank"
            )
            lost.append(Misread(message, pair.span, _names(text[pair.span.start : pair.span.end])))
        elif not _is_quoted(pair.value):
            joined += _joined(pair)
    return Pairs(tuple(found), tuple(lost), tuple(joined))


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


def _lost(gap: str, *, is_long: bool) -> str:
    """Why no pair is found in a piece of the text."""
    key = _FIRST_KEY.match(gap)
    if _UNCLOSED.match(gap):
        why = "its quote is never closed (SAM CLI hangs on a long one)"
    elif is_long and _SHORT.match(gap):
        why = "where one pair is written ParameterKey=K,ParameterValue=V, all must be"
    elif key is None:
        why = "a value with blanks needs quotes" if gap and "=" not in gap else "SAM CLI reads KEY=VALUE"
    elif not _GOOD_KEY.fullmatch(unquoted(key[1])):
        why = "the name of a parameter has letters and digits only"
    elif key.end() == len(gap) or gap[key.end()].isspace():
        why = f'it has no value; {key[1]}="" gives an empty one'
    else:
        why = "SAM CLI reads KEY=VALUE, with a blank before each KEY"
    return f"{shown(gap)} is lost: {why}"


def _joined(pair: Pair) -> list[Misread]:
    """What a value without quotes swallows: only a blank ends it, neither comma nor line break."""
    names = _names(pair.value)
    names = names if pair.value[:1] in ",;" or not _NAME.match(pair.value) else names[1:]
    if not names and not any(character.isspace() for character in pair.value):
        return []
    found = repr(pair.value[:_MAX_SHOWN])
    return [Misread(f"{unquoted(pair.key)} becomes {found}: only a blank begins the next parameter", pair.span, names)]
