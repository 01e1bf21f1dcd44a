"""Reports as lists, texts and numbers, and back: what JSON can hold, made of known classes only."""

from __future__ import annotations

from enum import Enum
from typing import Any, Final

from samguard.linting.explanation import Explanation
from samguard.linting.identity import Level, Rule
from samguard.linting.report import (
    BecauseStep,
    KnownDefect,
    Notification,
    ProductionRollouts,
    Report,
    ReportedFinding,
    ReportedFix,
    TextEdit,
)
from samguard.source.spans import Location, Position

_CLASSES: Final[dict[str, type]] = {
    kind.__name__: kind
    for kind in (
        *(BecauseStep, Explanation, KnownDefect, Level, Location, Notification, Position, Report, ReportedFinding),
        *(ProductionRollouts, ReportedFix, Rule, TextEdit),
    )
}
"""What is written with its name. Nothing else is ever made of a text that was read."""


def plain(item: Any) -> Any:  # noqa: ANN401 - whatever a report is made of
    """A value as lists, texts and numbers.

    A list begins with the name of its class: "" for a tuple, "{}" for a dictionary. Raises TypeError for what is no part of a report.
    """
    if item is None or isinstance(item, (bool, int, float, str)):
        return item
    kind = type(item)
    if kind is tuple:
        return ["", *map(plain, item)]
    if kind is dict:
        return ["{}", *(["", plain(key), plain(inner)] for key, inner in item.items())]
    if _CLASSES.get(kind.__name__) is not kind:
        raise TypeError(f"{kind.__name__} is no part of a report")
    if isinstance(item, Enum):
        return [kind.__name__, item.value]
    if isinstance(item, tuple):
        return [kind.__name__, *map(plain, item)]
    return [kind.__name__, *(plain(getattr(item, name)) for name in kind.__match_args__)]


def valued(item: Any) -> Any:  # noqa: ANN401 - whatever a report is made of
    """The value that `plain` made lists of. Raises ValueError, TypeError or KeyError for anything else."""
    if not isinstance(item, list):
        return item
    name, *rest = item
    parts = [valued(part) for part in rest]
    if name == "{}":
        return dict(parts)
    return tuple(parts) if name == "" else _CLASSES[name](*parts)
