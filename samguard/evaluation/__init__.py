"""What the expressions of a template are worth in an environment. Knows nothing of Lambda."""

from samguard.evaluation.evaluated_template import EvaluatedTemplate, with_trail
from samguard.evaluation.values import (
    ABSENT,
    Fields,
    Items,
    Joined,
    Literal,
    Reason,
    Reference,
    Removed,
    Trail,
    Unknown,
    Value,
    decided_by_default,
    depends_on,
)

__all__ = [
    "ABSENT",
    "EvaluatedTemplate",
    "Fields",
    "Items",
    "Joined",
    "Literal",
    "Reason",
    "Reference",
    "Removed",
    "Trail",
    "Unknown",
    "Value",
    "decided_by_default",
    "depends_on",
    "with_trail",
]
