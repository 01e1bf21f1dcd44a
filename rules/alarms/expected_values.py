"""What an alarm sees in one period, when so many requests come and such a share of the new version's fail.

Only for what can be said without measuring: counts of requests and of failures, and metric math over those.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Final

from samguard.evaluation import EvaluatedTemplate, Literal, Removed, Value
from samguard.pattern import pattern
from samguard.rollout.alarm import Alarm, Expression, Metric, is_version_scoped
from samguard.rollout.metric_math import parsed, worth
from samguard.rollout.strategy import number
from samguard.rules.alarms.failure_metrics import REQUESTS, counts_failures, is_latency, statistic_of, takes_time
from samguard.rules.alarms.statistics import statistic_faults
from samguard.source import Mapping, Scalar, Sequence, Span
from samguard.template import intrinsic
from samguard.value import value

_PERCENTILE: Final = pattern(r"[pP](\d{1,2}(?:\.\d+)?)")
_MAX_DEPTH: Final = 10
_PERCENT: Final = 100
_LEAST_PERCENT: Final = 0.1
"""A threshold below is a fraction, by all likelihood."""
PLENTY: Final = 1e9
"""Requests in a period: so many that every threshold on a plain count is crossed."""


@value
class Traffic:
    """One period: requests that reach the alias, the share (0..1) of them that the new version gets, and the share
    (0..1) of those that fail. The old version never fails."""

    requests: float
    failing: float
    new_share: float = 1.0


@value
class Query:
    """An entry of an alarm's Metrics: its id, whether the alarm is about it, and how it is written."""

    id: str
    returns_data: Value
    node: Mapping

    @property
    def is_returned(self) -> bool | None:
        """Whether its data is what the alarm judges; it is, where nothing is said. None where it is not known."""
        if isinstance(self.returns_data, Removed):
            return True
        if isinstance(self.returns_data, Literal) and self.returns_data.text.lower() in ("true", "false"):
            return self.returns_data.text.lower() == "true"
        return None


def queries(alarm: Alarm, scene: EvaluatedTemplate) -> tuple[Query, ...] | None:
    """The entries of an alarm's Metrics; None where there are none or they are not all known."""
    node, _ = scene.chosen(alarm.properties.get("Metrics"))
    if not isinstance(node, Sequence):
        return None
    found: list[Query] = []
    for item in node.items:
        query, _ = scene.chosen(item)
        if query is None:
            continue
        if not isinstance(query, Mapping) or intrinsic(query) is not None:
            return None
        identifier = query.get("Id")
        if not isinstance(identifier, Scalar):
            return None
        found.append(Query(identifier.text, scene.value(query.get("ReturnData")), query))
    return tuple(found)


def returned(alarm: Alarm, scene: EvaluatedTemplate) -> str | None:
    """The id of the one entry that the alarm judges."""
    found = queries(alarm, scene) or ()
    chosen = [query.id for query in found if query.is_returned]
    return chosen[0] if len(chosen) == 1 and all(query.is_returned is not None for query in found) else None


def value_of(alarm: Alarm, traffic: Traffic, scene: EvaluatedTemplate) -> float | None:
    """What the alarm compares with its threshold in such a period; None where that cannot be said."""
    if alarm.metrics is None:
        return None
    if not alarm.is_math:
        return metric_value(alarm.metrics[0], traffic) if alarm.metrics else None
    chosen = returned(alarm, scene)
    return None if chosen is None else _Period(alarm, traffic).value(chosen)


class _Period:
    """The values of an alarm's ids in one period."""

    def __init__(self, alarm: Alarm, traffic: Traffic) -> None:
        self.metrics = {metric.id: metric for metric in alarm.metrics or ()}
        self.expressions = {expression.id: expression for expression in alarm.expressions}
        self.traffic = traffic
        self.depth = 0

    def value(self, name: str) -> float | None:
        metric = self.metrics.get(name)
        if metric is not None:
            return metric_value(metric, self.traffic)
        expression = self.expressions.get(name)
        if expression is None or not isinstance(expression.text, Literal) or self.depth > _MAX_DEPTH:
            return None
        math = parsed(expression.text.text)
        if math is None:
            return None
        self.depth += 1
        try:
            return worth(math, self.value)
        finally:
            self.depth -= 1


def metric_value(metric: Metric, traffic: Traffic) -> float | None:
    """What a count of requests or of failures is in such a period, by its statistic."""
    new = traffic.requests * traffic.new_share
    total = new if is_version_scoped(metric) else traffic.requests
    namespace, name = metric.names
    if counts_failures(metric):
        return _statistic(statistic_of(metric), total, new * traffic.failing)
    if name and REQUESTS.get(namespace) == name:
        return _statistic(statistic_of(metric), total, total)
    return None


def _statistic(statistic: str, total: float, ones: float) -> float | None:
    """A statistic over samples of which so many are 1 and the others 0."""
    if total <= 0:
        return None
    match statistic:
        case "Sum":
            return ones
        case "Average":
            return ones / total
        case "Maximum":
            return 1.0 if ones else 0.0
        case "Minimum":
            return 1.0 if ones >= total else 0.0
        case "SampleCount":
            return total
        case _:
            match = _PERCENTILE.fullmatch(statistic)
            return None if match is None else float(ones / total > 1 - float(match.group(1)) / 100)


_REACHED: Final[dict[str, Callable[[float, float], bool]]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
LESS_THAN: Final = frozenset({"LessThanThreshold", "LessThanOrEqualToThreshold", "LessThanLowerThreshold"})
"""Comparisons by which a low value is bad."""


def comparison_of(alarm: Alarm) -> str:
    """An alarm's ComparisonOperator, "" where it is not known."""
    return alarm.comparison.text if isinstance(alarm.comparison, Literal) else ""


def breaches(alarm: Alarm, traffic: Traffic, scene: EvaluatedTemplate) -> bool | None:
    """Whether such a period breaches the alarm's threshold; None where that cannot be said."""
    value, threshold = value_of(alarm, traffic, scene), number(alarm.threshold)
    reached = _REACHED.get(comparison_of(alarm))
    if value is None or threshold is None or reached is None:
        return None
    return reached(value, threshold)


def fires_while_healthy(alarm: Alarm, scene: EvaluatedTemplate) -> bool:
    """Whether every period without a single failure breaches, be it of one request or of a thousand."""
    return all(breaches(alarm, Traffic(requests, failing=0), scene) is True for requests in (1, 1000))


def fires_when_all_fail(alarm: Alarm, scene: EvaluatedTemplate, new_share: float = 1.0) -> bool | None:
    """Whether a busy period breaches in which every request to the new version fails."""
    return breaches(alarm, Traffic(PLENTY, failing=1, new_share=new_share), scene)


def is_reversed(alarm: Alarm, scene: EvaluatedTemplate) -> bool:
    """Whether an alarm is in ALARM while all is well, and leaves it when everything fails."""
    is_plain = not alarm.expressions or comparison_of(alarm) == "LessThanLowerThreshold"
    if comparison_of(alarm) in LESS_THAN and is_plain and alarm.metrics:
        return all(counts_failures(metric) or is_latency(metric) for metric in alarm.metrics)
    return fires_while_healthy(alarm, scene) and fires_when_all_fail(alarm, scene) is False


def upside_down(alarm: Alarm, scene: EvaluatedTemplate) -> Expression | None:
    """The expression that falls while more fails, though the alarm waits for it to rise: requests by failures."""
    if comparison_of(alarm) in LESS_THAN or comparison_of(alarm) not in _REACHED or is_reversed(alarm, scene):
        return None
    few, all_fail = (value_of(alarm, Traffic(PLENTY, failing=share), scene) for share in (0.1, 1))
    if few is None or all_fail is None or few <= all_fail:
        return None
    chosen = returned(alarm, scene)
    return next((expression for expression in alarm.expressions if expression.id == chosen), None)


def is_always_in_alarm(alarm: Alarm, scene: EvaluatedTemplate) -> bool:
    """Whether an alarm is in ALARM in every period with a request, healthy or not."""
    if fires_while_healthy(alarm, scene) and fires_when_all_fail(alarm, scene) is True:
        return True
    threshold = number(alarm.threshold)
    if alarm.is_math or not alarm.metrics or threshold is None or not is_latency(alarm.metrics[0]):
        return False
    is_above = comparison_of(alarm) == "GreaterThanThreshold" and not takes_time(alarm.metrics[0])
    is_crossed = threshold < 0 if is_above else threshold <= 0
    return is_crossed and comparison_of(alarm) in ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold")


def can_never_fire(alarm: Alarm, scene: EvaluatedTemplate) -> bool:
    """Whether an alarm stays out of ALARM though every one of very many requests fails, and not for its statistic."""
    if not any(counts_failures(metric) for metric in alarm.metrics or ()):
        return False
    if is_reversed(alarm, scene) or any(True for _ in statistic_faults(alarm)):
        return False
    return fires_when_all_fail(alarm, scene) is False and not fires_while_healthy(alarm, scene)


def rate_hint(alarm: Alarm, scene: EvaluatedTemplate) -> str:
    """What the value is when everything fails, against the threshold."""
    value, threshold = value_of(alarm, Traffic(PLENTY, failing=1), scene), number(alarm.threshold)
    return f"the value is {value:g} then, and the threshold {threshold:g}"


def where_to_change(alarm: Alarm) -> Span:
    """Where an alarm that is always in ALARM is to be changed: its metric, if that counts requests and not failures."""
    metric = alarm.metrics[0] if alarm.metrics and not alarm.is_math else None
    if metric is not None and not counts_failures(metric) and not is_latency(metric) and number(alarm.threshold):
        return metric.span_of("MetricName", alarm.span_of("Threshold"))
    return alarm.span_of("Threshold")


def is_fraction_of_percent(alarm: Alarm, scene: EvaluatedTemplate) -> bool:
    """Whether a rate of failures in percent is compared with what reads as a fraction."""
    threshold = number(alarm.threshold)
    worst = value_of(alarm, Traffic(PLENTY, failing=1), scene)
    is_rate = worst == _PERCENT and value_of(alarm, Traffic(1, failing=1), scene) == _PERCENT
    is_above = comparison_of(alarm) in ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold")
    return is_rate and is_above and threshold is not None and 0 < threshold < _LEAST_PERCENT
