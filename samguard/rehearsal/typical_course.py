"""One deployment to draw: as many requests of each kind as are expected, spread evenly, on a clock that stands in the middle.

It is no proof of anything: the probabilities come from `detect`. It shows which alarm sees what, and when it is judged.
"""

from __future__ import annotations

import math
from typing import Final

from samguard.rehearsal.alarm_history import Minute, states
from samguard.rehearsal.alarm_state import State
from samguard.rehearsal.deployment_course import (
    Rehearsed,
    Scenario,
    first_evaluation,
    last_evaluation,
    new_share,
    rehearsed,
    seconds_of,
)
from samguard.rehearsal.exact import fires, initial_state
from samguard.rehearsal.schedule import MINUTE_SECONDS, Schedule
from samguard.rehearsal.watch import Watch
from samguard.rehearsal.watched_alarm import WatchedAlarm
from samguard.value import value

_PHASE_SECONDS: Final = 30.0
_SPREAD: Final = (5**0.5 - 1) / 2
"""Kinds of requests begin this much of a request apart, so that rare ones do not all come in one minute."""
_MOST_LOOKS: Final = 400_000


@value
class AlarmCourse:
    """An alarm's states: each from a moment on, in seconds from the first shift; the first may lie before it."""

    name: str
    changes: tuple[tuple[float, State], ...]

    def state_at(self, seconds: float) -> State:
        """The state at a moment."""
        found = self.changes[0][1]
        for moment, state in self.changes:
            if moment > seconds:
                break
            found = state
        return found


@value
class TypicalCourse:
    """What the wired metric alarms do in one deployment; `turned_back_seconds` is None where nothing turns it back."""

    alarms: tuple[AlarmCourse, ...]
    turned_back_seconds: float | None


def typical_course(watched: Watch, planned: Schedule, scenario: Scenario) -> TypicalCourse | None:
    """The course of a deployment with the expected requests; None where nobody would look at it, or it is too long."""
    found = rehearsed(watched, planned, scenario)
    first, last = first_evaluation(found, _PHASE_SECONDS), last_evaluation(found, _PHASE_SECONDS)
    begin = first - found.history_minutes
    looks = (last + 1 - begin) * sum(alarm.range_minutes for alarm in found.alarms)
    if not planned.open_seconds or not found.wired or looks > _MOST_LOOKS:
        return None
    minutes = _minutes(found, range(begin, max(last, first) + 1))
    width = 0
    judged: dict[str, list[State]] = {}
    for alarm in found.alarms:
        seen: list[Minute] = [minute[width : width + len(alarm.metrics)] for minute in minutes]
        judged[alarm.name] = states(alarm, seen, initial_state(alarm), begin)
        width += len(alarm.metrics)
    turned_back = next(
        (
            seconds_of(found, minute, _PHASE_SECONDS)
            for minute in range(first, last + 1)
            if fires(found, {name: moved[minute - begin] for name, moved in judged.items()})
        ),
        None,
    )
    courses = tuple(_course(alarm, judged[alarm.name], found, begin) for alarm in found.alarms)
    return TypicalCourse(courses, turned_back)


def _minutes(found: Rehearsed, minutes: range) -> list[Minute]:
    """For each minute, the samples of all metrics."""
    width = sum(len(alarm.metrics) for alarm in found.alarms)
    order = sorted(range(len(found.groups)), key=lambda index: -_difference(found, index))
    carried = {index: (0.5 + place * _SPREAD) % 1 for place, index in enumerate(order)}
    drawn: list[Minute] = []
    for minute in minutes:
        rate = found.scenario.load.at(minute)
        new = new_share(found, minute, _PHASE_SECONDS)
        samples: list[list[tuple[float, int]]] = [[] for _ in range(width)]
        for index, group in enumerate(found.groups):
            expected = carried[index] + rate * (new * group.share_of_new + (1 - new) * group.share_of_old)
            count = math.floor(expected + 1e-9)
            carried[index] = expected - count
            for metric, sample in enumerate(group.samples):
                if count and sample is not None:
                    samples[metric].append((sample, count))
        drawn.append(samples)
    return drawn


def _difference(found: Rehearsed, index: int) -> float:
    group = found.groups[index]
    return group.share_of_new - group.share_of_old


def _course(alarm: WatchedAlarm, judged: list[State], found: Rehearsed, begin: int) -> AlarmCourse:
    changes: list[tuple[float, State]] = []
    for index, state in enumerate(judged):
        if not changes or changes[-1][1] is not state:
            judged_at = (begin + index) * MINUTE_SECONDS + _PHASE_SECONDS + found.scenario.metric_delay_seconds
            changes.append((judged_at, state))
    return AlarmCourse(alarm.name, tuple(changes))
