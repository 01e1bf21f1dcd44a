"""What CloudWatch refuses of an alarm's shape and of its values.

Sources: CloudWatch API reference, PutMetricAlarm and MetricDataQuery; CloudFormation user guide,
AWS::CloudWatch::Alarm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from samguard.errors import nearest
from samguard.evaluation import EvaluatedTemplate, Literal, Removed, Unknown, Value
from samguard.pattern import pattern
from samguard.rollout.alarm import Alarm
from samguard.rollout.strategy import number
from samguard.rules.alarms.expected_values import Query, queries
from samguard.rules.alarms.periods import periods
from samguard.source import Mapping, Node, Span
from samguard.template import intrinsic
from samguard.value import field, value

_OF_ONE_METRIC: Final = ("Namespace", "MetricName", "Dimensions", "Period", "Statistic", "ExtendedStatistic", "Unit")
"""Properties that belong into MetricStat where the alarm has Metrics."""
_BAND: Final = ("GreaterThanUpperThreshold", "LessThanLowerThreshold", "LessThanLowerOrGreaterThanUpperThreshold")
_COMPARISONS: Final = (
    "GreaterThanThreshold",
    "GreaterThanOrEqualToThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
    *_BAND,
)
_STATISTICS: Final = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
_TREATMENTS: Final = ("breaching", "notBreaching", "ignore", "missing")
_IDENTIFIER: Final = pattern(r"[a-z][A-Za-z0-9_]*")
_SYMBOLS: Final = {
    ">": "GreaterThanThreshold",
    ">=": "GreaterThanOrEqualToThreshold",
    "<": "LessThanThreshold",
    "<=": "LessThanOrEqualToThreshold",
}
_FRACTION: Final = pattern(r"p0?\.[5-9]\d*")
_EXTENDED: Final = pattern(r"(?i)(?:p|tm|tc|ts|wm)\d{1,3}(?:\.\d+)?|iqm|(?:pr|tm|tc|ts|wm)\(.*\)")
_WORDS: Final = {"avg": "Average", "mean": "Average", "max": "Maximum", "min": "Minimum", "count": "SampleCount"}


@value
class ShapeFault:
    """What is refused, with what to do; `right` is what is right in place of `node`, where that is certain."""

    span: Span
    message: str
    right: str = ""
    node: Node | None = field(default=None, repr=False)


# the shape


def shape_faults(alarm: Alarm, scene: EvaluatedTemplate) -> Iterator[ShapeFault]:
    """What is refused of the properties that an alarm has, and of how they go together."""
    yield from _missing(alarm, scene)
    yield from _dimensions(alarm, scene)
    if alarm.is_math:
        yield from _beside_metrics(alarm, scene)
        yield from _query_faults(alarm, scene)
    else:
        yield from _statistics(alarm, scene)
    yield from _band(alarm, scene)


def _is_said(alarm: Alarm, key: str, scene: EvaluatedTemplate) -> bool | None:
    """Whether a property is given; None where that is not known."""
    value = scene.value(alarm.properties.get(key))
    return None if isinstance(value, Unknown) else not isinstance(value, Removed)


def _missing(alarm: Alarm, scene: EvaluatedTemplate) -> Iterator[ShapeFault]:
    needed = ["EvaluationPeriods", "ComparisonOperator"]
    if _is_said(alarm, "ThresholdMetricId", scene) is False:
        needed.append("Threshold")
    if not alarm.is_math:
        needed.append("Period")
    for key in needed:
        if key not in alarm.properties:
            yield ShapeFault(alarm.resource.span, f"it has no {key}. Add {key}")


def _dimensions(alarm: Alarm, scene: EvaluatedTemplate) -> Iterator[ShapeFault]:
    for metric in alarm.metrics or ():
        entry = metric.node.entry("Dimensions")
        chosen, _ = scene.chosen(entry.value if entry is not None else None)
        if entry is not None and isinstance(chosen, Mapping) and intrinsic(chosen) is None and len(chosen):
            yield ShapeFault(
                entry.key.span,
                "Dimensions is a mapping and must be a list. Write each as a list item with Name and Value",
            )


def _key_span(alarm: Alarm, key: str) -> Span:
    entry = alarm.properties.entry(key)
    return entry.key.span if entry is not None else alarm.resource.span


def _beside_metrics(alarm: Alarm, scene: EvaluatedTemplate) -> Iterator[ShapeFault]:
    for key in _OF_ONE_METRIC:
        if _is_said(alarm, key, scene):
            yield ShapeFault(
                _key_span(alarm, key), f"{key} cannot stand beside Metrics. Move it into a MetricStat or leave it out"
            )


def _statistics(alarm: Alarm, scene: EvaluatedTemplate) -> Iterator[ShapeFault]:
    plain, extended = _is_said(alarm, "Statistic", scene), _is_said(alarm, "ExtendedStatistic", scene)
    if plain and extended:
        yield ShapeFault(
            _key_span(alarm, "ExtendedStatistic"),
            "it has Statistic and ExtendedStatistic, and may have one of them. Leave one out",
        )
    if plain is False and extended is False:
        yield ShapeFault(alarm.span_of("MetricName"), "it has neither Statistic nor ExtendedStatistic. Add one of them")


def _band(alarm: Alarm, scene: EvaluatedTemplate) -> Iterator[ShapeFault]:
    has_band = _is_said(alarm, "ThresholdMetricId", scene)
    if not isinstance(alarm.comparison, Literal) or has_band is None:
        return
    comparison = alarm.comparison.text
    if comparison in _BAND and not has_band:
        yield ShapeFault(
            alarm.span_of("ComparisonOperator"),
            f"{comparison} compares with a band, and there is no ThresholdMetricId. Use GreaterThanThreshold, or "
            "name one",
        )
    if comparison in _COMPARISONS and comparison not in _BAND and has_band:
        yield ShapeFault(
            alarm.span_of("ComparisonOperator"),
            f"{comparison} compares with a Threshold, and ThresholdMetricId names a band. Use "
            "GreaterThanUpperThreshold",
        )


def _query_faults(alarm: Alarm, scene: EvaluatedTemplate) -> Iterator[ShapeFault]:
    found = queries(alarm, scene)
    if found is None:
        return
    seen: set[str] = set()
    for query in found:
        yield from _identifier(query, seen)
        if "Expression" in query.node and "MetricStat" in query.node:
            span = _entry_span(query, "MetricStat")
            yield ShapeFault(span, f"{query.id} has Expression and MetricStat. Make two entries of it")
    if all(query.is_returned is not None for query in found) and _is_said(alarm, "ThresholdMetricId", scene) is False:
        yield from _returned(alarm, found)
    lengths = list(periods(alarm))
    for period in lengths[1:]:
        if period.seconds != lengths[0].seconds:
            yield ShapeFault(
                period.span,
                f"its metrics have periods of {lengths[0].seconds:g} and {period.seconds:g} seconds, and must have the "
                "same one. Write the same Period",
            )
            return


def _entry_span(query: Query, key: str) -> Span:
    entry = query.node.entry(key)
    return entry.key.span if entry is not None else query.node.span


def _value_span(query: Query, key: str) -> Span:
    node = query.node.get(key)
    return node.span if node is not None else _entry_span(query, "Id")


def _identifier(query: Query, seen: set[str]) -> Iterator[ShapeFault]:
    if not _IDENTIFIER.fullmatch(query.id):
        yield ShapeFault(_value_span(query, "Id"), f"the Id {query.id!r} does not begin with a small letter. Rename it")
    elif query.id in seen:
        yield ShapeFault(_value_span(query, "Id"), f"the Id {query.id!r} is there twice. Rename one")
    seen.add(query.id)


def _returned(alarm: Alarm, found: tuple[Query, ...]) -> Iterator[ShapeFault]:
    giving = [query for query in found if query.is_returned]
    if not giving:
        span = _key_span(alarm, "Metrics")
        for query in found:
            if "Expression" in query.node or len(found) == 1:
                span = _value_span(query, "ReturnData")
        yield ShapeFault(
            span, "no entry of Metrics has ReturnData: true, so there is nothing to compare. Set it for one"
        )
    if len(giving) > 1:
        plain = [query for query in giving if "Expression" not in query.node]
        surplus = (plain or giving)[-1]
        yield ShapeFault(
            _value_span(surplus, "ReturnData"),
            f"several entries of Metrics return data (that is the default), {surplus.id} among them, and one may. Set "
            f"ReturnData: false for {surplus.id}",
        )


# the values


def value_faults(alarm: Alarm, scene: EvaluatedTemplate) -> Iterator[ShapeFault]:
    """What is refused of an alarm's values: words that CloudWatch does not know, numbers that it does not take."""
    properties = alarm.properties
    yield from _word("ComparisonOperator", properties.get("ComparisonOperator"), alarm.comparison, _COMPARISONS)
    yield from _word("TreatMissingData", properties.get("TreatMissingData"), alarm.treat_missing_data, _TREATMENTS)
    if not alarm.is_math:
        node = properties.get("Statistic")
        yield from _word("Statistic", node, scene.value(node), _STATISTICS)
        yield from _extended(properties.get("ExtendedStatistic"), scene)
    else:
        for metric in alarm.metrics or ():
            yield from _stat(metric.around.get("Stat"), scene)
    for period in periods(alarm):
        if not period.is_possible:
            advice = f"Write {period.seconds * 60:g}, if minutes are meant" if period.seconds < 10 else "Write 60"  # noqa: PLR2004
            yield ShapeFault(
                period.span,
                f"Period is {period.seconds:g}, and must be 10, 20, 30 or a multiple of 60 seconds. {advice}",
            )
    for metric in alarm.metrics or ():
        node = metric.around.get("Period")
        if node is not None and isinstance(metric.period, Literal) and number(metric.period) is None:
            yield ShapeFault(node.span, f"Period is {metric.period.text!r}, and must be a number of seconds. Write 60")
    yield from _numbers(alarm)


def _word(key: str, node: Node | None, value: Value, known: tuple[str, ...]) -> Iterator[ShapeFault]:
    if node is None or not isinstance(value, Literal) or value.text in known:
        return
    near = _SYMBOLS.get(value.text) or _WORDS.get(value.text.lower()) or nearest(value.text, known)
    if key == "Statistic" and re.fullmatch(r"(?i)(?:p|tm|wm)\d{1,2}(?:\.\d+)?", value.text):
        yield ShapeFault(
            node.span, f"a percentile belongs into ExtendedStatistic, not Statistic: {value.text}. Move it"
        )
        return
    if near is not None and near not in known:
        near = None
    advice = f"Write {near}" if near is not None else f"Write one of {', '.join(known)}"
    yield ShapeFault(node.span, f"{key} is {value.text!r}, which is none. {advice}", near or "", node)


def _extended(node: Node | None, scene: EvaluatedTemplate) -> Iterator[ShapeFault]:
    value = scene.value(node)
    if node is not None and isinstance(value, Literal) and value.text in _STATISTICS:
        yield ShapeFault(node.span, f"{value.text} belongs into Statistic, not ExtendedStatistic. Move it")
    elif node is not None and isinstance(value, Literal) and _FRACTION.fullmatch(value.text):
        right = f"p{float(value.text[1:]) * 100:g}"
        said = f"ExtendedStatistic {value.text} is the time of the quickest requests: percentiles are in per cent"
        yield ShapeFault(node.span, f"{said}. Write {right}", right, node)
    elif node is not None and isinstance(value, Literal) and not _EXTENDED.fullmatch(value.text):
        right = _percentile(value)
        advice = f"Write {right}" if right else "Write a percentile, such as p99"
        yield ShapeFault(node.span, f"ExtendedStatistic is {value.text!r}, which is none. {advice}", right, node)


def _percentile(value: Literal) -> str:
    """The percentile that a plain number is meant to be."""
    found = number(value)
    return f"p{found:g}" if found is not None and 1 <= found < 100 else ""  # noqa: PLR2004


def _stat(node: Node | None, scene: EvaluatedTemplate) -> Iterator[ShapeFault]:
    value = scene.value(node)
    if node is None or not isinstance(value, Literal) or value.text in _STATISTICS:
        return
    by_lower = {statistic.lower(): statistic for statistic in _STATISTICS}
    right = by_lower.get(value.text.lower()) or _WORDS.get(value.text.lower()) or _percentile(value)
    if right:
        yield ShapeFault(node.span, f"Stat is {value.text!r}, which is none. Write {right}", right, node)


def _numbers(alarm: Alarm) -> Iterator[ShapeFault]:
    for key, said in (
        ("EvaluationPeriods", alarm.evaluation_periods),
        ("DatapointsToAlarm", alarm.datapoints_to_alarm),
        ("Threshold", alarm.threshold),
    ):
        if not isinstance(said, Literal):
            continue
        found = number(said)
        if found is None:
            yield ShapeFault(alarm.span_of(key), f"{key} is {said.text!r} and must be a number. Write one")
        elif key != "Threshold" and (found < 1 or found % 1):
            yield ShapeFault(alarm.span_of(key), f"{key} is {found:g} and must be a whole number from 1. Write one")
