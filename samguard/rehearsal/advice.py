"""The nearest settings with which a rollout meets an objective: tried in the model, one after the other.

Preferred is what changes least, in this order:

1. one setting before two;
2. how many datapoints an alarm asks for (EvaluationPeriods, DatapointsToAlarm), before its period, before its threshold,
   before the strategy, which makes each deployment longer;
3. of one setting, the value that is nearest to what is written.

Of two settings, one is an alarm's and the other another of the same alarm or the strategy. What turns back more than one
healthy version in a hundred is no advice, unless as many are turned back today. Settings that CodeDeploy and CloudWatch
know are tried, at most a few hundred of them; where none is enough, there is no advice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from enum import Enum
from itertools import islice
from typing import Final

from samguard.evaluation import Unknown
from samguard.rehearsal.alarm_state import MOutOfN
from samguard.rehearsal.deployment_course import Scenario
from samguard.rehearsal.detection import Detection
from samguard.rehearsal.exact import Effort
from samguard.rehearsal.objective import Objective
from samguard.rehearsal.rehearsal import Means, Rehearsal, detect, healthy_scenario
from samguard.rehearsal.schedule import Schedule, Shift
from samguard.rehearsal.statistic import StatisticKind
from samguard.rehearsal.watch import Watch
from samguard.rehearsal.watched_alarm import Measure, WatchedAlarm
from samguard.rollout import Strategy
from samguard.value import replace, value

_TRIES: Final = 300
_FALSE_ALARMS: Final = 0.01
_DEPLOYMENTS: Final = 2_000
_QUICK: Final = Effort(followers=3_000, steps=300_000)
_PERIODS_MINUTES: Final = (1, 2, 3, 5, 10, 15, 30, 60)
_NICE: Final = (1.0, 2.0, 3.0, 5.0, 7.0)
_MOST_THRESHOLDS: Final = 12
_ABOVE: Final = ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold")
_COUNTS: Final = frozenset({Measure.ERRORS, Measure.THROTTLES, Measure.HTTP_5XX})
_CANARIES: Final = (5, 10, 15, 30)
_LINEARS: Final = (1, 2, 3, 10)


class Setting(Enum):
    """What may be changed; by its key in a template."""

    EVALUATION_PERIODS = "EvaluationPeriods"
    DATAPOINTS_TO_ALARM = "DatapointsToAlarm"
    PERIOD = "Period"
    THRESHOLD = "Threshold"
    STRATEGY = "Type"


@value
class Change:
    """Another value for a setting of an alarm, by its name, or for the strategy, where `alarm` is empty."""

    alarm: str
    setting: Setting
    before: str
    after: str

    @property
    def text(self) -> str:
        """The change in words."""
        if self.setting is Setting.STRATEGY:
            return f"shift by {self.after} instead of {self.before}"
        return f"{self.alarm}: {self.setting.value} {self.after} instead of {self.before}"


@value
class Advice:
    """Changes that together meet an objective, and what comes of them."""

    changes: tuple[Change, ...]
    detection: Detection
    false_alarms: Detection

    @property
    def text(self) -> str:
        """The changes in words."""
        return "; ".join(change.text for change in self.changes)


@value
class _Plan:
    """Settings to be tried."""

    watch: Watch
    schedule: Schedule
    changes: tuple[Change, ...] = ()


def advice(rehearsal: Rehearsal, asked: Objective, means: Means | None = None, tries: int = _TRIES) -> Advice | None:
    """The nearest settings that meet an objective, of a rollout that misses it; None where there are none, or none is needed.

    At most `tries` settings are tried.
    """
    planned = rehearsal.schedule
    if isinstance(planned, Unknown) or rehearsal.objective_met is not False or not rehearsal.watch.wired:
        return None
    if not rehearsal.rollout.shifts or not rehearsal.watch.alarms:
        return None
    usual = means or Means()
    quick = replace(
        usual,
        deployments=min(usual.deployments, _DEPLOYMENTS),
        effort=_QUICK if usual.effort is not None else None,
        searches=False,
    )
    today = rehearsal.false_alarms.probability if rehearsal.false_alarms is not None else 0.0
    most_false = max(today, _FALSE_ALARMS) if asked.most_false is None else asked.most_false
    start = _Plan(rehearsal.watch, planned)
    for plan in islice(_plans(start, rehearsal.rollout.strategy), tries):
        found = _met(plan, rehearsal.scenario, asked, usual, quick, most_false)
        if found is not None:
            return found
    return None


def _met(  # noqa: PLR0913, PLR0917 - a step of `advice`
    plan: _Plan, scenario: Scenario, asked: Objective, usual: Means, quick: Means, most_false: float
) -> Advice | None:
    """The advice of a plan that meets the objective: found quickly, then confirmed by the usual means."""
    for means in (quick, usual):
        detection = detect(plan.watch, plan.schedule, scenario, means)
        if detection is None or detection.probability < asked.confidence:
            return None
        healthy = detect(plan.watch, plan.schedule, healthy_scenario(scenario), means)
        if healthy is None or healthy.probability > most_false + 1e-9 or healthy.probability > 0.5:  # noqa: PLR2004 - most
            return None
        if means is usual:
            return Advice(plan.changes, detection, healthy)
    return None


def _plans(start: _Plan, strategy: Strategy | Unknown | None) -> Iterator[_Plan]:
    """What is tried, in the order in which it is preferred."""
    names = [alarm.name for alarm in start.watch.alarms]
    steps = (_by_datapoints, _by_period, _by_threshold)
    for step in steps:
        for name in names:
            yield from step(start, name)
    yield from _by_strategy(start, strategy)
    for name in names:
        for index, first in enumerate(steps):
            for second in steps[index + 1 :]:
                for plan in first(start, name):
                    yield from second(plan, name)
    for step in steps:
        for name in names:
            for plan in step(start, name):
                yield from _by_strategy(plan, strategy)


def _alarm(plan: _Plan, name: str) -> WatchedAlarm:
    return next(alarm for alarm in plan.watch.alarms if alarm.name == name)


def _with(plan: _Plan, changed: WatchedAlarm, *changes: Change) -> _Plan:
    alarms = tuple(changed if alarm.name == changed.name else alarm for alarm in plan.watch.alarms)
    return _Plan(replace(plan.watch, alarms=alarms), plan.schedule, (*plan.changes, *changes))


def _by_datapoints(plan: _Plan, name: str) -> Iterator[_Plan]:
    """Fewer datapoints out of as many; a single one out of one, which says the same in fewer words."""
    alarm = _alarm(plan, name)
    periods, needed = alarm.judged.evaluation_periods, alarm.judged.datapoints_to_alarm
    for fewer in range(needed - 1, 0, -1):
        to_alarm = Change(name, Setting.DATAPOINTS_TO_ALARM, str(needed), str(fewer))
        if fewer > 1 or needed < periods:
            yield _with(plan, _judged(alarm, periods, fewer), to_alarm)
        else:
            change = Change(name, Setting.EVALUATION_PERIODS, str(periods), "1")
            yield _with(plan, _judged(alarm, 1, 1), change)


def _judged(alarm: WatchedAlarm, periods: int, needed: int) -> WatchedAlarm:
    judged: MOutOfN = replace(alarm.judged, evaluation_periods=periods, datapoints_to_alarm=needed)
    return replace(alarm, judged=judged)


def _by_period(plan: _Plan, name: str) -> Iterator[_Plan]:
    """Other usual lengths, the nearest first, of two equally near the shorter."""
    alarm = _alarm(plan, name)
    own = alarm.period_minutes
    others = [minutes for minutes in _PERIODS_MINUTES if minutes != own]
    for minutes in sorted(others, key=lambda other: (abs(math.log(other / own)), other)):
        if minutes * alarm.judged.evaluation_periods * 60 <= plan.schedule.open_seconds:
            change = Change(name, Setting.PERIOD, str(own * 60), str(minutes * 60))
            yield _with(plan, replace(alarm, period_minutes=minutes), change)


def _by_threshold(plan: _Plan, name: str) -> Iterator[_Plan]:
    """Lower ones, the nearest first, of what is too high when it is bad."""
    alarm = _alarm(plan, name)
    if alarm.comparison not in _ABOVE:
        return
    for threshold in islice(_below(alarm), _MOST_THRESHOLDS):
        change = Change(name, Setting.THRESHOLD, f"{alarm.threshold:g}", f"{threshold:g}")
        yield _with(plan, replace(alarm, threshold=threshold), change)


def _below(alarm: WatchedAlarm) -> Iterator[float]:
    least = 0.0
    is_count = not alarm.expressions and all(
        metric.measure in _COUNTS and metric.statistic.kind is StatisticKind.SUM for metric in alarm.metrics
    )
    if is_count:
        least = 1.0 if alarm.comparison == "GreaterThanOrEqualToThreshold" else 0.0
        if alarm.threshold <= 10:  # noqa: PLR2004 - each number is tried
            yield from (float(number) for number in range(math.ceil(alarm.threshold) - 1, int(least) - 1, -1))
            return
    if not alarm.threshold > 0:
        return
    power = math.floor(math.log10(alarm.threshold))
    for exponent in range(power, power - 3, -1):
        for digit in reversed(_NICE):
            nice = float(f"{digit * 10.0**exponent:.3g}")
            if least <= nice < alarm.threshold:
                yield nice
    if is_count and least == 0:
        yield 0.0


def _by_strategy(plan: _Plan, strategy: Strategy | Unknown | None) -> Iterator[_Plan]:
    """Lambda's predefined ones that take longer, those of the same kind first."""
    if not isinstance(strategy, Strategy):
        return
    is_linear = len(plan.schedule.shifts) > 2  # noqa: PLR2004 - a canary has two
    after = plan.schedule.open_seconds - plan.schedule.last_shift_seconds
    canaries = [
        (f"Canary10Percent{minutes}Minutes", (Shift(0.0, 0.1), Shift(minutes * 60.0, 1.0))) for minutes in _CANARIES
    ]
    linears = [
        (
            f"Linear10PercentEvery{minutes}Minute{'s' if minutes > 1 else ''}",
            tuple(Shift(index * minutes * 60.0, (index + 1) / 10) for index in range(10)),
        )
        for minutes in _LINEARS
    ]
    for name, shifts in (*linears, *canaries) if is_linear else (*canaries, *linears):
        last = shifts[-1].at_seconds
        if last > plan.schedule.last_shift_seconds:
            change = Change("", Setting.STRATEGY, strategy.name, name)
            schedule = replace(plan.schedule, shifts=shifts, open_seconds=last + after)
            yield replace(plan, schedule=schedule, changes=(*plan.changes, change))
