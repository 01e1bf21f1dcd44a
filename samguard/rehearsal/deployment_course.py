"""One deployment minute by minute: when its minutes begin, how many requests of which kind come, when alarms are judged.

The clock's minutes do not begin with the deployment. `phase_seconds` (0..60) is when the first minute begins that starts
inside of it; minute 0 is the one before, which ends then. Both ways of working a rehearsal out take their courses from
here: exactly, by a few phases with weights (Gauss-Legendre between the phases at which another evaluation comes in time),
or by phases drawn at random.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

from samguard.rehearsal.failure import Failure, FailureKind, RequestClass, Service, request_classes
from samguard.rehearsal.load import Load
from samguard.rehearsal.schedule import MINUTE_SECONDS, Schedule, Timing
from samguard.rehearsal.watch import Watch
from samguard.rehearsal.watched_alarm import WatchedAlarm, WatchedComposite
from samguard.value import field, value

_MOST_OFFSETS: Final = 12
_ROUNDING: Final = 1e-9
_PARTS: Final = 4
_NODES: Final = (
    (0.03376524289842403, 0.08566224618958514),
    (0.16939530676686776, 0.18038078652406936),
    (0.38069040695840156, 0.23395696728634552),
    (0.6193095930415985, 0.23395696728634552),
    (0.8306046932331322, 0.18038078652406936),
    (0.9662347571015759, 0.08566224618958514),
)
"""Gauss-Legendre: places in 0..1 and their weights."""


@value
class Scenario:
    """What is rehearsed: what goes wrong, how much traffic there is, how a healthy version behaves, how fast AWS is."""

    load: Load
    failure: Failure = field(default_factory=Failure)
    service: Service = field(default_factory=Service)
    timing: Timing = field(default_factory=Timing)

    @property
    def metric_delay_seconds(self) -> float:
        """From the end of a minute until its datapoint is judged; requests that time out are measured when they end."""
        late = self.service.timeout_seconds if self.failure.kind is FailureKind.TIMEOUT else 0.0
        return self.timing.metric_delay_seconds + late


@value
class Group:
    """Requests that no alarm can tell apart: the sample that each leaves in each metric, and their shares (0..1)."""

    samples: tuple[float | None, ...]
    share_of_new: float
    share_of_old: float


@value
class Rehearsed:
    """Everything that a rehearsal is worked out from."""

    alarms: tuple[WatchedAlarm, ...]
    composites: tuple[WatchedComposite, ...]
    wired: tuple[str, ...]
    schedule: Schedule
    scenario: Scenario
    groups: tuple[Group, ...]
    harmed_share: float
    """The share (0..1) of the new version's requests that fail, of the failure and of those that always do."""

    @property
    def history_minutes(self) -> int:
        """Minutes before the deployment that the alarms look at."""
        return max((alarm.range_minutes for alarm in self.alarms), default=0)


@value
class Course:
    """A deployment that starts in a minute of the load.

    `offset_minutes` is the place of minute 0 among the periods of alarms that begin at multiples of their length.
    """

    start_minute: int = 0
    offset_minutes: int = 0


def rehearsed(watched: Watch, planned: Schedule, scenario: Scenario, *, bins: int = 1) -> Rehearsed:
    """The alarms of a watch with a schedule and a scenario. Durations are told apart by `bins` of equal shares."""
    reached = _reached(watched)
    alarms = tuple(alarm for alarm in watched.alarms if alarm.name in reached)
    composites = tuple(composite for composite in watched.composites if composite.name in reached)
    cuts = {cut for alarm in alarms for cut in alarm.cuts_ms()}
    if bins > 1 and any(not alarm.is_exactly_countable for alarm in alarms):
        cuts |= _quantiles(scenario, bins)
    classes = request_classes(scenario.failure, scenario.service, tuple(sorted(cuts)))
    harmed = sum(found.share for found in classes if found.is_new and found.is_harmed)
    return Rehearsed(alarms, composites, watched.wired, planned, scenario, _grouped(classes, alarms), harmed)


def _reached(watched: Watch) -> set[str]:
    """The names of what is wired, and of what those depend on."""
    composites = {composite.name: composite for composite in watched.composites}
    found: set[str] = set()
    waiting = list(watched.wired)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            if name in composites:
                waiting.extend(composites[name].names.values())
    return found


def _quantiles(scenario: Scenario, bins: int) -> set[float]:
    from samguard.rehearsal.poisson import lognormal_quantile  # noqa: PLC0415 - for durations only

    service, failing = scenario.service, scenario.failure
    medians = {service.duration_median_ms}
    if failing.kind is FailureKind.LATENCY:
        medians.add(service.duration_median_ms * failing.latency_factor)
    if service.duration_sigma <= 0:
        return set()
    return {
        lognormal_quantile(index / bins, median, service.duration_sigma)
        for median in medians
        for index in range(1, bins)
    }


def _grouped(classes: tuple[RequestClass, ...], alarms: tuple[WatchedAlarm, ...]) -> tuple[Group, ...]:
    metrics = [metric for alarm in alarms for metric in alarm.metrics]
    shares: dict[tuple[float | None, ...], list[float]] = {}
    for found in classes:
        samples = tuple(metric.sample(found) for metric in metrics)
        if any(sample is not None for sample in samples):
            shares.setdefault(samples, [0.0, 0.0])[found.is_new] += found.share
    return tuple(Group(samples, new, old) for samples, (old, new) in shares.items())


# the clock


def first_evaluation(found: Rehearsed, phase_seconds: float) -> int:
    """The minute after which the alarm was judged whose state stands when the deployment starts."""
    return math.floor((-found.scenario.metric_delay_seconds - phase_seconds) / MINUTE_SECONDS)


def last_evaluation(found: Rehearsed, phase_seconds: float) -> int:
    """The last minute whose failures turn the traffic back before the deployment ends."""
    delay = found.scenario.metric_delay_seconds + found.scenario.timing.polling_seconds
    return math.floor((found.schedule.open_seconds - delay - phase_seconds) / MINUTE_SECONDS + _ROUNDING)


def seconds_of(found: Rehearsed, minute: int, phase_seconds: float) -> float:
    """When the traffic is turned back, if an alarm is in ALARM after this minute: seconds from the first shift."""
    judged = phase_seconds + minute * MINUTE_SECONDS + found.scenario.metric_delay_seconds
    return max(judged, 0.0) + found.scenario.timing.polling_seconds


def new_share(found: Rehearsed, minute: int, phase_seconds: float) -> float:
    """The new version's share (0..1) of a minute's requests."""
    end = phase_seconds + minute * MINUTE_SECONDS
    return found.schedule.exposure_seconds(end - MINUTE_SECONDS, end) / MINUTE_SECONDS


@value
class Phase:
    """A phase that stands for those from `low` to `high`, with its weight; the weights of all add up to 1."""

    seconds: float
    weight: float
    low: float
    high: float

    @property
    def parts(self) -> tuple[float, ...]:
        """Phases spread evenly over those that it stands for."""
        return tuple(self.low + (self.high - self.low) * (index + 0.5) / _PARTS for index in range(_PARTS))


def phases(found: Rehearsed) -> list[Phase]:
    """Phases that stand for all."""
    delay = found.scenario.metric_delay_seconds
    last = found.schedule.open_seconds - delay - found.scenario.timing.polling_seconds
    edges = sorted({0.0, float(MINUTE_SECONDS), last % MINUTE_SECONDS, -delay % MINUTE_SECONDS})
    standing: list[Phase] = []
    for low, high in pairwise(edges):
        if high - low <= _ROUNDING:
            continue
        start = low
        for place, weight in _NODES:
            length = weight * (high - low)
            standing.append(Phase(low + (high - low) * place, length / MINUTE_SECONDS, start, start + length))
            start += length
    return standing


def courses(found: Rehearsed) -> tuple[Course, ...]:
    """The courses that a result is the mean of."""
    period = math.lcm(*(alarm.period_minutes for alarm in found.alarms if alarm.is_wall_clock)) or 1
    count = min(period, _MOST_OFFSETS)
    offsets = [index * period // count for index in range(count)]
    return tuple(Course(start, offset) for start in found.scenario.load.starts for offset in offsets)


def newest_end(alarm: WatchedAlarm, minute: int, course: Course) -> int:
    """The last minute of the newest period that an alarm judges after a minute."""
    if not alarm.is_wall_clock:
        return minute
    return minute - (minute + course.offset_minutes) % alarm.period_minutes


def harmed_until(found: Rehearsed, seconds: float, phase_seconds: float, course: Course) -> float:
    """The new version's failed requests up to a moment, on average."""
    load, total = found.scenario.load, 0.0
    if len(load.requests_per_minute) == 1:
        exposed = found.schedule.exposure_seconds(0.0, seconds)
        return load.requests_per_minute[0] * exposed / MINUTE_SECONDS * found.harmed_share
    minute, start = 0, 0.0
    while start < seconds:
        end = min(seconds, phase_seconds + minute * MINUTE_SECONDS)
        exposed = found.schedule.exposure_seconds(start, end)
        total += load.at(course.start_minute + minute) * exposed / MINUTE_SECONDS
        minute, start = minute + 1, max(start, end)
    return total * found.harmed_share
