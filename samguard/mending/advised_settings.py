"""Settings of alarms and of the strategy that a rehearsal advises, as edits."""

from __future__ import annotations

from samguard.mending.entries import property_set
from samguard.rehearsal.advice import Advice, Change, Setting
from samguard.rollout import Rollout, RolloutKind
from samguard.source import Edit, Mapping, Scalar
from samguard.source.insertion import value_replaced
from samguard.template import intrinsic


def advised_settings(rollout: Rollout, advice: Advice) -> tuple[Edit, ...]:
    """The edits that write what is advised; none where one of the changes has no certain place."""
    edits: list[Edit] = []
    for change in advice.changes:
        written = _of_strategy(rollout, change) if change.setting is Setting.STRATEGY else _of_alarm(rollout, change)
        if not written:
            return ()
        edits += written
    return tuple(edits)


def _of_alarm(rollout: Rollout, change: Change) -> list[Edit]:
    resource = rollout.template.resources.get(change.alarm)
    if resource is None:
        return []
    said: dict[str, float | int] = {change.setting.value: _number(change.after)}
    own = resource.own_properties
    match change.setting:
        case Setting.DATAPOINTS_TO_ALARM:
            pass
        case Setting.EVALUATION_PERIODS:
            if Setting.DATAPOINTS_TO_ALARM.value in own:
                said[Setting.DATAPOINTS_TO_ALARM.value] = _number(change.after)
        case _:
            if change.setting.value not in own:  # in Metrics, for each of them
                return []
    edits = [property_set(resource, rollout.template, key, number) for key, number in said.items()]
    whole = [edit for edit in edits if edit is not None]
    return whole if len(whole) == len(edits) else []


def _of_strategy(rollout: Rollout, change: Change) -> list[Edit]:
    own = rollout.resource.own_properties.get("DeploymentPreference")
    if rollout.kind is not RolloutKind.FUNCTION or rollout.group is not None or not isinstance(own, Mapping):
        return []
    said = own.get("Type")
    if intrinsic(own) is not None or not isinstance(said, Scalar) or said.text != change.before:
        return []
    edit = value_replaced(rollout.template.document, said, change.after)
    return [edit] if edit is not None else []


def _number(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() else number
