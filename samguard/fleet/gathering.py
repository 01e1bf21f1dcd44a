"""The files that are named, and those in the folders that are named, read one by one; what cannot be used is told."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

from samguard.errors import SamguardError
from samguard.fleet.reading import MAX_BYTES, ReadReport, Unusable, read_report
from samguard.fleet.teams import NO_TEAM, Origin, PathPattern, TeamMap, origin_by_address, origin_by_path
from samguard.value import value

_MOST_FILES: Final = 200_000
_DEEPEST: Final = 20
"""Folders in folders."""
_ENDINGS: Final = (".json", ".sarif")
_LONGEST: Final = 200
"""Characters of a name that is shown."""


@value
class Dated:
    """One report with whose it is. `is_before` says that it was given as an earlier one."""

    path: str
    repository: str
    team: str
    day: date | None
    is_before: bool
    report: ReadReport

    @property
    def key(self) -> tuple[str, str]:
        """What makes two reports those of one repository."""
        return self.team, self.repository


@value
class Problem:
    """A file that is not, or not wholly, part of what is reported."""

    path: str
    message: str
    is_unread: bool = False
    """Whether nothing of it counts."""


@value
class Gathered:
    """All reports, in the order of their paths, and what is to be said of the others."""

    reports: tuple[Dated, ...]
    problems: tuple[Problem, ...] = ()


def gather(
    named: Iterable[str],
    *,
    before: Iterable[str] = (),
    pattern: PathPattern | None = None,
    teams: TeamMap | None = None,
) -> Gathered:
    """The reports in these files and folders; those of `before` count as earlier ones, whatever their date.

    Raises SamguardError for a path that does not exist, and for more files than a run can take.
    """
    reports: list[Dated] = []
    problems: list[Problem] = []
    paths = [(path, False) for path in _files(named)] + [(path, True) for path in _files(before)]
    seen: set[str] = set()
    for path, is_before in paths:
        if path in seen:
            continue
        seen.add(path)
        try:
            report = read_report(_content(path))
        except Unusable as error:
            problems.append(Problem(path, str(error), is_unread=True))
            continue
        reports.append(_dated(path, report, pattern, teams, is_before=is_before))
        problems += _told(path, report)
    return Gathered(tuple(reports), tuple(problems))


def _dated(
    path: str, report: ReadReport, pattern: PathPattern | None, teams: TeamMap | None, *, is_before: bool
) -> Dated:
    plain = path.replace(os.sep, "/")
    said = pattern.origin(plain) if pattern is not None else None
    origin = said or origin_by_path(plain)
    by_address = origin_by_address(report.address) if report.address else None
    if by_address is not None and said is None and origin.team is None:
        origin = Origin(by_address.repository, by_address.team, origin.day)
    mapped = teams.team(origin, report.address) if teams is not None else None
    return Dated(
        path,
        origin.repository[:_LONGEST],
        (mapped or origin.team or NO_TEAM)[:_LONGEST],
        origin.day or report.day,
        is_before,
        report,
    )


def _told(path: str, report: ReadReport) -> Iterator[Problem]:
    if report.left_out:
        listed = ", ".join(report.left_out[:3])
        yield Problem(path, f"the findings of {listed} in it are left out")
    if report.production is None:
        yield Problem(path, "an older samguard wrote it, which did not count rollouts: its coverage is not known")
    if not report.is_complete:
        yield Problem(path, "samguard could not do all of its job there: the numbers may be too good")


def _content(path: str) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(handle, "rb") as stream:  # noqa: PTH123 - a handle
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise Unusable("it is no regular file")
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unusable(f"it cannot be read: {error.strerror or error}") from None


def _files(named: Iterable[str]) -> list[str]:
    """The files that are named, and those below the folders that are, sorted. Links to folders are not followed."""
    found: list[str] = []
    for word in named:
        path = Path(word)
        if not path.exists():
            raise SamguardError(f"the path {word!r} does not exist")
        below = _below(path, 0) if path.is_dir() else iter([word])
        for one in below:
            found.append(one)
            if len(found) > _MOST_FILES:
                raise SamguardError(f"there are more than {_MOST_FILES:,} files; report them in parts")
    return found


def _below(folder: Path, depth: int) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise SamguardError(f"the folder {str(folder)!r} cannot be looked into: {error.strerror or error}") from error
    for entry in listed:
        if entry.is_dir(follow_symlinks=False):
            if depth < _DEEPEST and not entry.name.startswith("."):
                yield from _below(Path(entry.path), depth + 1)
        elif entry.name.lower().endswith(_ENDINGS) and entry.is_file():
            yield entry.path
