"""What an alarm makes of periods without data.

AWS Lambda publishes nothing for a period without requests: not a zero, but no point at all. Source: CloudWatch user
guide, "Configuring how CloudWatch alarms treat missing data".
"""

from __future__ import annotations

from samguard.evaluation import Literal, Removed
from samguard.linting.rule import Level
from samguard.rollout.alarm import Alarm, is_version_scoped
from samguard.rollout.metric_math import Call, parsed, parts
from samguard.rollout.strategy import number
from samguard.rules.alarms.expected_values import LESS_THAN, comparison_of
from samguard.rules.alarms.failure_metrics import REQUESTS, is_from_requests


def treatment(alarm: Alarm) -> str:
    """How an alarm treats missing data: `missing` where it does not say; "" where that is not known."""
    value = alarm.treat_missing_data
    if isinstance(value, Removed):
        return "missing"
    return value.text if isinstance(value, Literal) else ""


def has_gaps(alarm: Alarm) -> bool:
    """Whether an alarm has no data in periods without requests."""
    if not alarm.metrics or not all(is_from_requests(metric) for metric in alarm.metrics):
        return False
    for expression in alarm.expressions:
        math = parsed(expression.text.text) if isinstance(expression.text, Literal) else None
        if math is None or any(isinstance(part, Call) and part.name.upper() == "FILL" for part in parts(math)):
            return False
    return True


def waits_for_traffic(alarm: Alarm) -> bool:
    """Whether an alarm rings for too few requests to the function as a whole, so that silence is bad on purpose."""
    metrics = alarm.metrics or ()
    is_traffic = all(metric.names[1] == REQUESTS.get(metric.names[0]) for metric in metrics)
    return is_traffic and comparison_of(alarm) in LESS_THAN and not any(is_version_scoped(metric) for metric in metrics)


def unseen_silence(alarm: Alarm) -> Level | None:
    """How much it matters that an alarm for too few requests takes none at all for all right; None where it does not.

    A warning where it can then never ring, having to see less than one request.
    """
    metrics = alarm.metrics or ()
    is_traffic = all(metric.names[1] == REQUESTS.get(metric.names[0]) for metric in metrics)
    if alarm.is_math or not is_traffic or comparison_of(alarm) not in LESS_THAN:
        return None
    if treatment(alarm) in ("breaching", ""):
        return None
    threshold = number(alarm.threshold)
    least = 1 if comparison_of(alarm) == "LessThanThreshold" else 0
    return Level.WARNING if threshold is not None and threshold <= least else Level.NOTE
