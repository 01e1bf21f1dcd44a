"""A suppression whose last day is over.

What goes wrong: the finding was accepted for a time, and that time is up; from now on it is reported again. A date
that does not exist never ends.
Silent when: there is no last day, or it is today or later.
Fix: mend what was suppressed and remove the suppression, or decide anew and give another day.
Source: samguard/linting/suppression.py, which says what a suppression may look like.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.linting.suppression_use import SuppressionUse
from samguard.rules.housekeeping.accepted_example import ACCEPTED

RULE = Rule("SG910", "expired-suppression", Level.WARNING, since="0.1.0")

BAD = (
    Example(template=ACCEPTED % ("# samguard: ignore[SG908] rewritten in spring until 2024-06-30  # SG910", "")),
    Example(template=ACCEPTED % ("# samguard: ignore[SG907] rewritten until 2030-02-30  # SG910", "")),
)

GOOD = (Example(template=ACCEPTED % ("# samguard: ignore[SG907] rewritten one day until 9999-12-31", "")),)


def check(use: SuppressionUse) -> Iterator[Finding]:
    """One finding for each suppression that ended, or never will."""
    suppression = use.suppression
    if use.has_expired:
        message = (
            f"this suppression ended on {suppression.until_text}, so what it suppressed is reported again. "
            "Mend that and remove the comment, or give another day"
        )
        yield Finding(suppression.span, message)
    elif suppression.until_text and suppression.until is None:
        yield Finding(
            suppression.span,
            f"{suppression.until_text} is no day, so this suppression never ends. Write one as 2027-01-31",
        )
