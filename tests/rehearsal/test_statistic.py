"""Statistics of samples, for one period and for many at once."""

from __future__ import annotations

import math

import numpy as np
import pytest

from samguard.rehearsal.simulation import over as over_arrays
from samguard.rehearsal.statistic import over, statistic

TEN = [(float(number), 1.0) for number in range(1, 11)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Sum", 55),
        ("Average", 5.5),
        ("Minimum", 1),
        ("Maximum", 10),
        ("SampleCount", 10),
        ("p50", 5),
        ("p95", 10),
        ("p90", 9),
        ("P99.9", 10),
        ("p0", 1),
        ("tm90", 5),
        ("TM(20%:80%)", 5.5),
        ("TM(2:8)", 5.5),
        ("TM(:3)", 2),
        ("TM(8:)", 9.5),
        ("IQM", 5.5),
        ("wm80", (sum(range(1, 9)) + 2 * 8) / 10),
        ("WM(10%:90%)", 5.4),
        ("PR(:3)", 30),
        ("PR(3:8)", 50),
        ("tc90", 9),
        ("TC(2:5)", 3),
        ("ts90", 45),
        ("TS(80%:)", 19),
    ],
)
def test_a_statistic_is_what_cloudwatch_defines(name: str, expected: float) -> None:
    found = statistic(name)
    assert found is not None
    assert over(TEN, found) == pytest.approx(expected)


@pytest.mark.parametrize(
    "name", ["", "Median", "p101", "p", "TM(5%)", "TM(:)", "TM(5%:10)", "PR(1%:2%)", "TM(9:3)", "x"]
)
def test_other_names_are_no_statistics(name: str) -> None:
    assert statistic(name) is None


def test_without_a_sample_there_is_no_value() -> None:
    for name in ("Sum", "SampleCount", "p99", "tm90"):
        found = statistic(name)
        assert found is not None
        assert math.isnan(over([], found))
        assert math.isnan(over([(3.0, 0.0)], found))


@pytest.mark.parametrize(("name", "fewest"), [("p99", 1000), ("p50", 20), ("p95", 200), ("p10", 100), ("Average", 0)])
def test_percentiles_need_samples(name: str, fewest: float) -> None:
    found = statistic(name)
    assert found is not None
    assert found.fewest_samples == pytest.approx(fewest)


NAMES = (
    "Sum Average Minimum Maximum SampleCount p50 p99 p5 tm90 TM(10%:90%) TM(2:7) wm95 WM(5%:80%) WM(1:6) PR(:4) PR(2:6)"
)
MORE = "tc80 TC(1:5) ts75 TS(20%:) IQM"


@pytest.mark.parametrize("name", [*NAMES.split(), *MORE.split()])
def test_many_at_once_are_as_one_by_one(name: str) -> None:
    found = statistic(name)
    assert found is not None
    random = np.random.default_rng(5)
    numbers = np.sort(random.uniform(0, 9, 7))
    counts = random.poisson(1.2, (200, 7)).astype(float)
    expected = [over(list(zip(numbers, row, strict=True)), found) for row in counts]
    assert over_arrays(numbers, counts, found) == pytest.approx(expected, nan_ok=True)
