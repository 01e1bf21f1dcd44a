"""CloudWatch alarms of a template: what they watch, and whether that is a given function.

Sources: CloudFormation user guide, AWS::CloudWatch::Alarm and AWS::CloudWatch::CompositeAlarm. Periods are seconds.
"""

from __future__ import annotations

from typing import Final

from samguard.evaluation import (
    ABSENT,
    EvaluatedTemplate,
    Joined,
    Literal,
    Reference,
    Removed,
    Unknown,
    Value,
)
from samguard.pattern import pattern
from samguard.rollout.lambda_metrics import EXECUTED_VERSION, FUNCTION, NAMESPACE, RESOURCE
from samguard.rollout.rollout import Rollout, WiredAlarm
from samguard.source import Mapping, Node, Scalar, Sequence, Span
from samguard.template import Resource, intrinsic
from samguard.value import field, value

ALARM_TYPE: Final = "AWS::CloudWatch::Alarm"
COMPOSITE_TYPE: Final = "AWS::CloudWatch::CompositeAlarm"
FUNCTION_TYPES: Final = ("AWS::Serverless::Function", "AWS::Lambda::Function")
_CHILD: Final = pattern(r"\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*[\"']?(.*?)[\"']?\s*\)")


@value
class Dimension:
    """One dimension of a metric."""

    name: str
    value: Value
    span: Span
    """Where the dimension's name stands."""
    value_span: Span


@value
class Metric:
    """A metric that an alarm reads. `dimensions` is None where the list is not known.

    Values are Removed where the alarm does not say them. `id` is that of a metric of an expression, "" for the one
    metric of a simple alarm; `node` is the mapping with its name and dimensions, `around` the one with its period and
    statistic (the same for a simple alarm).
    """

    namespace: Value
    name: Value
    dimensions: tuple[Dimension, ...] | None
    period: Value
    statistic: Value
    unit: Value
    id: str
    node: Mapping = field(repr=False)
    around: Mapping = field(repr=False)
    names: tuple[str, str] = field(init=False, repr=False, compare=False)
    """Namespace and name, "" for what is not known: nearly every rule about alarms asks for them."""

    def __post_init__(self) -> None:
        namespace = self.namespace.text if isinstance(self.namespace, Literal) else ""
        name = self.name.text if isinstance(self.name, Literal) else ""
        object.__setattr__(self, "names", (namespace, name))

    @property
    def is_lambda(self) -> bool:
        """Whether AWS Lambda publishes it."""
        return self.names[0] == NAMESPACE

    def dimension(self, name: str) -> Dimension | None:
        """The dimension of that name."""
        return next((found for found in self.dimensions or () if found.name == name), None)

    def span_of(self, key: str, otherwise: Span) -> Span:
        """Where the value of a key stands."""
        entry = self.node.entry(key)
        return entry.value.span if entry is not None else otherwise


@value
class Expression:
    """A metric math expression of an alarm."""

    id: str
    text: Value
    returns_data: Value
    node: Mapping = field(repr=False)


@value
class Alarm:
    """An AWS::CloudWatch::Alarm, evaluated in one scene. What it does not say is Removed."""

    resource: Resource = field(repr=False)
    metrics: tuple[Metric, ...] | None
    """None where they are not known."""
    expressions: tuple[Expression, ...]
    comparison: Value
    threshold: Value
    evaluation_periods: Value
    datapoints_to_alarm: Value
    treat_missing_data: Value
    is_math: bool

    @property
    def properties(self) -> Mapping:
        """The alarm's properties."""
        return self.resource.properties

    def span_of(self, key: str) -> Span:
        """Where the value of a property stands; the logical id where it is not said."""
        entry = self.properties.entry(key)
        return entry.value.span if entry is not None else self.resource.span


def alarm(resource: Resource, scene: EvaluatedTemplate) -> Alarm:
    """An alarm of the template, evaluated."""
    return scene.derived("alarm", resource.logical_id, lambda: _alarm(resource, scene))


def _alarm(resource: Resource, scene: EvaluatedTemplate) -> Alarm:
    node, _ = scene.chosen(resource.properties.get("Metrics"))
    metrics: list[Metric] = []
    expressions: list[Expression] = []
    is_known = True
    if isinstance(node, Sequence):
        for item in node.items:
            query, _ = scene.chosen(item)
            if not isinstance(query, Mapping) or intrinsic(query) is not None:
                is_known = is_known and query is None
                continue
            identifier = query.get("Id")
            name = identifier.text if isinstance(identifier, Scalar) else ""
            stat, _ = scene.chosen(query.get("MetricStat"))
            if isinstance(stat, Mapping) and intrinsic(stat) is None:
                metrics.append(_stat_metric(stat, name, scene))
            elif query.get("Expression") is not None:
                text, returns = scene.value(query.get("Expression")), scene.value(query.get("ReturnData"))
                expressions.append(Expression(name, text, returns, query))
    elif node is not None:
        is_known = False
    else:
        metrics.append(_metric(resource.properties, resource.properties, "", scene))
    properties = resource.properties
    return Alarm(
        resource=resource,
        metrics=tuple(metrics) if is_known else None,
        expressions=tuple(expressions),
        comparison=scene.value(properties.get("ComparisonOperator")),
        threshold=scene.value(properties.get("Threshold")),
        evaluation_periods=scene.value(properties.get("EvaluationPeriods")),
        datapoints_to_alarm=scene.value(properties.get("DatapointsToAlarm")),
        treat_missing_data=scene.value(properties.get("TreatMissingData")),
        is_math=node is not None,
    )


def _stat_metric(stat: Mapping, name: str, scene: EvaluatedTemplate) -> Metric:
    metric, _ = scene.chosen(stat.get("Metric"))
    if not isinstance(metric, Mapping) or intrinsic(metric) is not None:
        return Metric(Unknown("Metric is not known"), ABSENT, None, ABSENT, ABSENT, ABSENT, name, stat, stat)
    return _metric(metric, stat, name, scene)


def _metric(metric: Mapping, around: Mapping, name: str, scene: EvaluatedTemplate) -> Metric:
    statistic = scene.value(around.get("Stat") or around.get("Statistic"))
    if isinstance(statistic, Removed):
        statistic = scene.value(around.get("ExtendedStatistic"))
    return Metric(
        namespace=scene.value(metric.get("Namespace")),
        name=scene.value(metric.get("MetricName")),
        dimensions=_dimensions(metric.get("Dimensions"), scene),
        period=scene.value(around.get("Period")),
        statistic=statistic,
        unit=scene.value(around.get("Unit")),
        id=name,
        node=metric,
        around=around,
    )


def _dimensions(node: Node | None, scene: EvaluatedTemplate) -> tuple[Dimension, ...] | None:
    chosen, _ = scene.chosen(node)
    if chosen is None:
        return ()
    if not isinstance(chosen, Sequence):
        return None
    found: list[Dimension] = []
    for item in chosen.items:
        dimension, _ = scene.chosen(item)
        if dimension is None:
            continue
        if not isinstance(dimension, Mapping):
            return None
        name, value = dimension.entry("Name"), dimension.entry("Value")
        text = scene.value(name.value) if name is not None else ABSENT
        if name is None or value is None or not isinstance(text, Literal):
            return None
        found.append(Dimension(text.text, scene.value(value.value), name.value.span, value.value.span))
    return tuple(found)


# which function


def names_function(value: Value, function: Resource, scene: EvaluatedTemplate) -> bool | None:
    """Whether a value is the name of a function: True and False are certain."""
    if isinstance(value, Reference):
        if value.logical_id == function.logical_id:
            return True if value.attribute is None else None
        target = scene.resource_of(value)
        is_function = target is not None and target.type in FUNCTION_TYPES
        return False if is_function and value.attribute is None else None
    own = scene.property(function, "FunctionName")
    if isinstance(value, (Literal, Joined)) and value == own:
        return True
    if isinstance(value, Literal):
        return False if isinstance(own, Literal) else None
    return None


def function_of(value: Value, scene: EvaluatedTemplate) -> Resource | None:
    """The function of the template whose name a value is, where that is certain."""
    if isinstance(value, Reference):
        target = scene.resource_of(value)
        return target if target is not None and value.attribute is None and target.type in FUNCTION_TYPES else None
    if isinstance(value, (Literal, Joined)):
        return scene.derived("functions by name", "", lambda: _functions_by_name(scene)).get(value)
    return None


def _functions_by_name(scene: EvaluatedTemplate) -> dict[Value, Resource]:
    found: dict[Value, Resource] = {}
    for function in scene.template.of_type(*FUNCTION_TYPES):
        name = scene.property(function, "FunctionName")
        if isinstance(name, (Literal, Joined)):
            found.setdefault(name, function)
    return found


@value
class Qualified:
    """A function with a qualifier: the value of a `Resource` dimension, `orders:live`."""

    function: Value
    qualifier: str | None
    """None where there is none; "" where it is not known."""


def qualified(value: Value) -> Qualified:
    """A value taken apart at its last colon."""
    if isinstance(value, Literal):
        head, colon, tail = value.text.rpartition(":")
        return Qualified(Literal(head), tail) if colon else Qualified(value, None)
    if isinstance(value, Joined):
        *before, last = value.parts
        if isinstance(last, str) and ":" in last:
            head, _, tail = last.rpartition(":")
            parts = (*before, head) if head else tuple(before)
            return Qualified(_text(parts), tail)
        for index, part in enumerate(value.parts):
            if isinstance(part, str) and part.endswith(":"):
                parts = (*value.parts[:index], part[:-1]) if part[:-1] else value.parts[:index]
                rest = value.parts[index + 1 :]
                return Qualified(_text(parts), rest[0] if len(rest) == 1 and isinstance(rest[0], str) else "")
        return Qualified(value, None)
    return Qualified(value, None)


def _text(parts: tuple[str | Reference | Unknown, ...]) -> Value:
    if len(parts) == 1:
        return Literal(parts[0]) if isinstance(parts[0], str) else parts[0]
    return Joined(parts)


def watches(metric: Metric, function: Resource, scene: EvaluatedTemplate) -> bool | None:
    """Whether a Lambda metric is one of a function's: by FunctionName, or else by Resource."""
    if not metric.is_lambda or metric.dimensions is None:
        return None
    named = metric.dimension(FUNCTION)
    if named is not None:
        return names_function(named.value, function, scene)
    resource = metric.dimension(RESOURCE)
    if resource is not None:
        return names_function(qualified(resource.value).function, function, scene)
    return None


def is_version_scoped(metric: Metric) -> bool:
    """Whether a metric sees one version only, as reached through the alias."""
    return metric.dimension(EXECUTED_VERSION) is not None


# which alarm


def wired_resource(entry: WiredAlarm, rollout: Rollout) -> Resource | None:
    """The alarm of the template that an entry of a rollout's alarms names, by reference or by its name."""
    scene = rollout.scene
    found = scene.resource_of(entry.value)
    if found is not None:
        return found if found.type in (ALARM_TYPE, COMPOSITE_TYPE) else None
    if isinstance(entry.value, (Literal, Joined)):
        return scene.derived("alarms by name", "", lambda: _alarms_by_name(scene)).get(entry.value)
    return None


def _alarms_by_name(scene: EvaluatedTemplate) -> dict[Value, Resource]:
    found: dict[Value, Resource] = {}
    for resource in scene.template.of_type(ALARM_TYPE, COMPOSITE_TYPE):
        name = scene.property(resource, "AlarmName")
        if isinstance(name, (Literal, Joined)):
            found.setdefault(name, resource)
    return found


def wired_alarms_of(rollout: Rollout) -> tuple[tuple[WiredAlarm, Alarm], ...]:
    """The metric alarms of the template that a rollout's list names, composite alarms taken apart.

    An alarm inside of a composite one stands at the composite's entry.
    """
    if isinstance(rollout.alarms, Unknown):
        return ()
    found: list[tuple[WiredAlarm, Alarm]] = []
    seen: set[str] = set()
    for entry in rollout.alarms:
        resource = wired_resource(entry, rollout)
        waiting = [resource] if resource is not None else []
        while waiting:
            current = waiting.pop(0)
            if current.logical_id in seen or rollout.scene.exists(current) is False:
                continue
            seen.add(current.logical_id)
            if current.type == COMPOSITE_TYPE:
                waiting.extend(children(current, rollout.scene))
            else:
                found.append((entry, alarm(current, rollout.scene)))
    return tuple(found)


def children(composite: Resource, scene: EvaluatedTemplate) -> tuple[Resource, ...]:
    """The alarms of the template that a composite alarm's rule names, as far as they can be seen."""
    rule = scene.property(composite, "AlarmRule")
    found: list[Resource] = []
    alarms = scene.template.of_type(ALARM_TYPE, COMPOSITE_TYPE)
    if isinstance(rule, Joined):
        for part in rule.parts:
            target = scene.resource_of(part) if isinstance(part, Reference) else None
            if target is not None and target in alarms:
                found.append(target)
    text = rule.text if isinstance(rule, (Literal, Joined)) else ""
    names = {name.rpartition(":alarm:")[2] for name in _CHILD.findall(text)}
    for resource in alarms:
        name = scene.property(resource, "AlarmName")
        if isinstance(name, Literal) and name.text in names and resource not in found:
            found.append(resource)
    return tuple(found)


def watched_function(metric: Metric, scene: EvaluatedTemplate) -> Resource | None:
    """The function of the template that a Lambda metric is about, where that is certain."""
    if not metric.is_lambda or metric.dimensions is None:
        return None
    named = metric.dimension(FUNCTION)
    if named is not None:
        return function_of(named.value, scene)
    resource = metric.dimension(RESOURCE)
    return function_of(qualified(resource.value).function, scene) if resource is not None else None


def alarms_watching(rollout: Rollout) -> tuple[Resource, ...]:
    """The alarms of the template that certainly watch a rollout's function, wired or not."""
    scene = rollout.scene
    by_function = scene.derived("alarms by function", "", lambda: _alarms_by_function(scene))
    return tuple(by_function.get(rollout.resource.logical_id, {}).values())


def _alarms_by_function(scene: EvaluatedTemplate) -> dict[str, dict[str, Resource]]:
    found: dict[str, dict[str, Resource]] = {}
    for resource in scene.template.of_type(ALARM_TYPE):
        if scene.exists(resource) is False:
            continue
        for metric in alarm(resource, scene).metrics or ():
            function = watched_function(metric, scene)
            if function is not None:
                found.setdefault(function.logical_id, {})[resource.logical_id] = resource
    return found
