"""`samguard check --cfn-lint`: cfn-lint works while samguard does, and one report holds the findings of both."""

from __future__ import annotations

from samguard.cfn_lint import ask
from samguard.linting import Level, Notification, Outside, Report, Selection, lint
from samguard.linting.outside import outside_rule
from samguard.project import Project

_EVERYTHING = "ALL"
_NOT_ASKED = "cfn-lint is not asked, since none of its rules is selected; E and W select its errors and warnings"


def lint_with_cfn_lint(project: Project, selection: Selection, *, with_line_hashes: bool) -> Report:
    """Lints, and asks cfn-lint about the project's templates. Raises SamguardError where cfn-lint is not installed."""
    rules = [rule for word in selection.select if (rule := outside_rule(word)) is not None]
    takes_all = any(word.upper() == _EVERYTHING for word in selection.select)
    if selection.select and not rules and not takes_all:
        silent = Outside(notifications=(Notification(Level.WARNING, _NOT_ASKED),))
        return lint(project, selection, with_line_hashes=with_line_hashes, outside=lambda: silent)
    # Errors and warnings are what cfn-lint tells unasked; the rest has to be named.
    include = [rule.id for rule in rules if rule.id.startswith("I")] or (["I"] if takes_all else [])
    asked = ask(project, include)
    try:
        return lint(project, selection, with_line_hashes=with_line_hashes, outside=asked.outside)
    finally:
        asked.stop()
