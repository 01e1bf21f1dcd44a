"""`samguard check`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from samguard.cache.kept_reports import Found, cache_folder, kept_or_found
from samguard.cli.reports import Reports, Wanted
from samguard.cli.terminal import tell, write_out
from samguard.errors import SamguardError
from samguard.linting.identity import Level
from samguard.linting.report import Report
from samguard.value import value

if TYPE_CHECKING:
    from samguard.cli.fix import FixRequest
    from samguard.linting import Selection
    from samguard.project import Options, Project


@value
class Question:
    """What is asked: of which files, by which rules, and what of the answer is told."""

    paths: tuple[str, ...]
    options: Options
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    baseline: str | None = None
    """A file of known findings, which are not told; None for the one of the configuration."""
    changed_since: str | None = None
    """A revision: what changes since then cannot have caused is not told."""
    whole_project: bool = False
    """Whether the paths only select what is told, of all of the current folder."""
    cfn_lint: bool = False
    with_line_hashes: bool = False

    @property
    def roots(self) -> tuple[str, ...]:
        """What is read."""
        return () if self.whole_project else self.paths


def run_check(
    question: Question,
    wanted: tuple[Wanted, ...],
    *,
    fail_on: str | None = None,
    exit_zero: bool = False,
    show_suppressed: bool = False,
    no_color: bool = False,
    no_cache: bool = False,
    quiet: bool = False,
    verbose: bool = False,
    says_form: bool = True,
    fix: FixRequest | None = None,
) -> int:
    """Lints and reports, after fixing where that is asked for; gives the exit code.

    Unless somebody `says_form`, what the CI system reads beside the text is written too.
    """
    run = _Run(question, quiet=quiet)
    is_complete = True
    if fix is not None:
        from samguard.cli.fix import run_fix, write_diff

        asked = (question.roots, question.options, run.project, run.selection)
        outcome = run_fix(
            *asked, fix, told=lambda report, project: run.narrowed(report, project, quiet=True), quiet=quiet
        )
        if fix.diff:
            write_diff(outcome.changed, wanted[0].output)
            return int(bool(outcome.changed)) if outcome.is_complete else 2
        is_complete = outcome.is_complete
        run = _Run(question, quiet=quiet)
    found = run.found(is_kept=not no_cache and fix is None)
    report = run.narrowed_if_asked(found)
    for note in report.notifications:
        if note.level is Level.ERROR or verbose or (note.level is Level.WARNING and not quiet):
            tell(f"samguard: {note.message}")
    least = fail_on or found.fail_on
    reports = Reports(report, found.root, lambda: run.project, least, quiet=quiet)
    for one in reversed(wanted):  # stdout last, so that a file that cannot be written is told before it
        text = reports.written(
            one.form, no_color=no_color or one.output is not None, with_suppressed=show_suppressed, with_known=verbose
        )
        write_out(text, one.output)
    if not says_form:
        write_out(reports.beside_text(), None)
    if not quiet:
        from samguard.output.findings_text import summary_text

        tell(summary_text(report, colour=False, with_fixable=fix is None).rstrip())
    if not is_complete or any(note.level is Level.ERROR for note in report.notifications):
        return 2
    return 0 if exit_zero else _exit_code(report, least)


class _Run:
    """One run: reads the project when it is first needed, which a kept report spares."""

    def __init__(self, question: Question, *, quiet: bool) -> None:
        self.question = question
        self.quiet = quiet
        self._project: Project | None = None

    @property
    def project(self) -> Project:
        if self._project is None:
            from samguard.project import load_project

            self._project = load_project(self.question.roots, self.question.options)
        return self._project

    @property
    def selection(self) -> Selection:
        from samguard.rulebook import rulebook

        asked = self.question
        return rulebook(self.project, asked.select, asked.ignore, asked.policies)

    def found(self, *, is_kept: bool) -> Found:
        """What the rules find, as it was kept or anew."""
        asked = self.question
        # cfn-lint and plugins may change without samguard noticing; a template from stdin is seldom the same twice
        is_plain = not asked.cfn_lint and asked.options.stdin is None
        folder = cache_folder() if is_kept and is_plain else None
        return kept_or_found(_words(asked) if folder is not None else (), self._found, folder)

    def _found(self) -> Found:
        asked, project, selection = self.question, self.project, self.selection
        if asked.cfn_lint:
            from samguard.cli.cfn_lint import lint_with_cfn_lint

            report = lint_with_cfn_lint(project, selection, with_line_hashes=asked.with_line_hashes)
        else:
            from samguard.linting import lint

            _refuse_rules_of_cfn_lint(asked.select)
            report = lint(project, selection, with_line_hashes=asked.with_line_hashes)
        return Found(
            report,
            project.root,
            project.settings.fail_on,
            project.configuration.baseline,
            # what installed packages hold may change without a look at the disk that would tell
            may_be_kept=not (project.settings.plugins or project.settings.policies or asked.policies),
        )

    def narrowed_if_asked(self, found: Found) -> Report:
        """What of the findings is told: all, unless something is asked for that takes the project to know."""
        asked = self.question
        is_narrow = asked.baseline or found.baseline or asked.changed_since is not None or asked.whole_project
        return self.narrowed(found.report, self.project, quiet=self.quiet) if is_narrow else found.report

    def narrowed(self, report: Report, project: Project, *, quiet: bool) -> Report:
        """The report without what is known, what no change can have caused, and what the given files do not concern."""
        asked = self.question
        known = asked.baseline if asked.baseline is not None else project.configuration.baseline
        if known is not None:
            from samguard.linting.baseline import compared, read_baseline

            report = compared(report, read_baseline(known), project)
        if asked.changed_since is not None:
            report = _since(report, project, asked.changed_since, asked.paths, quiet=quiet)
        if asked.whole_project:
            report = _concerning(report, project, asked.paths or (".",), quiet=quiet)
        return report


def _words(question: Question) -> tuple[str, ...]:
    """All that a run depends on besides the disk and samguard itself."""
    from samguard.project.today import today

    options = question.options
    day = options.today or today()
    return (
        os.getcwd(),  # noqa: PTH109 - as a text
        day.isoformat(),
        *("paths", *question.roots),
        *("env", *options.environment_names, "region", options.region or "", "config", options.config or ""),
        *("parameters", *(f"{name}={text}" for name, text in options.parameters.items())),
        *("select", *question.select, "ignore", *question.ignore, "policies", *question.policies),
        str(question.with_line_hashes),
    )


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
    return _told(
        report, caused_by(changes, report, project), f"no change since {revision} can have caused", quiet=quiet
    )


def _concerning(report: Report, project: Project, paths: tuple[str, ...], *, quiet: bool) -> Report:
    """The report with what has to do with the given files."""
    from samguard.linting.concerning import concerning

    those = f"{paths[0]} has" if len(paths) == 1 else f"the {len(paths):,} given paths have"
    return _told(report, concerning(report, project, paths), f"{those} nothing to do with", quiet=quiet)


def _told(report: Report, left: Report, why: str, *, quiet: bool) -> Report:
    """What is left of a report, after telling how much is not."""
    count = len(report.findings) - len(left.findings)
    tell(f"samguard: {count:,} finding{'' if count == 1 else 's'} not shown, which {why}", quiet=quiet or not count)
    return left


def _exit_code(report: Report, fail_on: str) -> int:
    if fail_on == "never":
        return 0
    least = Level(fail_on).weight
    return int(any(finding.level.weight >= least for finding in report.findings))
