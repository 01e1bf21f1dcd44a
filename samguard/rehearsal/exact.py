"""A rehearsal worked out exactly: the distribution of the alarms' datapoints, carried on from minute to minute.

Counts of requests of different kinds are independent and Poisson. Of each minute an alarm needs little: whether it
breaches, where its period is a minute; else its counts, up to where more of them change nothing. The distribution over
the newest minutes and the alarms' states is carried on through the deployment; what fires is taken out. Where that takes
too many cases, `exact` gives None, and the rehearsal is simulated.

Needs nothing but Python.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, TypeAlias

from samguard.rehearsal.alarm_rule import holds
from samguard.rehearsal.alarm_state import Point, State, next_state, what_matters
from samguard.rehearsal.deployment_course import (
    Course,
    Phase,
    Rehearsed,
    courses,
    first_evaluation,
    harmed_until,
    last_evaluation,
    new_share,
    newest_end,
    phases,
    seconds_of,
)
from samguard.rehearsal.detection import Detection, Method, merged
from samguard.rehearsal.poisson import counts
from samguard.rehearsal.statistic import StatisticKind
from samguard.rehearsal.watched_alarm import Measure, Scope, WatchedAlarm
from samguard.value import value

_Counts: TypeAlias = tuple[int, ...]
_Symbol: TypeAlias = "Point | _Counts"
_History: TypeAlias = tuple[_Symbol, ...]
_Case: TypeAlias = tuple[tuple[_History, ...], tuple[State, ...]]
_Distribution: TypeAlias = dict[tuple[_Symbol, ...], float]

_NEGLIGIBLE: Final = 1e-15
"""A case that is less probable is left out."""


@value
class Effort:
    """How much is tried before a rehearsal is left to simulation."""

    minute_cases: int = 6_000
    """Combinations of counts in one minute."""
    cases: int = 1_500
    """Histories of the alarms."""
    steps: int = 1_500_000
    """Cases in all, over minutes and phases."""
    followers: int = 12_000
    """Cases that differ."""


class _TooMuchError(Exception):
    """More cases than the effort allows."""


def exact(found: Rehearsed, effort: Effort | None = None) -> Detection | None:
    """The detection of a rehearsal, averaged over the phase of the clock; None where that takes too much."""
    if any(alarm.looks_along or not alarm.is_exactly_countable for alarm in found.alarms):
        return None
    try:
        return _Exact(found, effort or Effort()).detection()
    except _TooMuchError:
        return None


class _Counted:
    """One alarm, by counts of the groups of requests that it can tell apart."""

    def __init__(self, alarm: WatchedAlarm, found: Rehearsed, first_metric: int) -> None:
        self.alarm = alarm
        width = len(alarm.metrics)
        own = [group.samples[first_metric : first_metric + width] for group in found.groups]
        kinds = list(dict.fromkeys(samples for samples in own if any(sample is not None for sample in samples)))
        self.kinds = kinds
        self.kind_of = [kinds.index(samples) if samples in kinds else None for samples in own]
        self.by_minute = alarm.period_minutes == 1
        self.is_plain_count = (
            not alarm.expressions
            and not alarm.ignores_few_samples
            and alarm.metrics[0].measure is not Measure.DURATION
            and alarm.metrics[0].statistic.kind in (StatisticKind.SUM, StatisticKind.MAXIMUM)
        )
        self.caps = [self._cap(samples) for samples in kinds]
        self.points: dict[_Counts, Point] = {}

    def _cap(self, samples: tuple[float | None, ...]) -> int | None:
        """From where more requests of a kind change nothing; None where they always may."""
        kind = self.alarm.metrics[0].statistic.kind
        if self.alarm.expressions or self.alarm.ignores_few_samples:
            return None
        if kind in (StatisticKind.MAXIMUM, StatisticKind.MINIMUM):
            return 1
        enough = max(1, math.floor(self.alarm.threshold) + 2) if math.isfinite(self.alarm.threshold) else 1
        if kind is StatisticKind.SAMPLE_COUNT:
            return enough
        if kind is StatisticKind.SUM and self.is_plain_count:
            return 1 if samples[0] == 0 else enough
        return None

    def symbol(self, numbers: _Counts) -> _Symbol:
        """What is kept of a minute, from the counts of all groups."""
        own = [0] * len(self.kinds)
        for kind, number in zip(self.kind_of, numbers, strict=True):
            if kind is not None:
                own[kind] += number
        for index, cap in enumerate(self.caps):
            if cap is not None and own[index] > cap:
                own[index] = cap
        if self.is_plain_count and any(own[index] for index, samples in enumerate(self.kinds) if samples[0]):
            own = [number if self.kinds[index][0] else 0 for index, number in enumerate(own)]
        kept = tuple(own)
        return self.point(kept) if self.by_minute else kept

    def point(self, numbers: _Counts) -> Point:
        """The datapoint of a period with these counts."""
        known = self.points.get(numbers)
        if known is None:
            samples = [
                [
                    (kind[index] or 0.0, number)
                    for kind, number in zip(self.kinds, numbers, strict=True)
                    if kind[index] is not None
                ]
                for index in range(len(self.alarm.metrics))
            ]
            known = self.points[numbers] = self.alarm.point(samples)
        return known

    def has_data(self, numbers: _Counts) -> bool:
        """Whether every metric has a sample."""
        return all(
            any(number and kind[index] is not None for kind, number in zip(self.kinds, numbers, strict=True))
            for index in range(len(self.alarm.metrics))
        )

    def evaluated(self, history: _History, minute: int, course: Course, before: State) -> State:
        """The state after a minute, the last of the history."""
        alarm = self.alarm
        if self.by_minute:
            return next_state(history[-alarm.judged.range_points :], alarm.judged, before)  # type: ignore[arg-type] # points
        back = minute - newest_end(alarm, minute, course)
        points: list[Point] = []
        length = alarm.period_minutes
        for index in range(alarm.judged.range_points):
            end = len(history) - back - index * length
            part = history[max(end - length, 0) : max(end, 0)]
            total = tuple(map(sum, zip(*part, strict=True))) if part else (0,) * len(self.kinds)
            points.append(self.point(total))
        return next_state(points[::-1], alarm.judged, before)

    def kept(self, history: _History) -> _History:
        """What of a history can still decide something."""
        alarm = self.alarm
        if self.by_minute:
            return what_matters(history, alarm.judged)  # type: ignore[arg-type] # points
        spare = alarm.period_minutes if alarm.is_wall_clock else 0
        enough = alarm.period_minutes * alarm.judged.evaluation_periods + spare
        newest = history[-enough:]
        if len(newest) == enough and all(self.has_data(numbers) for numbers in newest):  # type: ignore[arg-type]
            return newest
        return history[-(alarm.range_minutes + spare) :]


class _Exact:
    """The working out of one rehearsal."""

    def __init__(self, found: Rehearsed, effort: Effort) -> None:
        self.found = found
        self.effort = effort
        self.steps = 0
        self.counted: list[_Counted] = []
        first = 0
        for alarm in found.alarms:
            self.counted.append(_Counted(alarm, found, first))
            first += len(alarm.metrics)
        self.places = {alarm.name: index for index, alarm in enumerate(found.alarms)}
        self.caps = [self._cap(index) for index in range(len(found.groups))]
        self.minutes: dict[tuple[float, float], _Distribution] = {}
        self.followers: dict[tuple[object, ...], tuple[_Case, bool]] = {}
        self.firing: dict[tuple[State, ...], bool] = {}

    def _cap(self, group: int) -> int | None:
        """The cap of a group: the largest that an alarm asks for; None where one needs every number."""
        largest = 0
        for counted in self.counted:
            kind = counted.kind_of[group]
            if kind is not None:
                cap = counted.caps[kind]
                if cap is None:
                    return None
                largest = max(largest, cap)
        return largest

    def detection(self) -> Detection:
        found = self.found
        weighted = [
            (phase.weight / len(courses(found)), self._of_phase(phase, course))
            for course in courses(found)
            for phase in phases(found)
        ]
        return merged(weighted)

    def _of_phase(self, standing: Phase, course: Course) -> Detection:
        found, phase = self.found, standing.seconds
        first, last = first_evaluation(found, phase), last_evaluation(found, phase)
        firing: list[tuple[int, float]] = []
        initial = tuple(initial_state(alarm) for alarm in found.alarms)
        cases: dict[_Case, float] = {(tuple(() for _ in found.alarms), initial): 1.0}
        for minute in range(first - found.history_minutes, last + 1):
            cases, fired = self._after(cases, minute, phase, course, is_watched=minute >= first)
            if fired > 0:
                firing.append((minute, fired))
        left = max(0.0, 1.0 - math.fsum(probability for _, probability in firing))
        ended = [(seconds_of(found, minute, phase), probability) for minute, probability in firing]
        failed = math.fsum(
            probability * harmed_until(found, seconds, phase, course)
            for seconds, probability in [*ended, (found.schedule.open_seconds, left)]
        )
        parts = standing.parts
        moments = tuple(
            (seconds_of(found, minute, part), probability / len(parts))
            for minute, probability in firing
            for part in parts
        )
        return Detection(moments, failed, Method.EXACT)

    def _after(
        self, cases: dict[_Case, float], minute: int, phase: float, course: Course, *, is_watched: bool
    ) -> tuple[dict[_Case, float], float]:
        """The cases after a minute, and how much of them fired in it."""
        place = (minute + course.offset_minutes) if any(alarm.is_wall_clock for alarm in self.found.alarms) else 0
        distribution = self._minute(minute, phase, course)
        self.steps += len(cases) * len(distribution)
        if len(cases) > self.effort.cases or self.steps > self.effort.steps:
            raise _TooMuchError
        after: dict[_Case, float] = {}
        fired = 0.0
        for case, probability in cases.items():
            for symbols, part in distribution.items():
                weight = probability * part
                if weight < _NEGLIGIBLE:
                    continue
                key = (case, symbols, place)
                known = self.followers.get(key)
                if known is None:
                    if len(self.followers) > self.effort.followers:
                        raise _TooMuchError
                    known = self.followers[key] = self._follower(case, symbols, minute, course)
                follower, fires = known
                if fires and is_watched:
                    fired += weight
                else:
                    after[follower] = after.get(follower, 0.0) + weight
        return after, fired

    def _follower(self, case: _Case, symbols: tuple[_Symbol, ...], minute: int, course: Course) -> tuple[_Case, bool]:
        histories, states = case
        longer = [(*history, symbol) for history, symbol in zip(histories, symbols, strict=True)]
        after = tuple(
            counted.evaluated(history, minute, course, before)
            for counted, history, before in zip(self.counted, longer, states, strict=True)
        )
        kept = tuple(counted.kept(history) for counted, history in zip(self.counted, longer, strict=True))
        return (kept, after), self._fires(after)

    def _fires(self, states: tuple[State, ...]) -> bool:
        known = self.firing.get(states)
        if known is None:
            by_name = {name: states[index] for name, index in self.places.items()}
            known = self.firing[states] = fires(self.found, by_name)
        return known

    def _minute(self, minute: int, phase: float, course: Course) -> _Distribution:
        """What the alarms keep of a minute, with probabilities."""
        rate = self.found.scenario.load.at(course.start_minute + minute)
        new = new_share(self.found, minute, phase)
        known = self.minutes.get((rate, new))
        if known is None:
            known = self.minutes[rate, new] = self._distribution(rate, new)
        return known

    def _distribution(self, rate: float, new: float) -> _Distribution:
        tables = [
            counts(rate * (new * group.share_of_new + (1 - new) * group.share_of_old), cap)
            for group, cap in zip(self.found.groups, self.caps, strict=True)
        ]
        if math.prod(len(table) for table in tables) > self.effort.minute_cases:
            raise _TooMuchError
        partial: list[tuple[_Counts, float]] = [((), 1.0)]
        for table in tables:
            partial = [
                ((*numbers, number), probability * part)
                for numbers, probability in partial
                for number, part in table
                if probability * part > _NEGLIGIBLE
            ]
        distribution: _Distribution = {}
        for numbers, probability in partial:
            symbols = tuple(counted.symbol(numbers) for counted in self.counted)
            distribution[symbols] = distribution.get(symbols, 0.0) + probability
        return distribution


def fires(found: Rehearsed, states: Mapping[str, State]) -> bool:
    """Whether some wired alarm is in ALARM while the metric alarms are in these states."""
    known = dict(states)
    for composite in found.composites:  # children first, as they were found
        is_true = holds(composite.rule, lambda written, names=composite.names: known[names[written]])  # type: ignore[misc]
        known[composite.name] = State.ALARM if is_true else State.OK
    return any(known.get(name) is State.ALARM for name in found.wired)


def initial_state(alarm: WatchedAlarm) -> State:
    """The state before the history begins: of the new version's metrics, nothing was ever known."""
    is_new = all(metric.scope in (Scope.VERSION, Scope.NOTHING) for metric in alarm.metrics)
    return State.INSUFFICIENT_DATA if is_new else State.OK
