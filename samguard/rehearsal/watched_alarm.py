"""An alarm as the model sees it: which measurements of which requests it takes, and when a period of them breaches.

Everything is known here; what is not makes the alarm `unmodelled` (see samguard.rehearsal.watch).
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Final

from samguard.rehearsal.alarm_rule import AlarmRule
from samguard.rehearsal.alarm_state import MOutOfN, Point
from samguard.rehearsal.failure import RequestClass
from samguard.rehearsal.metric_series import Evaluation, Metrics
from samguard.rehearsal.statistic import Sample, Statistic, StatisticKind, over
from samguard.rollout.metric_math import Math, Name
from samguard.value import value


class Scope(Enum):
    """Whose requests a metric is about."""

    FUNCTION = "function"
    """All of the function: both versions."""
    ALIAS = "alias"
    """All through the alias: both versions, too."""
    VERSION = "version"
    """The new version alone, as reached through the alias."""
    NOTHING = "nothing"
    """A combination of dimensions that is not published: there is never a datapoint."""

    @property
    def is_diluted(self) -> bool:
        """Whether the old version's requests are in it."""
        return self in (Scope.FUNCTION, Scope.ALIAS)


class Measure(Enum):
    """What is measured of a request."""

    INVOCATIONS = "Invocations"
    ERRORS = "Errors"
    THROTTLES = "Throttles"
    DURATION = "Duration"
    HTTP_5XX = "API 5XX"
    HTTP_4XX = "API 4XX"
    HTTP_COUNT = "API requests"
    OTHER = "another metric"
    """Of which it is not known what a failure does to it: exported values can be replayed all the same."""


@value
class WatchedMetric:
    """A metric with its statistic, by the id that expressions have for it."""

    id: str
    scope: Scope
    measure: Measure
    statistic: Statistic

    def sample(self, requests: RequestClass) -> float | None:
        """The sample that each request of a class leaves in the metric, None where it leaves none."""
        if self.scope is Scope.NOTHING or (self.scope is Scope.VERSION and not requests.is_new):
            return None
        match self.measure:
            case Measure.INVOCATIONS:
                return None if requests.is_throttled else 1.0
            case Measure.ERRORS:
                return None if requests.is_throttled else float(requests.is_error)
            case Measure.THROTTLES:
                is_nothing_run = self.scope is Scope.VERSION and requests.is_throttled
                return None if is_nothing_run else float(requests.is_throttled)
            case Measure.DURATION:
                return requests.duration_ms
            case Measure.HTTP_5XX:
                return float(requests.is_http_5xx)
            case Measure.HTTP_4XX:
                return 0.0
            case Measure.HTTP_COUNT:
                return 1.0
            case Measure.OTHER:
                return None


COMPARISONS: Final[dict[str, Callable[[float, float], bool]]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


@value
class WatchedAlarm:
    """A metric alarm. `returned` is the id of the metric or expression that is compared with the threshold.

    `looks_along` says that its expressions read several periods at once; `is_wall_clock` that its periods begin at
    multiples of their length, instead of sliding from minute to minute.
    """

    name: str
    metrics: tuple[WatchedMetric, ...]
    judged: MOutOfN
    comparison: str
    threshold: float
    period_minutes: int
    expressions: Mapping[str, Math]
    returned: str = ""
    looks_along: bool = False
    is_wall_clock: bool = False
    ignores_few_samples: bool = False

    @property
    def is_diluted(self) -> bool:
        """Whether the old version's requests are in what it watches."""
        return any(metric.scope.is_diluted for metric in self.metrics)

    @property
    def range_minutes(self) -> int:
        """Minutes that an evaluation looks back."""
        return self.period_minutes * self.judged.range_points

    @property
    def is_exactly_countable(self) -> bool:
        """Whether counting requests by classes is enough, so that no duration has to be known by its value."""
        measured = [metric for metric in self.metrics if metric.measure is Measure.DURATION]
        return all(
            metric.statistic.kind is StatisticKind.SAMPLE_COUNT or (metric.statistic.is_order and not self.expressions)
            for metric in measured
        )

    def cuts_ms(self) -> tuple[float, ...]:
        """Durations at which requests have to be told apart."""
        if any(metric.measure is Measure.DURATION for metric in self.metrics):
            return (self.threshold,) if math.isfinite(self.threshold) and self.threshold > 0 else ()
        return ()

    def point(self, samples: Sequence[Sequence[Sample]]) -> Point:
        """One period against the threshold, from the samples of each metric; not for alarms that look along."""
        worths = {
            metric.id: [over(found, metric.statistic)] for metric, found in zip(self.metrics, samples, strict=True)
        }
        worth = self.series(worths)[0]
        if math.isnan(worth):
            return Point.MISSING
        is_breach = COMPARISONS[self.comparison](worth, self.threshold)
        if self.ignores_few_samples and self._has_few(samples):
            return Point.BREACHING_OF_FEW if is_breach else Point.GOOD_OF_FEW
        return Point.BREACHING if is_breach else Point.GOOD

    def _has_few(self, samples: Sequence[Sequence[Sample]]) -> bool:
        return any(
            sum(count for _, count in found) < metric.statistic.fewest_samples
            for metric, found in zip(self.metrics, samples, strict=True)
        )

    def series(self, worths: Mapping[str, list[float]]) -> list[float]:
        """What is compared with the threshold, period by period, from each metric's values."""
        if not self.expressions:
            return worths[self.returned]
        columns = len(next(iter(worths.values()), []))
        metrics = Metrics(worths, self.expressions, self.period_minutes * 60.0, columns)
        return Evaluation(metrics).series(Name(self.returned))


@value
class WatchedComposite:
    """A composite alarm; `names` gives the alarm that is meant for each name that its rule is written with."""

    name: str
    rule: AlarmRule
    names: Mapping[str, str]
