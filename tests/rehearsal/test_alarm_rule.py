"""Rules of composite alarms."""

from __future__ import annotations

import pytest

from samguard.rehearsal.alarm_rule import AlarmRuleError, alarm_rule, alarms_in, holds
from samguard.rehearsal.alarm_state import State

STATES = {"a": State.ALARM, "b": State.OK, "c": State.INSUFFICIENT_DATA, "d": State.ALARM, "AND": State.ALARM}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ALARM(a)", True),
        ('ALARM("b")', False),
        ('ALARM("AND")', True),
        ("OK(b)", True),
        ("INSUFFICIENT_DATA(c)", True),
        ("TRUE", True),
        ("NOT FALSE", True),
        ("NOT ALARM(b) AND ALARM(a)", True),
        ("ALARM(b) AND ALARM(a) OR ALARM(d)", True),
        ("ALARM(d) OR ALARM(a) AND ALARM(b)", True),
        ("(ALARM(d) OR ALARM(a)) AND ALARM(b)", False),
        ("NOT (ALARM(b) OR ALARM(c))", True),
        ("(NOT (ALARM(a)))", False),
        ("AT_LEAST(2, ALARM, (a, b, d))", True),
        ("AT_LEAST(3, ALARM, (a, b, d))", False),
        ("AT_LEAST(60%, ALARM, (a, b, d))", True),
        ("AT_LEAST(67%, ALARM, (a, b, d))", False),
        ("AT_LEAST(2, NOT OK, (a, b, c))", True),
        ("  ALARM(a)\n  AND OK(b)  ", True),
    ],
)
def test_a_rule_holds_by_the_states_of_its_alarms(text: str, expected: bool) -> None:
    assert holds(alarm_rule(text), STATES.__getitem__) is expected


def test_a_rule_names_its_alarms() -> None:
    found = alarms_in(alarm_rule('ALARM("x y") AND (NOT OK(z) OR AT_LEAST(1, OK, (p, q)))'))
    assert list(found) == ["x y", "z", "p", "q"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the end of the rule"),
        ("ALARM", "expected '\\('"),
        ("ALARM(", "expected an alarm"),
        ("ALARM()", "expected an alarm"),
        ("ALARM(a) ALARM(b)", "unexpected"),
        ("ALARM(a) AND", "the end of the rule"),
        ("BROKEN(a)", "expected 'ALARM'"),
        ('"ALARM"(a)', "expected 'ALARM'"),
        ("AT_LEAST(0, ALARM, (a))", "from 1"),
        ("AT_LEAST(x, ALARM, (a))", "from 1"),
        ("AT_LEAST(1, ALARM, ())", "expected an alarm"),
        ('ALARM("a)', "not understood"),
        ("(" * 200 + "TRUE" + ")" * 200, "too deeply"),
        ("x" * 20_000, "characters"),
    ],
)
def test_what_is_no_rule_is_refused(text: str, expected: str) -> None:
    with pytest.raises(AlarmRuleError, match=expected):
        alarm_rule(text)
