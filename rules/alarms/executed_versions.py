"""Values of the dimension ExecutedVersion that are not the version being deployed."""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Literal, Reference, decided_by_default
from samguard.linting.rule import Finding, Level
from samguard.rollout import Rollout, RolloutKind
from samguard.rollout.alarm import FUNCTION_TYPES, Dimension
from samguard.rollout.lambda_metrics import EXECUTED_VERSION
from samguard.rules.alarms.coverage import function_named
from samguard.rules.alarms.dimension_faults import dimension_fault
from samguard.rules.alarms.relied_on import ReliedOn
from samguard.template.resource_attributes import attribute_advice


def stale_versions(relied: ReliedOn) -> Iterator[Finding]:
    """A finding for each metric of an alarm that is one of another version than the new one."""
    rollout = relied.rollout
    for metric in relied.alarm.metrics or ():
        dimension = metric.dimension(EXECUTED_VERSION)
        if not metric.is_lambda or dimension is None or dimension_fault(metric, rollout) is not None:
            continue
        if rollout.kind is RolloutKind.FUNCTION and function_named(metric, rollout) is not False:
            yield from _version_finding(dimension, relied)


def _version_finding(dimension: Dimension, relied: ReliedOn) -> Iterator[Finding]:
    value, rollout = dimension.value, relied.rollout
    level: Level | None = None
    match value:
        case Literal():
            what = f"ExecutedVersion is {value.text!r}, whatever version is deployed"
            level = Level.WARNING if decided_by_default(value.because) else None
        case Reference():
            written = rollout.template.document.text[dimension.value_span.start : dimension.value_span.end]
            said = _wrong_reference(value, rollout, is_attribute="GetAtt" in written)
            if said is None:
                return
            what = said
        case _:
            return
    yield relied.finding(
        dimension.value_span,
        f"{relied.name} does not see the new version of {{resource}}, so it never stops a bad one: {what}. "
        f"Write {_right(rollout)}",
        because=value.because,
        level=level,
    )


def _wrong_reference(value: Reference, rollout: Rollout, *, is_attribute: bool) -> str | None:
    written = value.logical_id if value.attribute is None else f"{value.logical_id}.{value.attribute}"
    target = rollout.scene.resource_of(value)
    if target is None:
        return None
    if target.type in FUNCTION_TYPES:
        if is_attribute and value.attribute is not None and attribute_advice(target, value.attribute) is not None:
            return None  # SG003 says that there is no such attribute
        if value.attribute != "Version.Version":
            return f"{written} is not the number of a version"
        return None if value.logical_id == rollout.function else f"{written} is a version of another function"
    if target.type == "AWS::Lambda::Version":
        if value.attribute != "Version":
            return f"{written} is the ARN of a version, not its number"
        return _wrong_version(value, rollout)
    if target.type == "AWS::Lambda::Alias":
        return f"{written} is an alias, not the number of a version"
    return None


def _wrong_version(value: Reference, rollout: Rollout) -> str | None:
    """What is wrong with the number of an AWS::Lambda::Version: it must be the one that the alias is moved to."""
    if rollout.alias_resource is None:
        return f"{value.logical_id} is another version than the one that SAM publishes"
    target = rollout.scene.property(rollout.alias_resource, "FunctionVersion")
    if not isinstance(target, Reference) or target.logical_id == value.logical_id:
        return None
    return f"the alias is moved to {target.logical_id}, not to {value.logical_id}"


def _right(rollout: Rollout) -> str:
    if rollout.alias_resource is None:
        return f"!GetAtt {rollout.function}.Version.Version"
    target = rollout.scene.property(rollout.alias_resource, "FunctionVersion")
    return f"!GetAtt {target.logical_id}.Version" if isinstance(target, Reference) else "the number of its version"
