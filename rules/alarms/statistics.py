"""Statistics of AWS Lambda's metrics that say nothing about a version."""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Literal, Trail
from samguard.rollout.alarm import Alarm
from samguard.rollout.lambda_metrics import DURATIONS, NAMESPACE
from samguard.rollout.metric_math import Operation, names, parsed, parts
from samguard.rollout.strategy import number
from samguard.rules.alarms.failure_metrics import FAILURES, statistic_of
from samguard.source import Node, Span
from samguard.value import field, value


@value
class StatisticFault:
    """A statistic that cannot be meant: what it makes of the alarm, and the right one."""

    span: Span
    message: str
    right: str
    node: Node | None = field(repr=False)
    because: Trail = ()

    @property
    def word(self) -> str:
        """The one statistic that is right, "" where there are several."""
        return self.right if self.right == "Sum" else ""


def statistic_faults(alarm: Alarm) -> Iterator[StatisticFault]:
    """The statistics of an alarm that cannot be meant."""
    divided = _divided(alarm)
    for metric in alarm.metrics or ():
        namespace, name = metric.names
        if namespace != NAMESPACE:
            continue
        found = _wrong(name, statistic_of(metric), alarm, is_divided=metric.id in divided)
        if found is not None:
            message, right = found
            node = metric.around.get("Stat") or metric.around.get("Statistic") or metric.around.get("ExtendedStatistic")
            span = node.span if node is not None else alarm.resource.span
            yield StatisticFault(span, message, right, node, metric.statistic.because)


def _wrong(name: str, statistic: str, alarm: Alarm, *, is_divided: bool) -> tuple[str, str] | None:
    """What a statistic makes of a metric, and the statistic that is right."""
    if name in FAILURES[NAMESPACE]:
        if statistic == "SampleCount":
            return f"counts requests and not {name}: that is what SampleCount gives", "Sum"
        if statistic == "Minimum":
            return f"sees {name} only where every request of a period fails: that is what Minimum gives", "Sum"
        if statistic == "Average" and (is_divided or _is_count(alarm)):
            return f"takes the Average of {name}, a rate of 0 to 1, for a count", "Sum"
    if name == "Invocations" and statistic in ("Average", "Minimum", "Maximum"):
        return f"takes the {statistic} of Invocations, which is always 1", "Sum"
    if name in DURATIONS and statistic == "Minimum":
        return f"takes the Minimum of {name}: one quick request hides all that are slow", "Maximum"
    if name in DURATIONS and statistic in ("Sum", "SampleCount"):
        return f"takes the {statistic} of {name}, which grows with the traffic", "Average, Maximum or a percentile"
    return None


def _is_count(alarm: Alarm) -> bool:
    """Whether an alarm's threshold is one for a count, and no rate."""
    threshold = number(alarm.threshold)
    return not alarm.is_math and threshold is not None and threshold >= 1


def _divided(alarm: Alarm) -> frozenset[str]:
    """The ids that an expression divides by something, and which must therefore be counts."""
    found: set[str] = set()
    for expression in alarm.expressions:
        math = parsed(expression.text.text) if isinstance(expression.text, Literal) else None
        for part in parts(math) if math is not None else ():
            if isinstance(part, Operation) and part.symbol == "/":
                found.update(names(part.left) if names(part.right) else ())
    return frozenset(found)
