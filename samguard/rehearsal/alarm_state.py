"""How CloudWatch turns the newest datapoints of a metric alarm into its state.

Source: CloudWatch user guide, "Evaluating an alarm", "Configuring how CloudWatch alarms treat missing data" and
"Avoiding premature transitions to alarm state" (read as of 2023-05), and "Percentile-based alarms and low data
samples". Two things are not in there, and are assumptions: how many datapoints the evaluation range holds (the examples
show 5 where 3 are evaluated), and what happens under `missing` to breaching points that are too few and too new for
ALARM: the state is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, IntEnum
from typing import Final

from samguard.value import value

EXTRA_POINTS: Final = 2
"""Datapoints that are retrieved beyond the evaluation periods: the two more of the documented examples."""


class State(Enum):
    """The state of an alarm."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


class Treatment(Enum):
    """What stands in for a missing datapoint: the alarm's TreatMissingData."""

    MISSING = "missing"
    IGNORE = "ignore"
    BREACHING = "breaching"
    NOT_BREACHING = "notBreaching"


class Point(IntEnum):
    """One datapoint against the threshold.

    The last two are datapoints of a percentile that has too few samples, for an alarm that is told to ignore those.
    """

    GOOD = 0
    BREACHING = 1
    MISSING = 2
    GOOD_OF_FEW = 3
    BREACHING_OF_FEW = 4


_FEW: Final = frozenset({Point.GOOD_OF_FEW, Point.BREACHING_OF_FEW})
_BAD: Final = frozenset({Point.BREACHING, Point.BREACHING_OF_FEW})


@value
class MOutOfN:
    """How an alarm judges its datapoints: ALARM when `datapoints_to_alarm` of `evaluation_periods` breach.

    `range_points` is the number of datapoints that CloudWatch retrieves to find that many.
    """

    evaluation_periods: int
    datapoints_to_alarm: int
    treatment: Treatment = Treatment.MISSING
    extra_points: int = EXTRA_POINTS

    @property
    def range_points(self) -> int:
        """Datapoints in the evaluation range."""
        return self.evaluation_periods + self.extra_points


def next_state(points: Sequence[Point], judged: MOutOfN, before: State) -> State:
    """The state after an evaluation of the datapoints of the range, oldest first, of an alarm that was in `before`."""
    if points and points[-1] in _FEW:
        return before
    real = [point for point in points if point is not Point.MISSING]
    needed, periods = judged.datapoints_to_alarm, judged.evaluation_periods
    if len(real) >= periods:
        bad = sum(point in _BAD for point in real[-periods:])
        return State.ALARM if bad >= needed else State.OK
    if not real:
        return _of_nothing(judged.treatment, before)
    bad = sum(point in _BAD for point in real)
    assumed = periods - len(real) if judged.treatment is Treatment.BREACHING else 0
    if bad + assumed >= needed:
        return State.ALARM
    if judged.treatment in (Treatment.BREACHING, Treatment.NOT_BREACHING) or bad < len(real):
        return State.OK
    if judged.treatment is Treatment.MISSING and _age_of_oldest(points) >= needed:
        return State.ALARM
    return before


def _of_nothing(treatment: Treatment, before: State) -> State:
    match treatment:
        case Treatment.MISSING:
            return State.INSUFFICIENT_DATA
        case Treatment.IGNORE:
            return before
        case Treatment.BREACHING:
            return State.ALARM
        case Treatment.NOT_BREACHING:
            return State.OK


def _age_of_oldest(points: Sequence[Point]) -> int:
    """The place of the oldest breaching datapoint, counted from the newest, which is 1."""
    return next((len(points) - index for index, point in enumerate(points) if point in _BAD), 0)


def what_matters(points: tuple[Point, ...], judged: MOutOfN) -> tuple[Point, ...]:
    """The newest of `points` that can still decide the state when further ones come: the others are left out.

    Once as many real datapoints as are evaluated are newer than a point, it is never looked at again.
    """
    kept = points[len(points) - judged.range_points + 1 :] if len(points) >= judged.range_points else points
    real = 0
    for index in range(len(kept) - 1, -1, -1):
        if real == judged.evaluation_periods:
            return kept[index + 1 :]
        real += kept[index] is not Point.MISSING
    return kept
