"""What kinds of failure a rollout's alarms see."""

from __future__ import annotations

from samguard.evaluation import Unknown
from samguard.rollout import Rollout, WiredAlarm
from samguard.rollout.alarm import Alarm, Metric, qualified, wired_alarms_of, wired_resource
from samguard.rollout.lambda_metrics import FUNCTION, METRICS, RESOURCE
from samguard.rules.alarms.failure_metrics import counts_failures, is_latency
from samguard.rules.alarms.function_names import is_named


def kinds_of(alarm: Alarm) -> frozenset[str]:
    """The names of the failure and duration metrics that an alarm reads."""
    return frozenset(metric.names[1] for metric in alarm.metrics or () if counts_failures(metric) or is_latency(metric))


def listed_kinds(rollout: Rollout) -> frozenset[str]:
    """The names of the failure and duration metrics that a rollout's alarms read, but for those of other functions."""
    own = (alarm for _, alarm in wired_alarms_of(rollout) if not is_foreign(alarm, rollout))
    return frozenset[str]().union(*(kinds_of(alarm) for alarm in own))


def listed_metrics(rollout: Rollout) -> tuple[Metric, ...] | None:
    """Every metric behind a rollout's list; None where some of it is not known or not in the template."""
    if isinstance(rollout.alarms, Unknown) or any(wired_resource(entry, rollout) is None for entry in rollout.alarms):
        return None
    found: list[Metric] = []
    for _, alarm in wired_alarms_of(rollout):
        if alarm.metrics is None:
            return None
        found.extend(alarm.metrics)
    return tuple(found)


def sees_only_lambda(rollout: Rollout) -> bool:
    """Whether all that is listed is known, and reads metrics of AWS Lambda and nothing else."""
    metrics = listed_metrics(rollout) or ()
    return bool(metrics) and all(metric.is_lambda and metric.names[1] in METRICS for metric in metrics)


def function_named(metric: Metric, rollout: Rollout) -> bool | None:
    """Whether a Lambda metric is one of the rollout's function; None where that is not certain."""
    if not metric.is_lambda or metric.dimensions is None:
        return None
    dimension = metric.dimension(FUNCTION)
    if dimension is not None:
        return is_named(dimension.value, rollout.resource, rollout.scene)
    dimension = metric.dimension(RESOURCE)
    return None if dimension is None else is_named(qualified(dimension.value).function, rollout.resource, rollout.scene)


def is_foreign(alarm: Alarm, rollout: Rollout) -> bool:
    """Whether everything that an alarm reads certainly belongs to other functions than the rollout's."""
    return bool(alarm.metrics) and all(function_named(metric, rollout) is False for metric in alarm.metrics or ())


def lists_foreign_alarm(rollout: Rollout) -> bool:
    """Whether a rollout lists an alarm of another function, of its own accord and not by Globals."""
    return any(
        is_foreign(alarm, rollout) and not is_shared(entry, rollout) for entry, alarm in wired_alarms_of(rollout)
    )


def is_shared(entry: WiredAlarm, rollout: Rollout) -> bool:
    """Whether an entry stands in Globals: every function is judged by the alarms of all."""
    shared = rollout.template.shared
    return shared is not None and shared.span.start <= entry.span.start < shared.span.end
