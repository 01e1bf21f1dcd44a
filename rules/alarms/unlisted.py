"""Alarms that watch a function for failures, but that its deployment is not given."""

from __future__ import annotations

from samguard.evaluation import Unknown
from samguard.rollout import Rollout, RolloutKind
from samguard.rollout.alarm import alarm, alarms_watching, wired_alarms_of
from samguard.rules.alarms.alarm_list import may_name
from samguard.rules.alarms.coverage import is_foreign, kinds_of, listed_kinds, listed_metrics, sees_only_lambda
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
    is_meant = any(
        is_always_in_alarm(listed, rollout.scene) or is_foreign(listed, rollout)
        for _, listed in wired_alarms_of(rollout)
    )
    has_one = any("Errors" in kinds_of(alarm(resource, rollout.scene)) for resource in found)
    return "Errors" in kinds or has_one or is_meant


def sees_errors_only(rollout: Rollout) -> bool:
    """Whether all that a gradual rollout's alarms certainly read is errors, and there is none for more to be listed."""
    if not rollout.is_gradual or rollout.kind is not RolloutKind.FUNCTION or not sees_only_lambda(rollout):
        return False
    names = {metric.names[1] for metric in listed_metrics(rollout) or ()}
    return "Errors" in names and names <= {"Errors", "Invocations"} and not unlisted_alarms(rollout)


def is_blind_to_errors(rollout: Rollout) -> bool:
    """Whether all that a gradual rollout's alarms certainly read is something else than errors."""
    if not rollout.is_gradual or rollout.kind is not RolloutKind.FUNCTION or not sees_only_lambda(rollout):
        return False
    return not has_eyes_for_errors(rollout)
