"""What `rehearse` gives: for each template and environment, how each rollout takes a bad version."""

from __future__ import annotations

from samguard.rehearsal.advice import Advice
from samguard.rehearsal.deployment_course import Scenario
from samguard.rehearsal.detection_curves import DetectionCurves
from samguard.rehearsal.objective import Objective
from samguard.rehearsal.rehearsal import Rehearsal
from samguard.rehearsal.typical_course import TypicalCourse
from samguard.value import value


@value
class RolloutRehearsal:
    """A rehearsal, and the condition under which it holds ("Stage is prod"); "" where it holds always.

    `course` and `curves` are to be drawn; `advice` is what would meet an objective that is missed.
    """

    rehearsal: Rehearsal
    condition: str = ""
    course: TypicalCourse | None = None
    curves: DetectionCurves | None = None
    advice: Advice | None = None


@value
class EnvironmentRehearsal:
    """The rehearsals of one environment. `unshifted` names what everybody gets at once, without an alias's shift.

    `counts` says whether an objective is asked of it: of production, of environments that were asked for by name, and
    where none is known.
    """

    name: str
    production: bool
    assumed: bool = False
    counts: bool = True
    rollouts: tuple[RolloutRehearsal, ...] = ()
    unshifted: tuple[str, ...] = ()


@value
class TemplateRehearsal:
    """The rehearsals of one template. `path` is relative to the root, with `/`."""

    path: str
    environments: tuple[EnvironmentRehearsal, ...] = ()


@value
class RehearsalReport:
    """The rehearsals of a project's templates, sorted by path."""

    scenario: Scenario
    templates: tuple[TemplateRehearsal, ...] = ()
    objective: Objective | None = None

    def counted(self) -> tuple[Rehearsal, ...]:
        """The rehearsals that an objective is asked of."""
        return tuple(
            found.rehearsal
            for template in self.templates
            for environment in template.environments
            if environment.counts
            for found in environment.rollouts
        )

    @property
    def misses(self) -> int:
        """Rollouts that certainly miss the objective."""
        return sum(found.objective_met is False for found in self.counted())

    @property
    def unknown(self) -> int:
        """Rollouts of which it is not known whether they meet it."""
        return sum(found.objective_met is None for found in self.counted()) if self.objective is not None else 0
