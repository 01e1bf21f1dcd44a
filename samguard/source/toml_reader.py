"""TOML 1.1 with positions, as SAM CLI reads it.

SAM CLI 1.170 pins tomlkit 0.15.1, which takes what TOML 1.1 added to 1.0: inline tables over several lines, with comments
and a trailing comma; the escapes e and x; times without seconds. `tomllib` reads 1.1 from Python 3.15 on.

Two steps: the statements fill tables, which headers and dotted keys may enter again and again; at the end the tables
become nodes. Values are nodes from the start. Only values inside of values recurse, and no deeper than `limits` says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Final, TypeAlias, assert_never

from samguard.source.document import Problem, ProblemKind
from samguard.source.limits import MAX_DEPTH, MAX_NODES
from samguard.source.nodes import Entry, Mapping, Node, Plain, Scalar, Sequence
from samguard.source.spans import Span

# Possessive quantifiers (`*+`) throughout: a match that fails gives nothing back, so it fails in linear time.
_SPACE: Final = re.compile(r"[ \t]*+")
_COMMENT: Final = re.compile(r"#[^\x00-\x08\n-\x1f\x7f]*+")
_LINE_END: Final = re.compile(r"\n|\r\n|\Z")
_LINES: Final = re.compile(r"(?:[ \t\n]|\r\n)*+")
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]++")
_WORD: Final = re.compile(r"[-+.:\w]++")

_BASIC_PART: Final = re.compile(r'[^"\\\x00-\x08\n-\x1f\x7f]*+')
_BASIC_LINES_PART: Final = re.compile(r'(?:[^"\\\x00-\x08\x0b-\x1f\x7f]++|\r\n|"(?!""))*+')
_LITERAL_PART: Final = re.compile(r"[^'\x00-\x08\n-\x1f\x7f]*+")
_LITERAL_LINES_PART: Final = re.compile(r"(?:[^'\x00-\x08\x0b-\x1f\x7f]++|\r\n|'(?!''))*+")
_ESCAPE: Final = re.compile(r'\\(?:["\\befnrt]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})')
_ESCAPED_LINE_END: Final = re.compile(r"\\[ \t]*+(?:\n|\r\n)(?:[ \t\n]|\r\n)*+")

_BOOLEAN: Final = re.compile(r"true|false")
_NUMBER: Final = re.compile(
    r"0x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*+|0o[0-7](?:_?[0-7])*+|0b[01](?:_?[01])*+"
    r"|[-+]?(?:inf|nan)"
    r"|[-+]?(?:0|[1-9](?:_?[0-9])*+)(?:\.[0-9](?:_?[0-9])*+)?(?:[eE][-+]?[0-9](?:_?[0-9])*+)?"
)
_INTEGER: Final = re.compile(r"[-+]?[0-9_]++|0[xob][0-9A-Fa-f_]++")
_TIME_TEXT: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]++)?)?"
_TIME: Final = re.compile(_TIME_TEXT)
_DATE: Final = re.compile(
    r"([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    rf"(?:[Tt ]{_TIME_TEXT}(?:[Zz]|[-+](?:[01][0-9]|2[0-3]):[0-5][0-9])?)?"
)

_ESCAPED: Final = {'"': '"', "\\": "\\", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_KNOWN_ELSEWHERE: Final = {
    **dict.fromkeys(("True", "TRUE", "yes", "Yes", "on", "On"), "TOML writes true"),
    **dict.fromkeys(("False", "FALSE", "no", "No", "off", "Off"), "TOML writes false"),
    **dict.fromkeys(("null", "Null", "None", "nil"), "TOML has no null; leave the key out"),
}
"""What other languages have in a value's place, and what to say of it."""
_MAX_DIGITS: Final = 3000
"""Python refuses to read or to print longer integers (hexadecimal ones grow when printed); TOML's have 64 bits."""
_MAX_CODE_POINT: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)
_MAX_SHOWN: Final = 40
"""Characters of the text that a message repeats."""


class _Refused(Exception):  # noqa: N818 - not an error of samguard's: it carries a finding out of the reader
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def read_toml(text: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """The table of a TOML text, or what is wrong with the text: the first problem, since TOML allows none.

    The root is None for a text without a statement and for one that cannot be read. Dates and times are texts that
    were not quoted. A table's span reaches from the header or key that first named it to its last value.
    """
    try:
        return _Reader(text).read(), ()
    except _Refused as refused:
        return None, (refused.problem,)


@dataclass(slots=True, eq=False)
class _Table:
    """A table that later statements may still enter."""

    start: int
    end: int
    depth: int
    entries: dict[str, tuple[Scalar, _Value]] = field(default_factory=dict)
    defined: Span | None = None
    """The header or dotted key that defined it; None while it only stands on the way to another table."""
    section: int = -1
    """Number of the header below which dotted keys defined it: until the next header they may add to it."""

    def node(self) -> Mapping:
        """The table as it is now, and all below it. Recurses as deep as the text is nested."""
        entries = []
        end = self.end
        for key, value in self.entries.values():
            node = value.node() if isinstance(value, _Table | _Tables) else value
            end = max(end, node.span.end)
            entries.append(Entry(key, node))
        return Mapping(tuple(entries), Span(self.start, end))


@dataclass(slots=True, eq=False)
class _Tables:
    """The tables that `[[...]]` collects under one key, at least one."""

    tables: list[_Table]

    def node(self) -> Sequence:
        """The tables as they are now."""
        items = tuple(table.node() for table in self.tables)
        return Sequence(items, Span(items[0].span.start, max(item.span.end for item in items)))


_Value: TypeAlias = Node | _Table | _Tables
"""What stands under a key. A node was written as a value, and nothing may be added to it."""


class _Reader:
    """Reads one text, statement by statement."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._offset = 0
        self._nodes = 0
        self._section = 0

    def read(self) -> Node | None:
        """The root table, or None for a text without a statement."""
        self._skip_lines()
        start = self._offset
        if start == len(self._text):
            return None
        root = current = self._table(Span(start, start), 1)
        while self._offset < len(self._text):
            if self._text.startswith("[", self._offset):
                current = self._header(root)
            else:
                self._pair(current, "a key or a [table]")
            self._finish_line()
            self._skip_lines()
        return root.node()

    def _header(self, root: _Table) -> _Table:
        """Read `[name]` or `[[name]]`; gives the table that the lines below it fill."""
        start = self._offset
        several = self._text.startswith("[[", start)
        opening, closing = ("[[", "]]") if several else ("[", "]")
        self._move(start + len(opening))
        keys = self._dotted_key("a table's name")
        if not self._text.startswith(closing, self._offset):
            raise self._unexpected(f'"{closing}" after a table\'s name')
        self._offset += len(closing)
        self._section += 1
        span = Span(start, self._offset)
        table = root
        for key in keys[:-1]:
            table = self._enter(table, key, span)
        return self._append(table, keys[-1], span) if several else self._define(table, keys[-1], span)

    def _enter(self, table: _Table, key: Scalar, header: Span) -> _Table:
        """The table under `key` on a header's way to the one it names: made, where there is none yet."""
        if key.text not in table.entries:
            made = self._table(header, table.depth + 1)
            table.entries[key.text] = (key, made)
            return made
        first, found = table.entries[key.text]
        if isinstance(found, _Tables):
            return found.tables[-1]
        if isinstance(found, _Table):
            return found
        raise _defined_before(key, first, found)

    def _define(self, parent: _Table, key: Scalar, header: Span) -> _Table:
        """The table that `[...]` names."""
        if key.text not in parent.entries:
            parent.entries[key.text] = (key, self._table(header, parent.depth + 1))
        first, found = parent.entries[key.text]
        if not isinstance(found, _Table) or found.defined is not None:
            raise _defined_before(key, first, found)
        found.defined = header
        return found

    def _append(self, parent: _Table, key: Scalar, header: Span) -> _Table:
        """The new table that `[[...]]` begins."""
        if key.text not in parent.entries:
            self._count()
            parent.entries[key.text] = (key, _Tables([]))
        first, found = parent.entries[key.text]
        if not isinstance(found, _Tables):
            raise _defined_before(key, first, found)
        table = self._table(header, parent.depth + 2)
        found.tables.append(table)
        return table

    def _pair(self, table: _Table, expected: str) -> None:
        """Read `key = value` into a table."""
        keys = self._dotted_key(expected)
        if not self._text.startswith("=", self._offset):
            raise self._unexpected('"=" after a key')
        for key, following in pairwise(keys):
            table = self._enter_dotted(table, key, following)
        key = keys[-1]
        if key.text in table.entries:
            first, _ = table.entries[key.text]
            message = f"the key {_shown(key.text)} is written twice; TOML allows it once"
            related = (("first written here", first.span),)
            raise _Refused(Problem(ProblemKind.DUPLICATE_KEY, message, key.span, related))
        self._move(self._offset + 1)
        value = self._value(table.depth)
        table.entries[key.text] = (key, value)
        table.end = value.span.end

    def _enter_dotted(self, table: _Table, key: Scalar, following: Scalar) -> _Table:
        """The table under a part of a dotted key that another part follows."""
        if key.text not in table.entries:
            table.entries[key.text] = (key, self._table(following.span, table.depth + 1))
        first, found = table.entries[key.text]
        if not isinstance(found, _Table) or (found.defined is not None and found.section != self._section):
            raise _defined_before(key, first, found)
        found.defined = key.span if found.defined is None else found.defined
        found.section = self._section
        return found

    def _table(self, span: Span, depth: int) -> _Table:
        self._count()
        if depth > MAX_DEPTH:
            raise self._too_deep(span)
        return _Table(span.start, span.end, depth)

    def _dotted_key(self, expected: str) -> list[Scalar]:
        """The parts of a key; leaves the place at the first character behind it that is not white space."""
        keys = [self._key_part(expected)]
        while self._text.startswith(".", self._offset):
            self._move(self._offset + 1)
            keys.append(self._key_part('another part of the key after "."'))
            if len(keys) > MAX_DEPTH:
                raise self._too_deep(keys[-1].span)
        return keys

    def _key_part(self, expected: str) -> Scalar:
        start = self._offset
        if self._text.startswith(('"', "'"), start):
            key = self._line_string(start)
        else:
            match = _BARE_KEY.match(self._text, start)
            if match is None:
                raise self._unexpected(expected)
            key = Scalar(match.group(), Span(*match.span()), match.group())
        self._move(key.span.end)
        return key

    def _value(self, depth: int) -> Node:
        """The value that begins here, inside of `depth` others; leaves the place right behind it."""
        self._count()
        start = self._offset
        match self._text[start : start + 1]:
            case "[":
                value: Node = self._array(start, depth + 1)
            case "{":
                value = self._inline_table(start, depth + 1)
            case '"' | "'" as quote:
                several = self._text.startswith(3 * quote, start)
                value = self._lines_string(start) if several else self._line_string(start)
            case _:
                value = self._bare_value(start)
        self._offset = value.span.end
        return value

    def _array(self, start: int, depth: int) -> Sequence:
        if depth > MAX_DEPTH:
            raise self._too_deep(self._span(start))
        items: list[Node] = []
        self._offset = start + 1
        self._skip_lines()
        while not self._text.startswith("]", self._offset):
            items.append(self._value(depth))
            self._skip_lines()
            if self._text.startswith(",", self._offset):
                self._offset += 1
                self._skip_lines()
            elif not self._text.startswith("]", self._offset):
                raise self._unexpected('"," or "]" after a value', ("the list begins here", self._span(start)))
        return Sequence(tuple(items), Span(start, self._offset + 1))

    def _inline_table(self, start: int, depth: int) -> Mapping:
        if depth > MAX_DEPTH:
            raise self._too_deep(self._span(start))
        table = _Table(start, start + 1, depth)
        opened = ("the inline table begins here", self._span(start))
        self._offset = start + 1
        self._skip_lines()
        while not self._text.startswith("}", self._offset):
            self._pair(table, 'a key or "}"')
            self._skip_lines()
            if self._text.startswith(",", self._offset):
                self._offset += 1
                self._skip_lines()
            elif not self._text.startswith("}", self._offset):
                raise self._unexpected('"," or "}" after a value', opened)
        entries = table.node().entries
        return Mapping(entries, Span(start, self._offset + 1))

    def _bare_value(self, start: int) -> Scalar:
        """A boolean, a number, a date or a time."""
        text = self._text
        boolean = _BOOLEAN.match(text, start)
        moment = _DATE.match(text, start) or _TIME.match(text, start)
        match = boolean or moment or _NUMBER.match(text, start)
        if match is None or _WORD.match(text, match.end()):
            raise self._no_value()
        raw, span = match.group(), Span(start, match.end())
        value: Plain
        if boolean:
            value = raw == "true"
        elif moment:
            if moment.re is _DATE and not _is_date(*map(int, moment.groups())):
                raise _refused(f"there is no such day: {raw[:10]}", span)
            value = raw
        elif not _INTEGER.fullmatch(raw):
            value = float(raw)
        elif len(raw) > _MAX_DIGITS:
            raise _refused(f"expected an integer of 64 bits, found one of {len(raw):,} digits", span)
        else:
            value = int(raw, 0)
        return Scalar(value, span, raw)

    def _no_value(self) -> _Refused:
        """Something else stands in a value's place."""
        word = _WORD.match(self._text, self._offset)
        if word is None:
            return self._unexpected("a value")
        found = word.group()
        expected, hint = "a value", _KNOWN_ELSEWHERE.get(found, "a text stands in quotes")
        if found[0] in "-+.0123456789":
            expected = "a value such as 12, 0.5, 2026-01-31 or 07:30:00"
        return _refused(f"expected {expected}, found {_shown(found)}; {hint}", Span(*word.span()))

    def _line_string(self, start: int) -> Scalar:
        """A string in one quote, on one line."""
        if self._text.startswith("'", start):
            end = _end(_LITERAL_PART, self._text, start + 1)
            value = self._text[start + 1 : end]
        else:
            value, end = self._unescaped(start, start + 1, _BASIC_PART)
        quote = self._text[start]
        if not self._text.startswith(quote, end):
            raise self._broken_string(start, end, quote)
        return Scalar(value, Span(start, end + 1), self._text[start + 1 : end], quoted=True)

    def _lines_string(self, start: int) -> Scalar:
        """A string in three quotes. Its first line break is none of it, and up to two quotes may precede the three."""
        text = self._text
        first = start + 3
        begin = first + (2 if text.startswith("\r\n", first) else 1 if text.startswith("\n", first) else 0)
        quote = text[start]
        if quote == "'":
            end = _end(_LITERAL_LINES_PART, text, begin)
            value = text[begin:end].replace("\r\n", "\n")
        else:
            value, end = self._unescaped(start, begin, _BASIC_LINES_PART)
        if not text.startswith(3 * quote, end):
            raise self._broken_string(start, end, 3 * quote)
        extra = 2 if text.startswith(5 * quote, end) else 1 if text.startswith(4 * quote, end) else 0
        end += extra
        return Scalar(value + extra * quote, Span(start, end + 3), text[first:end], quoted=True)

    def _unescaped(self, start: int, begin: int, part: re.Pattern[str]) -> tuple[str, int]:
        """The characters from `begin` on, and where they end: at quotes, or where the string breaks off."""
        text = self._text
        end = _end(part, text, begin)
        parts = [text[begin:end].replace("\r\n", "\n")]
        while text.startswith("\\", end):
            line_end = _ESCAPED_LINE_END.match(text, end) if part is _BASIC_LINES_PART else None
            character, behind = self._escape(start, end) if line_end is None else ("", line_end.end())
            end = _end(part, text, behind)
            parts += (character, text[behind:end].replace("\r\n", "\n"))
        return "".join(parts), end

    def _escape(self, start: int, offset: int) -> tuple[str, int]:
        """The character that an escape stands for, and where the escape ends."""
        match = _ESCAPE.match(self._text, offset)
        if match is None:
            shown = self._text[offset : offset + 2]
            message = f"expected an escape such as \\n, \\\\ or \\u0041, found {_shown(shown)}; '...' has no escapes"
            raise _refused(message, Span(offset, offset + len(shown)), ("the string begins here", self._span(start)))
        code = match.group()[1:]
        if code in _ESCAPED:
            return _ESCAPED[code], match.end()
        number = int(code[1:], 16)
        if number > _MAX_CODE_POINT or number in _SURROGATES:
            raise _refused(f"\\{code} is no character of Unicode", Span(*match.span()))
        return chr(number), match.end()

    def _broken_string(self, start: int, end: int, quotes: str) -> _Refused:
        """A string that cannot go on at `end`."""
        found = self._text[end : end + 1]
        if found == "":
            message = f"expected {quotes} at the end of a string, found the end of the text"
        elif self._text.startswith(("\n", "\r\n"), end):
            several = f"{3 * quotes} holds several lines"
            message = f"expected {quotes} at the end of a string, found the end of the line; {several}"
        else:
            message = f'a string cannot hold {_shown(found)} as it is; write \\u{ord(found):04x} in a string in ""'
        return _refused(message, self._span(end), ("the string begins here", self._span(start)))

    def _move(self, offset: int) -> None:
        """Go to the first character from `offset` on that is neither space nor tab."""
        self._offset = _end(_SPACE, self._text, offset)

    def _skip_lines(self) -> None:
        """Go over white space, line breaks and comments."""
        self._offset = _end(_LINES, self._text, self._offset)
        while self._text.startswith("#", self._offset):
            self._finish_line()
            self._offset = _end(_LINES, self._text, self._offset)

    def _finish_line(self) -> None:
        """Go over what may follow on a line: white space and a comment; and over the line break."""
        self._move(self._offset)
        comment = _COMMENT.match(self._text, self._offset)
        end = self._offset if comment is None else comment.end()
        line_end = _LINE_END.match(self._text, end)
        if line_end is None and comment is None:
            raise self._unexpected("the end of the line")
        if line_end is None:
            raise _refused(f"a comment cannot hold {_shown(self._text[end])}", self._span(end))
        self._offset = line_end.end()

    def _span(self, start: int) -> Span:
        """One character, where the text has one."""
        return Span(start, min(start + 1, len(self._text)))

    def _count(self) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            message = f"more than {MAX_NODES:,} nodes; samguard reads no further"
            raise _Refused(Problem(ProblemKind.LIMIT, message, self._span(self._offset)))

    @staticmethod
    def _too_deep(span: Span) -> _Refused:
        message = f"nested more than {MAX_DEPTH} levels deep; samguard reads no further"
        return _Refused(Problem(ProblemKind.LIMIT, message, span))

    def _unexpected(self, expected: str, *related: tuple[str, Span]) -> _Refused:
        """Something else than `expected` stands at this place."""
        start = self._offset
        word = _WORD.match(self._text, start)
        span = self._span(start)
        if start == len(self._text):
            found = "the end of the text"
        elif self._text.startswith(("\n", "\r\n"), start):
            found = "the end of the line"
        elif word is not None:
            found = _shown(word.group())
            span = Span(*word.span())
        elif self._text[start] in "\"'":
            found = "a string"
        else:
            found = "a comment" if self._text[start] == "#" else _shown(self._text[start])
        return _refused(f"expected {expected}, found {found}", span, *related)


def _refused(message: str, span: Span, *related: tuple[str, Span]) -> _Refused:
    return _Refused(Problem(ProblemKind.SYNTAX, message, span, related))


def _defined_before(key: Scalar, first: Scalar, found: _Value) -> _Refused:
    """A table's name that is taken: by `found`, which stands under `first`."""
    name = _shown(key.text)
    match found:
        case _Tables():
            message = f"{name} was defined before with [[...]], as a list of tables"
            return _refused(message, key.span, ("first defined here", first.span))
        case _Table():
            message = f"this table was defined before: {name}"
            return _refused(message, key.span, ("first defined here", found.defined or first.span))
        case Scalar() | Sequence() | Mapping():
            message = f"{name} has a value already; nothing can be added to it"
            span = Span(first.span.start, found.span.end)
            return _refused(message, key.span, ("the value is written here", span))
        case _:
            assert_never(found)


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _end(pattern: re.Pattern[str], text: str, offset: int) -> int:
    """Where a match at `offset` ends."""
    match = pattern.match(text, offset)
    return offset if match is None else match.end()


def _shown(found: str) -> str:
    """A piece of the text as a message repeats it."""
    if not found.isprintable() or found.isspace():
        return " ".join(f"U+{ord(character):04X}" for character in found[:_MAX_SHOWN])
    return f'"{found}"' if len(found) <= _MAX_SHOWN else f'"{found[:_MAX_SHOWN]}…"'
