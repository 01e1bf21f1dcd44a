"""Conditions refer to each other in a circle.

What goes wrong: CloudFormation evaluates all conditions before it makes anything, finds no beginning, and refuses the template.
Silent when: the conditions lead to parameters and mappings in the end, however many refer to one another.
Fix: let one of them compare a parameter instead.
Source: CloudFormation user guide, "Conditions".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Reason
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rules.reading.condition_circles import circles
from samguard.source import Place
from samguard.template import Template

RULE = Rule("SG035", "circular-condition", Level.ERROR, since="0.1.0")

_TEMPLATE = """
Parameters:
  Stage: {Type: String}
Conditions:
%s
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Condition: IsProd
"""

BAD = (
    Example(
        template=_TEMPLATE
        % """  IsProd: !Not [!Condition IsTest]  # SG035
  IsTest: !Or [!Equals [!Ref Stage, test], !Not [!Condition IsProd]]"""
    ),
    Example(template=_TEMPLATE % "  IsProd: !And [!Condition IsProd, !Equals [!Ref Stage, prod]]  # SG035"),
)

GOOD = (
    Example(
        template=_TEMPLATE
        % """  IsTest: !Not [!Condition IsProd]
  IsProd: !Or [!Condition IsLive, !Equals [!Ref Stage, prod]]
  IsLive: !Equals [!Ref Stage, live]
  IsEither: !Or [!Condition IsProd, !Condition IsLive]"""
    ),
)


def check(template: Template) -> Iterator[Finding]:
    """One finding for each circle, at the first reference that belongs to it."""
    for circle in circles(template):
        names = [mention.name for mention in circle]
        because = tuple(Reason(f"refers to {step.name}", Place(template.document, step.span)) for step in circle[1:])
        others = f" by way of {' and '.join(names[:-1])}" if names[1:] else ""
        yield Finding(
            circle[0].span,
            f"the condition {names[-1]} refers to itself{others}, and CloudFormation refuses the template. Let it compare "
            "a parameter",
            because=because,
        )
