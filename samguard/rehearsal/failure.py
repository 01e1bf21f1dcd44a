"""What is wrong with the version that is shipped, and which of a request's measurements it moves.

| failure | Errors | Throttles | Duration | API 5XX |
|---|---|---|---|---|
| errors, poisoned, cold-start | 1 | 0 | as usual | 1 |
| timeout | 1 | 0 | the function's timeout | 1 |
| latency | 1 only beyond the timeout | 0 | times the factor | 1 only beyond the timeout |
| throttling | no sample | 1 | no sample | 1 |
| handled-errors | 0 | 0 | as usual | 1 |

Sources: Lambda developer guide, "Types of metrics for Lambda functions" (a throttled request counts neither as an
invocation nor as an error); API Gateway developer guide, "Lambda proxy integrations".
"""

from __future__ import annotations

import math
from enum import Enum
from typing import Final

from samguard.errors import SamguardError, nearest
from samguard.rehearsal.poisson import lognormal_cdf, lognormal_quantile
from samguard.value import value


class FailureKind(Enum):
    """What happens to the affected requests."""

    ERRORS = "errors"
    """They raise: Lambda counts an error."""
    POISONED = "poisoned"
    """The same for one request in a hundred: there is something in it that the version cannot read."""
    COLD_START = "cold-start"
    """The version crashes when it is loaded, so that each request meets a new start: all fail."""
    TIMEOUT = "timeout"
    """They hang until Lambda ends them; their datapoints come later by as much."""
    LATENCY = "latency"
    """They take longer by a factor."""
    THROTTLING = "throttling"
    """They are turned away, since the version holds its concurrency for longer."""
    HANDLED = "handled-errors"
    """The function catches its error and answers with HTTP 500: Lambda counts no error."""


USUAL_SHARES: Final = {FailureKind.POISONED: 0.01, FailureKind.ERRORS: 0.05}
"""The share of the new version's requests that is affected, where nobody says another: else all."""


@value
class Failure:
    """A failure of `share` (0..1) of the new version's requests; `latency_factor` is of the kind LATENCY only."""

    kind: FailureKind = FailureKind.ERRORS
    share: float = 0.05
    latency_factor: float = 10.0

    def __post_init__(self) -> None:
        """Raises SamguardError for a share or a factor that is none."""
        if not 0 <= self.share <= 1:
            message = f"{self.share:g} is no share of requests"
            raise SamguardError(message, hint="expected a number from 0 to 1")
        if not (math.isfinite(self.latency_factor) and self.latency_factor > 0):
            message = f"{self.latency_factor:g} is no factor of latency"
            raise SamguardError(message, hint="expected a positive number")

    @property
    def text(self) -> str:
        """The failure in words: `5 % errors`."""
        share = f"{self.share * 100:.4g} %"
        match self.kind:
            case FailureKind.ERRORS | FailureKind.POISONED:
                return f"{share} errors"
            case FailureKind.COLD_START:
                return f"{share} of its requests crashing at the start"
            case FailureKind.TIMEOUT:
                return f"{share} of its requests timing out"
            case FailureKind.LATENCY:
                return f"{share} of its requests {self.latency_factor:g} times as slow"
            case FailureKind.THROTTLING:
                return f"{share} of its requests throttled"
            case FailureKind.HANDLED:
                return f"{share} of its requests answered with HTTP 500"


def failure(name: str, share: float | None = None, latency_factor: float = 10.0) -> Failure:
    """The failure of that name. Raises SamguardError, with the nearest name, where there is none."""
    known = {kind.value: kind for kind in FailureKind}
    kind = known.get(name)
    if kind is None:
        near = nearest(name, list(known))
        hint = f"did you mean {near!r}?" if near else f"expected one of {', '.join(known)}"
        message = f"unknown failure {name!r}"
        raise SamguardError(message, hint=hint)
    return Failure(kind, USUAL_SHARES.get(kind, 1.0) if share is None else share, latency_factor)


@value
class Service:
    """How a healthy version behaves.

    Durations are lognormal: `duration_sigma` is the standard deviation of their logarithm, 0.5 to 1 for most services.
    """

    duration_median_ms: float = 100.0
    duration_sigma: float = 0.6
    base_error_share: float = 0.0
    timeout_seconds: float = 3.0

    def __post_init__(self) -> None:
        """Raises SamguardError for what cannot be."""
        if not 0 <= self.base_error_share <= 1:
            message = f"{self.base_error_share:g} is no share of requests"
            raise SamguardError(message, hint="expected a number from 0 to 1")
        if not (self.duration_median_ms > 0 and self.duration_sigma >= 0 and self.timeout_seconds > 0):
            message = "durations must be positive"
            raise SamguardError(message)


@value
class RequestClass:
    """Requests that all measurements are the same of: `share` (0..1) of those to the new, or to the old version.

    `is_harmed` says whether its sender notices the failure; `duration_ms` is None where nothing ran.
    """

    is_new: bool
    share: float
    is_error: bool = False
    is_throttled: bool = False
    is_http_5xx: bool = False
    is_harmed: bool = False
    duration_ms: float | None = None


def request_classes(failing: Failure, service: Service, cuts_ms: tuple[float, ...]) -> tuple[RequestClass, ...]:
    """The requests of both versions, sorted into classes. No two durations of a class lie on two sides of a cut."""
    classes: list[RequestClass] = []
    for is_new in (False, True):
        affected = failing.share if is_new else 0.0
        healthy = 1.0 - affected
        base = service.base_error_share
        usual = _durations(service.duration_median_ms, service, cuts_ms)
        for duration, part in usual:
            classes.append(RequestClass(is_new, healthy * (1 - base) * part, duration_ms=duration))
            classes.append(
                RequestClass(
                    is_new, healthy * base * part, is_error=True, is_http_5xx=True, is_harmed=True, duration_ms=duration
                )
            )
        if affected:
            classes.extend(_affected(failing, service, cuts_ms, usual))
    return tuple(found for found in classes if found.share > 0)


def _affected(
    failing: Failure, service: Service, cuts_ms: tuple[float, ...], usual: list[tuple[float, float]]
) -> list[RequestClass]:
    share, timeout_ms = failing.share, service.timeout_seconds * 1000
    timed_out = RequestClass(
        is_new=True, share=share, is_error=True, is_http_5xx=True, is_harmed=True, duration_ms=timeout_ms
    )
    match failing.kind:
        case FailureKind.ERRORS | FailureKind.POISONED | FailureKind.COLD_START:
            return [
                RequestClass(
                    is_new=True,
                    share=share * part,
                    is_error=True,
                    is_http_5xx=True,
                    is_harmed=True,
                    duration_ms=duration,
                )
                for duration, part in usual
            ]
        case FailureKind.TIMEOUT:
            return [timed_out]
        case FailureKind.THROTTLING:
            return [RequestClass(is_new=True, share=share, is_throttled=True, is_http_5xx=True, is_harmed=True)]
        case FailureKind.HANDLED:
            return [
                RequestClass(is_new=True, share=share * part, is_http_5xx=True, is_harmed=True, duration_ms=duration)
                for duration, part in usual
            ]
        case FailureKind.LATENCY:
            return _slow(failing, service, cuts_ms)


def _slow(failing: Failure, service: Service, cuts_ms: tuple[float, ...]) -> list[RequestClass]:
    median, timeout_ms = service.duration_median_ms * failing.latency_factor, service.timeout_seconds * 1000
    found: list[RequestClass] = []
    for duration, part in _durations(median, service, (*cuts_ms, timeout_ms)):
        is_over = duration > timeout_ms
        found.append(
            RequestClass(
                is_new=True,
                share=failing.share * part,
                is_error=is_over,
                is_http_5xx=is_over,
                is_harmed=True,
                duration_ms=timeout_ms if is_over else duration,
            )
        )
    return found


def _durations(median: float, service: Service, cuts_ms: tuple[float, ...]) -> list[tuple[float, float]]:
    """Durations with their shares: one between each two cuts, at the median of what lies there."""
    sigma = service.duration_sigma
    edges = [0.0, *sorted({cut for cut in cuts_ms if cut > 0}), math.inf]
    shares = [lognormal_cdf(edge, median, sigma) for edge in edges]
    found: list[tuple[float, float]] = []
    for index in range(len(edges) - 1):
        part = shares[index + 1] - shares[index]
        if part <= 1e-15:  # noqa: PLR2004 - nothing
            continue
        middle = (shares[index + 1] + shares[index]) / 2
        inside = lognormal_quantile(middle, median, sigma) if sigma > 0 else median
        low, high = edges[index], edges[index + 1]
        if not low < inside < high:
            inside = (low + high) / 2 if math.isfinite(high) else low * 2 or median
        found.append((inside, part))
    return found
