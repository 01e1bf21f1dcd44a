"""Metric math over datapoints, by CloudWatch's own tables; the same for single numbers and for arrays."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from samguard.rehearsal.metric_series import FLOATS, Arithmetic, Evaluation, Metrics, NotModelledError
from samguard.rehearsal.simulation import ARRAYS
from samguard.rollout.metric_math import parsed

NO = math.nan
SERIES = {
    "m1": [30.0, 20.0, 0.0, 0.0],
    "m2": [20.0, NO, 20.0, NO],
    "errors": [1.0, NO, 3.0, 4.0],
    "gone": [NO, NO, NO, NO],
}
IFS = {"c": [1.0, 1, 0, 0, NO], "y": [30.0, NO, 0, 0, 30], "n": [0.0, 0, 20, NO, 20]}


def series(text: str, metrics: dict[str, list[float]], by: Arithmetic = FLOATS, **expressions: str) -> list[float]:
    math_ = parsed(text)
    assert math_ is not None
    others = {name: one for name, said in expressions.items() if (one := parsed(said)) is not None}
    columns = len(next(iter(metrics.values())))
    known: dict[str, list[object]] = {
        name: [np.array([value, value]) if by is ARRAYS else value for value in values]
        for name, values in metrics.items()
    }
    worth = Evaluation(Metrics(known, others, 60.0, columns), by).series(math_)
    return [float(np.broadcast_to(column, (2,))[1]) for column in worth]


def is_same(found: Sequence[float], expected: Sequence[float]) -> bool:
    return found == pytest.approx(list(expected), nan_ok=True)


EXAMPLES = [
    # comparison and logic, as documented
    ("m1 < m2", [0, 0, 1, 0]),
    ("m1 >= 30", [1, 0, 0, 0]),
    ("m1 > 15 AND m2 > 15", [1, 0, 0, 0]),
    # a missing point counts as 0 where the other series has one; a division by zero is dropped
    ("m1 + m2", [50, 20, 20, 0]),
    ("m1 - m2", [10, 20, -20, 0]),
    ("m2 + 1", [21, NO, 21, NO]),
    ("m2 / m1", [2 / 3, 0, NO, NO]),
    ("1 / m1", [1 / 30, 1 / 20, NO, NO]),
    ("gone + gone", [NO, NO, NO, NO]),
    ("-m2", [-20, NO, -20, NO]),
    ("FILL(m2, 7)", [20, 7, 20, 7]),
    ("FILL(m2, m1)", [20, 20, 20, 0]),
    ("FILL(m2, REPEAT)", [20, 20, 20, 20]),
    ("FILL(gone, 0)", [0, 0, 0, 0]),
    ("SUM([m1, m2])", [50, 20, 20, 0]),
    ("AVG([m1, m2])", [25, 10, 10, 0]),
    ("MAX([m1, m2])", [30, 20, 20, 0]),
    ("MIN([m1, m2])", [20, 20, 0, 0]),
    ("STDDEV([m1, m2])", [5, 10, 10, 0]),
    ("SUM([gone, gone])", [NO, NO, NO, NO]),
    ("m1 - AVG(m1)", [17.5, 7.5, -12.5, -12.5]),
    ("m1 / MAX(m1)", [1, 2 / 3, 0, 0]),
    ("m1 - MIN(m1) + SUM(m2)", [70, 60, 40, 40]),
    ("TIME_SERIES(DATAPOINT_COUNT(m2))", [2, 2, 2, 2]),
    ("TIME_SERIES(METRIC_COUNT(METRICS()))", [4, 4, 4, 4]),
    ("SUM(METRICS())", [51, 20, 23, 4]),
    ('SUM(METRICS("err"))', [1, NO, 3, 4]),
    ("SUM(METRICS() * 2)", [102, 40, 46, 8]),
    ("m1 / PERIOD(m1)", [0.5, 1 / 3, 0, 0]),
    ("DIFF(m1)", [NO, -10, -20, 0]),
    ("DIFF(errors)", [NO, NO, 2, 1]),
    ("RATE(errors)", [NO, NO, 2 / 120, 1 / 60]),
    ("DIFF_TIME(errors)", [NO, NO, 120, 60]),
    ("RUNNING_SUM(errors)", [1, NO, 4, 8]),
    ("ABS(m1 - m2)", [10, 20, 20, 0]),
    ("CEIL(m1 / 7) + FLOOR(m1 / 7)", [9, 5, 0, 0]),
    ("LOG10(m1)", [math.log10(30), math.log10(20), NO, NO]),
    ("LOG(m2)", [math.log(20), NO, math.log(20), NO]),
    ("FIRST([m1, m2])", [30, 20, 0, 0]),
    ("LAST([m1, m2])", [20, NO, 20, NO]),
    ("m1 ^ 2", [900, 400, 0, 0]),
    ("IF(m1 < 25, m1)", [NO, 20, 0, 0]),
    ("IF(m1 > 15, 10, 2)", [10, 10, 2, 2]),
    ("IF(1, m1, m2)", [30, 20, 0, 0]),
    ("IF(0, m1, m2)", [20, NO, 20, NO]),
]


@pytest.mark.parametrize("by", [FLOATS, ARRAYS], ids=["floats", "arrays"])
@pytest.mark.parametrize(("text", "expected"), EXAMPLES, ids=[text for text, _ in EXAMPLES])
def test_an_expression_gives_what_cloudwatch_documents(text: str, expected: list[float], by: Arithmetic) -> None:
    assert is_same(series(text, SERIES, by), expected)


@pytest.mark.parametrize("by", [FLOATS, ARRAYS], ids=["floats", "arrays"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IF(c, y, n)", [30, 0, 20, NO, NO]),
        ("IF(c, 5, n)", [5, 5, 20, NO, NO]),
        ("IF(c, y, 5)", [30, 0, 5, 5, NO]),
        ("IF(c, y)", [30, 0, NO, NO, NO]),
    ],
)
def test_the_documented_tables_of_if_hold(text: str, expected: list[float], by: Arithmetic) -> None:
    assert is_same(series(text, IFS, by), expected)


def test_an_expression_reads_other_expressions() -> None:
    assert is_same(series("IF(m1 < 1, 0, rate)", SERIES, rate="100 * errors / m1"), [100 / 30, 0, 0, 0])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ANOMALY_DETECTION_BAND(m1, 2)", "anomaly detection"),
        ("SEARCH('x', 'Sum')", "SEARCH"),
        ("HOUR(m1)", "time of the deployment"),
        ("SORT(METRICS(), AVG, DESC)", "SORT"),
        ("FILL(m1, LINEAR)", "LINEAR"),
        ("FROBNICATE(m1)", "FROBNICATE"),
        ("nothing + 1", "'nothing'"),
        ("SUM(m1)", "a single number"),
        ("[m1, m2]", "several time series"),
        ("IF([m1, m2] > 1, 1, 0)", "IF over several"),
        ("'text' + m1", "a text"),
        ("RATE(5)", "a number"),
    ],
)
def test_what_is_not_modelled_is_said(text: str, reason: str) -> None:
    with pytest.raises(NotModelledError, match=reason):
        series(text, SERIES)


def test_expressions_that_read_each_other_end() -> None:
    with pytest.raises(NotModelledError, match="read each other"):
        series("a + 1", SERIES, a="b + b", b="a + a")
    doubling = {f"e{index}": f"e{index + 1} + e{index + 1}" for index in range(28)} | {"e28": "m1"}
    with pytest.raises(NotModelledError, match="nested too deeply"):
        series("e0", SERIES, FLOATS, **doubling)
