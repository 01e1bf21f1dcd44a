"""`samguard check`."""

from __future__ import annotations

import os
from pathlib import Path

from samguard.cli.terminal import tell, wants_colour, width, write_out
from samguard.linting import Level, Report, catalogue, configured, lint
from samguard.project import Options, Project, load_project


def run_check(
    paths: tuple[str, ...],
    options: Options,
    *,
    form: str,
    output: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str | None,
    exit_zero: bool,
    baseline: str | None,
    changed_since: str | None,
    no_color: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Lints and reports; gives the exit code."""
    project = load_project(paths, options)
    report = lint(project, configured(project.settings, select, ignore), with_line_hashes=form == "sarif")
    known = baseline if baseline is not None else project.configuration.baseline
    if known is not None:
        from samguard.linting.baseline import compared, read_baseline

        report = compared(report, read_baseline(known), project)
    if changed_since is not None:
        report = _since(report, project, changed_since, paths, quiet=quiet)
    for note in report.notifications:
        if note.level is Level.ERROR or verbose or (note.level is Level.WARNING and not quiet):
            tell(f"samguard: {note.message}")
    write_out(_written(report, form, no_color=no_color or output is not None, with_known=verbose), output)
    if not quiet:
        from samguard.output.findings_text import summary_text

        tell(summary_text(report, colour=False).rstrip())
    if any(note.level is Level.ERROR for note in report.notifications):
        return 2
    return 0 if exit_zero else _exit_code(report, fail_on or project.settings.fail_on)


def _since(report: Report, project: Project, revision: str, paths: tuple[str, ...], *, quiet: bool) -> Report:
    """The report with what changes since a revision can have caused."""
    from samguard.linting.change import caused_by
    from samguard.project.git_changes import changes_since

    common = os.path.commonpath([os.path.abspath(path) for path in paths if path != "-"] or [project.root])  # noqa: PTH100
    changes = changes_since(Path(common), revision)
    found = caused_by(changes, report, project)
    count = len(report.findings) - len(found.findings)
    findings = f"{count:,} finding{'' if count == 1 else 's'}"
    tell(f"samguard: {findings} not shown, which no change since {revision} can have caused", quiet=quiet or not count)
    return found


def _written(report: Report, form: str, *, no_color: bool, with_known: bool) -> str:
    if form == "json":
        from samguard.output.findings_json import findings_json

        return findings_json(report)
    if form == "sarif":
        from samguard.output.sarif import sarif

        return sarif(report, {loaded.rule.id: loaded.explanation for loaded in catalogue()})
    from samguard.output.findings_text import findings_concise, findings_text

    if form == "concise":
        return findings_concise(report)
    colour = wants_colour(no_color=no_color)
    return findings_text(report, width=width(), colour=colour, summary=False, with_known=with_known)


def _exit_code(report: Report, fail_on: str) -> int:
    if fail_on == "never":
        return 0
    least = Level(fail_on).weight
    return int(any(finding.level.weight >= least for finding in report.findings))
