"""Listed alarms that watch another function than the one that is shifted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import Literal, Reason
from samguard.linting.rule import Finding, Level
from samguard.pattern import pattern
from samguard.rollout import Deployment, Rollout, RolloutKind
from samguard.rollout.alarm import Dimension, Metric, watched_function
from samguard.rollout.alarm import alarm as evaluated
from samguard.rollout.lambda_metrics import FUNCTION, METRICS, RESOURCE
from samguard.rules.alarms.coverage import function_named, is_foreign, is_shared, kinds_of
from samguard.rules.alarms.dimension_faults import dimension_fault
from samguard.rules.alarms.relied_on import ReliedOn, relied_on
from samguard.rules.alarms.spelling import is_slip
from samguard.rules.alarms.unlisted import unlisted_alarms
from samguard.source import Place
from samguard.template import Resource
from samguard.value import value

_SUFFIX: Final = pattern(r"(?:Lambda|Function|Handler|Fn)+$")


@value
class _Listing:
    """A rollout with its alarms, and which functions list each alarm."""

    rollout: Rollout
    alarms: tuple[ReliedOn, ...]
    listed_by: dict[str, set[str]]

    @property
    def is_watched(self) -> bool:
        """Whether some alarm of the list may see the function itself."""
        own = self.rollout.alarms
        is_all_known = isinstance(own, tuple) and len(own) == len({relied.entry.span for relied in self.alarms})
        return not is_all_known or any(not is_foreign(relied.alarm, self.rollout) for relied in self.alarms)


def foreign_alarms(deployment: Deployment) -> Iterator[Finding]:
    """A finding for each listed alarm that is another function's."""
    listed_by: dict[str, set[str]] = {}
    listings: list[_Listing] = []
    for rollout in deployment.rollouts:
        if rollout.kind is RolloutKind.FUNCTION:
            alarms = relied_on(rollout)
            listings.append(_Listing(rollout, alarms, listed_by))
            for relied in alarms:
                listed_by.setdefault(relied.name, set()).add(rollout.function)
    for listing in listings:
        for relied in listing.alarms:
            yield from _of_account(relied)
            if is_foreign(relied.alarm, listing.rollout):
                yield from _foreign(relied, listing)
            else:
                yield from _mixed(relied, listing.rollout)


def _of_account(relied: ReliedOn) -> Iterator[Finding]:
    metrics = relied.alarm.metrics or ()
    if all(metric.is_lambda and metric.dimensions == () and metric.names[1] in METRICS for metric in metrics):
        for metric in metrics[:1]:
            yield relied.finding(
                metric.span_of("MetricName", relied.alarm.resource.span),
                f"{relied.name} has no dimensions, so it watches all functions of the account: others roll "
                "{resource} back, and its own failures are lost among theirs. Add FunctionName and Resource",
                level=Level.WARNING,
            )


def _foreign(relied: ReliedOn, listing: _Listing) -> Iterator[Finding]:
    metric = (relied.alarm.metrics or ())[0]
    rollout = listing.rollout
    watched = watched_function(metric, rollout.scene)
    if dimension_fault(metric, rollout) is not None:
        return
    if is_shared(relied.entry, rollout):
        if _mention(relied, rollout.function) > (0 if watched is None else _mention(relied, watched.logical_id)):
            yield _wrong_dimension(relied, metric, watched)
    elif watched is not None and _belongs_to(relied, watched, listing):
        if not listing.is_watched or _own_alarm_left_out(relied, rollout):
            yield Finding(
                relied.entry.span,
                f"{relied.name} is an alarm of {watched.logical_id}, so it does not stop a bad version of "
                "{resource}. List an alarm that watches it",
                because=(Reason(f"{relied.name} watches {watched.logical_id}", _place(metric, relied)),),
                resource=rollout.function,
            )
    elif not listing.is_watched or _is_meant_for(relied, metric, rollout):
        yield _wrong_dimension(relied, metric, watched)


def _wrong_dimension(relied: ReliedOn, metric: Metric, watched: Resource | None) -> Finding:
    name = "another function" if watched is None else watched.logical_id
    dimension = _naming(metric)
    return relied.finding(
        dimension.value_span if dimension is not None else relied.alarm.resource.span,
        f"{relied.name} watches {name}, so it does not stop a bad version of {{resource}}. "
        f"Write !Ref {relied.rollout.function}",
        because=dimension.value.because if dimension is not None else (),
    )


def _belongs_to(relied: ReliedOn, watched: Resource, listing: _Listing) -> bool:
    """Whether an alarm is meant to be the watched function's, so that the list is wrong and not the alarm."""
    if watched.logical_id in listing.listed_by.get(relied.name, ()):
        return True
    other, own = _mention(relied, watched.logical_id), _mention(relied, listing.rollout.function)
    return other > own


def _own_alarm_left_out(relied: ReliedOn, rollout: Rollout) -> bool:
    """Whether the function has an alarm of the same kind, which is not listed."""
    kinds = kinds_of(relied.alarm)
    return any(kinds_of(evaluated(found, rollout.scene)) == kinds for found in unlisted_alarms(rollout))


def _is_meant_for(relied: ReliedOn, metric: Metric, rollout: Rollout) -> bool:
    """Whether an alarm is called after the function, or the name in its dimensions is nearly the function's."""
    if _mention(relied, rollout.function):
        return True
    dimension, name = _naming(metric), rollout.scene.property(rollout.resource, "FunctionName")
    if dimension is None or not isinstance(dimension.value, Literal) or not isinstance(name, Literal):
        return False
    return is_slip(dimension.value.text.partition(":")[0], name.text)


def _mention(relied: ReliedOn, function: str) -> int:
    """Letters of a function's name that an alarm is called after; 0 where it is not."""
    stem = _SUFFIX.sub("", function).lower()
    return len(stem) if len(stem) > 2 and stem in relied.name.lower() else 0  # noqa: PLR2004


def _mixed(relied: ReliedOn, rollout: Rollout) -> Iterator[Finding]:
    """A rate of one function's errors and another one's invocations."""
    metrics = relied.alarm.metrics or ()
    if sorted(metric.names[1] for metric in metrics) != ["Errors", "Invocations"]:
        return
    if not any(function_named(metric, rollout) is True for metric in metrics):
        return
    for metric in metrics:
        dimension = _naming(metric)
        if function_named(metric, rollout) is False and dimension is not None:
            yield relied.finding(
                dimension.value_span,
                f"{relied.name} takes {metric.names[1]} of another function than {{resource}}, so its rate means "
                f"nothing. Write !Ref {rollout.function}",
            )


def _naming(metric: Metric) -> Dimension | None:
    return metric.dimension(FUNCTION) or metric.dimension(RESOURCE)


def _place(metric: Metric, relied: ReliedOn) -> Place:
    dimension = _naming(metric)
    return relied.scene.place(dimension.value_span if dimension is not None else relied.alarm.resource.span)
