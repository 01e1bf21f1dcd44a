"""Rules asked about a project. Knows nothing of any one rule's subject."""

from samguard.linting.catalogue import LoadedRule, Selection, catalogue, configured, find_rule
from samguard.linting.engine import lint
from samguard.linting.outside import Outside, OutsideFinding
from samguard.linting.report import Notification, Report, ReportedFinding
from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule

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
    "Rule",
    "Selection",
    "catalogue",
    "configured",
    "find_rule",
    "lint",
]
