"""Thresholds on Duration, held against the Timeout that cuts every request off."""

from __future__ import annotations

from samguard.evaluation import EvaluatedTemplate, Reason, Removed, Trail
from samguard.linting.rule import Level
from samguard.rollout.alarm import Alarm, watched_function
from samguard.rollout.lambda_metrics import NAMESPACE
from samguard.rollout.strategy import number
from samguard.rules.alarms.expected_values import comparison_of
from samguard.rules.alarms.failure_metrics import statistic_of
from samguard.template import Resource
from samguard.value import value

DEFAULT_TIMEOUT_SECONDS = 3.0
"""Of a function that does not say it. Source: Lambda developer guide, "Configure Lambda function timeout"."""


@value
class Beyond:
    """A threshold that no request, or only one that is cut off, can reach."""

    message: str
    level: Level
    because: Trail = ()


def beyond_timeout(alarm: Alarm, scene: EvaluatedTemplate) -> Beyond | None:
    """How an alarm's threshold lies beyond the function's Timeout, or None where it does not or that is not known."""
    threshold_ms = number(alarm.threshold)
    comparison = comparison_of(alarm)
    if alarm.is_math or not alarm.metrics or threshold_ms is None or not comparison.startswith("GreaterThan"):
        return None
    metric = alarm.metrics[0]
    function = watched_function(metric, scene) if metric.names == (NAMESPACE, "Duration") else None
    seconds = timeout_seconds(function, scene) if function is not None else None
    if function is None or seconds is None:
        return None
    entry = function.properties.entry("Timeout")
    because: Trail = ()
    if entry is not None:
        because = (
            Reason(f"{function.logical_id} has a Timeout of {seconds:g} seconds", scene.place(entry.value.span)),
        )
    if threshold_ms > seconds * 1000:
        said = f"a request is cut off after {seconds * 1000:g} ms, and the threshold is {threshold_ms:g} ms"
        return Beyond(said, level=Level.ERROR, because=because)
    is_timeout_alarm = statistic_of(metric) == "Maximum" and comparison == "GreaterThanOrEqualToThreshold"
    if threshold_ms == seconds * 1000 and not is_timeout_alarm:
        said = f"only requests that are cut off after {seconds:g} s take as long, and those are Errors already"
        return Beyond(said, level=Level.WARNING, because=because)
    return None


def timeout_seconds(function: Resource, scene: EvaluatedTemplate) -> float | None:
    """A function's Timeout; None where it is not known."""
    value = scene.property(function, "Timeout")
    if isinstance(value, Removed):
        return None if scene.template.is_fragment else DEFAULT_TIMEOUT_SECONDS
    return number(value)
