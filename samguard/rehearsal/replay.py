"""A replay: what a rollout's alarms would have made of metrics as they were, and of deployments meanwhile.

Every alarm is judged at the end of each of its periods, with the values as they were exported; the traffic would have been
turned back from a deployment that starts while a wired alarm is in ALARM, or within its time before one goes into ALARM.
Each moment of the exported time is taken for as likely a start as any other.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from samguard.errors import SamguardError
from samguard.evaluation import Unknown
from samguard.pattern import pattern
from samguard.rehearsal.alarm_history import point_of
from samguard.rehearsal.alarm_rule import holds
from samguard.rehearsal.alarm_state import Point, State, next_state
from samguard.rehearsal.metric_export import Export, ExportedSeries
from samguard.rehearsal.metric_series import NotModelledError
from samguard.rehearsal.schedule import Timing, schedule
from samguard.rehearsal.watch import LeftOut, Watch, watch
from samguard.rehearsal.watched_alarm import WatchedAlarm, WatchedMetric
from samguard.rollout import Rollout
from samguard.value import value

_NO_ID: Final = pattern(r"[^A-Za-z0-9_]")
_MINUTE: Final = 60
_MOST_STEPS: Final = 3_000_000

Spell: TypeAlias = tuple[float, float]
"""From one moment to another: seconds since 1970."""


@value
class AlarmReplay:
    """When an alarm would have been in ALARM. `points` is how many of its periods have data; `notes` what is odd."""

    name: str
    in_alarm: tuple[Spell, ...]
    share: float
    points: int
    notes: tuple[str, ...] = ()


@value
class Replay:
    """What a rollout would have done. `turned_back_share` (0..1) is of the moments at which a deployment might have started.

    It is None where it is not known: a wired alarm is `left_out`, and no other would have turned every deployment back.
    Then `least_share` is what the others would have turned back.
    """

    rollout: Rollout
    start: float
    end: float
    open_seconds: float | None
    alarms: tuple[AlarmReplay, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    turned_back_share: float | None = None
    least_share: float | None = None


def metric_label(alarm: str, metric: WatchedMetric) -> str:
    """The Label by which a metric's result is known: the alarm, and where it has several metrics their ids."""
    return f"{alarm}.{metric.id}" if metric.id else alarm


def metric_id(label: str) -> str:
    """The Id for it: CloudWatch wants a small letter first, and letters, digits and underscores."""
    return f"a_{_NO_ID.sub('_', label)}"[:255]


def replay(rollout: Rollout, export: Export, timing: Timing | None = None) -> Replay:
    """What a rollout's alarms would have made of exported metrics. Raises SamguardError where it would take too long."""
    timing = timing or Timing()
    watched = watch(rollout, as_exported=True)
    planned = schedule(rollout, timing)
    left = [*watched.blind, *watched.unmodelled]
    changes: dict[str, list[tuple[float, State]]] = {}
    replays: list[AlarmReplay] = []
    missing: set[str] = set()
    until = float(export.end + _MINUTE)
    for alarm in watched.alarms:
        try:
            found = _series(alarm, export)
            moved = _changes(alarm, found, export, timing)
        except NotModelledError as error:
            left.append(LeftOut(alarm.name, str(error)))
            missing.add(alarm.name)
            continue
        changes[alarm.name] = moved
        spells = tuple(_spells(moved, until))
        length = sum(end - start for start, end in spells) / max(until - export.start, 1.0)
        points = max((len(series.points) for series in found), default=0)
        replays.append(AlarmReplay(alarm.name, spells, length, points, tuple(_notes(alarm, found))))
    firing = list(_spells(_fired(watched, changes, missing), until))
    open_seconds = None if isinstance(planned, Unknown) else planned.open_seconds
    share = None
    if open_seconds is not None:
        share = _share(firing, export.start, until, max(open_seconds - timing.polling_seconds, 0.0), open_seconds)
    return Replay(
        rollout,
        float(export.start),
        until,
        open_seconds,
        tuple(replays),
        tuple(left),
        share if not left else None,
        share,
    )


def _series(alarm: WatchedAlarm, export: Export) -> list[ExportedSeries]:
    """The series of each metric: by Label, else by Id. Raises NotModelledError where one is not there."""
    by_label = {series.label: series for series in export.series}
    by_id = {series.id: series for series in export.series}
    found: list[ExportedSeries] = []
    for metric in alarm.metrics:
        label = metric_label(alarm.name, metric)
        series = by_label.get(label) or by_id.get(metric_id(label))
        if series is None:
            message = (
                f"it is not in the file: expected a result with the Label {label!r} or the Id {metric_id(label)!r}"
            )
            raise NotModelledError(message)
        period = alarm.period_minutes * _MINUTE
        first = next(iter(series.points), 0)
        if any((moment - first) % period for moment in series.points):
            message = f"the datapoints of {label!r} are closer than its period of {period} s: export it with that"
            raise NotModelledError(message)
        found.append(series)
    return found


def _notes(alarm: WatchedAlarm, found: Iterable[ExportedSeries]) -> Iterable[str]:
    if any(not series.is_complete for series in found):
        yield "its data is partial: CloudWatch says that there is more"
    distances = [
        later - earlier
        for series in found
        for earlier, later in zip(sorted(series.points), sorted(series.points)[1:], strict=False)
    ]
    step = math.gcd(*distances) if distances else 0
    period = alarm.period_minutes * _MINUTE
    if len(distances) > 10 and step > period:  # noqa: PLR2004 - enough to tell
        yield f"all datapoints are {step // _MINUTE} minutes apart: was it exported with its period of {period} s?"
    if alarm.ignores_few_samples:
        yield "it ignores periods with few samples, which an export does not tell"


def _changes(
    alarm: WatchedAlarm, found: list[ExportedSeries], export: Export, timing: Timing
) -> list[tuple[float, State]]:
    """The states from each moment on: at the end of each period, when it is judged."""
    period = alarm.period_minutes * _MINUTE
    offset = next((next(iter(series.points)) % period for series in found if series.points), 0)
    first = (export.start - offset) // period * period + offset
    moments = range(first, export.end + _MINUTE, period)
    width = alarm.judged.range_points
    if len(moments) * width > _MOST_STEPS:
        raise SamguardError(f"{alarm.name} would be judged too often: export a shorter time")
    worths = {
        metric.id: [series.points.get(moment, math.nan) for moment in moments]
        for metric, series in zip(alarm.metrics, found, strict=True)
    }
    points = None if alarm.looks_along else [point_of(alarm, worth) for worth in alarm.series(worths)]
    state = State.OK
    moved: list[tuple[float, State]] = [(float(export.start), state)]
    for index, moment in enumerate(moments):
        low = max(index + 1 - width, 0)
        if points is None:
            part = {identifier: numbers[low : index + 1] for identifier, numbers in worths.items()}
            seen = [point_of(alarm, worth) for worth in alarm.series(part)]
        else:
            seen = points[low : index + 1]
        after = next_state([*[Point.MISSING] * (width - len(seen)), *seen], alarm.judged, state)
        if after is not state:
            state = after
            moved.append((moment + period + timing.metric_delay_seconds, state))
    return moved


def _fired(
    watched: Watch, changes: Mapping[str, list[tuple[float, State]]], missing: set[str]
) -> list[tuple[float, State]]:
    """Whether some wired alarm is in ALARM, from each moment on; what is missing is taken for OK."""
    now = {**dict.fromkeys(missing, State.OK), **{name: moved[0][1] for name, moved in changes.items()}}
    events = sorted((moment, name, state) for name, moved in changes.items() for moment, state in moved)
    found: list[tuple[float, State]] = []
    for moment, name, state in events:
        now[name] = state
        fires = _is_fired(watched, now, missing)
        found.append((moment, State.ALARM if fires else State.OK))
    return found


def _is_fired(watched: Watch, now: Mapping[str, State], missing: set[str]) -> bool:
    known = dict(now)
    for composite in watched.composites:  # children first, as they were found
        is_missing = not missing.isdisjoint(composite.names.values())
        is_true = not is_missing and holds(composite.rule, lambda said, names=composite.names: known[names[said]])  # type: ignore[misc]
        known[composite.name] = State.ALARM if is_true else State.OK
    return any(known.get(name) is State.ALARM for name in watched.wired)


def _spells(moved: list[tuple[float, State]], until: float) -> Iterable[Spell]:
    """When the state is ALARM."""
    began: float | None = None
    for moment, state in moved:
        if state is State.ALARM and began is None:
            began = moment
        elif state is not State.ALARM and began is not None:
            if moment > began:
                yield began, moment
            began = None
    if began is not None and began < until:
        yield began, until


def _share(firing: list[Spell], start: float, end: float, watched_seconds: float, open_seconds: float) -> float | None:
    """The share (0..1) of starts that are turned back; None where the time is shorter than a deployment."""
    last = end - open_seconds
    if last <= start or not open_seconds:
        return None if open_seconds else 0.0
    total, reached = 0.0, start
    for begin, over in firing:
        low, high = max(begin - watched_seconds, reached), min(over, last)
        if high > low:
            total += high - low
            reached = high
    return total / (last - start)
