"""CloudWatch's evaluation of datapoints, by its own tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samguard.rehearsal.alarm_state import MOutOfN, Point, State, Treatment, next_state, what_matters

TABLES: Any = json.loads((Path(__file__).parent / "missing_data_tables.json").read_text(encoding="utf-8"))
SIGNS = {"0": Point.GOOD, "X": Point.BREACHING, "-": Point.MISSING}
COLUMNS = {
    "MISSING": Treatment.MISSING,
    "IGNORE": Treatment.IGNORE,
    "BREACHING": Treatment.BREACHING,
    "NOTBREACHING": Treatment.NOT_BREACHING,
}
CELLS = [
    pytest.param(table, row, column, id=f"{table['name']} {''.join(row['points'])} {column}")
    for table in TABLES["tables"]
    for row in table["rows"]
    for column in COLUMNS
]


def points(text: str) -> list[Point]:
    return [SIGNS[sign] for sign in text.replace(" ", "")]


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize(("table", "row", "column"), CELLS)
def test_the_documented_tables_hold(table: Any, row: Any, column: str, before: State) -> None:
    judged = MOutOfN(table["evaluation_periods"], table["datapoints_to_alarm"], COLUMNS[column])
    assert judged.range_points == table["evaluation_range"]
    expected = before if row[column] == "RETAIN" else State(row[column])
    assert next_state([SIGNS[sign] for sign in row["points"]], judged, before) is expected


@pytest.mark.parametrize("case", TABLES["prose_cases"], ids=lambda case: "".join(case["points"]))
def test_the_cases_that_are_documented_in_prose_hold(case: Any) -> None:
    for column in COLUMNS.keys() & case.keys():
        judged = MOutOfN(case["evaluation_periods"], case["datapoints_to_alarm"], COLUMNS[column])
        found = next_state([SIGNS[sign] for sign in case["points"]], judged, State.OK)
        if case[column] == "not ALARM":
            assert found is not State.ALARM
        else:
            assert found is State(case[column])


def test_breaching_points_need_not_be_neighbours() -> None:
    assert next_state(points("00X0X"), MOutOfN(5, 2), State.OK) is State.ALARM
    assert next_state(points("00X0X"), MOutOfN(2, 2), State.OK) is State.OK


def test_an_alarm_leaves_alarm_when_the_newest_points_are_good() -> None:
    assert next_state(points("XXX00"), MOutOfN(2, 1), State.ALARM) is State.OK


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("newest", [Point.BREACHING_OF_FEW, Point.GOOD_OF_FEW])
def test_a_percentile_of_too_few_samples_changes_nothing(newest: Point, before: State) -> None:
    assert next_state([Point.BREACHING, Point.BREACHING, newest], MOutOfN(1, 1), before) is before


def test_without_any_point_the_treatment_decides() -> None:
    found = {treatment: next_state(points("---"), MOutOfN(1, 1, treatment), State.OK) for treatment in Treatment}
    assert found == {
        Treatment.MISSING: State.INSUFFICIENT_DATA,
        Treatment.IGNORE: State.OK,
        Treatment.BREACHING: State.ALARM,
        Treatment.NOT_BREACHING: State.OK,
    }


@given(
    st.integers(1, 4),
    st.integers(1, 4),
    st.sampled_from(Treatment),
    st.tuples(
        st.lists(st.sampled_from(Point), min_size=0, max_size=9),
        st.lists(st.sampled_from(Point), min_size=1, max_size=8),
    ),
    st.sampled_from(State),
)
def test_points_that_do_not_matter_may_be_forgotten(
    periods: int, needed: int, treatment: Treatment, arriving: tuple[list[Point], list[Point]], before: State
) -> None:
    old, new = arriving
    judged = MOutOfN(periods, min(needed, periods), treatment)
    everything, kept = tuple(old), what_matters(tuple(old), judged)
    one = other = before
    for point in new:
        everything, kept = (*everything, point), (*kept, point)
        one = next_state(everything[-judged.range_points :], judged, one)
        other = next_state(kept[-judged.range_points :], judged, other)
        assert one is other
