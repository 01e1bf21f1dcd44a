"""How much a rule's findings weigh in a project: what the configuration says, for all files or for some."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from samguard.linting.identity import Level, Rule
from samguard.linting.rule_modules import WITHOUT_REASON, names
from samguard.project import Project

_REQUIRED: Final = (WITHOUT_REASON, "warning")
"""What `require-reason` asks for must be able to fail a run."""


@dataclass(slots=True)
class Levels:
    """The levels that a project's configuration gives to rules."""

    project: Project
    by_path: dict[str, tuple[tuple[tuple[str, str], ...], ...]] = field(default_factory=dict)

    def of(self, rule: Rule, path: str, said: Level) -> Level:
        """The level of a rule's finding in a file; `said` where the configuration says nothing.

        What is said for the path wins over what is said for all; of words, the longest (`SG306` over `SG3`) wins.
        """
        if path not in self.by_path:
            self.by_path[path] = self._said(path)
        for said_there in self.by_path[path]:
            fitting = [(len(word), level) for word, level in said_there if names((word,), rule)]
            if fitting:
                return Level(max(fitting)[1])
        return said

    def _said(self, path: str) -> tuple[tuple[tuple[str, str], ...], ...]:
        settings = self.project.settings
        found = [*self.project.configuration.levels_in(Path(self.project.root, path)), settings.levels]
        if settings.require_reason:
            found.append(dict([_REQUIRED]))
        return tuple(tuple(levels.items()) for levels in found if levels)
