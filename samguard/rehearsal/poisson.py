"""Counts of requests: Poisson distributions, and the lognormal distribution of how long a request takes."""

from __future__ import annotations

import math
from typing import Final

TAIL: Final = 1e-13
"""What is left out of a distribution at each end: far less than any number that is shown."""


def counts(mean: float, cap: int | None = None, tail: float = TAIL) -> list[tuple[int, float]]:
    """The probable counts, each with its probability; all counts from `cap` on are told as `cap`.

    The probabilities add up to 1: what lies beyond the ends, less than `tail` each, is given to the others.
    """
    if mean <= 0 or cap == 0:
        return [(0, 1.0)]
    mode = int(mean)
    start = mode if cap is None else min(mode, cap)
    peak = math.exp(start * math.log(mean) - mean - math.lgamma(start + 1))
    below: list[tuple[int, float]] = []
    count, probability = start, peak
    while count > 0 and (probability > tail * peak or cap is not None):
        probability *= count / mean
        count -= 1
        below.append((count, probability))
        if probability < tail * peak and count < mode - 40 - 12 * math.sqrt(mean):
            break
    found = [*reversed(below), (start, peak)]
    if cap is not None and start == cap:
        rest = max(0.0, 1.0 - sum(probability for _, probability in below))
        return _scaled([*reversed(below), (cap, rest)], tail)
    count, probability = start, peak
    while probability > tail * max(peak, TAIL):
        count += 1
        probability *= mean / count
        if cap is not None and count >= cap:
            found.append((cap, max(0.0, 1.0 - sum(probability for _, probability in found))))
            break
        found.append((count, probability))
    return _scaled(found, tail)


def _scaled(found: list[tuple[int, float]], tail: float) -> list[tuple[int, float]]:
    kept = [(count, probability) for count, probability in found if probability > tail] or found[-1:]
    total = math.fsum(probability for _, probability in kept)
    return [(count, probability / total) for count, probability in kept]


def at_most(count: float, mean: float) -> float:
    """The probability of no more than `count` requests."""
    if count < 0:
        return 0.0
    if mean <= 0:
        return 1.0
    return min(1.0, math.fsum(math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) for n in range(int(count) + 1)))


def lognormal_cdf(number: float, median: float, sigma: float) -> float:
    """The share (0..1) of a lognormal distribution up to a number; `sigma` is that of the logarithm."""
    if number <= 0:
        return 0.0
    if math.isinf(number):
        return 1.0
    if sigma <= 0:
        return 1.0 if number >= median else 0.0
    return 0.5 * (1.0 + math.erf(math.log(number / median) / (sigma * math.sqrt(2.0))))


def lognormal_quantile(share: float, median: float, sigma: float) -> float:
    """The number up to which a share (0..1, exclusive) of a lognormal distribution lies."""
    from statistics import NormalDist  # noqa: PLC0415 - 8 ms, for durations only

    return median * math.exp(sigma * NormalDist().inv_cdf(share))
