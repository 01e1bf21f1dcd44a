"""A rehearsal by simulated deployments: many at once, by arrays, from a seed.

What `samguard.rehearsal.exact` counts out is drawn here: the phase of the clock, and the requests of each kind in each
minute. Nothing else is random. Durations come in classes of equal shares, as samguard.rehearsal.failure tells them apart.

This module imports numpy, and is imported only where something is simulated.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from samguard.rehearsal.alarm_rule import AlarmRule, AtLeast, Constant, Every, InState, Negation, Some
from samguard.rehearsal.alarm_state import MOutOfN, Point, State, Treatment
from samguard.rehearsal.deployment_course import (
    Course,
    Rehearsed,
    courses,
    first_evaluation,
    last_evaluation,
    newest_end,
)
from samguard.rehearsal.detection import Detection, Method, merged
from samguard.rehearsal.metric_series import Column, Evaluation, Metrics
from samguard.rehearsal.schedule import MINUTE_SECONDS
from samguard.rehearsal.statistic import Statistic, StatisticKind
from samguard.rehearsal.watched_alarm import Scope, WatchedAlarm
from samguard.rollout.metric_math import Name

Floats: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.int8]
"""Datapoints by the numbers of `Point`, states by their place in `STATES`."""

STATES: Final = (State.OK, State.ALARM, State.INSUFFICIENT_DATA)
_OK, _ALARM, _NO_DATA = 0, 1, 2
_MOST_NUMBERS: Final = 6_000_000
"""Counts that are held at once: 48 MB."""
_EACH: Final = 2_000
"""Counts that a deployment may take: where shifts are long or durations matter, fewer deployments are simulated."""


def simulated(found: Rehearsed, deployments: int = 10_000, seed: int = 0) -> Detection:
    """The detection of so many simulated deployments, spread over the courses. The same seed gives the same.

    They are fewer where a deployment takes many hours, or durations matter; the detection says how many.
    """
    random = np.random.default_rng(seed)
    every = courses(found)
    parts: list[tuple[float, Detection]] = []
    for course in every:
        one = _Simulated(found, course)
        most = deployments * _EACH // (max(1, len(one.minutes)) * max(1, len(found.groups)) * len(every))
        parts.append((1 / len(every), one.detection(max(1, min(deployments // len(every), most)), random)))
    return merged(parts)


class _Simulated:
    """Simulated deployments of one course."""

    def __init__(self, found: Rehearsed, course: Course) -> None:
        self.found = found
        self.course = course
        self.low = first_evaluation(found, MINUTE_SECONDS) - found.history_minutes
        self.high = last_evaluation(found, 0.0)
        self.minutes = range(self.low, self.high + 1)

    def detection(self, deployments: int, random: np.random.Generator) -> Detection:
        size = max(1, len(self.minutes) * max(1, len(self.found.groups)))
        batch = max(1, min(deployments, _MOST_NUMBERS // size))
        moments: list[Floats] = []
        failed = 0.0
        done = 0
        while done < deployments:
            count = min(batch, deployments - done)
            phase = random.uniform(0.0, MINUTE_SECONDS, count)
            seconds = self._seconds(phase, random)
            ends = np.where(np.isnan(seconds), self.found.schedule.open_seconds, seconds)
            failed += float(self._harmed(phase, ends).sum())
            moments.append(seconds[~np.isnan(seconds)])
            done += count
        times, numbers = np.unique(np.round(np.concatenate(moments), 1), return_counts=True)
        shares = tuple((float(time), float(number) / done) for time, number in zip(times, numbers, strict=True))
        return Detection(shares, failed / done, Method.SIMULATED, done)

    def _seconds(self, phase: Floats, random: np.random.Generator) -> Floats:
        """When each deployment is turned back; NaN where it is not."""
        found = self.found
        delay = found.scenario.metric_delay_seconds
        first = np.floor((-delay - phase) / MINUTE_SECONDS)
        polling = found.scenario.timing.polling_seconds
        last = np.floor((found.schedule.open_seconds - delay - polling - phase) / MINUTE_SECONDS + 1e-9)
        seconds = np.full(phase.shape, np.nan)
        if not self.minutes:
            return seconds
        watching = [_Watching(alarm, self) for alarm in found.alarms]
        counts = self._counts(phase, random)
        start = 0
        for watched in watching:
            width = len(watched.alarm.metrics)
            watched.take(counts, [group.samples[start : start + width] for group in found.groups])
            start += width
        for minute in self.minutes:
            states = {watched.alarm.name: watched.judge(minute) for watched in watching}
            fires = self._fires(states, phase.shape)
            due = fires & np.isnan(seconds) & (minute >= first) & (minute <= last)
            judged = np.maximum(phase + minute * MINUTE_SECONDS + delay, 0.0) + polling
            seconds = np.where(due, judged, seconds)
        return seconds

    def _exposure(self, start: Floats, end: Floats) -> Floats:
        """Seconds of all the traffic that the new version gets."""
        shifts = self.found.schedule.shifts
        total = np.zeros(np.broadcast(start, end).shape)
        for index, shift in enumerate(shifts):
            until = shifts[index + 1].at_seconds if index + 1 < len(shifts) else math.inf
            total += shift.share * np.maximum(0.0, np.minimum(end, until) - np.maximum(start, shift.at_seconds))
        return total

    def _counts(self, phase: Floats, random: np.random.Generator) -> Floats:
        """Requests by deployment, minute and group."""
        groups = self.found.groups
        end = phase[:, None] + np.asarray(self.minutes) * float(MINUTE_SECONDS)
        new = (self._exposure(end - MINUTE_SECONDS, end) / MINUTE_SECONDS)[:, :, None]
        load = self.found.scenario.load
        rate = np.array([load.at(self.course.start_minute + minute) for minute in self.minutes])[None, :, None]
        of_new = np.array([group.share_of_new for group in groups])
        of_old = np.array([group.share_of_old for group in groups])
        return np.asarray(random.poisson(rate * (new * of_new + (1.0 - new) * of_old)).astype(np.float64))

    def _harmed(self, phase: Floats, until: Floats) -> Floats:
        """The new version's failed requests up to a moment, on average over what is not drawn."""
        load = self.found.scenario.load
        total = np.zeros(phase.shape)
        last = math.ceil(max(self.found.schedule.open_seconds, float(until.max(initial=0.0))) / MINUTE_SECONDS) + 1
        for minute in range(last + 1):
            start = np.maximum(phase + (minute - 1) * MINUTE_SECONDS, 0.0)
            end = np.minimum(phase + minute * MINUTE_SECONDS, until)
            rate = load.at(self.course.start_minute + minute) / MINUTE_SECONDS
            total += rate * np.where(end > start, self._exposure(start, end), 0.0)
        return total * self.found.harmed_share

    def _fires(self, states: Mapping[str, Codes], shape: tuple[int, ...]) -> NDArray[np.bool_]:
        known = dict(states)
        for composite in self.found.composites:
            names = composite.names
            is_true = _holds(composite.rule, lambda written, names=names: known[names[written]], shape)  # type: ignore[misc]
            known[composite.name] = np.where(is_true, _ALARM, _OK).astype(np.int8)
        fires = np.zeros(shape, dtype=np.bool_)
        for name in self.found.wired:
            if name in known:
                fires |= known[name] == _ALARM
        return fires


class _Watching:
    """One alarm over all simulated deployments."""

    def __init__(self, alarm: WatchedAlarm, simulation: _Simulated) -> None:
        self.alarm = alarm
        self.simulation = simulation
        self.values: dict[str, Floats] = {}
        self.few: NDArray[np.bool_] | None = None
        self.codes: Codes | None = None
        is_new = all(metric.scope in (Scope.VERSION, Scope.NOTHING) for metric in alarm.metrics)
        self.initial = _NO_DATA if is_new else _OK
        self.state: Codes = np.zeros(0, dtype=np.int8)

    def take(self, counts: Floats, samples: list[tuple[float | None, ...]]) -> None:
        """Takes the counts of the groups and what each leaves in the alarm's metrics."""
        self.state = np.full(counts.shape[0], self.initial, dtype=np.int8)
        for index, metric in enumerate(self.alarm.metrics):
            by_sample: dict[float, list[int]] = {}
            for group, own in enumerate(samples):
                sample = own[index]
                if sample is not None:
                    by_sample.setdefault(sample, []).append(group)
            numbers = sorted(by_sample)
            columns = [counts[:, :, by_sample[number]].sum(axis=2) for number in numbers]
            stacked = np.stack(columns, axis=2) if columns else np.zeros((*counts.shape[:2], 0))
            in_period = _in_periods(stacked, self.alarm.period_minutes)
            self.values[metric.id] = over(np.array(numbers), in_period, metric.statistic)
            if self.alarm.ignores_few_samples:
                few = in_period.sum(axis=2) < metric.statistic.fewest_samples
                self.few = few if self.few is None else self.few | few
        if not self.alarm.looks_along:
            self.codes = self._codes(self._worth([self.values])[0], self.few)

    def _worth(self, columns: list[dict[str, Floats]]) -> list[Floats]:
        """What is compared with the threshold, for each column of metrics' values."""
        alarm = self.alarm
        if not alarm.expressions:
            return [column[alarm.returned] for column in columns]
        series: dict[str, list[Column]] = {name: [column[name] for column in columns] for name in columns[0]}
        metrics = Metrics(series, alarm.expressions, alarm.period_minutes * 60.0, len(columns))
        shape = next(iter(columns[0].values())).shape
        found = Evaluation(metrics, ARRAYS).series(Name(alarm.returned))
        return [np.broadcast_to(np.asarray(column, dtype=np.float64), shape) for column in found]

    def _codes(self, worth: Floats, few: NDArray[np.bool_] | None) -> Codes:
        compared = _COMPARED[self.alarm.comparison](worth, self.alarm.threshold)
        codes = np.where(compared, int(Point.BREACHING), int(Point.GOOD))
        if few is not None:
            codes = np.where(few, np.where(compared, int(Point.BREACHING_OF_FEW), int(Point.GOOD_OF_FEW)), codes)
        return np.where(np.isnan(worth), int(Point.MISSING), codes).astype(np.int8)

    def judge(self, minute: int) -> Codes:
        """The states after a minute."""
        alarm, low = self.alarm, self.simulation.low
        newest = newest_end(alarm, minute, self.simulation.course) - low
        places = [newest - index * alarm.period_minutes for index in reversed(range(alarm.judged.range_points))]
        if self.codes is not None:
            missing = np.full(self.state.shape, int(Point.MISSING), dtype=np.int8)
            points = np.stack([self.codes[:, place] if place >= 0 else missing for place in places], axis=1)
        else:
            nothing = np.full(self.state.shape, np.nan)
            columns = [
                {name: found[:, place] if place >= 0 else nothing for name, found in self.values.items()}
                for place in places
            ]
            few = [self.few[:, place] if self.few is not None and place >= 0 else None for place in places]
            worths = self._worth(columns)
            points = np.stack([self._codes(one, other) for one, other in zip(worths, few, strict=True)], axis=1)
        self.state = next_states(points, alarm.judged, self.state)
        return self.state


def _in_periods(counts: Floats, minutes: int) -> Floats:
    """Counts of the period that ends with each minute."""
    if minutes == 1:
        return counts
    total = np.cumsum(counts, axis=1)
    before = np.zeros_like(total)
    before[:, minutes:] = total[:, :-minutes]
    return total - before


def next_states(points: Codes, judged: MOutOfN, before: Codes) -> Codes:
    """What `samguard.rehearsal.alarm_state.next_state` gives, for rows of datapoints, oldest first."""
    real = points != int(Point.MISSING)
    bad = (points == int(Point.BREACHING)) | (points == int(Point.BREACHING_OF_FEW))
    place = np.cumsum(real[:, ::-1], axis=1)[:, ::-1]
    total, needed, periods = real.sum(axis=1), judged.datapoints_to_alarm, judged.evaluation_periods
    newest_bad = (bad & (place <= periods)).sum(axis=1)
    every_bad = bad.sum(axis=1)
    age = np.where(bad.any(axis=1), points.shape[1] - bad.argmax(axis=1), 0)
    treatment = judged.treatment
    assumed = periods - total if treatment is Treatment.BREACHING else np.zeros_like(total)
    is_alarm = every_bad + assumed >= needed
    is_ok = (every_bad < total) | (treatment in (Treatment.BREACHING, Treatment.NOT_BREACHING))
    is_premature = (treatment is Treatment.MISSING) & (age >= needed)
    partial = np.where(is_alarm, _ALARM, np.where(is_ok, _OK, np.where(is_premature, _ALARM, before)))
    nothing: Any = {
        Treatment.MISSING: _NO_DATA,
        Treatment.IGNORE: before,
        Treatment.BREACHING: _ALARM,
        Treatment.NOT_BREACHING: _OK,
    }[treatment]
    full = np.where(newest_bad >= needed, _ALARM, _OK)
    found = np.where(total >= periods, full, np.where(total == 0, nothing, partial))
    newest = points[:, -1]
    few = (newest == int(Point.GOOD_OF_FEW)) | (newest == int(Point.BREACHING_OF_FEW))
    return np.where(few, before, found).astype(np.int8)


def _holds(rule: AlarmRule, state_of: Callable[[str], Codes], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    match rule:
        case Constant():
            return np.full(shape, rule.is_true)
        case InState():
            return np.asarray(state_of(rule.alarm) == STATES.index(rule.state))
        case Negation():
            return ~_holds(rule.operand, state_of, shape)
        case Every():
            return np.asarray(np.all([_holds(operand, state_of, shape) for operand in rule.operands], axis=0))
        case Some():
            return np.asarray(np.any([_holds(operand, state_of, shape) for operand in rule.operands], axis=0))
        case AtLeast():
            place = STATES.index(rule.state)
            matching = np.sum([(state_of(alarm) == place) != rule.is_negated for alarm in rule.alarms], axis=0)
            return np.asarray(matching >= rule.count)


# statistics over counted samples


def over(numbers: Floats, counts: Floats, wanted: Statistic) -> Floats:
    """What `samguard.rehearsal.statistic.over` gives, with counts along the last axis for each of the sorted numbers."""
    total = counts.sum(axis=-1)
    if not numbers.size:
        return np.full(total.shape, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = _over(numbers, counts, total, wanted)
    return np.where(total > 0, found, np.nan)


def _over(numbers: Floats, counts: Floats, total: Floats, wanted: Statistic) -> Floats:
    match wanted.kind:
        case StatisticKind.SUM:
            return counts @ numbers
        case StatisticKind.AVERAGE:
            return np.asarray((counts @ numbers) / total)
        case StatisticKind.MAXIMUM:
            return np.asarray(np.where(counts > 0, numbers, -np.inf).max(axis=-1))
        case StatisticKind.MINIMUM:
            return np.asarray(np.where(counts > 0, numbers, np.inf).min(axis=-1))
        case StatisticKind.SAMPLE_COUNT:
            return total
        case StatisticKind.PERCENTILE:
            return _percentile(numbers, counts, total, wanted.high)
        case StatisticKind.PERCENTILE_RANK:
            return np.asarray(100 * _inside(numbers, counts, total, wanted).sum(axis=-1) / total)
        case StatisticKind.TRIMMED_COUNT:
            return np.asarray(_inside(numbers, counts, total, wanted).sum(axis=-1))
        case StatisticKind.TRIMMED_SUM:
            return _inside(numbers, counts, total, wanted) @ numbers
        case StatisticKind.TRIMMED_MEAN:
            kept = _inside(numbers, counts, total, wanted)
            return np.asarray((kept @ numbers) / kept.sum(axis=-1))
        case StatisticKind.WINSORIZED_MEAN:
            return _winsorized(numbers, counts, total, wanted)


def _percentile(numbers: Floats, counts: Floats, total: Floats, percent: float) -> Floats:
    rank = np.maximum(1, np.ceil(np.round(total * percent / 100, 9)))
    place = (np.cumsum(counts, axis=-1) >= rank[..., None]).argmax(axis=-1)
    return np.asarray(numbers[place])


def _inside(numbers: Floats, counts: Floats, total: Floats, wanted: Statistic) -> Floats:
    if not wanted.in_percent:
        return counts * ((numbers > wanted.low) & (numbers <= wanted.high))
    seen = np.cumsum(counts, axis=-1)
    first, last = (total * wanted.low / 100)[..., None], (total * wanted.high / 100)[..., None]
    return np.asarray(np.maximum(np.minimum(seen, last) - np.maximum(seen - counts, first), 0.0))


def _winsorized(numbers: Floats, counts: Floats, total: Floats, wanted: Statistic) -> Floats:
    low: Floats = np.full(total.shape, wanted.low if not wanted.in_percent else -np.inf)
    high: Floats = np.full(total.shape, wanted.high)
    if wanted.in_percent:
        if wanted.low > 0:
            low = _percentile(numbers, counts, total, wanted.low)
        high = _percentile(numbers, counts, total, wanted.high)
    moved = np.minimum(np.maximum(numbers, low[..., None]), high[..., None])
    return np.asarray((moved * counts).sum(axis=-1) / total)


# metric math


class Arrays:
    """The arithmetic of arrays, for samguard.rehearsal.metric_series."""

    def choose(self, condition: Column, yes: Column, no: Column) -> Column:
        """Element by element one of two arrays."""
        return np.where(condition, yes, no)

    def is_missing(self, column: Column) -> Column:
        """Where there is NaN."""
        return np.isnan(column)

    def applied(self, name: str, *columns: Column) -> Column:
        """A function, element by element."""
        with np.errstate(all="ignore"):
            found = np.asarray(_FUNCTIONS[name](*columns), dtype=np.float64)
        return np.where(np.isinf(found), np.nan, found)


_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "^": lambda left, right: np.power(np.asarray(left, dtype=np.float64), right),
    "<": np.less,
    ">": np.greater,
    "<=": np.less_equal,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
    "&&": np.logical_and,
    "||": np.logical_or,
    "abs": np.abs,
    "ceil": np.ceil,
    "floor": np.floor,
    "log": np.log,
    "log10": np.log10,
    "min": np.fmin,
    "max": np.fmax,
}
_COMPARED: Final[dict[str, Callable[[Floats, float], NDArray[np.bool_]]]] = {
    "GreaterThanThreshold": np.greater,
    "GreaterThanOrEqualToThreshold": np.greater_equal,
    "LessThanThreshold": np.less,
    "LessThanOrEqualToThreshold": np.less_equal,
}
ARRAYS: Final = Arrays()
