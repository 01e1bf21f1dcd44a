"""Metric math: what an expression is worth, what it reads, and where it divides by what may not be there."""

from __future__ import annotations

import pytest

from samguard.rollout.metric_math import has_bare_division, names, parsed, worth

VALUES = {"errors": 5.0, "invocations": 50.0, "none": 0.0}


def value(text: str) -> float | None:
    math = parsed(text)
    assert math is not None
    return worth(math, VALUES.get)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("errors / invocations", 0.1),
        ("100 * errors / invocations", 10),
        ("100*(errors/invocations)", 10),
        ("1 - errors / invocations", 0.9),
        ("errors + 2 * 3 ^ 2", 23),
        ("-errors + 6", 1),
        ("errors / MAX([errors, invocations])", 0.1),
        ("SUM([errors, invocations, 1])", 56),
        ("AVG([errors, invocations])", 27.5),
        ("MIN([errors, invocations])", 5),
        ("IF(invocations > 10, errors / invocations, 0)", 0.1),
        ("IF(invocations > 100 AND errors > 1, errors, 0)", 0),
        ("IF(invocations > 100 || errors > 1, 7, 0)", 7),
        ("if(errors >= 5 && errors != 6, 1, 0)", 1),
        ("FILL(missing, 0) + errors", 5),
        ("FILL(errors, 0)", 5),
        ("ABS(errors - invocations)", 45),
        ("CEIL(errors / 2) + FLOOR(errors / 2)", 5),
    ],
)
def test_an_expression_is_worth_what_cloudwatch_makes_of_it(text: str, expected: float) -> None:
    assert value(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    "text",
    [
        "errors / none",
        "errors / missing",
        "MAX([errors, missing])",
        "IF(missing > 0, 1, 2)",
        "IF(errors > 10, 1)",
        "RATE(errors)",
        "FILL(missing, REPEAT)",
        "(1 - errors) ^ 0.5",
        "invocations ^ invocations ^ invocations",
        "none ^ (0 - 1)",
        "SEARCH('{AWS/Lambda,FunctionName} MetricName=\"Errors\"', 'Sum', 60)",
    ],
)
def test_there_is_no_point_where_something_is_missing_or_not_understood(text: str) -> None:
    assert value(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "errors /",
        "(errors",
        "errors invocations",
        "SELECT SUM(Errors) FROM Lambda",
        "a ? b : c",
        "[errors",
        "f(a,,b)",
    ],
)
def test_what_is_no_metric_math_is_not_parsed(text: str) -> None:
    assert parsed(text) is None


def test_deep_and_long_expressions_are_given_up() -> None:
    assert parsed("(" * 100 + "errors" + ")" * 100) is None
    assert parsed("+".join(["errors"] * 1000)) is None


def test_the_ids_are_those_that_begin_with_a_small_letter() -> None:
    math = parsed("IF(requests > 0, FILL(errors, REPEAT) / requests, 0) + e1")
    assert math is not None
    assert names(math) == ("requests", "errors", "e1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("errors / invocations", True),
        ("1 - 100 * (errors / invocations)", True),
        ("SUM([errors / invocations, 1])", True),
        ("errors / 60", False),
        ("IF(invocations > 0, errors / invocations, 0)", False),
        ("errors / MAX([invocations, 1])", False),
        ("errors / FILL(invocations, 1)", False),
        ("errors + invocations", False),
    ],
)
def test_a_division_is_bare_where_no_if_max_or_fill_guards_it(text: str, expected: bool) -> None:
    math = parsed(text)
    assert math is not None
    assert has_bare_division(math) is expected
