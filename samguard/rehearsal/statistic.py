"""CloudWatch's statistics over the samples of a period.

Source: CloudWatch user guide, "CloudWatch statistics definitions". Percentiles are taken by nearest rank: the smallest
sample that at least so many per cent of the samples do not exceed. CloudWatch interpolates between neighbours, in a way
that is not documented: on many samples both agree.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum
from typing import Final, TypeAlias

from samguard.pattern import pattern
from samguard.value import value

Sample: TypeAlias = tuple[float, float]
"""A value, and how many samples have it."""


class StatisticKind(Enum):
    """What is worked out."""

    SUM = "Sum"
    AVERAGE = "Average"
    MAXIMUM = "Maximum"
    MINIMUM = "Minimum"
    SAMPLE_COUNT = "SampleCount"
    PERCENTILE = "p"
    TRIMMED_MEAN = "tm"
    WINSORIZED_MEAN = "wm"
    TRIMMED_COUNT = "tc"
    TRIMMED_SUM = "ts"
    PERCENTILE_RANK = "pr"


@value
class Statistic:
    """A statistic with its bounds: `low` and `high` in per cent (0..100) of the samples, or as values.

    The lower bound is exclusive, the upper inclusive. Of a percentile, `high` is the one.
    """

    kind: StatisticKind
    low: float = 0.0
    high: float = 100.0
    in_percent: bool = True

    @property
    def is_order(self) -> bool:
        """Whether it is one of the samples, chosen by their order: a threshold compares by counting samples."""
        return self.kind in (StatisticKind.PERCENTILE, StatisticKind.MAXIMUM, StatisticKind.MINIMUM)

    @property
    def fewest_samples(self) -> float:
        """Samples below which CloudWatch finds a percentile not significant; 0 for other statistics."""
        if self.kind is not StatisticKind.PERCENTILE:
            return 0.0
        fraction = self.high / 100
        share = 1 - fraction if fraction >= 0.5 else fraction  # noqa: PLR2004 - as documented
        return round(10 / share, 6) if share > 0 else math.inf


_PLAIN: Final = {
    kind.value.lower(): kind
    for kind in (
        StatisticKind.SUM,
        StatisticKind.AVERAGE,
        StatisticKind.MAXIMUM,
        StatisticKind.MINIMUM,
        StatisticKind.SAMPLE_COUNT,
    )
}
_SHORT: Final = pattern(r"(p|tm|wm|tc|ts)(\d{1,3}(?:\.\d{1,10})?)", 2)  # re.IGNORECASE
_LONG: Final = pattern(r"(tm|wm|tc|ts|pr)\(\s*([\d.]*)(%?)\s*:\s*([\d.]*)(%?)\s*\)", 2)
_ALL: Final = 100.0


def statistic(text: str) -> Statistic | None:
    """The statistic that a text names (`Sum`, `p99`, `TM(2%:98%)`, `PR(:300)`), or None where it names none."""
    plain = _PLAIN.get(text.lower())
    if plain is not None:
        return Statistic(plain)
    if text.lower() == "iqm":
        return Statistic(StatisticKind.TRIMMED_MEAN, 25, 75)
    short = _SHORT.fullmatch(text)
    if short is not None:
        high = float(short.group(2))
        return Statistic(StatisticKind(short.group(1).lower()), 0, high) if 0 <= high <= _ALL else None
    long = _LONG.fullmatch(text)
    return None if long is None else _bounded(*long.groups())


def _bounded(name: str, low: str, low_unit: str, high: str, high_unit: str) -> Statistic | None:
    in_percent = "%" in (low_unit, high_unit)
    try:
        below = float(low) if low else 0.0 if in_percent else -math.inf
        above = float(high) if high else _ALL if in_percent else math.inf
    except ValueError:
        return None
    mixed = in_percent and bool((low and not low_unit) or (high and not high_unit))
    kind = StatisticKind(name.lower())
    if mixed or (in_percent and kind is StatisticKind.PERCENTILE_RANK) or below >= above or not (low or high):
        return None
    return Statistic(kind, below, above, in_percent)


def over(samples: Sequence[Sample], wanted: Statistic) -> float:
    """The statistic of some samples; NaN where there is none, since then there is no datapoint."""
    counted = sorted((number, count) for number, count in samples if count > 0)
    total = sum(count for _, count in counted)
    if not total:
        return math.nan
    match wanted.kind:
        case StatisticKind.SUM:
            return sum(number * count for number, count in counted)
        case StatisticKind.AVERAGE:
            return sum(number * count for number, count in counted) / total
        case StatisticKind.MAXIMUM:
            return counted[-1][0]
        case StatisticKind.MINIMUM:
            return counted[0][0]
        case StatisticKind.SAMPLE_COUNT:
            return total
        case StatisticKind.PERCENTILE:
            return _percentile(counted, total, wanted.high)
        case StatisticKind.PERCENTILE_RANK:
            return 100 * sum(count for _, count in _inside(counted, total, wanted)) / total
        case StatisticKind.TRIMMED_COUNT:
            return sum(count for _, count in _inside(counted, total, wanted))
        case StatisticKind.TRIMMED_SUM:
            return sum(number * count for number, count in _inside(counted, total, wanted))
        case StatisticKind.TRIMMED_MEAN:
            kept = _inside(counted, total, wanted)
            weight = sum(count for _, count in kept)
            return sum(number * count for number, count in kept) / weight if weight else math.nan
        case StatisticKind.WINSORIZED_MEAN:
            return _winsorized(counted, total, wanted)


def rank_of(total: float, percent: float) -> int:
    """The place, from 1, of the sample that is the percentile of so many."""
    return max(1, math.ceil(round(total * percent / 100, 9)))


def _percentile(counted: list[Sample], total: float, percent: float) -> float:
    rank, seen = rank_of(total, percent), 0.0
    for number, count in counted:
        seen += count
        if seen >= rank:
            return number
    return counted[-1][0]


def _inside(counted: list[Sample], total: float, wanted: Statistic) -> list[Sample]:
    """The samples between the bounds; where a bound in per cent falls within a sample, its part."""
    if not wanted.in_percent:
        return [(number, count) for number, count in counted if wanted.low < number <= wanted.high]
    first, last = total * wanted.low / 100, total * wanted.high / 100
    kept: list[Sample] = []
    seen = 0.0
    for number, count in counted:
        part = min(seen + count, last) - max(seen, first)
        seen += count
        if part > 0:
            kept.append((number, part))
    return kept


def _winsorized(counted: list[Sample], total: float, wanted: Statistic) -> float:
    """The mean after samples outside of the bounds are moved to them."""
    low, high = wanted.low, wanted.high
    if wanted.in_percent:
        low = _percentile(counted, total, wanted.low) if wanted.low > 0 else -math.inf
        high = _percentile(counted, total, wanted.high)
    return sum(min(max(number, low), high) * count for number, count in counted) / total
