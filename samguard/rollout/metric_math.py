"""Metric math, as far as alarms on functions use it: parsed, its names listed, its value worked out.

What it does not understand (SEARCH, Metrics Insights queries, functions over time) is None, never a guess.
Source: CloudWatch user guide, "Using metric math".
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final, TypeAlias

from samguard.pattern import pattern
from samguard.value import value

_TOKEN: Final = pattern(
    r"\s*(?:(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)|([A-Za-z_][A-Za-z0-9_]*)|(\"[^\"]*\"|'[^']*')"
    r"|(<=|>=|==|!=|&&|\|\||[-+*/^()<>,!\[\]]))"
)
_MOST_TOKENS: Final = 500
_MAX_DEPTH: Final = 40


@value
class Number:
    """A number."""

    value: float


@value
class Name:
    """The id of a metric or of another expression."""

    name: str


@value
class Text:
    """A text in quotes, such as a search expression."""

    text: str


@value
class Operation:
    """Two operands; `symbol` is as it is written, `AND` and `OR` as `&&` and `||`."""

    symbol: str
    left: Math
    right: Math


@value
class Call:
    """A function with its arguments, a list with the name `[]`, a minus sign with the name `-`."""

    name: str
    arguments: tuple[Math, ...]


Math: TypeAlias = Number | Name | Text | Operation | Call

_LEVELS: Final = (("||",), ("&&",), ("<", ">", "<=", ">=", "==", "!="), ("+", "-"), ("*", "/"), ("^",))
"""Operators from the weakest to the strongest."""
_WORDS: Final = {"AND": "&&", "OR": "||"}


@lru_cache(maxsize=256)
def parsed(text: str) -> Math | None:
    """An expression taken apart, or None where it is none or is not understood."""
    tokens = _tokens(text)
    if tokens is None:
        return None
    reading = _Reading(tokens)
    try:
        found = reading.level(0)
    except _NotUnderstoodError:
        return None
    return found if reading.at == len(tokens) else None


def _tokens(text: str) -> list[str] | None:
    found: list[str] = []
    end = 0
    stripped = text.rstrip()
    while end < len(stripped):
        match = _TOKEN.match(stripped, end)
        if match is None or len(found) > _MOST_TOKENS:
            return None
        token = match.group().strip()
        found.append(_WORDS.get(token, token))
        end = match.end()
    return found or None


class _NotUnderstoodError(Exception):
    pass


class _Reading:
    """One pass over the tokens of an expression."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected: str = "") -> str:
        token = self.peek()
        if not token or (expected and token != expected):
            raise _NotUnderstoodError
        self.at += 1
        return token

    def level(self, level: int) -> Math:
        if level == len(_LEVELS):
            return self.atom()
        found = self.level(level + 1)
        while self.peek() in _LEVELS[level]:
            symbol = self.take()
            found = Operation(symbol, found, self.level(level + 1))
        return found

    def atom(self) -> Math:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise _NotUnderstoodError
        try:
            return self._atom()
        finally:
            self.depth -= 1

    def _atom(self) -> Math:
        word = self.take()
        if word == "-":
            return Call("-", (self.atom(),))
        if word == "(":
            found = self.level(0)
            self.take(")")
            return found
        if word == "[":
            return Call("[]", self.arguments("]"))
        if word[0] in "\"'":
            return Text(word[1:-1])
        if word[0].isdigit() or word[0] == ".":
            return Number(float(word))
        if not (word[0].isalpha() or word[0] == "_"):
            raise _NotUnderstoodError
        if self.peek() == "(":
            self.take()
            return Call(word, self.arguments(")"))
        return Name(word)

    def arguments(self, end: str) -> tuple[Math, ...]:
        found: list[Math] = []
        while self.peek() != end:
            found.append(self.level(0))
            if self.peek() != end:
                self.take(",")
        self.take(end)
        return tuple(found)


def parts(math: Math) -> Iterator[Math]:
    """The expression and everything in it."""
    yield math
    match math:
        case Operation():
            yield from parts(math.left)
            yield from parts(math.right)
        case Call():
            for argument in math.arguments:
                yield from parts(argument)
        case Number() | Name() | Text():
            pass


def names(math: Math) -> tuple[str, ...]:
    """The ids that an expression reads, in order. An id begins with a small letter; other words are keywords."""
    found = (part.name for part in parts(math) if isinstance(part, Name) and part.name[0].islower())
    return tuple(dict.fromkeys(found))


_ARITHMETIC: Final[dict[str, Callable[[float, float], float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_MERGING: Final[dict[str, Callable[[list[float]], float]]] = {
    "SUM": sum,
    "MAX": max,
    "MIN": min,
    "AVG": lambda values: sum(values) / len(values),
}


def worth(math: Math, values: Callable[[str], float | None]) -> float | None:
    """What an expression is worth in a period in which the ids have these values; None where there is no point."""
    match math:
        case Number():
            return math.value
        case Name():
            return values(math.name)
        case Text():
            return None
        case Operation():
            left, right = worth(math.left, values), worth(math.right, values)
            return None if left is None or right is None else _operated(math.symbol, left, right)
        case Call():
            return _called(math, values)


def _operated(symbol: str, left: float, right: float) -> float | None:
    if symbol == "/":
        return left / right if right else None
    if symbol == "^":
        return _power(left, right)
    if symbol == "&&":
        return float(bool(left and right))
    if symbol == "||":
        return float(bool(left or right))
    known = _ARITHMETIC.get(symbol)
    return None if known is None else float(known(left, right))


def _power(base: float, exponent: float) -> float | None:
    try:
        found = base**exponent
    except (OverflowError, ZeroDivisionError):
        return None
    return found if isinstance(found, float) else None  # the root of a negative number is none


def _called(call: Call, values: Callable[[str], float | None]) -> float | None:
    arguments = call.arguments
    name = call.name.upper()
    if name == "FILL" and arguments:
        found = worth(arguments[0], values)
        return worth(arguments[-1], values) if found is None else found
    if name == "IF" and arguments:
        test = worth(arguments[0], values)
        chosen = arguments[1:2] if test else arguments[2:3]
        return None if test is None or not chosen else worth(chosen[0], values)
    if name in _MERGING and arguments:
        listed = arguments[0].arguments if isinstance(arguments[0], Call) and arguments[0].name == "[]" else arguments
        found_values = [worth(item, values) for item in listed]
        known = [value for value in found_values if value is not None]
        return _MERGING[name](known) if known and len(known) == len(found_values) else None
    if name in ("ABS", "-", "CEIL", "FLOOR") and len(arguments) == 1:
        only = worth(arguments[0], values)
        if only is None:
            return None
        return {"ABS": abs(only), "-": -only, "CEIL": float(-(-only // 1)), "FLOOR": float(only // 1)}[name]
    return None


_GUARDS: Final = frozenset({"IF", "MAX", "FILL"})


def has_bare_division(math: Math) -> bool:
    """Whether something is divided by a metric that may be missing or zero, with no IF, MAX or FILL around it."""
    match math:
        case Operation():
            if math.symbol == "/" and names(math.right) and not _is_guarded(math.right):
                return True
            return has_bare_division(math.left) or has_bare_division(math.right)
        case Call():
            return call_name(math) not in _GUARDS and any(has_bare_division(item) for item in math.arguments)
        case Number() | Name() | Text():
            return False


def call_name(call: Call) -> str:
    """A function's name in capitals."""
    return call.name.upper()


def _is_guarded(math: Math) -> bool:
    return any(isinstance(part, Call) and call_name(part) in _GUARDS for part in parts(math))
