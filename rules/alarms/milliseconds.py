"""What an alarm compares with its threshold when requests take so many milliseconds."""

from __future__ import annotations

from samguard.evaluation import EvaluatedTemplate, Literal
from samguard.rollout.alarm import Alarm, watched_function
from samguard.rollout.lambda_metrics import NAMESPACE
from samguard.rollout.metric_math import parsed, worth
from samguard.rollout.strategy import number
from samguard.rules.alarms.expected_values import comparison_of, returned
from samguard.rules.alarms.failure_metrics import API_GATEWAY, statistic_of
from samguard.rules.alarms.timeouts import timeout_seconds

_TIMES = ((NAMESPACE, "Duration"), (API_GATEWAY, "Latency"), (API_GATEWAY, "IntegrationLatency"))
_COUNTING = ("Sum", "SampleCount", "IQR", "Minimum", "")
QUICK_MS = 20.0
"""What nearly every request takes longer than, be it the quickest function's."""


def is_below_every_request(alarm: Alarm, scene: EvaluatedTemplate) -> bool:
    """Whether a latency alarm fires for requests that take 20 ms."""
    value, threshold = _value(alarm, QUICK_MS, scene), number(alarm.threshold)
    return value is not None and threshold is not None and 0 < threshold < value and _is_above(alarm)


def is_beyond_timeout_in_other_unit(alarm: Alarm, scene: EvaluatedTemplate) -> bool:
    """Whether an expression of a Duration does not reach its threshold when every request is cut off."""
    metric = alarm.metrics[0] if alarm.is_math and alarm.metrics else None
    function = watched_function(metric, scene) if metric is not None else None
    seconds = timeout_seconds(function, scene) if function is not None else None
    longest = _value(alarm, seconds * 1000, scene) if seconds is not None else None
    threshold = number(alarm.threshold)
    return longest is not None and threshold is not None and longest < threshold and _is_above(alarm)


def _is_above(alarm: Alarm) -> bool:
    return comparison_of(alarm).startswith("GreaterThan")


def _value(alarm: Alarm, milliseconds: float, scene: EvaluatedTemplate) -> float | None:
    """What is compared, of an alarm on one latency alone; None of any other, or where that is not known."""
    metrics = alarm.metrics or ()
    if len(metrics) != 1 or metrics[0].names not in _TIMES or statistic_of(metrics[0]) in _COUNTING:
        return None
    if not alarm.is_math:
        return milliseconds
    chosen = returned(alarm, scene)
    expression = next((one for one in alarm.expressions if one.id == chosen), None)
    if expression is None or not isinstance(expression.text, Literal):
        return milliseconds if chosen == metrics[0].id else None
    math = parsed(expression.text.text)
    return None if math is None else worth(math, lambda name: milliseconds if name == metrics[0].id else None)
