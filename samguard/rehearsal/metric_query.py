"""The query that exports what a rollout's alarms watch, for `aws cloudwatch get-metric-data --cli-input-json`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from samguard.evaluation import Joined, Literal, Reference, Unknown, Value
from samguard.rehearsal.replay import metric_id, metric_label
from samguard.rehearsal.watch import LeftOut, watch
from samguard.rollout import Rollout
from samguard.rollout.alarm import Metric, alarm
from samguard.value import value

_DAYS: Final = 14
"""CloudWatch keeps datapoints of a minute for 15 days."""
_MOST_QUERIES: Final = 500
"""As many as one call takes."""


@value
class MetricQuery:
    """`request` is the JSON of the request. `placeholders` stand in it for names that AWS has given; `left_out` is not in it."""

    request: dict[str, object]
    placeholders: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


def metric_query(rollouts: Iterable[Rollout], today: date) -> MetricQuery:
    """The query for all metric alarms of rollouts of one environment: the fortnight that ends with `today`."""
    queries: dict[str, dict[str, object]] = {}
    placeholders: dict[str, None] = {}
    left: dict[str, LeftOut] = {}
    for rollout in rollouts:
        watched = watch(rollout, as_exported=True)
        left.update({found.name: found for found in (*watched.blind, *watched.unmodelled)})
        for seen in watched.alarms:
            evaluated = alarm(rollout.template.resources[seen.name], rollout.scene)
            for metric, known in zip(evaluated.metrics or (), seen.metrics, strict=True):
                label = metric_label(seen.name, known)
                said = _stat(metric, seen.period_minutes * 60, placeholders)
                if isinstance(said, Unknown):
                    left[seen.name] = LeftOut(seen.name, said.reason)
                elif len(queries) < _MOST_QUERIES:
                    queries[label] = {"Id": metric_id(label), "Label": label, "MetricStat": said}
                else:
                    left[seen.name] = LeftOut(seen.name, f"one call takes {_MOST_QUERIES} metrics")
    request: dict[str, object] = {
        "MetricDataQueries": list(queries.values()),
        "StartTime": f"{today - timedelta(days=_DAYS)}T00:00:00Z",
        "EndTime": f"{today}T00:00:00Z",
        "ScanBy": "TimestampAscending",
    }
    return MetricQuery(request, tuple(placeholders), tuple(left.values()))


def _stat(metric: Metric, period_seconds: int, placeholders: dict[str, None]) -> dict[str, object] | Unknown:
    namespace, name = metric.names
    if not namespace or not name or not isinstance(metric.statistic, Literal):
        return Unknown("its metric is not known")
    if metric.dimensions is None:
        return Unknown("its dimensions are not known")
    dimensions = [
        {"Name": dimension.name, "Value": _written(dimension.value, placeholders)} for dimension in metric.dimensions
    ]
    said: dict[str, object] = {
        "Metric": {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions},
        "Period": period_seconds,
        "Stat": metric.statistic.text,
    }
    if isinstance(metric.unit, Literal):
        said["Unit"] = metric.unit.text
    return said


def _written(said: Value, placeholders: dict[str, None]) -> str:
    """A dimension's value, with placeholders for what only AWS knows."""
    match said:
        case Literal():
            return said.text
        case Reference():
            return _placeholder(_asked(said), placeholders)
        case Joined():
            return "".join(
                part
                if isinstance(part, str)
                else _placeholder(_asked(part) if isinstance(part, Reference) else "unknown", placeholders)
                for part in said.parts
            )
        case _:
            return _placeholder("unknown", placeholders)


def _asked(said: Reference) -> str:
    return said.logical_id if said.attribute is None else f"{said.logical_id}.{said.attribute}"


def _placeholder(name: str, placeholders: dict[str, None]) -> str:
    text = f"REPLACE-{name}"
    placeholders[text] = None
    return text
