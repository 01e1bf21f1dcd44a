"""Which fixes of a report are applied together: those that do not meet, in the order of the findings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import pairwise

from samguard.fixing.written_file import WrittenFile, in_order, overlap
from samguard.linting import ReportedFinding, ReportedFix
from samguard.source import Edit, Span
from samguard.value import value


@value
class Candidate:
    """A fix, with the findings that it is a fix of and its edits by the path of the file."""

    title: str
    is_safe: bool
    findings: tuple[ReportedFinding, ...]
    edits: tuple[tuple[str, tuple[Edit, ...]], ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that it changes."""
        return tuple(path for path, _ in self.edits)

    @property
    def identities(self) -> tuple[tuple[str, str], ...]:
        """What it is known by while other fixes move it about: each finding, and its own title."""
        return tuple((finding.fingerprint, self.title) for finding in self.findings)


def candidates(
    findings: Collection[ReportedFinding],
    file: Callable[[str], WrittenFile | None],
    is_wanted: Callable[[ReportedFinding, ReportedFix], bool],
) -> tuple[Candidate, ...]:
    """The fixes of findings, of each finding the first that is wanted; one that several findings ask for is one."""
    found: dict[object, Candidate] = {}
    for finding in findings:
        fix = next((fix for fix in finding.fixes if fix.edits and is_wanted(finding, fix)), None)
        edits = None if fix is None else _edits(fix, file)
        if fix is None or edits is None:
            continue
        known = found.get(edits)
        others = known.findings if known is not None else ()
        is_safe = fix.safe and (known is None or known.is_safe)
        found[edits] = Candidate(fix.title, is_safe, (*others, finding), edits)
    return tuple(found.values())


def _edits(
    fix: ReportedFix, file: Callable[[str], WrittenFile | None]
) -> tuple[tuple[str, tuple[Edit, ...]], ...] | None:
    """The edits of a fix by file, as offsets; None where one of its files cannot be changed."""
    by_path: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        target = file(edit.location.path)
        if target is None:
            return None
        lines = target.lines
        span = Span(lines.offset(edit.location.start), lines.offset(edit.location.end))
        by_path.setdefault(edit.location.path, []).append(Edit(span, edit.text))
    if any(_is_torn(edits) for edits in by_path.values()):
        return None
    return tuple((path, tuple(edits)) for path, edits in by_path.items())


def _is_torn(edits: list[Edit]) -> bool:
    """Whether two edits of one fix replace the same text."""
    ordered = in_order(edits)
    return any(one.span.end > other.span.start for one, other in pairwise(ordered))


def together(found: Collection[Candidate], real: Callable[[str], str]) -> tuple[Candidate, ...]:
    """The candidates that can be applied at once: no two meet, and no file is changed under two names."""
    taken: dict[str, list[Edit]] = {}
    names: dict[str, str] = {}
    chosen: list[Candidate] = []
    for candidate in found:
        if any(names.get(real(path), path) != path for path in candidate.paths) or _meets(candidate, taken):
            continue
        for path, edits in candidate.edits:
            names[real(path)] = path
            taken.setdefault(path, []).extend(edits)
        chosen.append(candidate)
    return tuple(chosen)


def _meets(candidate: Candidate, taken: dict[str, list[Edit]]) -> bool:
    return any(
        overlap(edit, other) for path, edits in candidate.edits for edit in edits for other in taken.get(path, ())
    )


def edits_by_path(chosen: Collection[Candidate]) -> dict[str, tuple[Edit, ...]]:
    """The edits of several candidates by file."""

    def pairs() -> Iterator[tuple[str, tuple[Edit, ...]]]:
        for candidate in chosen:
            yield from candidate.edits

    found: dict[str, tuple[Edit, ...]] = {}
    for path, edits in pairs():
        found[path] = (*found.get(path, ()), *edits)
    return found
