"""`samguard check`."""

from __future__ import annotations

import os
from pathlib import Path

from samguard.cli.terminal import tell, write_out
from samguard.errors import SamguardError
from samguard.linting import Level, Report, Selection, lint
from samguard.project import Options, Project, load_project
from samguard.rulebook import rulebook


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
    baseline: str | None,
    changed_since: str | None,
    no_color: bool,
    quiet: bool,
    verbose: bool,
    cfn_lint: bool = False,
    policies: tuple[str, ...] = (),
) -> int:
    """Lints and reports; gives the exit code. Without a form it is text, and what the CI system reads beside it."""
    from samguard.cli.reports import beside_text, wanted, written

    reports = wanted(form or "text", output, also)
    project = load_project(() if whole_project else paths, options)
    with_line_hashes = any(asked.form == "sarif" for asked in reports)
    selection = rulebook(project, select, ignore, policies)
    report = _linted(project, selection, select, with_line_hashes=with_line_hashes, cfn_lint=cfn_lint)
    known = baseline if baseline is not None else project.configuration.baseline
    if known is not None:
        from samguard.linting.baseline import compared, read_baseline

        report = compared(report, read_baseline(known), project)
    if changed_since is not None:
        report = _since(report, project, changed_since, paths, quiet=quiet)
    if whole_project:
        report = _concerning(report, project, paths or (".",), quiet=quiet)
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
            with_known=verbose,
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


def _linted(
    project: Project, selection: Selection, select: tuple[str, ...], *, with_line_hashes: bool, cfn_lint: bool
) -> Report:
    """What samguard finds, with what cfn-lint does where it is asked too."""
    if cfn_lint:
        from samguard.cli.cfn_lint import lint_with_cfn_lint

        return lint_with_cfn_lint(project, selection, with_line_hashes=with_line_hashes)
    _refuse_rules_of_cfn_lint(select)
    return lint(project, selection, with_line_hashes=with_line_hashes)


def _refuse_rules_of_cfn_lint(select: tuple[str, ...]) -> None:
    """Raises SamguardError for a rule that could only be found by cfn-lint, which is not asked."""
    from samguard.linting.outside import outside_rule

    for word in select:
        if outside_rule(word) is not None:
            message = f"{word!r} names rules of cfn-lint, which is not asked."
            raise SamguardError(message, hint="give --cfn-lint as well")


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


def _concerning(report: Report, project: Project, paths: tuple[str, ...], *, quiet: bool) -> Report:
    """The report with what has to do with the given files."""
    from samguard.linting.concerning import concerning

    found = concerning(report, project, paths)
    count = len(report.findings) - len(found.findings)
    findings = f"{count:,} finding{'' if count == 1 else 's'}"
    tell(f"samguard: {findings} not shown, which {_those(paths)} nothing to do with", quiet=quiet or not count)
    return found


def _those(paths: tuple[str, ...]) -> str:
    return f"{paths[0]} has" if len(paths) == 1 else f"the {len(paths):,} given paths have"


def _exit_code(report: Report, fail_on: str) -> int:
    if fail_on == "never":
        return 0
    least = Level(fail_on).weight
    return int(any(finding.level.weight >= least for finding in report.findings))
