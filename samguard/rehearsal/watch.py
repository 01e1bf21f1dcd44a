"""What watches over a rollout: its alarms of the template as the model sees them, and those it cannot see.

An alarm is *blind* where it certainly cannot see the new version (another function, another alias, a fixed version), and
*unmodelled* where the template does not say enough or CloudWatch does more than is modelled. Both have a reason.
"""

from __future__ import annotations

import math
from typing import Final

from samguard.evaluation import EvaluatedTemplate, Items, Joined, Literal, Reference, Removed, Unknown, Value
from samguard.rehearsal.alarm_rule import AlarmRule, AlarmRuleError, alarm_rule, alarms_in
from samguard.rehearsal.alarm_state import MOutOfN, Treatment
from samguard.rehearsal.metric_series import Evaluation, Metrics, NotModelledError
from samguard.rehearsal.statistic import StatisticKind, statistic
from samguard.rehearsal.watched_alarm import (
    COMPARISONS,
    Measure,
    Scope,
    WatchedAlarm,
    WatchedComposite,
    WatchedMetric,
)
from samguard.rollout import Rollout, RolloutKind, WiredAlarm, label
from samguard.rollout.alarm import (
    ALARM_TYPE,
    COMPOSITE_TYPE,
    Alarm,
    Metric,
    alarm,
    names_function,
    qualified,
    wired_resource,
)
from samguard.rollout.lambda_metrics import EXECUTED_VERSION, FUNCTION, NAMESPACE, PUBLISHED_SETS, RESOURCE
from samguard.rollout.metric_math import Math, Name, parsed
from samguard.rollout.strategy import number
from samguard.source import Mapping, Scalar, Sequence
from samguard.template import Resource, intrinsic
from samguard.value import field, value

_LAMBDA_MEASURES: Final = {
    "Invocations": Measure.INVOCATIONS,
    "Errors": Measure.ERRORS,
    "Throttles": Measure.THROTTLES,
    "Duration": Measure.DURATION,
}
_API: Final = "AWS/ApiGateway"
_API_MEASURES: Final = {
    "5XXError": Measure.HTTP_5XX,
    "5xx": Measure.HTTP_5XX,
    "4XXError": Measure.HTTP_4XX,
    "4xx": Measure.HTTP_4XX,
    "Count": Measure.HTTP_COUNT,
}
_API_EVENTS: Final = frozenset({"Api", "HttpApi"})
_UNITS: Final = {Measure.DURATION: "Milliseconds"}
_LONGEST_WINDOW_MINUTES: Final = 720
_MOST_ALARMS: Final = 40


@value
class LeftOut:
    """An alarm that is not part of the rehearsal, and why."""

    name: str
    reason: str


@value
class Watch:
    """The alarms of a rollout.

    `alarms` are all that are evaluated, children of composite alarms among them; `wired` names those, metric alarms and
    composites, whose ALARM stops the deployment. `stops_only` says that a stop rolls nothing back.
    """

    alarms: tuple[WatchedAlarm, ...] = ()
    composites: tuple[WatchedComposite, ...] = ()
    wired: tuple[str, ...] = ()
    blind: tuple[LeftOut, ...] = ()
    unmodelled: tuple[LeftOut, ...] = ()
    stops_only: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether no alarm is listed at all."""
        return not (self.wired or self.blind or self.unmodelled)


class _BlindError(Exception):
    """The alarm cannot see the new version."""


@value
class _Found:
    """What is gathered, by name, in the order of the template."""

    alarms: dict[str, WatchedAlarm] = field(default_factory=dict)
    composites: dict[str, WatchedComposite] = field(default_factory=dict)
    as_exported: bool = False


def watch(rollout: Rollout, *, as_exported: bool = False) -> Watch:
    """The alarms that a rollout lists, taken apart.

    With `as_exported` their metrics are taken for something that is measured elsewhere: no alarm is blind, whatever it watches.
    """
    if isinstance(rollout.alarms, Unknown):
        return Watch(unmodelled=(LeftOut("Alarms", rollout.alarms.reason),))
    found, wired = _Found(as_exported=as_exported), []
    blind: list[LeftOut] = []
    unmodelled: list[LeftOut] = []
    off = _switched_off(rollout)
    for entry in rollout.alarms:
        name = label(entry.value)
        if off is not None:
            blind.append(LeftOut(name, off))
            continue
        try:
            wired.append(_wired(entry, rollout, found))
        except _BlindError as error:
            blind.append(LeftOut(name, str(error)))
        except NotModelledError as error:
            unmodelled.append(LeftOut(name, str(error)))
    return Watch(
        tuple(found.alarms.values()),
        tuple(found.composites.values()),
        tuple(dict.fromkeys(wired)),
        tuple(blind),
        tuple(unmodelled),
        _stops_only(rollout),
    )


def _wired(entry: WiredAlarm, rollout: Rollout, found: _Found) -> str:
    resource = wired_resource(entry, rollout)
    if resource is None:
        message = "it is not an alarm of this template"
        raise NotModelledError(message)
    return _modelled(resource, rollout, found, ())


def _modelled(resource: Resource, rollout: Rollout, found: _Found, above: tuple[str, ...]) -> str:
    """Adds an alarm, and for a composite one its children first; gives its name."""
    name = resource.logical_id
    if name in found.alarms or name in found.composites:
        return name
    if rollout.scene.exists(resource) is not True:
        is_absent = rollout.scene.exists(resource) is False
        message = "it is not deployed here" if is_absent else "whether it is deployed is not known"
        raise NotModelledError(message)
    if name in above or len(found.alarms) + len(found.composites) + len(above) > _MOST_ALARMS:
        message = "composite alarms that watch each other, or too many"
        raise NotModelledError(message)
    if resource.type == COMPOSITE_TYPE:
        rule, names = _rule(resource, rollout, found, (*above, name))
        found.composites[name] = WatchedComposite(name, rule, names)
    else:
        evaluated = alarm(resource, rollout.scene)
        metrics = _exported(evaluated) if found.as_exported else None
        found.alarms[name] = watched_alarm(evaluated, rollout, metrics)
    return name


# composite alarms


def _rule(
    resource: Resource, rollout: Rollout, found: _Found, above: tuple[str, ...]
) -> tuple[AlarmRule, dict[str, str]]:
    scene = rollout.scene
    text, references = _rule_text(scene.property(resource, "AlarmRule"))
    try:
        rule = alarm_rule(text)
    except AlarmRuleError as error:
        message = f"its rule is not understood: {error}"
        raise NotModelledError(message) from None
    names: dict[str, str] = {}
    for written in dict.fromkeys(alarms_in(rule)):
        child = scene.template.resources.get(references.get(written, "")) or _named(written, scene)
        if child is None or child.type not in (ALARM_TYPE, COMPOSITE_TYPE):
            message = f"its rule names {written!r}, which is not an alarm of this template"
            raise NotModelledError(message)
        try:
            names[written] = _modelled(child, rollout, found, above)
        except _BlindError as error:
            message = f"its rule depends on {child.logical_id}: {error}"
            raise NotModelledError(message) from None
        except NotModelledError as error:
            message = f"its rule depends on {child.logical_id}: {error}"
            raise NotModelledError(message) from None
    return rule, names


def _rule_text(written: Value) -> tuple[str, dict[str, str]]:
    """A rule as text, with stand-ins for references, and the logical ids that those stand for."""
    references: dict[str, str] = {}
    parts: tuple[str | Reference | Unknown, ...]
    match written:
        case Literal():
            parts = (written.text,)
        case Joined():
            parts = written.parts
        case _:
            message = "its rule is not known"
            raise NotModelledError(message)
    text = ""
    for part in parts:
        if isinstance(part, Unknown):
            message = f"its rule is not known: {part.reason}"
            raise NotModelledError(message)
        if isinstance(part, Reference):
            stand_in = f"@{part.logical_id}"
            references[stand_in] = part.logical_id
            text += stand_in
        else:
            text += part
    return text, references


def _named(written: str, scene: EvaluatedTemplate) -> Resource | None:
    name = written.rpartition(":alarm:")[2]
    for resource in scene.template.of_type(ALARM_TYPE, COMPOSITE_TYPE):
        own = scene.property(resource, "AlarmName")
        if isinstance(own, Literal) and own.text == name:
            return resource
    return None


# metric alarms


def watched_alarm(evaluated: Alarm, rollout: Rollout, metrics: tuple[WatchedMetric, ...] | None = None) -> WatchedAlarm:
    """An alarm as the model sees it, with its own metrics, or with others of the same ids. Raises NotModelledError."""
    scene, properties = rollout.scene, evaluated.properties
    comparison = evaluated.comparison.text if isinstance(evaluated.comparison, Literal) else ""
    threshold = number(evaluated.threshold)
    if "ThresholdMetricId" in properties:
        message = "anomaly detection learns from a history that nobody here knows"
        raise NotModelledError(message)
    if comparison not in COMPARISONS or threshold is None:
        message = "its threshold or comparison is not known"
        raise NotModelledError(message)
    if not evaluated.metrics:
        message = "its metrics are not known"
        raise NotModelledError(message)
    expressions = _expressions(evaluated)
    metrics = _metrics(evaluated.metrics, rollout) if metrics is None else metrics
    judged, period_minutes = _judged(evaluated), _period_minutes(evaluated)
    returned = _returned(evaluated, scene) if evaluated.is_math else ""
    if period_minutes * judged.evaluation_periods > _LONGEST_WINDOW_MINUTES:
        message = f"it looks back {period_minutes * judged.evaluation_periods / 60:g} hours; up to 12 are modelled"
        raise NotModelledError(message)
    few = scene.property(evaluated.resource, "EvaluateLowSampleCountPercentile")
    if isinstance(few, Unknown):
        message = f"EvaluateLowSampleCountPercentile: {few.reason}"
        raise NotModelledError(message)
    return WatchedAlarm(
        name=evaluated.resource.logical_id,
        metrics=metrics,
        judged=judged,
        comparison=comparison,
        threshold=threshold,
        period_minutes=period_minutes,
        expressions=expressions,
        returned=returned,
        looks_along=_looks_along(metrics, expressions, returned, judged),
        is_wall_clock=_is_wall_clock(properties, scene),
        ignores_few_samples=isinstance(few, Literal) and few.text == "ignore",
    )


def _exported(evaluated: Alarm) -> tuple[WatchedMetric, ...]:
    """An alarm's metrics by their ids and statistics alone."""
    found: list[WatchedMetric] = []
    for metric in evaluated.metrics or ():
        known = statistic(metric.statistic.text) if isinstance(metric.statistic, Literal) else None
        if known is None:
            message = "its statistic is not known"
            raise NotModelledError(message)
        found.append(WatchedMetric(metric.id, Scope.FUNCTION, Measure.OTHER, known))
    return tuple(found)


def _judged(evaluated: Alarm) -> MOutOfN:
    periods = _whole(evaluated.evaluation_periods, "EvaluationPeriods")
    said = evaluated.datapoints_to_alarm
    needed = periods if isinstance(said, Removed) else _whole(said, "DatapointsToAlarm")
    if needed > periods:
        message = "CloudWatch refuses it: DatapointsToAlarm is above EvaluationPeriods"
        raise NotModelledError(message)
    treated = evaluated.treat_missing_data
    if isinstance(treated, Removed):
        return MOutOfN(periods, needed)
    known = {treatment.value: treatment for treatment in Treatment}
    if not isinstance(treated, Literal) or treated.text not in known:
        message = "TreatMissingData is not known"
        raise NotModelledError(message)
    return MOutOfN(periods, needed, known[treated.text])


def _whole(said: Value, key: str) -> int:
    found = number(said)
    if found is None or found < 1 or found != int(found):
        message = f"{key} is not known"
        raise NotModelledError(message)
    return int(found)


def _period_minutes(evaluated: Alarm) -> int:
    found: set[float] = set()
    for metric in evaluated.metrics or ():
        seconds = number(metric.period)
        if seconds is None:
            message = "its period is not known"
            raise NotModelledError(message)
        found.add(seconds)
    if len(found) > 1:
        message = "its metrics have different periods"
        raise NotModelledError(message)
    (seconds,) = found
    if seconds < 60 or seconds % 60:  # noqa: PLR2004 - a minute
        message = f"a period of {seconds:g} s is shorter than the minute that AWS publishes these metrics by"
        raise NotModelledError(message)
    return int(seconds // 60)


def _is_wall_clock(properties: Mapping, scene: EvaluatedTemplate) -> bool:
    window, _ = scene.chosen(properties.get("EvaluationWindow"))
    if window is None:
        return False
    if not isinstance(window, Mapping) or intrinsic(window) is not None:
        message = "EvaluationWindow is not known"
        raise NotModelledError(message)
    return "WallClockWindow" in window


def _expressions(evaluated: Alarm) -> dict[str, Math]:
    found: dict[str, Math] = {}
    for expression in evaluated.expressions:
        math_ = parsed(expression.text.text) if isinstance(expression.text, Literal) else None
        if math_ is None:
            message = f"the expression {expression.id!r} is not understood"
            raise NotModelledError(message)
        found[expression.id] = math_
    return found


def _returned(evaluated: Alarm, scene: EvaluatedTemplate) -> str:
    """The id of the one entry of Metrics that is compared with the threshold."""
    node, _ = scene.chosen(evaluated.properties.get("Metrics"))
    chosen: list[str] = []
    for item in node.items if isinstance(node, Sequence) else ():
        query, _ = scene.chosen(item)
        if not isinstance(query, Mapping):
            continue
        identifier, returns = query.get("Id"), scene.value(query.get("ReturnData"))
        is_returned = isinstance(returns, Removed) or (isinstance(returns, Literal) and returns.text.lower() == "true")
        if is_returned and isinstance(identifier, Scalar):
            chosen.append(identifier.text)
    if len(chosen) != 1:
        message = "which of its metrics is compared with the threshold is not known"
        raise NotModelledError(message)
    return chosen[0]


def _looks_along(
    metrics: tuple[WatchedMetric, ...], expressions: dict[str, Math], returned: str, judged: MOutOfN
) -> bool:
    """Tries the expressions on made-up datapoints: whatever is not modelled is found before the rehearsal."""
    if not expressions:
        return False
    columns = judged.range_points
    tried = {metric.id: [math.nan if index % 2 else 1.0 for index in range(columns)] for metric in metrics}
    evaluation = Evaluation(Metrics(tried, expressions, 60, columns))
    evaluation.series(Name(returned))
    return evaluation.looks_along


# metrics


def _metrics(metrics: tuple[Metric, ...], rollout: Rollout) -> tuple[WatchedMetric, ...]:
    """An alarm's metrics. It is blind where all of them are; where some are, it watches something else besides."""
    found: list[WatchedMetric] = []
    blind: list[_BlindError] = []
    for metric in metrics:
        try:
            found.append(_metric(metric, rollout))
        except _BlindError as error:
            blind.append(error)
    if blind and found:
        message = f"of one of its metrics, {blind[0]}"
        raise NotModelledError(message)
    if blind:
        raise blind[0]
    return tuple(found)


def _metric(metric: Metric, rollout: Rollout) -> WatchedMetric:
    namespace = metric.namespace.text if isinstance(metric.namespace, Literal) else ""
    name = metric.name.text if isinstance(metric.name, Literal) else ""
    found = statistic(metric.statistic.text) if isinstance(metric.statistic, Literal) else None
    if found is None:
        message = "its statistic is not known"
        raise NotModelledError(message)
    if rollout.kind is not RolloutKind.FUNCTION:
        message = "metrics of state machines"
        raise NotModelledError(message)
    if namespace == NAMESPACE and name in _LAMBDA_MEASURES:
        measure, scope = _LAMBDA_MEASURES[name], _lambda_scope(metric, rollout)
    elif namespace == _API and name in _API_MEASURES and _has_own_api(rollout):
        measure, scope = _API_MEASURES[name], Scope.FUNCTION
    else:
        what = f"{namespace or '?'} {name or '?'}"
        message = f"what a bad version does to the metric {what} is not known"
        raise NotModelledError(message)
    if isinstance(metric.unit, Literal) and metric.unit.text != _UNITS.get(measure, "Count"):
        scope = Scope.NOTHING
    if found.kind is StatisticKind.SAMPLE_COUNT and measure is Measure.THROTTLES:
        message = "how many samples Throttles has is not documented"
        raise NotModelledError(message)
    return WatchedMetric(metric.id, scope, measure, found)


def _has_own_api(rollout: Rollout) -> bool:
    """Whether the function has an API's events of its own; its API is taken to serve this function alone."""
    events = rollout.resource.properties.get("Events")
    if not isinstance(events, Mapping):
        return False
    kinds = (entry.value.get("Type") for entry in events if isinstance(entry.value, Mapping))
    return any(isinstance(kind, Scalar) and kind.text in _API_EVENTS for kind in kinds)


def _lambda_scope(metric: Metric, rollout: Rollout) -> Scope:
    if metric.dimensions is None:
        message = "its dimensions are not known"
        raise NotModelledError(message)
    if not metric.dimensions:
        message = "it watches all functions of the account"
        raise NotModelledError(message)
    names = frozenset(dimension.name for dimension in metric.dimensions)
    if names not in PUBLISHED_SETS:
        return Scope.NOTHING
    if FUNCTION not in names:
        message = f"what a bad version does to metrics by {', '.join(sorted(names))} is not known"
        raise NotModelledError(message)
    _checked_function(metric, rollout)
    if RESOURCE not in names:
        return Scope.FUNCTION
    _checked_alias(metric, rollout)
    return _version_scope(metric, rollout) if EXECUTED_VERSION in names else Scope.ALIAS


def _checked_function(metric: Metric, rollout: Rollout) -> None:
    dimension = metric.dimension(FUNCTION)
    is_own = dimension is not None and names_function(dimension.value, rollout.resource, rollout.scene)
    if is_own is False:
        message = "it watches another function"
        raise _BlindError(message)
    if is_own is None:
        message = "which function it watches is not known"
        raise NotModelledError(message)


def _checked_alias(metric: Metric, rollout: Rollout) -> None:
    dimension = metric.dimension(RESOURCE)
    if dimension is None:
        return
    found = qualified(dimension.value)
    is_own = names_function(found.function, rollout.resource, rollout.scene)
    if is_own is not True or not isinstance(rollout.alias, Literal) or not found.qualifier:
        if found.qualifier is None and is_own is True:
            message = "it watches calls that name no alias"
            raise _BlindError(message)
        message = "which alias it watches is not known"
        raise NotModelledError(message)
    if found.qualifier != rollout.alias.text:
        message = f"it watches {found.qualifier!r}, and traffic is shifted by {rollout.alias.text!r}"
        raise _BlindError(message)


def _version_scope(metric: Metric, rollout: Rollout) -> Scope:
    dimension = metric.dimension(EXECUTED_VERSION)
    said = dimension.value if dimension is not None else Removed()
    match said:
        case Reference() if said.logical_id == rollout.function and said.attribute == "Version.Version":
            return Scope.VERSION
        case Reference():
            target = rollout.scene.resource_of(said)
            published = (
                rollout.scene.property(rollout.alias_resource, "FunctionVersion") if rollout.alias_resource else None
            )
            is_version = target is not None and target.type == "AWS::Lambda::Version" and said.attribute == "Version"
            if is_version and isinstance(published, Reference) and published.logical_id == said.logical_id:
                return Scope.VERSION
            message = "its ExecutedVersion is not the new version"
            raise _BlindError(message)
        case Literal():
            message = f"it watches version {said.text!r}, whatever is deployed"
            raise _BlindError(message)
        case _:
            message = "which version it watches is not known"
            raise NotModelledError(message)


# the deployment group of plain CloudFormation


def _switched_off(rollout: Rollout) -> str | None:
    """Why a group of plain CloudFormation does not look at its alarms."""
    if rollout.group is None:
        return None
    said = rollout.scene.property(rollout.group, "AlarmConfiguration", "Enabled")
    is_on = isinstance(said, Literal) and said.text.lower() == "true"
    return None if is_on or isinstance(said, Unknown) else "the AlarmConfiguration of its group is not enabled"


def _stops_only(rollout: Rollout) -> bool:
    """Whether an alarm certainly stops the shift, but rolls nothing back."""
    if rollout.group is None:
        return False
    enabled = rollout.scene.property(rollout.group, "AutoRollbackConfiguration", "Enabled")
    events = rollout.scene.property(rollout.group, "AutoRollbackConfiguration", "Events")
    if isinstance(enabled, Unknown) or isinstance(events, Unknown):
        return False
    is_on = isinstance(enabled, Literal) and enabled.text.lower() == "true"
    named = {item.text for item in events.items if isinstance(item, Literal)} if isinstance(events, Items) else set()
    return not (is_on and "DEPLOYMENT_STOP_ON_ALARM" in named)
