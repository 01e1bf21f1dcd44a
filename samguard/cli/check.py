"""`samguard check`."""

from __future__ import annotations

from samguard.cli.terminal import tell, write_out
from samguard.linting import Level, Report, configured, lint
from samguard.project import Options, load_project


def run_check(
    paths: tuple[str, ...],
    options: Options,
    *,
    form: str | None,
    output: str | None,
    also: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str | None,
    exit_zero: bool,
    show_suppressed: bool,
    whole_project: bool,
    no_color: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Lints and reports; gives the exit code. Without a form it is text, and what the CI system reads beside it."""
    from samguard.cli.reports import beside_text, wanted, written

    reports = wanted(form or "text", output, also)
    project = load_project(() if whole_project else paths, options)
    with_line_hashes = any(asked.form == "sarif" for asked in reports)
    report = lint(project, configured(project.settings, select, ignore), with_line_hashes=with_line_hashes)
    if whole_project:
        from samguard.linting.concerning import concerning

        everything = len(report.findings)
        report = concerning(report, project, paths or (".",))
        elsewhere = everything - len(report.findings)
        if elsewhere:
            tell(f"samguard: findings elsewhere, not shown: {elsewhere:,}", quiet=quiet)
    for note in report.notifications:
        if note.level is Level.ERROR or verbose or (note.level is Level.WARNING and not quiet):
            tell(f"samguard: {note.message}")
    least = fail_on or project.settings.fail_on
    for asked in reversed(reports):  # stdout last, so that a file that cannot be written is told before it
        text = written(
            report,
            asked.form,
            project,
            no_color=no_color or asked.output is not None,
            quiet=quiet,
            fail_on=least,
            with_suppressed=show_suppressed,
        )
        write_out(text, asked.output)
    if form is None and output is None:
        write_out(beside_text(report, project), None)
    if not quiet:
        from samguard.output.findings_text import summary_text

        tell(summary_text(report, colour=False).rstrip())
    if any(note.level is Level.ERROR for note in report.notifications):
        return 2
    return 0 if exit_zero else _exit_code(report, least)


def _exit_code(report: Report, fail_on: str) -> int:
    if fail_on == "never":
        return 0
    least = Level(fail_on).weight
    return int(any(finding.level.weight >= least for finding in report.findings))
