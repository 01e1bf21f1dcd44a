"""Rules' examples, laid out on disk, and the findings that they mark."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

from samguard.linting import Example, Level, LoadedRule, Report

_MARK = re.compile(r"#\s*(SG\d{3})(?:\s+at\s+(error|warning|note))?(?:\s+in\s+([\w.-]+(?:\s*,\s*[\w.-]+)*))?")


class Mark(NamedTuple):
    """A finding that an example expects. No environments, no level: whichever they are."""

    rule: str
    path: str
    line: int
    environments: tuple[str, ...]
    level: str = ""

    @property
    def where(self) -> tuple[str, str, int]:
        """What must agree for each finding."""
        return self.rule, self.path, self.line

    def is_met(self, actual: tuple[Mark, ...]) -> bool:
        """Whether one of the findings is what the mark says besides."""
        return any(
            self.where == one.where and self.environments in ((), one.environments) and self.level in ("", one.level)
            for one in actual
        )


def write(example: Example, folder: Path) -> tuple[Mark, ...]:
    """Lays the example out in a folder and gives the marks in it."""
    files = [(example.template_path, example.template), *example.files]
    if example.samconfig:
        files.append(("samconfig.toml", example.samconfig))
    marks: list[Mark] = []
    for path, text in files:
        content = dedent(text).lstrip("\n")
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
        for number, line in enumerate(content.splitlines(), 1):
            for rule, level, environments in _MARK.findall(line):
                named = tuple(name.strip() for name in environments.split(",")) if environments else ()
                marks.append(Mark(rule, path, number, named, level))
    return tuple(marks)


def found(report: Report, rule: str) -> tuple[Mark, ...]:
    """The report's findings that an example must account for: the rule's own, and any that would fail a build."""
    return tuple(
        Mark(
            finding.rule.id,
            finding.location.path,
            finding.location.start.line,
            finding.environments,
            finding.level.value,
        )
        for finding in report.findings
        if finding.rule.id == rule or finding.level.weight >= Level.WARNING.weight
    )


def agree(marks: tuple[Mark, ...], actual: tuple[Mark, ...]) -> bool:
    """Whether findings are exactly those that are marked."""
    same = sorted(mark.where for mark in marks) == sorted(mark.where for mark in actual)
    return same and all(mark.is_met(actual) for mark in marks)


def selection(loaded: LoadedRule) -> tuple[str, ...]:
    """The rules to run: those that are on by default, and all where the rule is not one of them."""
    return () if loaded.rule.on_by_default else ("ALL",)
