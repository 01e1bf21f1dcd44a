"""Fixes, applied round by round until nothing changes: in memory, each round verified before the next begins.

Fixes that meet are left to later rounds, since one may make the other unnecessary. Where a round's outcome is not what
its fixes promise, those that may be the cause are tried apart; a fix that alone does harm is refused, and told.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from samguard.disk import Unread, read_file
from samguard.fixing.candidate import Candidate, candidates, edits_by_path, together
from samguard.fixing.saving import NotSaved, obstacle
from samguard.fixing.verification import Attempt, Trouble
from samguard.fixing.written_file import WrittenFile, shift, written_file
from samguard.linting import Report, ReportedFinding, ReportedFix, Rule, Selection, lint
from samguard.project import Project
from samguard.value import field as values_field
from samguard.value import value

_MOST_ATTEMPTS: Final = 100
"""Runs of the linter that fixing may take. Each round applies or refuses something, so this is for thousands of fixes
that get into each other's way."""

Load = Callable[[dict[str, bytes]], Project]
"""Gives the project as it is when some files, named by their absolute paths, have these bytes."""


@value
class Changed:
    """A file that fixes change: its path relative to the project's root, its bytes before and after."""

    path: str
    before: bytes
    after: bytes


@value
class Applied:
    """A fix that was applied, and how many findings it mended."""

    rule: Rule
    title: str
    path: str
    is_safe: bool
    findings: int


@value
class Refused:
    """A fix that was taken back, and why."""

    rule: Rule
    title: str
    path: str
    line: int
    why: str


@value
class Fixing:
    """What fixing gave: the report of what is left, and the files to write."""

    report: Report
    changed: tuple[Changed, ...]
    applied: tuple[Applied, ...]
    refused: tuple[Refused, ...]
    obstructed: tuple[NotSaved, ...]
    is_settled: bool = True
    """Whether another run would change nothing more."""

    @property
    def mended(self) -> int:
        """How many findings are gone."""
        return sum(one.findings for one in self.applied)

    @property
    def unsafe_left(self) -> int:
        """How many of the findings that are left have unsafe fixes only."""
        return sum(bool(found.fixes) and not any(fix.safe for fix in found.fixes) for found in self.report.findings)


@value
class Wanted:
    """Which fixes are wanted. `unsafe` takes those too that may change what works."""

    unsafe: bool = False
    to_write: bool = True
    """Whether the files are to be written: then those are left alone that cannot be."""
    said: dict[str, bytes] = values_field(default_factory=dict, repr=False)
    """Bytes of files that are not on the disk, by path relative to the root."""
    told: Callable[[Report, Project], Report] | None = values_field(default=None, repr=False)
    """Takes from a report what is not to be fixed: what a baseline knows, what has nothing to do with a change."""


def fixed(load: Load, project: Project, selection: Selection, wanted: Wanted) -> Fixing:
    """The fixes of a project's findings, applied and verified. Writes nothing: see `saved`.

    Only what the selection finds is fixed; all other rules are asked as well whether a fix does harm.
    """
    run = _Run(load, project, selection, wanted)
    run.settle()
    return run.result()


@dataclass(slots=True)
class _Asked:
    """What the rules say of a state of the files."""

    report: Report
    wide: Report
    """With the rules that were not selected."""


@dataclass(slots=True)
class _Files:
    """The project's files as they are now, in memory."""

    root: Path
    said: dict[str, bytes]
    to_write: bool
    original: dict[str, bytes] = field(default_factory=dict)
    current: dict[str, WrittenFile] = field(default_factory=dict)
    obstructed: dict[str, str] = field(default_factory=dict)
    reals: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> WrittenFile | None:
        """A file that may be changed; None where it may not, which is remembered."""
        if path in self.obstructed:
            return None
        if path not in self.current:
            found = self._read(path)
            if isinstance(found, str):
                self.obstructed[path] = found
                return None
            self.current[path] = found
            self.original[path] = found.content
        return self.current[path]

    def _read(self, path: str) -> WrittenFile | str:
        content: bytes | Unread | None = self.said.get(path)
        if content is None:
            why = obstacle(self.root, path, to_write=self.to_write)
            content = read_file(self.root / path, None) if why is None else Unread(why)
        if isinstance(content, Unread):
            return content.why
        return written_file(content, path) or "its bytes are not what its encoding allows"

    def real(self, path: str) -> str:
        """The file that a path leads to, through links."""
        if path not in self.reals:
            self.reals[path] = os.path.realpath(self.root / path)
        return self.reals[path]

    def contents(self, changed: dict[str, WrittenFile], paths: tuple[str, ...]) -> dict[str, bytes]:
        """The bytes of all changed files by their absolute paths; of a file with several names, by all of them."""
        files = {path: file for path, file in (self.current | changed).items() if file.content != self.original[path]}
        by_real = {self.real(path): file.content for path, file in files.items()}
        names = {path: self.real(path) for path in (*paths, *files)} if files else {}
        return {str(self.root / path): by_real[real] for path, real in names.items() if real in by_real}

    def take(self, changed: dict[str, WrittenFile]) -> None:
        """Goes on from changed files."""
        for path, file in changed.items():
            for other in [name for name in self.current if self.real(name) == self.real(path)]:
                self.current[other] = WrittenFile(other, file.text, file.mark, file.encoding)
            self.current[path] = file

    def changes(self) -> tuple[Changed, ...]:
        """What is to be written, once for each file."""
        found: dict[str, Changed] = {}
        for path, file in sorted(self.current.items()):
            if file.content != self.original[path]:
                found.setdefault(self.real(path), Changed(path, self.original[path], file.content))
        return tuple(found.values())


class _Run:
    """One run of fixing: what it knows of files and fixes changes from round to round."""

    def __init__(self, load: Load, project: Project, selection: Selection, wanted: Wanted) -> None:
        self.load = load
        self.selection = selection
        self.told = wanted.told
        self.unsafe = wanted.unsafe
        self.files = _Files(Path(project.root), wanted.said, wanted.to_write)
        self.asked = self._ask(project)
        self.paths = _paths(project)
        self.applied: list[Applied] = []
        self.refused: dict[tuple[str, str], Refused] = {}
        self.suspected: set[tuple[str, str]] = set()
        self.attempts = 0

    def settle(self) -> None:
        """Rounds until there is nothing to apply."""
        while self.attempts < _MOST_ATTEMPTS:
            chosen = self._chosen()
            if not chosen:
                return
            self._round(chosen)

    def result(self) -> Fixing:
        """What has come of it."""
        return Fixing(
            report=self.asked.report,
            changed=self.files.changes(),
            applied=tuple(self.applied),
            refused=tuple(self.refused.values()),
            obstructed=tuple(NotSaved(path, why) for path, why in sorted(self.files.obstructed.items())),
            is_settled=self.attempts < _MOST_ATTEMPTS,
        )

    # choosing

    def _chosen(self) -> tuple[Candidate, ...]:
        found = candidates(self.asked.report.findings, self.files.get, self._is_wanted)
        trusted = [one for one in found if not self.suspected.intersection(one.identities)]
        return together(trusted or found, self.files.real)

    def _is_wanted(self, finding: ReportedFinding, fix: ReportedFix) -> bool:
        return (fix.safe or self.unsafe) and (finding.fingerprint, fix.title) not in self.refused

    # trying

    def _round(self, chosen: tuple[Candidate, ...]) -> None:
        """Applies as many of these as do no harm together."""
        while chosen and self.attempts < _MOST_ATTEMPTS:
            troubles = self._attempt(chosen)
            if not troubles:
                return
            chosen = self._without(chosen, troubles)

    def _attempt(self, chosen: tuple[Candidate, ...]) -> list[Trouble]:
        """Tries fixes together, and goes on from there unless there is trouble."""
        edits = edits_by_path(chosen)
        before = {path: self.files.current[path] for path in edits}
        after = {path: file.edited(edits[path]) for path, file in before.items()}
        shifts = {path: shift(file, edits[path]) for path, file in before.items()}
        attempt = Attempt(chosen, before, after, shifts)
        troubles = list(attempt.structure())
        if troubles:
            return troubles
        self.attempts += 1
        project = self.load(self.files.contents(after, self.paths))
        asked = self._ask(project)
        troubles = list(attempt.findings(self.asked.wide, asked.wide))
        if not troubles:
            self.files.take(after)
            self.asked = asked
            self.applied += (
                Applied(one.findings[0].rule, one.title, one.paths[0], one.is_safe, len(one.findings)) for one in chosen
            )
        return troubles

    def _without(self, chosen: tuple[Candidate, ...], troubles: list[Trouble]) -> tuple[Candidate, ...]:
        """What to try next: without what is refused now, and without what may be the cause, which is tried later."""
        out: set[int] = set()
        for trouble in troubles:
            for suspect in trouble.suspects:
                out.add(id(suspect))
                self.suspected.update(suspect.identities)
            if len(trouble.suspects) == 1 and _is_alone(trouble.suspects[0], chosen):
                self._refuse(trouble.suspects[0], trouble.why)
        rest = tuple(one for one in chosen if id(one) not in out)
        if rest:
            return rest
        open_ones = tuple(one for one in chosen if not self._is_refused(one))
        # all are suspects: the half of them, until what does harm is found
        return open_ones[: len(open_ones) // 2] if len(open_ones) == len(chosen) else open_ones

    def _refuse(self, candidate: Candidate, why: str) -> None:
        first = candidate.findings[0]
        refusal = Refused(first.rule, candidate.title, first.location.path, first.location.start.line, why)
        for identity in candidate.identities:
            self.refused.setdefault(identity, refusal)

    def _is_refused(self, candidate: Candidate) -> bool:
        return any(identity in self.refused for identity in candidate.identities)

    def _ask(self, project: Project) -> _Asked:
        found = lint(project, self.selection, with_line_hashes=False)
        report = found if self.told is None else self.told(found, project)
        if not self.selection.select:
            return _Asked(report, found)
        return _Asked(report, lint(project, Selection(("ALL",), self.selection.ignore), with_line_hashes=False))


def _is_alone(candidate: Candidate, chosen: tuple[Candidate, ...]) -> bool:
    """Whether no other fix changes the same files, so that none can be the cause."""
    paths = set(candidate.paths)
    return all(one is candidate or not paths.intersection(one.paths) for one in chosen)


def _paths(project: Project) -> tuple[str, ...]:
    """The files of a project that a fix may be about."""
    documents = (*project.documents, *(pipeline.document for pipeline in project.pipelines))
    return tuple(dict.fromkeys(document.path for document in documents))
