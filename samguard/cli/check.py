"""`samguard check`."""

from __future__ import annotations

from samguard.cli.terminal import tell, wants_colour, width, write_out
from samguard.errors import SamguardError
from samguard.linting import Level, Report, Selection, catalogue, lint
from samguard.project import Options, load_project
from samguard.rulebook import rulebook


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
    cfn_lint: bool = False,
    policies: tuple[str, ...] = (),
) -> int:
    """Lints and reports; gives the exit code."""
    project = load_project(paths, options)
    selection = rulebook(project, select, ignore, policies)
    if cfn_lint:
        from samguard.cli.cfn_lint import lint_with_cfn_lint

        report = lint_with_cfn_lint(project, selection, with_line_hashes=form == "sarif")
    else:
        _refuse_rules_of_cfn_lint(select)
        report = lint(project, selection, with_line_hashes=form == "sarif")
    for note in report.notifications:
        if note.level is Level.ERROR or verbose or (note.level is Level.WARNING and not quiet):
            tell(f"samguard: {note.message}")
    write_out(_written(report, form, selection, no_color=no_color or output is not None), output)
    if not quiet:
        from samguard.output.findings_text import summary_text

        tell(summary_text(report, colour=False).rstrip())
    if any(note.level is Level.ERROR for note in report.notifications):
        return 2
    return 0 if exit_zero else _exit_code(report, fail_on or project.settings.fail_on)


def _refuse_rules_of_cfn_lint(select: tuple[str, ...]) -> None:
    """Raises SamguardError for a rule that could only be found by cfn-lint, which is not asked."""
    from samguard.linting.outside import outside_rule

    for word in select:
        if outside_rule(word) is not None:
            message = f"{word!r} names rules of cfn-lint, which is not asked."
            raise SamguardError(message, hint="give --cfn-lint as well")


def _written(report: Report, form: str, selection: Selection, *, no_color: bool) -> str:
    if form == "json":
        from samguard.output.findings_json import findings_json

        return findings_json(report)
    if form == "sarif":
        from samguard.output.sarif import sarif

        own = {loaded.rule.id: loaded.explanation for loaded in (*catalogue(), *selection.more)}
        return sarif(report, own | report.explanations)
    from samguard.output.findings_text import findings_concise, findings_text

    if form == "concise":
        return findings_concise(report)
    return findings_text(report, width=width(), colour=wants_colour(no_color=no_color), summary=False)


def _exit_code(report: Report, fail_on: str) -> int:
    if fail_on == "never":
        return 0
    least = Level(fail_on).weight
    return int(any(finding.level.weight >= least for finding in report.findings))
