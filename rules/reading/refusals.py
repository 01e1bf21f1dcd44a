"""What the SAM transform refuses, as findings: the model found the reason and the place, a rule names its kind."""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Edit, Finding, Fix
from samguard.template import Refusal, RefusalKind


def refused(refusal: Refusal, *kinds: RefusalKind, fixes: tuple[Fix, ...] = ()) -> Iterator[Finding]:
    """The finding for a refusal of one of these kinds; with the fix, where what would be right is certain."""
    if refusal.kind not in kinds:
        return
    if refusal.instead is not None:
        title = f"Write {refusal.instead}"
        fixes = (Fix(title, (Edit(refusal.span, refusal.instead),), safe=refusal.instead_is_safe),)
    yield Finding(refusal.span, refusal.message, resource=refusal.resource, fixes=fixes)
