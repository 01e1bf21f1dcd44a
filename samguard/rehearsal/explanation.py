"""Why a bad version is caught late or not at all: sentences without an end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.rehearsal.deployment_course import Scenario
from samguard.rehearsal.detection import Detection
from samguard.rehearsal.earliest import earliest_seconds
from samguard.rehearsal.failure import FailureKind
from samguard.rehearsal.schedule import MINUTE_SECONDS, Schedule
from samguard.rehearsal.watch import Watch
from samguard.rehearsal.watched_alarm import Measure, Scope, WatchedAlarm
from samguard.rollout import Rollout

_ERRORS: Final = frozenset({Measure.ERRORS, Measure.HTTP_5XX})
_MOVED: Final = {
    FailureKind.ERRORS: _ERRORS,
    FailureKind.POISONED: _ERRORS,
    FailureKind.COLD_START: _ERRORS,
    FailureKind.TIMEOUT: _ERRORS | {Measure.DURATION},
    FailureKind.LATENCY: _ERRORS | {Measure.DURATION},
    FailureKind.THROTTLING: frozenset({Measure.THROTTLES, Measure.HTTP_5XX, Measure.INVOCATIONS}),
    FailureKind.HANDLED: frozenset({Measure.HTTP_5XX}),
}
_SURE: Final = 0.95


def explained(
    rollout: Rollout, watched: Watch, planned: Schedule, scenario: Scenario, detection: Detection
) -> tuple[str, ...]:
    """The reasons for a detection, the weightiest first; of one that is sure, only what is not modelled."""
    return tuple(dict.fromkeys(_reasons(rollout, watched, planned, scenario, detection)))


def _reasons(
    rollout: Rollout, watched: Watch, planned: Schedule, scenario: Scenario, detection: Detection
) -> Iterator[str]:
    is_sure = detection.probability >= _SURE
    if not is_sure:
        yield from _of_shift(rollout, planned)
        if watched.is_empty:
            yield "no alarm is wired"
        for left in watched.blind:
            yield f"{left.name}: {left.reason}"
        in_time = [alarm for alarm in watched.alarms if _is_in_time(alarm, planned, scenario)]
        if planned.open_seconds:
            for alarm in watched.alarms:
                if alarm not in in_time:
                    yield _too_late(alarm, planned, scenario)
        for alarm in in_time:
            yield from _of_alarm(alarm, planned, scenario)
        if any(_is_moved(alarm, scenario) for alarm in in_time):
            yield _few(planned, scenario)
        yield _afterwards(scenario)
    if watched.stops_only:
        yield "an alarm stops the shift, but the group rolls nothing back: the new version keeps its share"
    for left in watched.unmodelled:
        yield f"{left.name} is not modelled: {left.reason}"


def _of_shift(rollout: Rollout, planned: Schedule) -> Iterator[str]:
    if not rollout.shifts:
        yield "traffic is not shifted: everyone gets the new version at once"
    elif not planned.last_shift_seconds:
        open_for = _minutes(planned.open_seconds)
        after = f", and alarms are watched for {open_for} after it" if planned.open_seconds else ""
        yield f"everyone gets the new version at once{after}"


def _is_in_time(alarm: WatchedAlarm, planned: Schedule, scenario: Scenario) -> bool:
    earliest = earliest_seconds(alarm, scenario)
    return earliest is not None and earliest <= planned.open_seconds


def _too_late(alarm: WatchedAlarm, planned: Schedule, scenario: Scenario) -> str:
    needed = alarm.judged.datapoints_to_alarm
    earliest = earliest_seconds(alarm, scenario)
    if earliest is None:
        return f"{alarm.name} never has a datapoint: its metric is not published with these dimensions or this unit"
    periods = "1 period" if needed == 1 else f"{needed} periods"
    return (
        f"{alarm.name} needs {periods} of {_minutes(alarm.period_minutes * MINUTE_SECONDS)}: it turns the traffic back "
        f"after {_minutes(earliest)} at the earliest, and the shift ends after {_minutes(planned.open_seconds)}"
    )


def _of_alarm(alarm: WatchedAlarm, planned: Schedule, scenario: Scenario) -> Iterator[str]:
    if not _is_moved(alarm, scenario):
        measures = {metric.measure for metric in alarm.metrics}
        names = " and ".join(sorted(measure.value for measure in measures))
        yield f"{alarm.name} watches {names}, which this failure does not move"
        return
    first = planned.shifts[0].share
    if alarm.is_diluted and 0 < first < 1:
        whose = "alias" if all(metric.scope is Scope.ALIAS for metric in alarm.metrics) else "function"
        yield f"{alarm.name} watches a metric of the whole {whose}: at {first * 100:.3g} % {_seen(first, scenario.failure.kind)}"
    if alarm.ignores_few_samples:
        fewest = max(metric.statistic.fewest_samples for metric in alarm.metrics)
        yield f"{alarm.name} does nothing while a period has fewer than {fewest:.4g} requests"


def _is_moved(alarm: WatchedAlarm, scenario: Scenario) -> bool:
    return any(metric.measure in _MOVED[scenario.failure.kind] for metric in alarm.metrics)


_WORDS: Final = {
    FailureKind.TIMEOUT: "timeouts",
    FailureKind.LATENCY: "slow requests",
    FailureKind.THROTTLING: "throttled requests",
}


def _seen(share: float, kind: FailureKind) -> str:
    part = 1 / share
    shown = f"1/{part:.0f}" if abs(part - round(part)) < 1e-6 else f"{share * 100:.3g} %"  # noqa: PLR2004 - rounding
    return f"it sees {shown} of the {_WORDS.get(kind, 'errors')}"


def _few(planned: Schedule, scenario: Scenario) -> str:
    rate = scenario.load.mean_per_minute * planned.shifts[0].share
    return f"the new version gets {rate:.3g} requests a minute at first, of which {rate * scenario.failure.share:.3g} are affected"


def _afterwards(scenario: Scenario) -> str:
    rate = scenario.load.mean_per_minute * scenario.failure.share
    return f"once everyone has such a version, {rate:.3g} requests a minute are affected"


def _minutes(seconds: float) -> str:
    minutes = seconds / MINUTE_SECONDS
    return "1 minute" if minutes == 1 else f"{minutes:.4g} minutes"
