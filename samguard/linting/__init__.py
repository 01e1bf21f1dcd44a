"""Rules asked about a project. Knows nothing of any one rule's subject."""

from samguard.linting.catalogue import LoadedRule, Selection, catalogue, configured, find_rule
from samguard.linting.engine import lint
from samguard.linting.report import Notification, Report, ReportedFinding, ReportedFix
from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule

__all__ = [
    "Edit",
    "Example",
    "Finding",
    "Fix",
    "Level",
    "LoadedRule",
    "Notification",
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
