"""Alarms that watch a function for failures, but that its deployment is not given."""

from __future__ import annotations

from samguard.evaluation import Unknown
from samguard.rollout import Rollout
from samguard.rollout.alarm import alarm, alarms_watching, wired_alarms_of
from samguard.rules.alarms.alarm_list import may_name
from samguard.rules.alarms.coverage import kinds_of, listed_kinds, lists_foreign_alarm
from samguard.rules.alarms.expected_values import is_always_in_alarm
from samguard.rules.alarms.failure_metrics import counts_failures, is_latency
from samguard.template import Resource


def unlisted_alarms(rollout: Rollout) -> tuple[Resource, ...]:
    """The alarms of the template on a function's failures or duration that its rollout certainly does not list."""
    if isinstance(rollout.alarms, Unknown):
        return ()
    listed = {found.resource.logical_id for _, found in wired_alarms_of(rollout)}
    return tuple(
        resource
        for resource in alarms_watching(rollout)
        if resource.logical_id not in listed
        and watches_for_failure(resource, rollout)
        and not any(may_name(entry, resource, rollout) for entry in rollout.alarms)
    )


def watches_for_failure(resource: Resource, rollout: Rollout) -> bool:
    """Whether an alarm would tell a bad version: by what failed, or by how long it took."""
    metrics = alarm(resource, rollout.scene).metrics or ()
    return any(counts_failures(metric) or is_latency(metric) for metric in metrics)


def has_eyes_for_errors(rollout: Rollout) -> bool:
    """Whether an alarm of the list is at least meant to see errors, or one that is not listed does."""
    kinds = listed_kinds(rollout)
    found = unlisted_alarms(rollout)
    is_meant = any(is_always_in_alarm(listed, rollout.scene) for _, listed in wired_alarms_of(rollout))
    has_one = any("Errors" in kinds_of(alarm(resource, rollout.scene)) for resource in found)
    return "Errors" in kinds or has_one or is_meant or lists_foreign_alarm(rollout)
