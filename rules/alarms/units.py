"""Units in which AWS Lambda publishes its metrics.

Source: Lambda developer guide, "Types of metrics for Lambda functions".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Literal
from samguard.rollout.alarm import Alarm, Metric
from samguard.rollout.lambda_metrics import COUNTS, DURATIONS, NAMESPACE
from samguard.source import Node, Span
from samguard.value import field, value


@value
class WrongUnit:
    """A metric that is asked for in another unit than the one it is published in."""

    metric: str
    unit: Literal
    right: str
    node: Node = field(repr=False)

    @property
    def span(self) -> Span:
        """Where the unit stands."""
        return self.node.span


def wrong_units(alarm: Alarm) -> Iterator[WrongUnit]:
    """The metrics of an alarm with a unit that has no data."""
    for metric in alarm.metrics or ():
        right, unit, node = unit_of(metric), metric.unit, metric.around.get("Unit")
        if right is not None and node is not None and isinstance(unit, Literal) and unit.text != right:
            yield WrongUnit(metric.names[1], unit, right, node)


def unit_of(metric: Metric) -> str | None:
    """The unit in which AWS Lambda publishes a metric; None where it is not one of those or that is not certain."""
    namespace, name = metric.names
    if namespace != NAMESPACE:
        return None
    if name in COUNTS:
        return "Count"
    return "Milliseconds" if name in DURATIONS else None
