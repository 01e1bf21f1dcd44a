"""Metrics that were exported: the JSON that `aws cloudwatch get-metric-data` prints."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from samguard.errors import SamguardError
from samguard.value import value

_EXPECTED: Final = "expected what `aws cloudwatch get-metric-data --output json` prints"
_MOST_POINTS: Final = 2_000_000
_MINUTE: Final = 60


@value
class ExportedSeries:
    """One metric: its Id and Label, and its values by the seconds since 1970 at which their periods begin."""

    id: str
    label: str
    points: dict[int, float]
    is_complete: bool = True


@value
class Export:
    """Exported metrics; `start` and `end` are the seconds since 1970 of the first and the last point of all."""

    series: tuple[ExportedSeries, ...]
    start: int
    end: int


def metric_export(text: str, path: str) -> Export:
    """The metrics in a file. Pages of one answer, one JSON document behind the other, are put together.

    Raises SamguardError, with what was expected.
    """
    found: dict[tuple[str, str], dict[int, float]] = {}
    partial: set[tuple[str, str]] = set()
    count = 0
    for page in _pages(text, path):
        for place, result in enumerate(_results(page, path)):
            key, points, is_complete = _result(result, f"MetricDataResults[{place}]", path)
            series = found.setdefault(key, {})
            series.update(points)
            partial.discard(key)
            if not is_complete:
                partial.add(key)
            count += len(points)
            if count > _MOST_POINTS:
                raise SamguardError(f"more than {_MOST_POINTS} datapoints", path=path)
    known = [moment for points in found.values() if points for moment in (min(points), max(points))]
    if not known:
        raise SamguardError("there is no datapoint in it", path=path, hint=f"{_EXPECTED}, of a time with traffic")
    exported = tuple(ExportedSeries(*key, points, key not in partial) for key, points in found.items())
    return Export(exported, min(known), max(known))


def _pages(text: str, path: str) -> Iterator[object]:
    decoder, at = json.JSONDecoder(), 0
    stripped = text.strip()
    if not stripped:
        raise SamguardError("it is empty", path=path, hint=_EXPECTED)
    while at < len(stripped):
        try:
            page, end = decoder.raw_decode(stripped, at)
        except (json.JSONDecodeError, RecursionError) as error:
            line = error.lineno if isinstance(error, json.JSONDecodeError) else None
            raise SamguardError("it is not JSON", path=path, line=line, hint=_EXPECTED) from None
        yield page
        at = end + len(stripped[end:]) - len(stripped[end:].lstrip())


def _results(page: object, path: str) -> list[object]:
    results = page.get("MetricDataResults") if isinstance(page, dict) else None
    if isinstance(results, list):
        return results
    found = "get-metric-statistics prints Datapoints" if isinstance(page, dict) and "Datapoints" in page else ""
    raise SamguardError("there are no MetricDataResults in it", path=path, hint=f"{_EXPECTED}{found and f'; {found}'}")


def _result(result: object, where: str, path: str) -> tuple[tuple[str, str], dict[int, float], bool]:
    if not isinstance(result, dict):
        raise SamguardError(f"{where} is no metric", path=path, hint=_EXPECTED)
    moments, values = result.get("Timestamps", []), result.get("Values", [])
    if not isinstance(moments, list) or not isinstance(values, list) or len(moments) != len(values):
        raise SamguardError(f"{where} has not as many Values as Timestamps", path=path, hint=_EXPECTED)
    points: dict[int, float] = {}
    for said, number in zip(moments, values, strict=True):
        moment = _moment(said)
        if moment is None:
            raise SamguardError(
                f"{where}.Timestamps: {said!r} is no time",
                path=path,
                hint="expected 2026-01-31T12:00:00+00:00, or seconds",
            )
        if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
            raise SamguardError(f"{where}.Values: {number!r} is no number", path=path, hint=_EXPECTED)
        points[moment] = float(number)
    status = result.get("StatusCode", "Complete")
    return (str(result.get("Id", "")), str(result.get("Label", ""))), points, status == "Complete"


def _moment(said: object) -> int | None:
    """Seconds since 1970, at the beginning of a minute."""
    seconds: float
    if isinstance(said, int | float) and not isinstance(said, bool):
        seconds = float(said)
    elif isinstance(said, str):
        try:
            found = datetime.fromisoformat(said)
        except ValueError:
            return None
        seconds = (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).timestamp()
    else:
        return None
    if not 0 <= seconds < 32_503_680_000:  # noqa: PLR2004 - the year 3000
        return None
    return int(seconds) // _MINUTE * _MINUTE
