"""Dimensions by which AWS Lambda publishes no data of a function: what is wrong with them, and where.

CloudWatch keeps a metric for each combination of dimensions. An alarm on a combination that Lambda does not publish is
no error to CloudWatch: it waits for data that never comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from samguard.errors import nearest
from samguard.evaluation import EvaluatedTemplate, Joined, Literal, Reference, Trail, Unknown, Value
from samguard.linting.rule import Fix
from samguard.rollout import Rollout
from samguard.rollout.alarm import (
    FUNCTION_TYPES,
    Alarm,
    Dimension,
    Metric,
    function_of,
    qualified,
)
from samguard.rollout.lambda_metrics import (
    DIMENSION_NAMES,
    EXECUTED_VERSION,
    FUNCTION,
    PUBLISHED_SETS,
    RESOURCE,
)
from samguard.rules.alarms.failure_metrics import STATES
from samguard.rules.alarms.function_names import (
    SaidAsText,
    function_behind_arn,
    gives_arn,
    is_arn,
    is_named,
    said_as_text,
)
from samguard.source import Mapping, Sequence, Span
from samguard.template import Resource
from samguard.value import value

if TYPE_CHECKING:
    from samguard.source.insertion import Content

_MEANT: Final = {
    "function": FUNCTION,
    "lambda": FUNCTION,
    "lambdafunction": FUNCTION,
    "lambdaname": FUNCTION,
    "lambdafunctionname": FUNCTION,
    "functionarn": FUNCTION,
    "alias": RESOURCE,
    "aliasname": RESOURCE,
    "functionalias": RESOURCE,
    "qualifier": RESOURCE,
    "version": EXECUTED_VERSION,
    "functionversion": EXECUTED_VERSION,
    "lambdaversion": EXECUTED_VERSION,
}
"""What people write for the dimensions, in lower case."""

_MACHINE: Final = "StateMachineArn"
_MACHINE_WORDS: Final = frozenset({"statemachine", "statemachinename", "statemachinearn", "arn"})


@value
class Fault:
    """What is wrong with a metric's dimensions; `message` is a clause that ends with what to do."""

    span: Span
    message: str
    because: Trail = ()
    right: str = ""
    """What would be right in place of a scalar, where that is certain."""

    value: Content | None = None
    """What would be right in place of the value at the span."""
    lacking: tuple[str, ...] = ()
    """The dimensions that are to be added."""

    def fixes(self, rollout: Rollout) -> tuple[Fix, ...]:
        """The fix that writes what is right. Where it is the alarm that is meant for another function, it is unsafe."""
        from samguard.mending import dimensions_added, value_written

        template = rollout.template
        if self.right:
            return (Fix(f"write {self.right}", (value_written(template, self.span, self.right),), safe=True),)
        if self.value is not None:
            return (Fix("Write what is published", (value_written(template, self.span, self.value),), safe=False),)
        edit = dimensions_added(rollout, self.span, self.lacking) if self.lacking else None
        return (Fix(f"Add {' and '.join(self.lacking)}", (edit,), safe=False),) if edit is not None else ()


def dimension_faults(alarm: Alarm, rollout: Rollout) -> Iterator[Fault]:
    """The first fault of each metric of an alarm."""
    for metric in alarm.metrics or ():
        fault = dimension_fault(metric, rollout)
        if fault is not None:
            yield fault


def dimension_fault(metric: Metric, rollout: Rollout) -> Fault | None:
    """The first reason for which a Lambda metric has no data about traffic through an alias."""
    if "AccountId" in metric.around:
        return None
    if metric.names[0] == STATES:
        return next(_machine_faults(metric), None)
    if not metric.is_lambda:
        return None
    if not metric.dimensions:
        return _exchanged(metric, rollout.scene)
    return next(_faults(metric, rollout), None)


def _faults(metric: Metric, rollout: Rollout) -> Iterator[Fault]:
    dimensions = metric.dimensions or ()
    for dimension in dimensions:
        if dimension.name not in DIMENSION_NAMES:
            yield _unknown_name(dimension)
    names = frozenset(dimension.name for dimension in dimensions)
    if names not in PUBLISHED_SETS:
        yield _unpublished(metric, names)
    for dimension in dimensions:
        if dimension.name == FUNCTION:
            yield from _function_faults(dimension, rollout.scene)
        if dimension.name == RESOURCE:
            yield from _resource_faults(dimension, metric, rollout)


def _machine_faults(metric: Metric) -> Iterator[Fault]:
    """Names of dimensions that are meant for the one by which a state machine's executions are counted."""
    for dimension in metric.dimensions or ():
        if dimension.name.lower() in _MACHINE_WORDS and dimension.name != _MACHINE:
            yield Fault(
                dimension.span,
                f"AWS/States publishes nothing with a dimension {dimension.name!r}. Write {_MACHINE}, with the ARN",
            )


def _exchanged(metric: Metric, scene: EvaluatedTemplate) -> Fault | None:
    """Whether Name holds what Value is to hold, and the other way round."""
    listed, _ = scene.chosen(metric.node.get("Dimensions"))
    for item in listed.items if isinstance(listed, Sequence) else ():
        name = item.entry("Name") if isinstance(item, Mapping) else None
        said = scene.value(item.get("Value")) if isinstance(item, Mapping) else None
        if name is None or not isinstance(said, Literal) or said.text not in DIMENSION_NAMES:
            continue
        if isinstance(scene.value(name.value), (Reference, Joined)):
            return Fault(name.value.span, f"Name and Value are exchanged. Write {said.text} as Name")
    return None


def _unknown_name(dimension: Dimension) -> Fault:
    word = dimension.name.lower().replace("_", "").replace("-", "").replace(" ", "")
    near = _MEANT.get(word) or nearest(dimension.name, DIMENSION_NAMES)
    advice = {
        None: "Leave it out",
        RESOURCE: "Write Resource, with the function's name and the alias: `${Function}:alias`",
        EXECUTED_VERSION: "Write ExecutedVersion",
    }.get(near, f"Write {near}")
    right = near if near is not None and near.lower() == word else ""
    return Fault(
        dimension.span,
        f"AWS/Lambda publishes nothing with a dimension {dimension.name!r}. {advice}",
        right=right or "",
    )


def _unpublished(metric: Metric, names: frozenset[str]) -> Fault:
    entry = metric.node.entry("Dimensions")
    span = entry.key.span if entry is not None else metric.node.span
    missing = [name for name in (FUNCTION, RESOURCE) if name not in names]
    if EXECUTED_VERSION not in names:
        missing = [name for name in missing if name == FUNCTION]
    given = " and ".join(name for name in DIMENSION_NAMES if name in names)
    return Fault(
        span,
        f"AWS/Lambda publishes nothing by {given} without {' and '.join(missing)}. Add {' and '.join(missing)}",
        lacking=tuple(missing),
    )


def _function_faults(dimension: Dimension, scene: EvaluatedTemplate) -> Iterator[Fault]:
    value = dimension.value
    where = (dimension.value_span, value)
    said = said_as_text(value, scene)
    if said is not None:
        yield _text_fault(dimension, said, f"!Ref {said.function.logical_id}", {"Ref": said.function.logical_id})
    elif isinstance(value, Reference):
        yield from _reference_faults(dimension, value, scene)
    elif is_arn(value):
        yield _fault(*where, "FunctionName is the ARN of a function where its name is due. Write !Ref and the function")
    elif qualified(value).qualifier is not None:
        yield _fault(
            *where, "FunctionName has a qualifier: the alias belongs into the dimension Resource. Leave it out"
        )


def _reference_faults(dimension: Dimension, value: Reference, scene: EvaluatedTemplate) -> Iterator[Fault]:
    target = scene.resource_of(value)
    written = _written(value)
    if gives_arn(value, scene):
        function = function_behind_arn(value, scene)
        right: Content | None = {"Ref": function.logical_id} if function is not None else None
        advice = f"Write !Ref {function.logical_id}" if function is not None else "Write !Ref and the function"
        message = f"FunctionName is {written}, an ARN where the function's name is due. {advice}"
        yield _fault(dimension.value_span, value, message, right=right)
    elif target is not None and value.attribute is None and _is_no_function(target):
        message = f"FunctionName is {written}, which is no function but {target.type}. Write !Ref and the function"
        yield _fault(dimension.value_span, value, message)


def _written(value: Reference) -> str:
    return value.logical_id if value.attribute is None else f"{value.logical_id}.{value.attribute}"


def _is_no_function(target: Resource) -> bool:
    may_be = (*FUNCTION_TYPES, "AWS::CloudFormation", "AWS::SSM")
    return target.type.startswith("AWS::") and not target.type.startswith(may_be)


def _resource_faults(dimension: Dimension, metric: Metric, rollout: Rollout) -> Iterator[Fault]:
    value, scene = dimension.value, rollout.scene
    said = said_as_text(value, scene)
    if said is not None:
        right = f"!Sub '${{{said.function.logical_id}}}{said.rest}'" if said.rest else _right_resource(rollout)
        content: Content | None = {"Fn::Sub": f"${{{said.function.logical_id}}}{said.rest}"} if said.rest else None
        yield _text_fault(dimension, said, right, content or _right_content(rollout))
    elif is_arn(value) or (isinstance(value, Reference) and gives_arn(value, scene)):
        written = f"{_written(value)}, an ARN" if isinstance(value, Reference) else "an ARN"
        message = f"Resource is {written}, and Lambda publishes it as the function's name and the alias"
        advice = f"{message}. Write {_right_resource(rollout)}"
        yield _fault(dimension.value_span, value, advice, right=_right_content(rollout))
    elif isinstance(value, (Reference, Literal, Joined)):
        yield from _qualifier_faults(dimension, metric, rollout, is_certain=not _has_unknown_part(value))


def _qualifier_faults(dimension: Dimension, metric: Metric, rollout: Rollout, *, is_certain: bool) -> Iterator[Fault]:
    value, scene = dimension.value, rollout.scene
    split = qualified(value)
    if split.qualifier is None:
        if is_certain:
            yield _fault(
                dimension.value_span,
                value,
                "Resource names no alias, so it sees none of the requests that come through one. "
                f"Write {_right_resource(rollout)}",
                right=_right_content(rollout),
            )
        return
    own = metric.dimension(FUNCTION)
    is_own = is_named(split.function, rollout.resource, scene) is True
    if own is not None and own.value != split.function:
        function = function_of(own.value, scene)
        if function is not None and is_named(split.function, function, scene) is False:
            wrong, meant = (own, rollout.resource) if is_own else (dimension, function)
            yield _fault(
                wrong.value_span,
                wrong.value,
                "FunctionName and Resource name different functions, and no metric has both. "
                f"Write {meant.logical_id} in both",
            )
            return
    yield from _alias_faults(dimension, split.qualifier, rollout, is_own=is_own)


def _alias_faults(dimension: Dimension, qualifier: str, rollout: Rollout, *, is_own: bool) -> Iterator[Fault]:
    value, alias = dimension.value, rollout.alias
    if _is_version(value, qualifier):
        yield _fault(
            dimension.value_span,
            value,
            "Resource names a version, so it sees none of the requests that come through the alias. "
            f"Write {_right_resource(rollout)}",
            right=_right_content(rollout),
        )
    elif is_own and qualifier and isinstance(alias, Literal) and qualifier != alias.text:
        yield _fault(
            dimension.value_span,
            value,
            f"Resource names the alias {qualifier!r}, but traffic is shifted on {alias.text!r}. "
            f"Write {_right_resource(rollout)}",
            alias.because,
            _right_content(rollout),
        )


def _is_version(value: Value, qualifier: str) -> bool:
    if qualifier:
        return qualifier == "$LATEST" or qualifier.isdecimal()
    last = value.parts[-1] if isinstance(value, Joined) else None
    return isinstance(last, Reference) and (last.attribute or "").split(".")[0] == "Version"


def _right_resource(rollout: Rollout) -> str:
    alias = rollout.alias.text if isinstance(rollout.alias, Literal) else "alias"
    return f"!Sub '${{{rollout.function}}}:{alias}'"


def _right_content(rollout: Rollout) -> Content | None:
    alias = rollout.alias.text if isinstance(rollout.alias, Literal) else None
    return (
        {"Fn::Sub": f"${{{rollout.function}}}:{alias}"}
        if alias and rollout.function in rollout.template.resources
        else None
    )


def _text_fault(dimension: Dimension, said: SaidAsText, right: str, content: Content | None) -> Fault:
    assert isinstance(dimension.value, Literal)  # noqa: S101 - said_as_text saw to it
    logical_id = said.function.logical_id
    return _fault(
        dimension.value_span,
        dimension.value,
        f"{dimension.name} is the text {dimension.value.text!r}: no function is called that, {logical_id} is its "
        f"logical id. Write {right}",
        right=content,
    )


def _has_unknown_part(value: Value) -> bool:
    return isinstance(value, Joined) and any(isinstance(part, Unknown) for part in value.parts)


def _fault(span: Span, value: Value, message: str, because: Trail = (), right: Content | None = None) -> Fault:
    return Fault(span, message, (*value.because, *because), value=right)
