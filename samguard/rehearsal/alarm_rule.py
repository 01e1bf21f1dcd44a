"""The rule of a composite alarm: parsed, and judged by the states of the alarms that it names.

Sources: CloudWatch API reference, PutCompositeAlarm (AlarmRule); for AT_LEAST the form that AWS's own CDK writes
(`AT_LEAST(2, NOT ALARM, (a, b, c))`, the number also in per cent). The words are in capitals. AND is taken to bind
stronger than OR, as everywhere; the documentation does not say, and people write parentheses.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from samguard.pattern import pattern
from samguard.rehearsal.alarm_state import State
from samguard.value import value

_TOKEN: Final = pattern(r'\s*(?:"([^"]*)"|([(),])|([^\s(),"]+))')
_MOST_CHARACTERS: Final = 10_240
"""As many as CloudWatch takes."""
_MAX_DEPTH: Final = 40


@value
class Constant:
    """TRUE or FALSE."""

    is_true: bool


@value
class InState:
    """An alarm is in a state. `alarm` is its name or ARN, as it is written."""

    state: State
    alarm: str


@value
class Negation:
    """NOT."""

    operand: AlarmRule


@value
class Every:
    """AND."""

    operands: tuple[AlarmRule, ...]


@value
class Some:
    """OR."""

    operands: tuple[AlarmRule, ...]


@value
class AtLeast:
    """So many of several alarms are, or are not (`is_negated`), in a state."""

    count: int
    state: State
    is_negated: bool
    alarms: tuple[str, ...]


AlarmRule: TypeAlias = Constant | InState | Negation | Every | Some | AtLeast


class AlarmRuleError(ValueError):
    """A text is no alarm rule; the message says what was expected."""


def alarm_rule(text: str) -> AlarmRule:
    """The rule in a text. Raises AlarmRuleError."""
    if len(text) > _MOST_CHARACTERS:
        message = f"a rule has at most {_MOST_CHARACTERS} characters"
        raise AlarmRuleError(message)
    reading = _Reading(text)
    found = reading.some()
    if reading.peek() is not None:
        message = f"unexpected {reading.shown()}"
        raise AlarmRuleError(message)
    return found


def holds(rule: AlarmRule, state_of: Callable[[str], State]) -> bool:
    """Whether a rule is true while its alarms are in these states."""
    match rule:
        case Constant():
            return rule.is_true
        case InState():
            return state_of(rule.alarm) is rule.state
        case Negation():
            return not holds(rule.operand, state_of)
        case Every():
            return all(holds(operand, state_of) for operand in rule.operands)
        case Some():
            return any(holds(operand, state_of) for operand in rule.operands)
        case AtLeast():
            matching = sum((state_of(alarm) is rule.state) is not rule.is_negated for alarm in rule.alarms)
            return matching >= rule.count


def alarms_in(rule: AlarmRule) -> Iterator[str]:
    """The alarms that a rule names, as they are written, in order."""
    match rule:
        case Constant():
            pass
        case InState():
            yield rule.alarm
        case Negation():
            yield from alarms_in(rule.operand)
        case Every() | Some():
            for operand in rule.operands:
                yield from alarms_in(operand)
        case AtLeast():
            yield from rule.alarms


_STATES: Final = {state.value: state for state in State}


class _Reading:
    """One pass over a rule."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, bool]] = []
        """Each with whether it stood in quotes."""
        self.at = 0
        self.depth = 0
        stripped, end = text.rstrip(), 0
        while end < len(stripped):
            match = _TOKEN.match(stripped, end)
            if match is None:
                message = f"{stripped[end : end + 20]!r} is not understood"
                raise AlarmRuleError(message)
            quoted = match.group(1)
            self.tokens.append((quoted, True) if quoted is not None else (match.group(2) or match.group(3), False))
            end = match.end()

    def peek(self) -> str | None:
        """The next word or sign; None at the end. A text in quotes is never one of the rule's own words."""
        if self.at >= len(self.tokens):
            return None
        token, is_quoted = self.tokens[self.at]
        return f'"{token}"' if is_quoted else token

    def shown(self) -> str:
        found = self.peek()
        return "the end of the rule" if found is None else repr(found)

    def take(self, *expected: str) -> str:
        found = self.peek()
        if found is None or (expected and found not in expected):
            wanted = " or ".join(repr(word) for word in expected) or "an alarm"
            message = f"expected {wanted}, found {self.shown()}"
            raise AlarmRuleError(message)
        self.at += 1
        return self.tokens[self.at - 1][0]

    def some(self) -> AlarmRule:
        operands = [self.every()]
        while self.peek() == "OR":
            self.take()
            operands.append(self.every())
        return operands[0] if len(operands) == 1 else Some(tuple(operands))

    def every(self) -> AlarmRule:
        operands = [self.one()]
        while self.peek() == "AND":
            self.take()
            operands.append(self.one())
        return operands[0] if len(operands) == 1 else Every(tuple(operands))

    def one(self) -> AlarmRule:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            message = "it is nested too deeply"
            raise AlarmRuleError(message)
        try:
            return self._one()
        finally:
            self.depth -= 1

    def _one(self) -> AlarmRule:
        word = self.peek()
        if word == "NOT":
            self.take()
            return Negation(self.one())
        if word == "(":
            self.take()
            found = self.some()
            self.take(")")
            return found
        if word in ("TRUE", "FALSE"):
            return Constant(self.take() == "TRUE")
        if word == "AT_LEAST":
            self.take()
            return self._at_least()
        state = _STATES[self.take("ALARM", "OK", "INSUFFICIENT_DATA", "AT_LEAST", "TRUE", "FALSE", "NOT", "(")]
        self.take("(")
        alarm = self.alarm()
        self.take(")")
        return InState(state, alarm)

    def alarm(self) -> str:
        if self.peek() in ("(", ")", ","):
            message = f"expected an alarm, found {self.shown()}"
            raise AlarmRuleError(message)
        return self.take()

    def _at_least(self) -> AlarmRule:
        self.take("(")
        number = self.take()
        self.take(",")
        is_negated = self.peek() == "NOT"
        if is_negated:
            self.take()
        state = _STATES[self.take(*_STATES)]
        self.take(",")
        self.take("(")
        alarms = [self.alarm()]
        while self.peek() == ",":
            self.take()
            alarms.append(self.alarm())
        self.take(")")
        self.take(")")
        return AtLeast(_count(number, len(alarms)), state, is_negated, tuple(alarms))


def _count(text: str, alarms: int) -> int:
    digits = text.removesuffix("%")
    if not digits.isascii() or not digits.isdigit() or not int(digits):
        message = f"AT_LEAST takes a number or a percentage from 1, not {text!r}"
        raise AlarmRuleError(message)
    return math.ceil(alarms * int(digits) / 100) if text.endswith("%") else int(digits)
