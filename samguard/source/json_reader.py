"""JSON as RFC 8259 writes it, with positions.

What the AWS command lines read as JSON is JSON here, and more of it than a YAML reader takes: tabs, every escape,
surrogate pairs. One pass over the text, with an own stack: depth costs no recursion and no text costs more than
linear time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import isinf
from typing import Final

from samguard.pattern import pattern
from samguard.source.document import Problem, ProblemKind
from samguard.source.limits import MAX_DEPTH, MAX_NODES
from samguard.source.nodes import Entry, Mapping, Node, Plain, Scalar, Sequence
from samguard.source.spans import Span

# Possessive quantifiers (`*+`) throughout: a match that fails gives nothing back, so it fails in linear time.
_SPACE: Final = pattern(r"[ \t\n\r]*+")
_STRING_PART: Final = pattern(r'[^"\\\x00-\x1f]*+')
_ESCAPE: Final = pattern(r'\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})')
_NUMBER: Final = pattern(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?")
_INTEGER: Final = pattern(r"-?[0-9]++")
_LITERAL: Final = pattern(r"true|false|null")
_WORD: Final = pattern(r"[-+.\w]++")
_COMMENT: Final = pattern(r"(?://|#)[^\n\r]*+|/\*(?s:.*?)(?:\*/|\Z)")
_LONE_SURROGATE: Final = pattern(r"[\ud800-\udfff]")

_LITERALS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}
_ESCAPED: Final = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_CLOSERS: Final = {"{": "}", "[": "]"}
_KNOWN_ELSEWHERE: Final = {
    "NaN": "JSON has no NaN",
    "Infinity": "JSON has no Infinity",
    "+Infinity": "JSON has no Infinity",
    "-Infinity": "JSON has no Infinity",
    "True": "JSON writes true in small letters",
    "False": "JSON writes false in small letters",
    "None": "JSON writes null",
    "undefined": "JSON writes null",
}
"""What other languages have in a value's place, and what to say of it."""
_MAX_DIGITS: Final = 4000
"""Python refuses to read or to print longer integers; nothing in a template needs them."""
_MAX_SHOWN: Final = 40
"""Characters of the text that a message repeats."""


class _Refused(Exception):  # noqa: N818 - not an error of samguard's: it carries a finding out of the loop
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def read_json(text: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """The value of a JSON text, and what is wrong with the text.

    The root is None for an empty text and for one that cannot be read; the last problem then says why. A key
    written twice is a problem too, but leaves the root. Numbers that Python cannot hold (integers of thousands of
    digits, floats beyond its range) stay texts; half a surrogate pair becomes U+FFFD, which can be printed.
    """
    reader = _Reader(text if text.isascii() else _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text))
    try:
        root = reader.read()
    except _Refused as refused:
        return None, (*reader.problems, refused.problem)
    return root, tuple(reader.problems)


@dataclass(slots=True)
class _Open:
    """A list or a mapping whose end was not read yet."""

    start: int
    closer: str
    items: list[Node] = field(default_factory=list)
    keys: list[Scalar] = field(default_factory=list)
    """A mapping's keys, each before its item; none in a list."""
    first_keys: dict[str, Scalar] = field(default_factory=dict)

    def close(self, end: int) -> Node:
        span = Span(self.start, end)
        if self.closer == "]":
            return Sequence(tuple(self.items), span)
        return Mapping(tuple(map(Entry, self.keys, self.items)), span)


class _Reader:
    """Reads one text, from its first character to its last."""

    def __init__(self, text: str) -> None:
        self.problems: list[Problem] = []
        self._text = text
        self._offset = 0
        self._open: list[_Open] = []
        self._nodes = 0

    def read(self) -> Node | None:
        """The value, or None for a text that is white space only."""
        self._move(0)
        if self._offset == len(self._text):
            return None
        while True:
            node = self._value()
            while node is not None:
                if not self._open:
                    self._move(node.span.end)
                    if self._offset < len(self._text):
                        raise self._unexpected("the end of the text after the first value")
                    return node
                node = self._add(node)

    def _move(self, offset: int) -> None:
        """Go to the first character from `offset` on that is not white space."""
        self._offset = _end(_SPACE, self._text, offset)

    def _value(self) -> Node | None:
        """The value that begins here, or None where it is a collection that now waits for its items."""
        start = self._offset
        self._nodes += 1
        if self._nodes > MAX_NODES:
            message = f"more than {MAX_NODES:,} nodes; samguard reads no further"
            raise _Refused(Problem(ProblemKind.LIMIT, message, self._span(start)))
        first = self._text[start : start + 1]
        if first == '"':
            return self._string(start)
        closer = _CLOSERS.get(first)
        if closer is not None:
            return self._begin(start, closer)
        match = _NUMBER.match(self._text, start) or _LITERAL.match(self._text, start)
        if match is None or _WORD.match(self._text, match.end()):
            raise self._no_value()
        raw = match.group()
        value = _LITERALS[raw] if raw in _LITERALS else _number(raw)
        return Scalar(value, Span(start, match.end()), raw)

    def _begin(self, start: int, closer: str) -> Node | None:
        if len(self._open) >= MAX_DEPTH:
            message = f"nested more than {MAX_DEPTH} levels deep; samguard reads no further"
            raise _Refused(Problem(ProblemKind.LIMIT, message, self._span(start)))
        opened = _Open(start, closer)
        self._move(start + 1)
        if self._text.startswith(closer, self._offset):
            return opened.close(self._offset + 1)
        self._open.append(opened)
        if closer == "}":
            self._key(opened)
        return None

    def _add(self, node: Node) -> Node | None:
        """Put a value into the innermost collection; gives the collection where that was its last."""
        opened = self._open[-1]
        opened.items.append(node)
        self._move(node.span.end)
        after = self._offset
        if self._text.startswith(",", after):
            self._move(after + 1)
            if self._text.startswith(opened.closer, self._offset):
                message = f'nothing stands between this "," and "{opened.closer}"; JSON has no trailing commas'
                raise _Refused(Problem(ProblemKind.SYNTAX, message, self._span(after)))
            if opened.closer == "}":
                self._key(opened)
            return None
        if self._text.startswith(opened.closer, after):
            self._open.pop()
            return opened.close(after + 1)
        raise self._unexpected(f'"," or "{opened.closer}" after a value')

    def _key(self, opened: _Open) -> None:
        """Read a key and its colon."""
        if not self._text.startswith('"', self._offset):
            first = "" if opened.keys else ' or "}"'
            raise self._unexpected(f"a key in double quotes{first}")
        key = self._string(self._offset)
        first_key = opened.first_keys.setdefault(key.text, key)
        if first_key is not key:
            message = f"the key {key.text!r} is written twice; only the last one holds"
            related = (("first written here", first_key.span),)
            self.problems.append(Problem(ProblemKind.DUPLICATE_KEY, message, key.span, related))
        opened.keys.append(key)
        self._move(key.span.end)
        if not self._text.startswith(":", self._offset):
            raise self._unexpected('":" after a key')
        self._move(self._offset + 1)

    def _string(self, start: int) -> Scalar:
        text = self._text
        end = _end(_STRING_PART, text, start + 1)
        if text.startswith('"', end):
            raw = text[start + 1 : end]
            return Scalar(raw, Span(start, end + 1), raw, quoted=True)
        parts = [text[start + 1 : end]]
        while not text.startswith('"', end):
            escape = _ESCAPE.match(text, end)
            if escape is None:
                raise self._broken_string(start, end)
            code = escape.group()[1:]
            parts.append(_ESCAPED.get(code) or chr(int(code[1:], 16)))
            end = _end(_STRING_PART, text, escape.end())
            parts.append(text[escape.end() : end])
        # Through UTF-16, because there the two halves of a pair are one character and lone ones are errors.
        value = "".join(parts).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return Scalar(value, Span(start, end + 1), text[start + 1 : end], quoted=True)

    def _broken_string(self, start: int, end: int) -> _Refused:
        """A string that cannot go on at `end`."""
        found = self._text[end : end + 1]
        if found == "\\":
            shown = self._text[end : end + (6 if self._text.startswith("u", end + 1) else 2)]
            message = f'expected an escape such as \\n, \\\\, \\" or \\u0041, found {_shown(shown)}'
            return _Refused(Problem(ProblemKind.SYNTAX, message, Span(end, end + len(shown))))
        related = (("the string begins here", self._span(start)),)
        if found == "":
            message = "expected '\"' at the end of a string, found the end of the text"
        elif found in "\r\n":
            message = "expected '\"' at the end of a string, found the end of the line; a line break is written \\n"
        else:
            escape = "\\t" if found == "\t" else f"\\u{ord(found):04x}"
            message = f"a string cannot hold U+{ord(found):04X} as it is; write {escape}"
        return _Refused(Problem(ProblemKind.SYNTAX, message, self._span(end), related))

    def _no_value(self) -> _Refused:
        """Something else stands in a value's place."""
        word = _WORD.match(self._text, self._offset)
        if word is None:
            hint = "; JSON strings stand in double quotes" if self._text.startswith("'", self._offset) else ""
            return self._unexpected("a value", hint)
        found = word.group()
        if found in _KNOWN_ELSEWHERE:
            message = f"expected a value, found {found}; {_KNOWN_ELSEWHERE[found]}"
        elif found[0] in "-+.0123456789":
            message = f"expected a number such as 12, -0.5 or 1e9, found {_shown(found)}"
        else:
            message = f"expected a value, found {_shown(found)}; JSON strings stand in double quotes"
        return _Refused(Problem(ProblemKind.SYNTAX, message, Span(*word.span())))

    def _unexpected(self, expected: str, hint: str = "") -> _Refused:
        """Something else than `expected` stands at this place."""
        comment = _COMMENT.match(self._text, self._offset)
        if comment is not None:
            message = f"expected {expected}, found a comment; JSON has no comments"
            return _Refused(Problem(ProblemKind.SYNTAX, message, Span(*comment.span())))
        span = self._span(self._offset)
        related: tuple[tuple[str, Span], ...] = ()
        word = _WORD.match(self._text, self._offset)
        if self._offset == len(self._text):
            found = "the end of the text"
            related = tuple((f'"{opened.closer}" is missing', self._span(opened.start)) for opened in self._open[-1:])
        elif word is not None:
            found = _shown(word.group())
            span = Span(*word.span())
        elif self._text[self._offset] == '"':
            found = "a string"
        else:
            found = _shown(self._text[self._offset])
        return _Refused(Problem(ProblemKind.SYNTAX, f"expected {expected}, found {found}{hint}", span, related))

    def _span(self, start: int) -> Span:
        """One character, where the text has one."""
        return Span(start, min(start + 1, len(self._text)))


def _end(pattern: re.Pattern[str], text: str, offset: int) -> int:
    """Where a match at `offset` ends."""
    match = pattern.match(text, offset)
    return offset if match is None else match.end()


def _number(raw: str) -> Plain:
    """The number, or its text where Python cannot hold it."""
    if _INTEGER.fullmatch(raw):
        return int(raw) if len(raw) <= _MAX_DIGITS else raw
    value = float(raw)
    return raw if isinf(value) else value


def _shown(found: str) -> str:
    """A piece of the text as a message repeats it."""
    if not found.isprintable() or found.isspace():
        return " ".join(f"U+{ord(character):04X}" for character in found[:_MAX_SHOWN])
    return f'"{found}"' if len(found) <= _MAX_SHOWN else f'"{found[:_MAX_SHOWN]}…"'
