"""What another linter says of the same templates, so that its findings stand in the one report.

Its rules have no module here and are not in the catalogue. They are known by their identifiers, as people write them in
`--select`, `--ignore`, configurations and suppressions: today these are cfn-lint's, whose name stands for all of them.
"""

from __future__ import annotations

from typing import Final

from samguard.linting.explanation import Explanation
from samguard.linting.report import Notification
from samguard.linting.rule import Finding, Level, Rule
from samguard.pattern import pattern
from samguard.source import Document
from samguard.value import field, value

CFN_LINT: Final = "cfn-lint"
"""The name of every rule of cfn-lint: that of the one who says it."""
_IDENTIFIER: Final = pattern(r"[EWI]\d{0,4}")
_LEVELS: Final = {"E": Level.ERROR, "W": Level.WARNING, "I": Level.NOTE}


@value
class OutsideFinding:
    """A finding of another linter, at a place of one of the project's documents.

    `told_by` are the rules of samguard's that tell the same cause where they fire on the same line, `told_in_file`
    those that do wherever they fire in the document.
    """

    rule: Rule
    finding: Finding
    document: Document = field(repr=False)
    told_by: frozenset[str] = frozenset()
    told_in_file: frozenset[str] = frozenset()


@value
class Outside:
    """All that another linter had to say.

    `explanations` are those of its rules that were found, by identifier. `asked` are the paths of files that it was
    asked everything about, so that a suppression of its rules there that was not used is of no use.
    """

    findings: tuple[OutsideFinding, ...] = ()
    notifications: tuple[Notification, ...] = ()
    explanations: dict[str, Explanation] = field(default_factory=dict, repr=False)
    asked: frozenset[str] = frozenset()


def outside_rule(word: str) -> Rule | None:
    """The rule, or the beginning of an identifier, that a word means to another linter; None where it means nothing."""
    if word.lower() == CFN_LINT:
        return Rule("", CFN_LINT, Level.ERROR, since="")
    identifier = word.upper()
    if not _IDENTIFIER.fullmatch(identifier):
        return None
    return Rule(identifier, CFN_LINT, _LEVELS[identifier[0]], since="", on_by_default=identifier[0] != "I")
