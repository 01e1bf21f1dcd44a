"""Numbers of rehearsals as people read them, in every format alike."""

from __future__ import annotations

from typing import Final

from samguard.evaluation import Unknown
from samguard.rehearsal import Detection, Rehearsal

NOTHING: Final = "-"
_MINUTE: Final = 60
_STEPS_MINUTES: Final = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 720)


def percent(share: float) -> str:
    """A share (0..1) to be read: nothing that is possible is told as never, nothing that is not sure as always."""
    shown = share * 100
    if shown <= 1e-9:  # noqa: PLR2004 - nothing
        return "0 %"
    if shown < 0.1:  # noqa: PLR2004 - the last digit shown
        return "<0.1 %"
    if 99.95 <= shown < 100 - 1e-9:  # noqa: PLR2004 - the same
        return ">99.9 %"
    return f"{shown:.3g} %"


def moment(rehearsal: Rehearsal, detection: Detection | None, share: float) -> str:
    """When so many of all deployments are turned back, from the start of the deployment."""
    seconds = detection.quantile(share) if detection is not None else None
    if seconds is None or isinstance(rehearsal.schedule, Unknown):
        return NOTHING
    return f"{(seconds + rehearsal.schedule.pre_traffic_seconds) / _MINUTE:.1f} min"


def failed(rehearsal: Rehearsal) -> str:
    """The requests that fail until the deployment is over; nothing where all comes after it."""
    detection, planned = rehearsal.detection, rehearsal.schedule
    if detection is None or isinstance(planned, Unknown) or not planned.open_seconds:
        return NOTHING
    return few(detection.failed_requests)


def few(requests: float) -> str:
    """A number of requests, of three digits."""
    if requests >= 1000:  # noqa: PLR2004 - where :g begins with powers of ten
        return f"{float(f'{requests:.3g}'):,.0f}"
    return f"{requests:.3g}"


def rate_words(requests_per_minute: float, *, short: bool = False) -> str:
    """A traffic."""
    number = f"{float(f'{requests_per_minute:.4g}'):,g}" if requests_per_minute < 1e6 else f"{requests_per_minute:.3g}"  # noqa: PLR2004
    if short:
        return f"{number}/min"
    return f"{number} request{'' if number == '1' else 's'} a minute"


def axis_step(minutes: float, most: int) -> float:
    """Minutes between two marks of an axis, so that there are at most so many."""
    return next((step for step in _STEPS_MINUTES if minutes / step <= most), minutes / most)
