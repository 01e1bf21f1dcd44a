"""The states that an alarm goes through while samples arrive, minute by minute.

This is the plain way, for one course of events that is known: a replay of what a service did, and what tests compare the
fast ways with.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

from samguard.rehearsal.alarm_state import Point, State, next_state
from samguard.rehearsal.deployment_course import Course, newest_end
from samguard.rehearsal.statistic import Sample, over
from samguard.rehearsal.watched_alarm import COMPARISONS, WatchedAlarm

Minute: TypeAlias = Sequence[Sequence[Sample]]
"""For each metric of an alarm, the samples of a minute."""


def states(
    alarm: WatchedAlarm, minutes: Sequence[Minute], before: State = State.OK, offset_minutes: int = 0
) -> list[State]:
    """The state after each minute. Before the first there is no data; the alarm was in `before`.

    `offset_minutes` is the place of the first minute among periods that begin at multiples of their length.
    """
    course = Course(0, offset_minutes)
    found: list[State] = []
    for minute in range(len(minutes)):
        newest = newest_end(alarm, minute, course)
        ends = [newest - index * alarm.period_minutes for index in reversed(range(alarm.judged.range_points))]
        before = next_state(_points(alarm, minutes, ends), alarm.judged, before)
        found.append(before)
    return found


def _points(alarm: WatchedAlarm, minutes: Sequence[Minute], ends: list[int]) -> list[Point]:
    periods = [minutes[max(end - alarm.period_minutes + 1, 0) : max(end + 1, 0)] for end in ends]
    samples = [
        [[sample for minute in period for sample in minute[index]] for index in range(len(alarm.metrics))]
        for period in periods
    ]
    if not alarm.looks_along:
        return [alarm.point(found) for found in samples]
    worths = {
        metric.id: [over(found[index], metric.statistic) for found in samples]
        for index, metric in enumerate(alarm.metrics)
    }
    return [point_of(alarm, worth) for worth in alarm.series(worths)]


def point_of(alarm: WatchedAlarm, worth: float) -> Point:
    """A value against the threshold; NaN is a missing datapoint."""
    if math.isnan(worth):
        return Point.MISSING
    return Point.BREACHING if COMPARISONS[alarm.comparison](worth, alarm.threshold) else Point.GOOD
