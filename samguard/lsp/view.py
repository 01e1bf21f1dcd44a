"""One template as an editor shows it: what it says, and what each environment makes of it."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from samguard.project import TemplateFile
from samguard.rollout import Deployment, Rollout
from samguard.rollout.plan import EnvironmentPlan, PlannedRollout
from samguard.rollout.planning import environment_plan
from samguard.source import Document, Span
from samguard.template import Template
from samguard.template.mentions import Mention, mentions
from samguard.value import value


@value
class Mark:
    """A text to be shown at a span of the template, about some functions."""

    span: Span
    text: str
    functions: tuple[str, ...]


class View:
    """One template: what it says, and what each environment makes of it.

    It remembers what it was asked, so only one thread may use it at a time: the one that made it, then the event loop's.
    """

    def __init__(self, file: TemplateFile, worlds: tuple[tuple[Deployment, ...], ...]) -> None:
        self.document: Document = file.document
        self.template: Template = file.template
        self.worlds = worlds
        """Of each environment, in their order, its deployment in each of its worlds."""
        self.plan_marks: tuple[Mark, ...] = ()
        """The plan of each function, at its logical id."""
        self.strategy_marks: tuple[Mark, ...] = ()
        """What each environment's strategy is, behind what chooses it."""

    def prepare(self) -> None:
        """Works out what most questions need, so that the first one is answered as fast as the others."""
        _ = self.planned, self.rollouts, self._mention_starts

    @cached_property
    def plans(self) -> tuple[EnvironmentPlan, ...]:
        """What happens in each environment."""
        return tuple(environment_plan(each) for each in self.worlds)

    @cached_property
    def planned(self) -> dict[str, tuple[tuple[EnvironmentPlan, PlannedRollout], ...]]:
        """What happens to each function, by its name, environment by environment."""
        found: dict[str, list[tuple[EnvironmentPlan, PlannedRollout]]] = {}
        for plan in self.plans:
            for row in plan.rollouts:
                found.setdefault(row.function, []).append((plan, row))
        return {name: tuple(rows) for name, rows in found.items()}

    @cached_property
    def rollouts(self) -> dict[str, Rollout]:
        """One rollout of each function, for where it is said: that does not differ between environments."""
        every = (rollout for each in self.worlds for world in each for rollout in world.rollouts)
        found: dict[str, Rollout] = {}
        for rollout in every:
            found.setdefault(rollout.function, rollout)
        return found

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """All names of parameters, resources, conditions and mappings, in the order of the text."""
        return tuple(sorted(mentions(self.template), key=lambda mention: mention.span))

    def mention_at(self, offset: int) -> Mention | None:
        """The name that stands there."""
        index = bisect_right(self._mention_starts, offset) - 1
        if index < 0:
            return None
        found = self.mentions[index]
        return found if offset <= found.span.end else None

    @cached_property
    def _mention_starts(self) -> list[int]:
        return [mention.span.start for mention in self.mentions]
