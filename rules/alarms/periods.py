"""Periods of an alarm's metrics, as far as they are known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import Trail
from samguard.rollout.alarm import Alarm
from samguard.rollout.strategy import number
from samguard.rules.alarms.failure_metrics import REQUESTS
from samguard.source import Node, Span
from samguard.value import field, value

MINUTE: Final = 60
_HIGH_RESOLUTION: Final = frozenset({10, 20, 30})
"""Seconds; source: CloudWatch API reference, PutMetricAlarm (Period)."""
HOUR: Final = 3600
DAY: Final = 86400
WEEK: Final = 604800


@value
class Period:
    """A period, where it stands, and the namespace of its metric."""

    seconds: float
    span: Span
    node: Node = field(repr=False)
    namespace: str = ""
    because: Trail = ()

    @property
    def is_possible(self) -> bool:
        """Whether CloudWatch takes it."""
        return self.seconds in _HIGH_RESOLUTION or (self.seconds >= MINUTE and self.seconds % MINUTE == 0)


def periods(alarm: Alarm) -> Iterator[Period]:
    """The periods of an alarm's metrics."""
    for metric in alarm.metrics or ():
        seconds, node = number(metric.period), metric.around.get("Period")
        if seconds is not None and node is not None:
            yield Period(seconds, node.span, node, metric.names[0], metric.period.because)


def short_periods(alarm: Alarm) -> Iterator[Period]:
    """Periods below a minute on metrics that AWS sends once a minute."""
    return (
        period
        for period in periods(alarm)
        if period.is_possible and period.seconds < MINUTE and period.namespace in REQUESTS
    )


def window_too_long(alarm: Alarm) -> Period | None:
    """The period that makes an alarm's window longer than CloudWatch evaluates, or None."""
    count = number(alarm.evaluation_periods)
    for period in periods(alarm):
        longest = DAY if period.seconds < HOUR else WEEK
        if count is not None and count * period.seconds > longest:
            return period
    return None
