"""What hooks see of a bad version where no alarm does."""

from __future__ import annotations

from samguard.linting.rule import Level
from samguard.rollout import Rollout
from samguard.value import value


@value
class Beside:
    """How much a missing alarm matters beside the hooks; `but` names what they see, "" where there are none."""

    level: Level
    but: str = ""


def what_hooks_see(rollout: Rollout) -> Beside:
    """A hook tests what its author thought of: better than nothing, and no alarm."""
    for hook in rollout.hooks:
        return Beside(Level.WARNING, f", but for what the {hook.phase.value} hook tests")
    return Beside(Level.ERROR)
