"""A suppression that does not say why.

What goes wrong: nobody knows later whether the defect was looked at and accepted, or only in the way.
Silent when: there is any text behind the brackets besides a last day. Off unless selected.
Fix: say why, and until when: `# samguard: ignore[SG301] no traffic yet until 2027-01-31`.
Source: samguard/linting/suppression.py, which says what a suppression may look like.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.linting.suppression_use import SuppressionUse
from samguard.rules.housekeeping.accepted_example import ACCEPTED

RULE = Rule("SG903", "suppression-without-reason", Level.NOTE, since="0.1.0", on_by_default=False)

BAD = (
    Example(template=ACCEPTED % ("# samguard: ignore[SG907]  # SG903", "")),
    Example(template=ACCEPTED % ("# samguard: ignore[SG907] until 9999-01-31  # SG903", "")),
)

GOOD = (Example(template=ACCEPTED % ("# samguard: ignore[SG907] - the night shift calls it", "")),)


def check(use: SuppressionUse) -> Iterator[Finding]:
    """One finding for each suppression without a reason."""
    if not use.suppression.reason:
        yield Finding(
            use.suppression.span,
            "this suppression does not say why. Write the reason behind the brackets, for others to judge it later",
        )
