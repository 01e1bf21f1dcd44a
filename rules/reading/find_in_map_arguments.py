"""FindInMap in a DeploymentPreference has not three arguments, or its mapping not two levels.

What goes wrong: SAM evaluates FindInMap in Type, Enabled and PassthroughCondition itself, with a mapping's name and two keys,
and refuses the template for any other number; a fourth one, DefaultValue, reaches it if AWS::LanguageExtensions does not
stand before AWS::Serverless in Transform.
Silent when: AWS::LanguageExtensions evaluates it first. (A key that the mapping does not have is SG614's.)
Fix: write `!FindInMap [Map, !Ref Stage, Key]`.
Source: samtranslator, intrinsics/actions.py (FindInMapAction).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rules.reading.refusals import refused
from samguard.template import Refusal, RefusalKind

RULE = Rule("SG023", "find-in-map-arguments", Level.ERROR, since="0.1.0")

BAD = (
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
Mappings:
  Stages:
    prod: {Type: Canary10Percent5Minutes}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: !FindInMap [Stages, !Ref Stage]  # SG023
        Alarms: [orders-errors]
""",
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
""",
    ),
)

GOOD = (
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
Mappings:
  Stages:
    prod: {Type: Canary10Percent5Minutes}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: !FindInMap [Stages, !Ref Stage, Type]
        Alarms: [orders-errors]
""",
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
""",
    ),
)


def check(refusal: Refusal) -> Iterator[Finding]:
    """One finding for each place that SAM refuses for this."""
    yield from refused(refusal, RefusalKind.FIND_IN_MAP)
