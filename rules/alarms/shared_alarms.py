"""Alarms that several rollouts of a deployment list."""

from __future__ import annotations

from collections.abc import Iterator

from samguard.rollout import Deployment, Rollout
from samguard.rules.alarms.relied_on import relied_on
from samguard.template import Resource


def shared_alarms(deployment: Deployment) -> Iterator[tuple[Resource, tuple[Rollout, ...]]]:
    """The metric alarms that more than one gradual rollout relies on, each with those rollouts."""
    found: dict[str, tuple[Resource, list[Rollout]]] = {}
    for rollout in deployment.rollouts:
        for relied in relied_on(rollout):
            found.setdefault(relied.name, (relied.alarm.resource, []))[1].append(rollout)
    for resource, rollouts in found.values():
        if len(rollouts) > 1:
            yield resource, tuple(rollouts)
