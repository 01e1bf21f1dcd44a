"""`samguard baseline`."""

from __future__ import annotations

import os
from pathlib import Path

from samguard.cli.terminal import tell, write_out
from samguard.errors import SamguardError
from samguard.linting import Level, Report, lint
from samguard.linting.baseline import (
    DEFAULT_NAME,
    Baseline,
    baseline_text,
    compared,
    kept,
    read_baseline,
    remembered,
)
from samguard.linting.report import KnownDefect
from samguard.output.printable import CI_COMMAND
from samguard.project import Options, Project, load_project
from samguard.rulebook import rulebook

_STDOUT = "-"


def run_baseline(
    paths: tuple[str, ...],
    options: Options,
    *,
    output: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    prune: bool,
    quiet: bool,
) -> int:
    """Writes the findings there are to a baseline; gives the exit code.

    What an older baseline in its place knows of files and rules that this run does not look at is kept.
    """
    project = load_project(paths, options)
    report = lint(project, rulebook(project, select, ignore), with_line_hashes=False)
    failures = [note for note in report.notifications if note.level is Level.ERROR]
    for note in failures:
        tell(f"samguard: {note.message}")
    if failures:
        tell("samguard: error: no baseline was written, since it would not hold everything")
        return 2
    target = output if output is not None else project.configuration.baseline or DEFAULT_NAME
    old = read_baseline(target) if target != _STDOUT and os.path.lexists(target) else None
    if prune and old is None:
        raise SamguardError(f"--prune takes findings out of a baseline, but {target!r} does not exist")
    folder = str(Path(os.path.abspath(target)).parent) if target != _STDOUT else project.root  # noqa: PTH100
    defects = _defects(report, project, old, folder, prune=prune)
    text = CI_COMMAND.sub(r"\\u0023", baseline_text(defects))  # in a log, what a file says must not be a command
    write_out(text, None if target == _STDOUT else target)
    tell(f"samguard: {_told(defects, old, target)}", quiet=quiet)
    return 0


def _defects(
    report: Report, project: Project, old: Baseline | None, folder: str, *, prune: bool
) -> tuple[KnownDefect, ...]:
    if old is None:
        return tuple(remembered(report.findings, project, folder))
    if prune:
        report = compared(report, old, project)
    found = report.known if prune else report.findings
    return (*kept(old, report, project), *remembered(found, project, folder))


def _told(defects: tuple[KnownDefect, ...], old: Baseline | None, target: str) -> str:
    count = sum(defect.count for defect in defects)
    before = "" if old is None else f" (before: {sum(defect.count for defect in old.defects):,})"
    where = "stdout" if target == _STDOUT else target
    return f"{count:,} finding{'' if count == 1 else 's'} written to {where}{before}"
