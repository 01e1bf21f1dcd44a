"""What an alarm's expressions read, and how."""

from __future__ import annotations

from collections.abc import Iterator

from samguard.errors import nearest
from samguard.evaluation import EvaluatedTemplate, Literal
from samguard.rollout.alarm import Alarm, is_version_scoped
from samguard.rollout.metric_math import Call, Math, call_name, has_bare_division, names, parsed, parts
from samguard.rules.alarms.expected_values import queries
from samguard.rules.alarms.missing_data import has_gaps, treatment
from samguard.source import Span


def expressions(alarm: Alarm) -> Iterator[tuple[Math, Span]]:
    """The expressions that are understood, each with its place."""
    for expression in alarm.expressions:
        math = parsed(expression.text.text) if isinstance(expression.text, Literal) else None
        node = expression.node.get("Expression")
        if math is not None and node is not None:
            yield math, node.span


def undefined_names(alarm: Alarm, scene: EvaluatedTemplate) -> Iterator[tuple[str, str, Span]]:
    """Ids that an expression reads and no entry has, with what to do and the place of the expression."""
    found = queries(alarm, scene)
    if found is None:
        return
    known = tuple(query.id for query in found)
    for math, span in expressions(alarm):
        for name in names(math):
            if name not in known:
                near = nearest(name, known)
                yield name, f"Write {near}" if near is not None else "Add it", span


def bands_without_history(alarm: Alarm) -> Iterator[Span]:
    """Places of bands of anomaly detection over a metric of one version, which has no past."""
    new = {metric.id for metric in alarm.metrics or () if is_version_scoped(metric)}
    for math, span in expressions(alarm):
        for part in parts(math):
            if isinstance(part, Call) and call_name(part) == "ANOMALY_DETECTION_BAND" and new & set(names(part)):
                yield span


def bare_divisions(alarm: Alarm) -> Iterator[Span]:
    """Places of divisions by the number of requests, where what comes of none is left to chance."""
    if has_gaps(alarm) and treatment(alarm) in ("missing", "ignore"):
        yield from (span for math, span in expressions(alarm) if has_bare_division(math))
