"""A report as workflow commands, which GitHub Actions turns into annotations of a change's files.

GitHub shows ten errors, ten warnings and ten notices of a step. Source: GitHub documentation, "Workflow commands for
GitHub Actions", read 2026-11; actions/toolkit, packages/core/src/command.ts, for the escapes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.identity import Level
from samguard.linting.report import BecauseStep, Report, ReportedFinding
from samguard.output.printable import printable

_SHOWN: Final = 10
"""Annotations of each level that GitHub shows of a step."""
_COMMANDS: Final = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
_LINE_BREAK: Final = "%0A"


def github_annotations(report: Report, *, only_shown: bool = False) -> str:
    """A workflow command for each finding, the worst first; one notice says how many GitHub will not show.

    With `only_shown` the commands that it would not show are left out: where the findings stand beside them in words.
    """
    lines: list[str] = []
    beyond = 0
    for level in Level:
        found = [finding for finding in report.findings if finding.level is level]
        room = _SHOWN
        if level is Level.NOTE and (beyond or len(found) > room):  # the notice needs a place among the ten
            room -= 1
        beyond += max(len(found) - room, 0)
        commands = [_command(finding) for finding in (found[:room] if only_shown else found)]
        if level is Level.NOTE and beyond:
            commands.insert(0, _notice(beyond))
        lines += commands
    return "".join(f"{line}\n" for line in lines)


def _command(finding: ReportedFinding) -> str:
    start, end = finding.location.start, finding.location.end
    properties = [("file", finding.location.path), ("line", str(start.line)), ("endLine", str(end.line))]
    if start.line == end.line:  # GitHub refuses columns of a range of lines
        properties += [("col", str(start.column)), ("endColumn", str(end.column))]
    properties.append(("title", f"{finding.rule.id} {finding.rule.name}"))
    said = ",".join(f"{name}={_property(text)}" for name, text in properties)
    message = _LINE_BREAK.join(_data(line) for line in _message(finding))
    return f"::{_COMMANDS[finding.level]} {said}::{message}"


def _message(finding: ReportedFinding) -> Iterator[str]:
    yield finding.message
    for number, step in enumerate(finding.because, start=1):
        yield f"{'because' if number == 1 else 'and'} {_step(step)}"
    for fix in finding.fixes:
        yield f"fix: {fix.title}{'' if fix.safe else ' (unsafe: it may change what works)'}"


def _step(step: BecauseStep) -> str:
    where = step.location
    return step.message if where is None else f"{where.path}:{where.start.line}: {step.message}"


def _notice(beyond: int) -> str:
    findings = "1 finding more" if beyond == 1 else f"{beyond:,} findings more"
    return f"::notice title=samguard::{findings} than GitHub shows here; the job's log has all."


def _data(text: str) -> str:
    return printable(" ".join(text.split())).replace("%", "%25")


def _property(text: str) -> str:
    return printable(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
