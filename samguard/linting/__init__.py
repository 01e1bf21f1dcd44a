"""Rules asked about a project. Knows nothing of any one rule's subject.

The names are looked up when they are asked for: whoever only draws a report does not load the engine and all it reads by.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from samguard.linting.engine import lint
    from samguard.linting.identity import Level, Rule
    from samguard.linting.outside import Outside, OutsideFinding
    from samguard.linting.report import Notification, Report, ReportedFinding, ReportedFix
    from samguard.linting.rule import Edit, Example, Finding, Fix
    from samguard.linting.rule_modules import LoadedRule, Selection, catalogue, configured, find_rule

__all__ = [
    "Edit",
    "Example",
    "Finding",
    "Fix",
    "Level",
    "LoadedRule",
    "Notification",
    "Outside",
    "OutsideFinding",
    "Report",
    "ReportedFinding",
    "ReportedFix",
    "Rule",
    "Selection",
    "catalogue",
    "configured",
    "find_rule",
    "lint",
]
_HOMES: Final = {
    "rule_modules": ("LoadedRule", "Selection", "catalogue", "configured", "find_rule"),
    "engine": ("lint",),
    "identity": ("Level", "Rule"),
    "outside": ("Outside", "OutsideFinding"),
    "report": ("Notification", "Report", "ReportedFinding", "ReportedFix"),
    "rule": ("Edit", "Example", "Finding", "Fix"),
}
"""The modules of this package that define the names."""


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever is defined under that name
    for home, names in _HOMES.items():
        if name in names:
            found = getattr(import_module(f"{__name__}.{home}"), name)
            globals()[name] = found
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
