"""Whether fixes did what they promise: their findings are gone, and no new error has come."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from samguard.fixing.candidate import Candidate
from samguard.fixing.structure import surprise
from samguard.fixing.written_file import Shift, WrittenFile
from samguard.linting import Level, Report, ReportedFinding
from samguard.value import value


@value
class Trouble:
    """What went wrong, and which of the fixes it may come from."""

    why: str
    suspects: tuple[Candidate, ...]


@dataclass(slots=True)
class Attempt:
    """Fixes, and the files that they change before and after."""

    chosen: tuple[Candidate, ...]
    before: dict[str, WrittenFile]
    after: dict[str, WrittenFile]
    shifts: dict[str, Shift]

    def changing(self, path: str) -> tuple[Candidate, ...]:
        """The fixes that change a file; all of them where none does, since then any may be the cause."""
        return tuple(one for one in self.chosen if path in one.paths) or self.chosen

    def structure(self) -> Iterator[Trouble]:
        """Files that mean something else where nothing was edited."""
        for path, file in self.before.items():
            why = surprise(file, self.after[path], self.shifts[path])
            if why is not None:
                yield Trouble(why, self.changing(path))

    def findings(self, old: Report, new: Report) -> Iterator[Trouble]:
        """Findings that are still there, new errors, and rules that crash on what was written."""
        before, after = _places(self._old(old.findings)), _places(self._new(new.findings))
        mended: dict[object, int] = {}
        for candidate in self.chosen:
            for finding in candidate.findings:
                key = _key(finding)
                mended[key] = mended.get(key, 0) + 1
        for candidate in self.chosen:
            if any(self._fires(finding, before, after, mended) for finding in candidate.findings):
                rule = candidate.findings[0].rule
                yield Trouble(f"{rule.id} would still be found there", (candidate,))
        yield from self._new_errors(before, after)
        crashed = [note for note in new.notifications if note.is_internal_error and note not in old.notifications]
        yield from (Trouble(note.message, self.changing(note.path or "")) for note in crashed[:1])

    def _old(self, findings: Collection[ReportedFinding]) -> Iterator[tuple[ReportedFinding, tuple[int, int]]]:
        """Findings from before, with where their places are now."""
        lines = {path: file.lines for path, file in self.before.items()}
        for finding in findings:
            path, start = finding.location.path, finding.location.start
            shift = self.shifts.get(path)
            if shift is None:
                yield finding, (_number(start), _number(start))
            else:
                yield finding, shift.now(lines[path].offset(start))

    def _new(self, findings: Collection[ReportedFinding]) -> Iterator[tuple[ReportedFinding, tuple[int, int]]]:
        lines = {path: file.lines for path, file in self.after.items()}
        for finding in findings:
            path, start = finding.location.path, finding.location.start
            offset = lines[path].offset(start) if path in lines else _number(start)
            yield finding, (offset, offset)

    def _fires(self, finding: ReportedFinding, before: _Places, after: _Places, mended: dict[object, int]) -> bool:
        """Whether a rule says as much at a place as before, less what was to be mended there."""
        key = _key(finding)
        range_now = next((place for other, place in before.get(key[:2], ()) if _key(other) == key), None)
        if range_now is None:  # a rule that is not asked again, so that nothing is known of it
            return True
        was = sum(_within(place, range_now) for _, place in before.get(key[:2], ()))
        still = sum(_within(place, range_now) for _, place in after.get(key[:2], ()))
        return still > was - mended[key]

    def _new_errors(self, before: _Places, after: _Places) -> Iterator[Trouble]:
        for key, found in after.items():
            known = list(before.get(key, ()))
            for finding, place in found:
                match = next(
                    (one for one in known if _within(place, one[1]) or one[0].message == finding.message), None
                )
                if match is not None:
                    known.remove(match)
                elif finding.level is Level.ERROR:
                    line = finding.location.start.line
                    why = (
                        f"{finding.rule.id} would be found on line {line} of {finding.location.path}: {finding.message}"
                    )
                    yield Trouble(why, self.changing(finding.location.path))


_Places = dict[object, list[tuple[ReportedFinding, tuple[int, int]]]]


def _places(findings: Iterator[tuple[ReportedFinding, tuple[int, int]]]) -> _Places:
    found: _Places = {}
    for finding, place in findings:
        found.setdefault(_key(finding)[:2], []).append((finding, place))
    return found


def _key(finding: ReportedFinding) -> tuple[object, ...]:
    return (finding.rule.id, finding.location.path, finding.location.start)


def _within(place: tuple[int, int], around: tuple[int, int]) -> bool:
    return around[0] <= place[1] and place[0] <= around[1]


def _number(position: tuple[int, int]) -> int:
    """A position as one number, in files whose text did not change."""
    line, column = position
    return line * 1_000_000 + column
