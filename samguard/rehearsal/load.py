"""How many requests come: constant, by a daily curve, or as they came once.

Requests are independent of each other: the count of a minute is Poisson with the minute's rate as its mean.
"""

from __future__ import annotations

import csv
import math
from typing import Final

from samguard.errors import SamguardError
from samguard.value import value

DAY_MINUTES: Final = 1440
_PEAK_HOUR: Final = 14
_SWING: Final = 0.8
"""A daily curve goes from 0.2 to 1.8 times its mean."""
_MOST_ROWS: Final = 50_000
_MOST_STARTS: Final = 8
_MOST_PER_MINUTE: Final = 10_000_000


@value
class Load:
    """Requests that reach the alias, minute by minute; after the last minute it begins anew.

    A deployment may start in any minute: results are means over `starts`, spread evenly. `label` names the shape.
    """

    requests_per_minute: tuple[float, ...]
    label: str = ""

    @property
    def mean_per_minute(self) -> float:
        """Requests in a minute, on average."""
        return math.fsum(self.requests_per_minute) / len(self.requests_per_minute)

    @property
    def starts(self) -> tuple[int, ...]:
        """The minutes in which deployments start."""
        length = len(self.requests_per_minute)
        count = min(length, _MOST_STARTS)
        return tuple((2 * index + 1) * length // (2 * count) for index in range(count))

    def at(self, minute: int) -> float:
        """The rate of a minute, counted from the first; negative ones are before it."""
        return self.requests_per_minute[minute % len(self.requests_per_minute)]

    def scaled(self, mean_per_minute: float) -> Load:
        """The same shape with another mean."""
        mean = self.mean_per_minute
        factor = mean_per_minute / mean if mean > 0 else 0.0
        return Load(tuple(rate * factor for rate in self.requests_per_minute), self.label)


def constant(requests_per_minute: float) -> Load:
    """Always as many. Raises SamguardError for a rate that is none."""
    _checked(requests_per_minute)
    return Load((requests_per_minute,), "constant")


def daily(mean_per_minute: float) -> Load:
    """A cosine over the day: least at 2 in the morning, most at 14 o'clock."""
    _checked(mean_per_minute)
    rates = (
        mean_per_minute * (1 + _SWING * math.cos(2 * math.pi * (minute / 60 - _PEAK_HOUR) / 24))
        for minute in range(DAY_MINUTES)
    )
    return Load(tuple(rates), "a daily curve")


def from_csv(text: str, path: str) -> Load:
    """The invocations of each minute in a CSV file: its last column, with or without a header.

    `aws cloudwatch get-metric-statistics` with a period of 60 gives such rows; a missing minute counts as none only if
    it has a row. Raises SamguardError, with the line.
    """
    rates: list[float] = []
    for line, row in enumerate(csv.reader(text.splitlines()), 1):
        if not row or not "".join(row).strip():
            continue
        try:
            rate = float(row[-1])
        except ValueError:
            if line == 1:
                continue
            message = f"expected a number of invocations in the last column, found {row[-1]!r}"
            raise SamguardError(message, path=path, line=line) from None
        _checked(rate, path, line)
        rates.append(rate)
        if len(rates) > _MOST_ROWS:
            message = f"more than {_MOST_ROWS} minutes"
            raise SamguardError(message, path=path, line=line)
    if not rates or not any(rates):
        message = "there are no invocations in it"
        raise SamguardError(message, path=path, hint="expected one row a minute, the number of invocations last")
    return Load(tuple(rates), f"as in {path}")


def _checked(rate: float, path: str | None = None, line: int | None = None) -> None:
    if not (math.isfinite(rate) and 0 <= rate <= _MOST_PER_MINUTE):
        message = f"{rate:g} is no number of requests in a minute"
        raise SamguardError(message, path=path, line=line, hint=f"expected one from 0 to {_MOST_PER_MINUTE}")
