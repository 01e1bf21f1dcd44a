"""`samguard check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samguard.cli.terminal import tell, wants_colour, width, write_out
from samguard.linting import Level, Report, catalogue, configured, lint
from samguard.project import Options, load_project

if TYPE_CHECKING:
    from samguard.cli.fix import FixRequest


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
    no_color: bool,
    quiet: bool,
    verbose: bool,
    fix: FixRequest | None = None,
) -> int:
    """Lints and reports, after fixing where that is asked for; gives the exit code."""
    project = load_project(paths, options)
    selection = configured(project.settings, select, ignore)
    is_complete = True
    if fix is not None:
        from samguard.cli.fix import run_fix, write_diff

        outcome = run_fix(paths, options, project, selection, fix, quiet=quiet)
        if fix.diff:
            write_diff(outcome.changed, output)
            return int(bool(outcome.changed)) if outcome.is_complete else 2
        is_complete = outcome.is_complete
        report = lint(load_project(paths, options), selection) if form == "sarif" else outcome.report
    else:
        report = lint(project, selection, with_line_hashes=form == "sarif")
    for note in report.notifications:
        if note.level is Level.ERROR or verbose or (note.level is Level.WARNING and not quiet):
            tell(f"samguard: {note.message}")
    write_out(_written(report, form, no_color=no_color or output is not None), output)
    if not quiet:
        from samguard.output.findings_text import summary_text

        tell(summary_text(report, colour=False).rstrip())
    if not is_complete or any(note.level is Level.ERROR for note in report.notifications):
        return 2
    return 0 if exit_zero else _exit_code(report, fail_on or project.settings.fail_on)


def _written(report: Report, form: str, *, no_color: bool) -> str:
    if form == "json":
        from samguard.output.findings_json import findings_json

        return findings_json(report)
    if form == "sarif":
        from samguard.output.sarif import sarif

        return sarif(report, {loaded.rule.id: loaded.explanation for loaded in catalogue()})
    from samguard.output.findings_text import findings_concise, findings_text

    if form == "concise":
        return findings_concise(report)
    return findings_text(report, width=width(), colour=wants_colour(no_color=no_color), summary=False)


def _exit_code(report: Report, fail_on: str) -> int:
    if fail_on == "never":
        return 0
    least = Level(fail_on).weight
    return int(any(finding.level.weight >= least for finding in report.findings))
