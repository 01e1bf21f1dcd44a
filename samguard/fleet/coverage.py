"""How safely teams deploy: the share of their rollouts to production without an error, now and at an earlier day.

Of each repository its newest report counts, up to the day that is asked about. A repository without an earlier report
is in no comparison: a trend compares the same repositories at two days, so that one that is new makes nobody better or
worse.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final

from samguard.errors import SamguardError
from samguard.fleet.gathering import Dated, Gathered, Problem
from samguard.value import field, value

_MOST_DAYS: Final = 60
"""Days of the course over time; of more, as many are taken at equal steps."""


@value
class Standing:
    """Numbers of one or more repositories together.

    `rollouts` go to production, `at_risk` of them have an error; of `unknown` rollouts it is not known whether they do.
    """

    rollouts: int = 0
    at_risk: int = 0
    unknown: int = 0
    errors: int = 0
    warnings: int = 0
    notes: int = 0

    @property
    def coverage(self) -> float | None:
        """The share (0..1) of rollouts to production that have no error; None where there are none."""
        return (self.rollouts - self.at_risk) / self.rollouts if self.rollouts else None


@value
class Change:
    """The same repositories at two days."""

    before: Standing
    after: Standing
    repositories: int = 1
    """How many they are."""

    @property
    def coverage(self) -> float | None:
        """By how much the coverage changed (-1..1); None where one of the two is not known."""
        before, after = self.before.coverage, self.after.coverage
        return None if before is None or after is None else after - before


@value
class Group:
    """A repository, or a team with all of its repositories. `day` is that of the newest report, None where none says one."""

    team: str
    repository: str
    repositories: int
    now: Standing
    change: Change | None = None
    day: date | None = None
    rules: tuple[str, ...] = ()
    """The rules whose errors are found, the most frequent first."""
    is_counted: bool = True
    """Whether the reports count rollouts at all."""


@value
class RuleUse:
    """One rule in all repositories. `change` compares the same repositories at two days."""

    rule: str
    level: str
    findings: int
    repositories: int
    before: int | None = None
    after: int | None = None


@value
class Fleet:
    """All of it, worst first."""

    total: Group
    teams: tuple[Group, ...]
    repositories: tuple[Group, ...]
    rules: tuple[RuleUse, ...]
    since: date | None
    until: date | None
    course: tuple[tuple[date, Standing], ...] = ()
    """The total at each day that a report is of, in their order."""
    problems: tuple[Problem, ...] = field(default=())
    is_compared: bool = False


def fleet(gathered: Gathered, since: date | None = None, until: date | None = None) -> Fleet:
    """What reports say together, compared between two days.

    `until` is the newest day that a report is of, if nothing is said, and `since` the oldest. Reports without a day count
    as newest; those that were given as earlier ones are what is compared with, and `since` does not matter then. Raises
    SamguardError where `since` is not before `until`.
    """
    if since is not None and until is not None and since >= until:
        raise SamguardError(f"{since} is not before {until}: there is no trend between them")
    current = [one for one in gathered.reports if not one.is_before and _is_until(one, until)]
    before = [one for one in gathered.reports if one.is_before]
    days = sorted({one.day for one in current if one.day is not None})
    first = since or (days[0] if len(days) > 1 else None)
    last = until or (days[-1] if days else None)
    problems = [*gathered.problems, *_twice(gathered.reports)]
    now = _newest(current)
    if before:
        then = _newest(before)
    elif first is not None and first != last:
        then = _newest(one for one in current if one.day is not None and one.day <= first)
    else:
        then = {}
    pairs = [(report, then.get(key)) for key, report in now.items()]
    by_team: dict[str, list[_Pair]] = {}
    for pair in pairs:
        by_team.setdefault(pair[0].team, []).append(pair)
    return Fleet(
        total=_group(pairs, "", ""),
        teams=_worst_first(_group(found, team, "") for team, found in by_team.items()),
        repositories=_worst_first(_group([pair], *pair[0].key) for pair in pairs),
        rules=_rules(pairs),
        since=None if before else first,
        until=last,
        course=_course([one for one in current if one.day is not None], days),
        problems=tuple(problems),
        is_compared=any(old is not None for _, old in pairs),
    )


_Pair = tuple[Dated, Dated | None]


def _is_until(one: Dated, until: date | None) -> bool:
    return until is None or one.day is None or one.day <= until


def _newest(reports: Iterable[Dated]) -> dict[tuple[str, str], Dated]:
    """The newest report of each repository. One without a day is newer than all; of equal ones, the last path counts."""
    found: dict[tuple[str, str], Dated] = {}
    for one in sorted(reports, key=_age):
        found[one.key] = one
    return dict(sorted(found.items()))


def _age(one: Dated) -> tuple[date, str]:
    return one.day or date.max, one.path


def _twice(reports: Sequence[Dated]) -> list[Problem]:
    """Reports in whose place another one of the same repository and day counts."""
    taken: dict[tuple[object, ...], Dated] = {}
    problems: list[Problem] = []
    for one in sorted(reports, key=_age):
        other = taken.get((*one.key, one.day, one.is_before))
        if other is not None:
            problems.append(Problem(other.path, f"{one.path} is of the same repository and day, and counts instead"))
        taken[*one.key, one.day, one.is_before] = one
    return problems


def _standing(reports: Iterable[Dated]) -> Standing:
    parts = [0] * 6
    for one in reports:
        report = one.report
        levels = (report.count("error"), report.count("warning"), report.count("note"))
        parts = [
            total + number for total, number in zip(parts, (*(report.production or (0, 0, 0)), *levels), strict=True)
        ]
    return Standing(*parts)


def _group(pairs: Sequence[_Pair], team: str, repository: str) -> Group:
    both = [(new, old) for new, old in pairs if old is not None]
    # what was not counted at one of the days would look like a change
    same = [(new, old) for new, old in both if (new.report.production is None) == (old.report.production is None)]
    before, after = _standing(old for _, old in same), _standing(new for new, _ in same)
    change = Change(before, after, len(same)) if same else None
    errors: Counter[str] = Counter()
    for new, _ in pairs:
        errors.update({rule: number for (rule, level), number in new.report.rules.items() if level == "error"})
    return Group(
        team,
        repository,
        len(pairs),
        _standing(new for new, _ in pairs),
        change,
        day=max((new.day for new, _ in pairs if new.day is not None), default=None),
        rules=tuple(rule for rule, _ in sorted(errors.items(), key=lambda item: (-item[1], item[0]))),
        is_counted=any(new.report.production is not None for new, _ in pairs),
    )


def _worst_first(groups: Iterable[Group]) -> tuple[Group, ...]:
    """By coverage, then by how many rollouts are at risk; those without rollouts to production last, by their errors."""

    def order(group: Group) -> tuple[object, ...]:
        now = group.now
        coverage = now.coverage
        return (coverage is None, coverage or 0.0, -now.at_risk, -now.errors, group.team, group.repository)

    key: Callable[[Group], tuple[object, ...]] = order
    return tuple(sorted(groups, key=key))


def _rules(pairs: Sequence[_Pair]) -> tuple[RuleUse, ...]:
    findings: Counter[tuple[str, str]] = Counter()
    holders: Counter[tuple[str, str]] = Counter()
    before: Counter[tuple[str, str]] = Counter()
    after: Counter[tuple[str, str]] = Counter()
    is_compared = False
    for new, old in pairs:
        findings.update(new.report.rules)
        holders.update(new.report.rules.keys())
        if old is not None:
            is_compared = True
            before.update(old.report.rules)
            after.update(new.report.rules)
    weight = {"error": 0, "warning": 1, "note": 2}
    uses = (
        RuleUse(*key, findings[key], holders[key], *((before[key], after[key]) if is_compared else (None, None)))
        for key in findings.keys() | before.keys()
    )
    return tuple(sorted(uses, key=lambda use: (weight[use.level], -use.findings, use.rule)))


def _course(reports: Sequence[Dated], days: Sequence[date]) -> tuple[tuple[date, Standing], ...]:
    """The total at each day: of every repository its newest report until then."""
    if len(days) > _MOST_DAYS:
        steps = range(_MOST_DAYS)
        days = [days[round(step * (len(days) - 1) / (_MOST_DAYS - 1))] for step in steps]
    waiting = sorted(reports, key=_age)
    newest: dict[tuple[str, str], Dated] = {}
    course: list[tuple[date, Standing]] = []
    position = 0
    for day in days:
        while position < len(waiting) and _age(waiting[position])[0] <= day:
            newest[waiting[position].key] = waiting[position]
            position += 1
        course.append((day, _standing(newest.values())))
    return tuple(course)
