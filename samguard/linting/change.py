"""What a change can have caused: the findings in the files that it touched, and those that come of them.

A commit that touches only samconfig.toml can break production, and the finding then stands in a template that nobody
touched. So a finding counts where its own file changed, a file on its trail, or the file that describes one of its
environments.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

from samguard.linting.report import Report, ReportedFinding
from samguard.project import Project, TemplateFile
from samguard.project.discovery import SAMCONFIG_NAMES, may_be_pipeline
from samguard.value import replace

_OWN_CONFIGURATION: Final = "samguard.toml"


class Changed(Protocol):
    """Which files changed, whoever says so."""

    @property
    def deleted(self) -> tuple[str, ...]:
        """The absolute paths of those that are no more."""

    def touches(self, path: Path) -> bool:
        """Whether a file changed, is new or is gone."""


def caused_by(changes: Changed, report: Report, project: Project) -> Report:
    """The report with those findings only that a change can have caused.

    Where samguard's own configuration changed, that is all of them: any may come of it.
    """
    root = Path(project.root)
    if changes.touches(Path(project.configuration.folder, _OWN_CONFIGURATION)):
        return report
    touched: dict[str, bool] = {}

    def is_touched(path: str) -> bool:
        if path not in touched:
            touched[path] = changes.touches(root / path)
        return touched[path]

    lost = _lost(changes, root)
    environments = {
        file.document.path: _environments(file, is_touched) | _undescribed(file, lost) for file in project.templates
    }
    hooks = {file.document.path: _hooks(file, is_touched, lost) for file in project.templates}

    def can_be_caused(finding: ReportedFinding) -> bool:
        path = finding.location.path
        places = (step.location.path for step in finding.because if step.location is not None)
        return (
            is_touched(path)
            or any(is_touched(place) for place in places)
            or bool(environments.get(path, frozenset()) & set(finding.environments))
            or finding.resource in hooks.get(path, frozenset())
        )

    return replace(
        report,
        findings=tuple(finding for finding in report.findings if can_be_caused(finding)),
        known=tuple(finding for finding in report.known if can_be_caused(finding)),
        suppressed=tuple(finding for finding in report.suppressed if can_be_caused(finding)),
    )


def _environments(file: TemplateFile, is_touched: Callable[[str], bool]) -> frozenset[str]:
    """The environments of a template that a touched file describes, or gives a value to."""
    found: set[str] = set()
    for environment in file.environments:
        values = (*environment.parameters.values(), *environment.options.values())
        places = (environment.place, *(said.place for said in values))
        if any(place is not None and is_touched(place.document.path) for place in places):
            found.add(environment.name)
    return frozenset(found)


def _undescribed(file: TemplateFile, lost: tuple[PurePosixPath, ...]) -> frozenset[str]:
    """All environments of a template, where a file is gone that may have described others."""
    own = PurePosixPath(file.document.path)
    for path in lost:
        is_above = path.parent in own.parents
        if (path.name in SAMCONFIG_NAMES and is_above) or may_be_pipeline(path.as_posix()):
            return frozenset(environment.name for environment in file.environments)
    return frozenset()


def _hooks(file: TemplateFile, is_touched: Callable[[str], bool], lost: tuple[PurePosixPath, ...]) -> frozenset[str]:
    """The hooks of a template whose code was touched, or may have been what is gone."""
    touched = {name for name, source in file.sources.items() if is_touched(source.document.path)}
    folder = PurePosixPath(file.document.path).parent
    is_gone = any(folder in path.parents for path in lost)
    return frozenset(touched | set(file.absent_sources if is_gone else ()))


def _lost(changes: Changed, root: Path) -> tuple[PurePosixPath, ...]:
    """The deleted files below the project's root, relative to it."""
    top = root.resolve()
    paths = (Path(path) for path in changes.deleted)
    return tuple(PurePosixPath(path.relative_to(top).as_posix()) for path in paths if top in path.parents)
