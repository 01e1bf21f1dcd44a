"""An alarm on the errors of a function's new version, and an alarm's place in the list that CodeDeploy is given.

Source: SAM, docs/safe_lambda_deployments.rst; CloudWatch metrics of Lambda, "Dimensions for Lambda metrics".
"""

from __future__ import annotations

from typing import Final

from samguard.mending.entries import free_id, properties_added, reference, resource_added
from samguard.rollout import Rollout, RolloutKind
from samguard.source import Edit, Entry, Mapping, Node, Scalar, Sequence, Span
from samguard.source.insertion import Content, entries_added, items_added, written
from samguard.template import intrinsic

FUNCTION: Final = "AWS::Serverless::Function"


def alarm_added(rollout: Rollout) -> tuple[Edit, ...]:
    """The edits that add an alarm on a SAM function's errors and list it in its preference. None where no place is."""
    alarm = new_alarm(rollout)
    if alarm is None:
        return ()
    logical_id, content = alarm
    wired = alarm_wired(rollout, logical_id)
    added = resource_added(rollout.template, logical_id, content, rollout.function)
    return (*wired, added) if wired and added is not None else ()


def new_alarm(rollout: Rollout, alias: str | None = None) -> tuple[str, Content] | None:
    """A new alarm on what fails of the version that gets traffic: its logical id, and the resource."""
    function = rollout.function
    dimensions = _dimensions(rollout, alias)
    if dimensions is None:
        return None
    content: dict[str, Content] = {"Type": "AWS::CloudWatch::Alarm"}
    condition = rollout.resource.condition
    if condition is not None:
        content["Condition"] = condition.text
    content["Properties"] = {
        "AlarmDescription": f"Errors of the new version of {function} while its traffic is shifted",
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
    }
    return free_id(rollout.template, f"{function}ErrorsAlarm"), content


def alias_in_text(rollout: Rollout) -> str | None:
    """A function's alias as it stands in a `!Sub`: its name, or the parameter that gives it."""
    said = rollout.resource.properties.get("AutoPublishAlias")
    call = intrinsic(said)
    if call is not None:
        is_parameter = call.name == "Ref" and isinstance(call.argument, Scalar)
        return f"${{{call.argument.text}}}" if is_parameter and isinstance(call.argument, Scalar) else None
    return said.text if isinstance(said, Scalar) and said.text else None


def alarm_wired(rollout: Rollout, *logical_ids: str) -> tuple[Edit, ...]:
    """The edits that list alarms of the template in a SAM function's own preference; none where there is no place.

    What Globals list stays: SAM puts the two lists together.
    """
    if rollout.group is not None or rollout.preference is None or rollout.kind is not RolloutKind.FUNCTION:
        return ()
    items = [reference(logical_id) for logical_id in logical_ids]
    own = rollout.resource.own_properties.entry("DeploymentPreference")
    document = rollout.template.document
    if own is None:
        entries: dict[str, Content] = {"DeploymentPreference": {"Alarms": items}}
        edit = properties_added(rollout.resource, rollout.template, entries, ("AutoPublishAlias",))
        return (edit,) if edit is not None else ()
    if not isinstance(own.value, Mapping) or intrinsic(own.value) is not None:
        return ()
    said = own.value.entry("Alarms")
    if said is None:
        edit = entries_added(document, own.value, {"Alarms": items}, after=("Type",))
    elif isinstance(said.value, Sequence):
        edit = items_added(document, said.value, items)
    elif isinstance(said.value, Scalar) and said.value.value is None:
        span = said.value.span
        is_empty = span.end <= span.start
        place = Span(said.key.span.end + 1, said.key.span.end + 1) if is_empty else span
        edit = Edit(place, f"{' ' if is_empty else ''}{written(document, items)}")
    else:
        return ()
    return (edit,) if edit is not None else ()


def dimensions_added(rollout: Rollout, place: Span, names: tuple[str, ...]) -> Edit | None:
    """The edit that adds dimensions to a list, whose key is at a place."""
    found = _dimensions(rollout)
    said = next((entry.value for entry in _entries_at(rollout, place) if isinstance(entry.value, Sequence)), None)
    if found is None or said is None:
        return None
    return items_added(rollout.template.document, said, [{"Name": name, "Value": found[name]} for name in names])


def _entries_at(rollout: Rollout, place: Span) -> tuple[Entry, ...]:
    """The entry whose key is at a place of the template."""
    node: Node | None = rollout.template.root
    while node is not None:
        inside = node.entries if isinstance(node, Mapping) else ()
        hit = next((entry for entry in inside if entry.key.span == place), None)
        if hit is not None:
            return (hit,)
        children = [entry.value for entry in inside] or (list(node.items) if isinstance(node, Sequence) else [])
        node = next((child for child in children if child.span.start <= place.start < child.span.end), None)
    return ()


def _dimensions(rollout: Rollout, alias: str | None = None) -> dict[str, Content] | None:
    """The values of the dimensions that Lambda publishes about what a SAM function's alias sends to its new version."""
    function, name = rollout.function, alias or alias_in_text(rollout)
    if name is None or rollout.kind is not RolloutKind.FUNCTION or rollout.resource.type != FUNCTION:
        return None
    return {
        "FunctionName": reference(function),
        "Resource": {"Fn::Sub": f"${{{function}}}:{name}"},
        "ExecutedVersion": {"Fn::GetAtt": f"{function}.Version.Version"},
    }
