"""Fixes of findings, applied to files and verified. Knows nothing of any one rule."""

from samguard.fixing.fixing import Applied, Changed, Fixing, Refused, Wanted, fixed
from samguard.fixing.saving import NotSaved, saved

__all__ = ["Applied", "Changed", "Fixing", "NotSaved", "Refused", "Wanted", "fixed", "saved"]
