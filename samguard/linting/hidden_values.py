"""Values of parameters that say `NoEcho`: CloudFormation shows them nowhere, and neither does a report.

They are known where an environment or a Default says them; of a text that a deployment makes of them, the part is hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from samguard.linting.report import ReportedFinding
from samguard.project import Project
from samguard.source import Place, Scalar
from samguard.source.spans import Location
from samguard.template import HIDDEN
from samguard.value import replace

_TELLING: Final = 6
"""Characters from which on a value is hidden wherever it stands as a word; a shorter one only where it is quoted."""
_MASK: Final = "*"


class HiddenValues:
    """The values that a report on a project must not repeat."""

    def __init__(self, project: Project) -> None:
        said = list(_said(project))
        texts = sorted({text for text, _ in said}, key=len, reverse=True)
        words = [re.escape(text) for text in texts if len(text) >= _TELLING]
        quoted = [re.escape(repr(text)) for text in texts]
        choices = [*quoted, *(rf"(?<!\w){word}(?!\w)" for word in words)]
        self._pattern = re.compile("|".join(choices)) if choices else None
        self._places: dict[str, list[tuple[Location, str]]] = {}
        for text, place in said:
            if place is not None:
                self._places.setdefault(place.document.path, []).append((place.location, text))

    def without(self, finding: ReportedFinding) -> ReportedFinding:
        """The finding, with nothing of these values in its message, its trail and the lines it shows."""
        return replace(
            finding,
            message=self._hidden(finding.message),
            because=tuple(replace(step, message=self._hidden(step.message)) for step in finding.because),
            lines=tuple(
                self._line(line, finding.location.path, number)
                for number, line in enumerate(finding.lines, start=finding.location.start.line)
            ),
        )

    def _hidden(self, text: str) -> str:
        return text if self._pattern is None else self._pattern.sub(HIDDEN, text)

    def _line(self, line: str, path: str, number: int) -> str:
        """A line of a file. Nothing moves in it, so that columns still count."""
        for location, text in self._places.get(path, ()):
            if not location.start.line <= number <= location.end.line:
                continue
            start = location.start.column - 1 if number == location.start.line else 0
            end = location.end.column - 1 if number == location.end.line else len(line)
            said = line[start:end]
            masked = said.replace(text, _MASK * len(text))
            if masked == said:  # written in another way: with escapes, or over several lines
                masked = _MASK * len(said)
            line = f"{line[:start]}{masked}{line[end:]}"
        return line


def _said(project: Project) -> Iterator[tuple[str, Place | None]]:
    """Each value, with where it is said."""
    for file in project.templates:
        hidden = [declared for declared in file.template.parameters.values() if declared.is_hidden]
        for declared in hidden:
            if isinstance(declared.default, Scalar) and declared.default.text:
                yield declared.default.text, Place(file.document, declared.default.span)
            for environment in file.environments:
                given = environment.parameters.get(declared.name)
                if given is not None and given.text:
                    yield given.text, given.place
