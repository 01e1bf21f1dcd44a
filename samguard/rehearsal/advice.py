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
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import Final, TypeAlias

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
_HALF: Final = 0.5
_DEPLOYMENTS: Final = 500
_QUICK: Final = Effort(cases=300, followers=1_500, steps=40_000)
_PERIODS_MINUTES: Final = (1, 2, 3, 5, 10, 15)
_NICE: Final = (1.0, 2.0, 3.0, 5.0, 7.0)
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


_Ladder: TypeAlias = tuple[_Plan, ...]


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
    search = _Search(rehearsal.scenario, asked, usual, quick, most_false, tries)
    return next(search.found(_Plan(rehearsal.watch, planned), rehearsal.rollout.strategy), None)


class _OutOfTriesError(Exception):
    """Enough has been tried."""


class _Search:
    """Tries settings in the order in which they are preferred.

    Settings come in ladders, whose last step detects the most: where that is not enough, no other one is tried.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of one question
        self, scenario: Scenario, asked: Objective, usual: Means, quick: Means, most_false: float, tries: int
    ) -> None:
        self.scenario = scenario
        self.asked = asked
        self.usual = usual
        self.quick = quick
        self.most_false = most_false
        self.left = tries

    def found(self, start: _Plan, strategy: Strategy | Unknown | None) -> Iterator[Advice]:
        """What meets the objective; ends where enough is tried."""
        try:
            yield from self._found(start, strategy)
        except _OutOfTriesError:
            return

    def _found(self, start: _Plan, strategy: Strategy | Unknown | None) -> Iterator[Advice]:
        names = [alarm.name for alarm in start.watch.alarms]
        steps = (_by_datapoints, _by_period, _by_threshold)
        for step in steps:
            for name in names:
                for ladder in step(start, name):
                    yield from self._of(ladder)
        for ladder in _by_strategy(start, strategy):
            yield from self._of(ladder)
        for name in names:
            for index, first in enumerate(steps):
                for second in steps[index + 1 :]:
                    yield from self._pairs(first(start, name), lambda plan, by=second, of=name: by(plan, of))  # type: ignore[misc]
        for step in steps:
            for name in names:
                yield from self._pairs(step(start, name), lambda plan: _by_strategy(plan, strategy))

    def _pairs(self, ladders: Iterable[_Ladder], second: Callable[[_Plan], Iterable[_Ladder]]) -> Iterator[Advice]:
        for ladder in ladders:
            if not ladder or not any(self._detects(further[-1]) for further in second(ladder[-1]) if further):
                continue
            for plan in ladder:
                for further in second(plan):
                    yield from self._of(further)

    def _of(self, ladder: _Ladder) -> Iterator[Advice]:
        if not ladder or not self._detects(ladder[-1]):
            return
        for plan in ladder:
            if self._detects(plan) and self._is_quiet(plan, self.quick) and self._is_quiet(plan, self.usual):
                detection = detect(plan.watch, plan.schedule, self.scenario, self.usual)
                healthy = detect(plan.watch, plan.schedule, healthy_scenario(self.scenario), self.usual)
                if detection is not None and healthy is not None and detection.probability >= self.asked.confidence:
                    yield Advice(plan.changes, detection, healthy)

    def _detects(self, plan: _Plan) -> bool:
        self.left -= 1
        if self.left < 0:
            raise _OutOfTriesError
        found = detect(plan.watch, plan.schedule, self.scenario, self.quick)
        return found is not None and found.interval()[1] >= self.asked.confidence

    def _is_quiet(self, plan: _Plan, means: Means) -> bool:
        found = detect(plan.watch, plan.schedule, healthy_scenario(self.scenario), means)
        return found is not None and found.probability <= min(self.most_false, _HALF) + 1e-9


def _alarm(plan: _Plan, name: str) -> WatchedAlarm:
    return next(alarm for alarm in plan.watch.alarms if alarm.name == name)


def _with(plan: _Plan, changed: WatchedAlarm, *changes: Change) -> _Plan:
    alarms = tuple(changed if alarm.name == changed.name else alarm for alarm in plan.watch.alarms)
    return _Plan(replace(plan.watch, alarms=alarms), plan.schedule, (*plan.changes, *changes))


def _by_datapoints(plan: _Plan, name: str) -> Iterator[_Ladder]:
    """Fewer datapoints out of as many; a single one out of one, which says the same in fewer words."""
    alarm = _alarm(plan, name)
    periods, needed = alarm.judged.evaluation_periods, alarm.judged.datapoints_to_alarm
    ladder: list[_Plan] = []
    for fewer in range(needed - 1, 0, -1):
        if fewer > 1 or needed < periods:
            change = Change(name, Setting.DATAPOINTS_TO_ALARM, str(needed), str(fewer))
            ladder.append(_with(plan, _judged(alarm, periods, fewer), change))
        else:
            change = Change(name, Setting.EVALUATION_PERIODS, str(periods), "1")
            ladder.append(_with(plan, _judged(alarm, 1, 1), change))
    yield tuple(ladder)


def _judged(alarm: WatchedAlarm, periods: int, needed: int) -> WatchedAlarm:
    judged: MOutOfN = replace(alarm.judged, evaluation_periods=periods, datapoints_to_alarm=needed)
    return replace(alarm, judged=judged)


def _by_period(plan: _Plan, name: str) -> Iterator[_Ladder]:
    """Other usual lengths, the nearest first, of two equally near the shorter. Each is a ladder: none surely detects more."""
    alarm = _alarm(plan, name)
    own = alarm.period_minutes
    others = [minutes for minutes in _PERIODS_MINUTES if minutes != own]
    for minutes in sorted(others, key=lambda other: (abs(math.log(other / own)), other)):
        if minutes * alarm.judged.evaluation_periods * 60 <= plan.schedule.open_seconds:
            change = Change(name, Setting.PERIOD, str(own * 60), str(minutes * 60))
            yield (_with(plan, replace(alarm, period_minutes=minutes), change),)


def _by_threshold(plan: _Plan, name: str) -> Iterator[_Ladder]:
    """Lower ones, the nearest first, of what is too high when it is bad."""
    alarm = _alarm(plan, name)
    if alarm.comparison not in _ABOVE:
        return
    yield tuple(
        _with(
            plan,
            replace(alarm, threshold=threshold),
            Change(name, Setting.THRESHOLD, f"{alarm.threshold:g}", f"{threshold:g}"),
        )
        for threshold in _below(alarm)
    )


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
    if not (math.isfinite(alarm.threshold) and alarm.threshold > 0):
        return
    power = math.floor(math.log10(alarm.threshold))
    for exponent in range(power, power - 3, -1):
        for digit in reversed(_NICE):
            nice = float(f"{digit * 10.0**exponent:.3g}")
            if least <= nice < alarm.threshold and (not is_count or nice == int(nice)):
                yield nice


def _by_strategy(plan: _Plan, strategy: Strategy | Unknown | None) -> Iterator[_Ladder]:
    """Lambda's predefined ones that take longer, those of the same kind first."""
    if not isinstance(strategy, Strategy):
        return
    is_linear = len(plan.schedule.shifts) > 2  # noqa: PLR2004 - a canary has two
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
    for kind in (linears, canaries) if is_linear else (canaries, linears):
        yield tuple(
            _shifted(plan, shifts, Change("", Setting.STRATEGY, strategy.name, name))
            for name, shifts in kind
            if shifts[-1].at_seconds > plan.schedule.last_shift_seconds
        )


def _shifted(plan: _Plan, shifts: tuple[Shift, ...], change: Change) -> _Plan:
    after = plan.schedule.open_seconds - plan.schedule.last_shift_seconds
    schedule = replace(plan.schedule, shifts=shifts, open_seconds=shifts[-1].at_seconds + after)
    return replace(plan, schedule=schedule, changes=(*plan.changes, change))
