"""What concerns given files: the findings in them, and those elsewhere that come of them.

pre-commit hands over the files that a commit touches. What a template does depends on others, and a commit that touches
only samconfig.toml can break production, where the finding stands in a template that nobody touched. So the project is
read as a whole, and the files select what is told.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Final

from samguard.errors import SamguardError
from samguard.linting.report import Report, ReportedFinding
from samguard.project import Project, TemplateFile
from samguard.value import replace

_OWN_CONFIGURATION: Final = "samguard.toml"


def concerning(report: Report, project: Project, paths: Iterable[str]) -> Report:
    """The report without the findings that have nothing to do with these files and folders.

    A finding has to do with a file where it stands there, where its trail leads there, or where the file describes one
    of its environments or is the code of its hook. What samguard could not do elsewhere is left out, too. Where its own
    configuration is among the files, all of the report has to do with it. Raises SamguardError for a path that does not
    exist.
    """
    given = {_existing(path) for path in paths}
    if any(os.path.join(os.path.realpath(project.configuration.folder), _OWN_CONFIGURATION) == one for one in given):  # noqa: PTH118
        return report
    known: dict[str, bool] = {}

    def is_given(path: str) -> bool:
        if path not in known:
            real = os.path.realpath(os.path.join(project.root, path))  # noqa: PTH118 - any text is a path to it
            known[path] = any(real == one or real.startswith(one.rstrip(os.sep) + os.sep) for one in given)
        return known[path]

    environments = {file.document.path: _described(file, is_given) for file in project.templates}
    hooks = {
        file.document.path: {name for name, source in file.sources.items() if is_given(source.document.path)}
        for file in project.templates
    }

    def concerns(finding: ReportedFinding) -> bool:
        path = finding.location.path
        return (
            is_given(path)
            or any(step.location is not None and is_given(step.location.path) for step in finding.because)
            or not environments.get(path, frozenset()).isdisjoint(finding.environments)
            or finding.resource in hooks.get(path, ())
        )

    return replace(
        report,
        findings=tuple(filter(concerns, report.findings)),
        suppressed=tuple(filter(concerns, report.suppressed)),
        notifications=tuple(
            note for note in report.notifications if note.is_internal_error or note.path is None or is_given(note.path)
        ),
    )


def _existing(path: str) -> str:
    if path == "-" or not os.path.exists(path):  # noqa: PTH110 - it says no where pathlib may raise
        raise SamguardError(f"the path {path!r} does not exist")
    return os.path.realpath(path)


def _described(file: TemplateFile, is_given: Callable[[str], bool]) -> frozenset[str]:
    """The environments of a template that a given file describes, or gives a value to."""
    found: set[str] = set()
    for environment in file.environments:
        values = (*environment.parameters.values(), *environment.options.values())
        places = (environment.place, *(said.place for said in values))
        if any(place is not None and is_given(place.document.path) for place in places):
            found.add(environment.name)
    return frozenset(found)
