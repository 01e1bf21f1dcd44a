"""Entries of a list that mean an alarm of the template, but give a name that it does not have."""

from __future__ import annotations

from samguard.evaluation import Joined, Literal
from samguard.rollout import Rollout, WiredAlarm
from samguard.rollout.alarm import ALARM_TYPE, COMPOSITE_TYPE, wired_resource
from samguard.rollout.arns import covers, name_of, text_of
from samguard.rules.alarms.spelling import is_slip
from samguard.rules.alarms.unlisted import unlisted_alarms
from samguard.template import Resource
from samguard.value import value


@value
class Misnamed:
    """The alarm that is meant; `by_logical_id` where the entry is its logical id, and else nearly its name."""

    resource: Resource
    by_logical_id: bool


def misnamed(entry: WiredAlarm, rollout: Rollout) -> Misnamed | None:
    """The alarm that an entry means and does not name, or None where it names one, here or elsewhere."""
    value, scene = entry.value, rollout.scene
    if not isinstance(value, (Literal, Joined)) or rollout.template.has_macros:
        return None
    if wired_resource(entry, rollout) is not None:
        return None
    meant = scene.template.resources.get(value.text) if isinstance(value, Literal) else None
    if meant is not None and meant.type in (ALARM_TYPE, COMPOSITE_TYPE):
        is_no_name = covers(text_of(value, scene), name_of(meant, "AlarmName", scene)) is False
        return Misnamed(meant, by_logical_id=True) if is_no_name else None
    for resource in unlisted_alarms(rollout):
        name = scene.property(resource, "AlarmName")
        if isinstance(name, (Literal, Joined)) and is_slip(value.text, name.text):
            return Misnamed(resource, by_logical_id=False)
    return None
