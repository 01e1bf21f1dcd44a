"""What concerns given files: the findings in them, and those elsewhere that come of them.

pre-commit hands over the files that a commit touches. What a template does depends on others, and a commit that touches
only samconfig.toml can break production, where the finding stands in a template that nobody touched. So the project is
read as a whole, and the files select what is told, as changes do.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from samguard.errors import SamguardError
from samguard.linting.change import caused_by
from samguard.linting.report import Report
from samguard.project import Project
from samguard.value import replace, value


def concerning(report: Report, project: Project, paths: Iterable[str]) -> Report:
    """The report without the findings that have nothing to do with these files and folders.

    What samguard could not do elsewhere is left out, too. Raises SamguardError for a path that does not exist.
    """
    given = _Given(frozenset(_existing(path) for path in paths))
    notes = report.notifications
    told = (
        note for note in notes if note.is_internal_error or note.path is None or _is_about(note.path, given, project)
    )
    return replace(caused_by(given, report, project), notifications=tuple(told))


def _is_about(path: str, given: _Given, project: Project) -> bool:
    return given.touches(Path(project.root, path))


@value
class _Given:
    """Files and folders, taken for changed. `paths` are absolute, without links."""

    paths: frozenset[str]
    deleted: tuple[str, ...] = ()

    def touches(self, path: Path) -> bool:
        real = Path(os.path.realpath(path))
        return any(str(one) in self.paths for one in (real, *real.parents))


def _existing(path: str) -> str:
    if path == "-" or not os.path.exists(path):  # noqa: PTH110 - it says no where pathlib may raise
        raise SamguardError(f"the path {path!r} does not exist")
    return os.path.realpath(path)
