"""How long an alarm needs before it can be in ALARM, against the time until everybody has the new version.

CloudWatch looks every minute at the newest periods, wherever they begin. An alarm of M datapoints needs failures in M
periods that follow each other: not before (M - 1) periods have gone by since the first, however bad the version is, and
safely once M have. Source: CloudWatch user guide, "Evaluating an alarm".
"""

from __future__ import annotations

import math
from enum import Enum, auto
from typing import Final

from samguard.evaluation import Literal, Removed, Trail
from samguard.linting.rule import Level
from samguard.rollout import Rollout, Strategy, StrategyKind
from samguard.rollout.alarm import Alarm
from samguard.rollout.strategy import number
from samguard.rules.alarms.coverage import is_foreign, kinds_of
from samguard.rules.alarms.periods import window_too_long
from samguard.rules.alarms.relied_on import ReliedOn
from samguard.source import Span
from samguard.value import value

MINUTE: Final = 60
_HALF: Final = 50
_ALL: Final = 100


class Pace(Enum):
    """Whether an alarm is in time."""

    IN_TIME = auto()
    LATE_IN_A_LINEAR_SHIFT = auto()
    """In time, but half of the users have the new version by then."""
    TIGHT = auto()
    """One period as long as the shift: the failures of its beginning must be enough."""
    BY_LUCK = auto()
    """It needs more time than there is, unless the first failures cross the threshold of a period by themselves."""
    TOO_LATE = auto()


_LEVELS: Final = {
    Pace.TOO_LATE: Level.ERROR,
    Pace.BY_LUCK: Level.WARNING,
    Pace.TIGHT: Level.NOTE,
    Pace.LATE_IN_A_LINEAR_SHIFT: Level.NOTE,
}


@value
class TimeToAlarm:
    """What an alarm needs: so many datapoints of so long a period; `span` is what would have to be smaller."""

    datapoints: float
    period_seconds: float
    span: Span
    because: Trail

    @property
    def seconds(self) -> float:
        """Seconds in which the alarm is safely in ALARM."""
        return self.datapoints * self.period_seconds

    @property
    def text(self) -> str:
        """Datapoints and period, to be read."""
        return f"{self.datapoints:g} x {self.period_seconds:g} s"


def time_to_alarm(alarm: Alarm) -> TimeToAlarm | None:
    """What an alarm needs, or None where that is not known or missing data counts as failing."""
    treatment = alarm.treat_missing_data
    periods = number(alarm.evaluation_periods)
    said = alarm.evaluation_periods if isinstance(alarm.datapoints_to_alarm, Removed) else alarm.datapoints_to_alarm
    datapoints = number(said)
    lengths = [number(metric.period) for metric in alarm.metrics or ()]
    known = [length for length in lengths if length is not None]
    if periods is None or datapoints is None or not known or len(known) < len(lengths):
        return None
    if isinstance(treatment, Literal) and treatment.text == "breaching":
        return None
    metric = (alarm.metrics or ())[lengths.index(max(known))]
    key = "EvaluationPeriods" if isinstance(alarm.datapoints_to_alarm, Removed) else "DatapointsToAlarm"
    span = alarm.span_of(key)
    period = metric.around.get("Period")
    if period is not None and max(known) / MINUTE > datapoints:
        span = period.span
    because = (*said.because, *metric.period.because)
    return TimeToAlarm(min(datapoints, periods), max(known), span, because)


def shift_seconds(rollout: Rollout) -> float | None:
    """Seconds from the first users of the new version to the last."""
    strategy = rollout.strategy
    minutes = strategy.duration_minutes if isinstance(strategy, Strategy) else None
    return minutes * MINUTE if minutes else None


def pace(needed: TimeToAlarm, rollout: Rollout) -> Pace:
    """Whether an alarm is in time for a rollout; where the shift's length is not known it is taken to be."""
    seconds = shift_seconds(rollout)
    if seconds is None:
        return Pace.IN_TIME
    if (needed.datapoints - 1) * needed.period_seconds >= seconds:
        return Pace.TOO_LATE
    if needed.seconds > seconds:
        return Pace.BY_LUCK
    if needed.seconds == seconds:
        return Pace.TIGHT if needed.datapoints == 1 else Pace.BY_LUCK
    return Pace.LATE_IN_A_LINEAR_SHIFT if share_reached(needed, rollout) >= _HALF else Pace.IN_TIME


def share_reached(needed: TimeToAlarm, rollout: Rollout) -> float:
    """The share (0..100) of the requests that a linear shift has given to the new version by the time of the alarm."""
    strategy = rollout.strategy
    if not isinstance(strategy, Strategy) or StrategyKind.LINEAR not in (strategy.kind, strategy.shape):
        return 0
    if not strategy.percent or not strategy.interval_minutes:
        return 0
    steps = math.floor(needed.seconds / (strategy.interval_minutes * MINUTE)) + 1
    return min(float(_ALL), steps * strategy.percent)


def reached(needed: TimeToAlarm, rollout: Rollout) -> str:
    """Who has the new version by the time of the alarm: a clause."""
    share = share_reached(needed, rollout)
    if 0 < share < _ALL:
        return f"{share:g} % of the requests go to the new version by then"
    return f"all go to the new version after {(shift_seconds(rollout) or 0) / MINUTE:g} minutes"


@value
class Lateness:
    """That an alarm is not safely in time, and how much it matters; `reached` says who has the new version by then."""

    needed: TimeToAlarm
    reached: str
    level: Level


def lateness(relied: ReliedOn, others: tuple[ReliedOn, ...]) -> Lateness | None:
    """How an alarm is late, or None where it is in time or that is not known."""
    needed = time_to_alarm(relied.alarm)
    level = _LEVELS.get(pace(needed, relied.rollout)) if needed is not None else None
    if needed is None or level is None or window_too_long(relied.alarm) is not None:
        return None
    if level is Level.ERROR and has_faster_twin(relied, others):
        level = Level.WARNING
    return Lateness(needed, reached(needed, relied.rollout), level)


def has_faster_twin(relied: ReliedOn, others: tuple[ReliedOn, ...]) -> bool:
    """Whether another alarm of the list sees the same kinds of failure in time."""
    kinds = kinds_of(relied.alarm)
    for other in others:
        needed = time_to_alarm(other.alarm)
        if other is relied or needed is None or is_foreign(other.alarm, relied.rollout):
            continue
        if kinds and kinds <= kinds_of(other.alarm) and pace(needed, relied.rollout) is Pace.IN_TIME:
            return True
    return False
