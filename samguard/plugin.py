"""What a rule in Python is written with: the one module that packages of rules import from.

Its names stay, and so does what they mean, until the next major version. docs/howto/python-rules.md has a rule to copy.
"""

from samguard.environments.environment import Environment, Production
from samguard.evaluation import Literal, Reason, Reference, Removed, Unknown
from samguard.linting import Edit, Example, Finding, Fix, Level, LoadedRule, Rule, Selection, lint
from samguard.linting.installed import installed_rules
from samguard.pipeline.model import Pipeline
from samguard.project import Options, Project, load_project
from samguard.rollout import Deployment, Hook, Rollout, RolloutKind, Strategy, StrategyKind, WiredAlarm
from samguard.source import Document, Mapping, Node, Scalar, Sequence, Span
from samguard.template import Resource, Template

__all__ = [
    "Deployment",
    "Document",
    "Edit",
    "Environment",
    "Example",
    "Finding",
    "Fix",
    "Hook",
    "Level",
    "Literal",
    "LoadedRule",
    "Mapping",
    "Node",
    "Options",
    "Pipeline",
    "Production",
    "Project",
    "Reason",
    "Reference",
    "Removed",
    "Resource",
    "Rollout",
    "RolloutKind",
    "Rule",
    "Scalar",
    "Selection",
    "Sequence",
    "Span",
    "Strategy",
    "StrategyKind",
    "Template",
    "Unknown",
    "WiredAlarm",
    "installed_rules",
    "lint",
    "load_project",
]
