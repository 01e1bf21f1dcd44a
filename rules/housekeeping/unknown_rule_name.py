"""A suppression that names no rule.

What goes wrong: a misspelt rule is not suppressed, so its finding still fails the build; or the rule was never heard
of, and the comment only looks like a decision.
Silent when: the word is a rule's identifier or name, the beginning of an identifier (SG3), or ALL; or a rule of
cfn-lint (W3005), whose findings `--cfn-lint` brings.
Fix: write the identifier or name as `samguard rule` lists it.
Source: samguard/linting/suppression.py, which says what a suppression may look like.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.errors import nearest
from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule
from samguard.linting.rule_modules import catalogue
from samguard.linting.suppression_use import SuppressionUse
from samguard.rules.housekeeping.accepted_example import ACCEPTED

_NOTHING: Final = (
    "this suppression names no rule, so nothing is suppressed. Name one in brackets: samguard: ignore[SG301]"
)

RULE = Rule("SG902", "unknown-rule-name", Level.WARNING, since="0.1.0")

BAD = (
    Example(
        template=ACCEPTED % ("# samguard: ignore[SG907] kept", "# samguard: ignore[unused-hook-functions] why  # SG902")
    ),
    Example(template=ACCEPTED % ("# samguard: ignore[SG907] kept", "# samguard: ignore this  # SG902")),
    Example(
        template="# samguard: ignore-file[CKV_AWS_116] from another linter  # SG902"
        + ACCEPTED % ("# samguard: ignore[SG907] kept", "")
    ),
)

GOOD = (
    Example(template=ACCEPTED % ("# samguard: ignore[unused-hook-function] kept", "")),
    Example(template=ACCEPTED % ("# samguard: ignore[sg907] kept", "")),
    Example(template=ACCEPTED % ("# samguard: ignore[SG907] kept", "# cfn-lint: disable=W3005")),
    Example(template=ACCEPTED % ("# samguard: ignore[SG907] kept", "# samguard: ignore[W3005] with --cfn-lint")),
)


def check(use: SuppressionUse) -> Iterator[Finding]:
    """One finding for each word that is no rule."""
    if use.rules:
        return
    word = use.named.word
    rules = [loaded.rule for loaded in catalogue()]
    near = nearest(word, tuple(name for rule in rules for name in (rule.id, rule.name))) if word else None
    fixes = (Fix(f"Write {near}", (Edit(use.named.span, near),), safe=False),) if near else ()
    hint = f"Did you mean {near}?" if near else "`samguard rule` lists them all"
    unknown = f"no rule is called {word!r}, so nothing is suppressed by that. {hint}"
    yield Finding(use.named.span, unknown if word else _NOTHING, fixes=fixes)
