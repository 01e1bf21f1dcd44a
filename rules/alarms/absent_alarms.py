"""Entries of a list whose alarm is not made in an environment."""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Reference, Unknown
from samguard.linting.rule import Level
from samguard.rollout import Rollout, WiredAlarm
from samguard.rollout.alarm import wired_resource
from samguard.template import Resource
from samguard.value import field, value


@value
class AbsentAlarm:
    """An entry, and the alarm of the template that it names and that is not made; `then` says what follows."""

    entry: WiredAlarm
    resource: Resource = field(repr=False)

    @property
    def level(self) -> Level:
        """A name deploys, and what CodeDeploy does with one that no alarm has is not documented."""
        return Level.ERROR if isinstance(self.entry.value, Reference) else Level.WARNING

    @property
    def then(self) -> str:
        """What follows."""
        return "the deployment fails" if isinstance(self.entry.value, Reference) else "it stops no bad version"


def absent_alarms(rollout: Rollout) -> Iterator[AbsentAlarm]:
    """The entries of a rollout's list whose alarm has a condition that is false."""
    entries = () if isinstance(rollout.alarms, Unknown) or not rollout.shifts else rollout.alarms
    for entry in entries:
        resource = wired_resource(entry, rollout)
        if resource is not None and rollout.scene.exists(resource) is False:
            yield AbsentAlarm(entry, resource)
