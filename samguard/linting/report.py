"""What `check` gives: findings with everything a reader needs, resolved to lines and columns."""

from __future__ import annotations

from samguard.linting.explanation import Explanation
from samguard.linting.identity import Level, Rule
from samguard.source.spans import Location
from samguard.value import field, value


@value
class BecauseStep:
    """One step of the trail that led to a finding. `location` is None for what no file says."""

    message: str
    location: Location | None


@value
class TextEdit:
    """A replacement of the text between two positions of a file."""

    location: Location
    text: str


@value
class ReportedFix:
    """A fix, resolved to positions."""

    title: str
    safe: bool
    edits: tuple[TextEdit, ...]


@value
class ReportedFinding:
    """One defect. `environments` names every environment it shows in, in the order of their files.

    `lines` holds the source lines from the location's first to its last (three at the most), for drawing;
    `line_hash` is the value GitHub expects as `primaryLocationLineHash`; `fingerprint` is samguard's own, made
    of rule, resource, property path and what is said there, and so survives unrelated edits.
    """

    rule: Rule
    level: Level
    message: str
    location: Location
    resource: str | None
    environments: tuple[str, ...]
    because: tuple[BecauseStep, ...]
    fixes: tuple[ReportedFix, ...]
    fingerprint: str
    line_hash: str
    lines: tuple[str, ...] = ()
    suppression: str | None = None
    """The reason that a file gives for suppressing it; "" where it gives none, None where it is not suppressed."""
    identity: str = ""
    """The fingerprint before those of equal findings were told apart by their order: what a baseline remembers."""
    is_known: bool = False
    """Whether it is in the baseline."""


@value
class KnownDefect:
    """What a baseline remembers of a finding: its identity, how often it is there, and the rest for people.

    `path` is relative to the baseline's folder.
    """

    rule: str
    path: str
    resource: str | None
    message: str
    identity: str
    count: int = 1


@value
class Notification:
    """Something that samguard has to say about its own run: a file not read, a rule that crashed."""

    level: Level
    message: str
    path: str | None = None
    rule: Rule | None = None
    is_internal_error: bool = False


@value
class ProductionRollouts:
    """How many rollouts go to production, in how many of them an error was found, and of how many it is not known.

    `unknown` counts those of templates for which no environment is known to be production: `rollouts` is without them.
    """

    rollouts: int = 0
    at_risk: int = 0
    unknown: int = 0


@value
class Report:
    """All findings of a run, sorted by path and position, with the run's counts."""

    findings: tuple[ReportedFinding, ...]
    rules: tuple[Rule, ...]
    """Every rule that ran, in the order of their identifiers."""
    templates: int = 0
    environments: int = 0
    rollouts: int = 0
    production: ProductionRollouts = ProductionRollouts()
    """Of the whole run: neither a baseline nor what is asked for of the findings changes it."""
    notifications: tuple[Notification, ...] = field(default=())
    suppressed: tuple[ReportedFinding, ...] = field(default=())
    """What would be a finding, if it were not suppressed in the file."""
    known: tuple[ReportedFinding, ...] = field(default=())
    """What would be a finding, if it were not in the baseline."""
    resolved: tuple[KnownDefect, ...] = field(default=())
    """What is in the baseline, and was looked for in vain; paths are relative to the project, as those of findings."""
    explanations: dict[str, Explanation] = field(default_factory=dict, repr=False)
    """Of rules that are not samguard's own, by identifier."""

    def count(self, level: Level) -> int:
        """How many findings have this level."""
        return sum(finding.level is level for finding in self.findings)
