"""A suppression that suppresses nothing.

What goes wrong: it says that something is wrong here and accepted, and that is no longer so; when the defect comes
back, nobody hears of it.
Silent when: the rule did not run, or only for some environments or with other values than the files give; the
suppression has expired (SG910 speaks of that) or names no rule (SG902); it names a rule of this family about
suppressions.
Fix: remove it.
Source: samguard/linting/suppression.py, which says what a suppression may look like.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.linting.suppression_use import SuppressionUse
from samguard.rules.housekeeping.accepted_example import ACCEPTED

RULE = Rule("SG901", "unused-suppression", Level.WARNING, since="0.1.0")

BAD = (
    Example(template=ACCEPTED % ("# samguard: ignore[SG908, SG907] kept for the night shift  # SG901", "")),
    Example(template=ACCEPTED % ("# samguard: ignore[SG907] kept", "# samguard: ignore[SG907] not a hook  # SG901")),
    Example(
        template=ACCEPTED % ("# samguard: ignore[unused-hook-function] kept", ""),
        files=(("samconfig.toml", "version = 0.1  # samguard: ignore[SG907] nothing here  # SG901\n"),),
    ),
)

GOOD = (
    Example(template=ACCEPTED % ("# samguard: ignore[SG907] kept for the night shift", "")),
    Example(template=ACCEPTED % ("# samguard: ignore[SG9, SG907] a family, and one of it", "")),
    Example(template=ACCEPTED % ("# samguard: ignore[SG907] kept", "# samguard: ignore[SG903] short on purpose")),
)


def check(use: SuppressionUse) -> Iterator[Finding]:
    """One finding for each rule that is suppressed in vain."""
    if use.is_certain and not use.was_used and not use.has_expired:
        yield Finding(
            use.named.span,
            f"{use.named.word} suppresses nothing here: no finding of it stands where this comment holds. Remove it",
        )
