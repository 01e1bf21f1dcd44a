"""Which day it is: the one place that asks, so that a run can be repeated as of any day."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from typing import Final

from samguard.errors import SamguardError

_EPOCH: Final = "SOURCE_DATE_EPOCH"
"""Seconds since 1970, by which builds are made reproducible: https://reproducible-builds.org/specs/source-date-epoch/"""


def today() -> date:
    """The day in UTC, as SOURCE_DATE_EPOCH says, or else the clock.

    Raises SamguardError where the variable is no time.
    """
    said = os.environ.get(_EPOCH)
    if not said:
        return datetime.now(tz=UTC).date()
    try:
        return datetime.fromtimestamp(int(said), tz=UTC).date()
    except (ValueError, OverflowError, OSError):
        message = f"{_EPOCH} must be a number of seconds since 1970, found {said!r}"
        raise SamguardError(message) from None
