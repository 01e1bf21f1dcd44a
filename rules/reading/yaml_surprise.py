"""YAML takes a word for a boolean or a number, and that decides what is deployed.

What goes wrong: in a template `no`, `off`, `yes` and `on` are booleans, `010` is eight, `12:30` is 750 and `1.10` is 1.1. A
parameter that may be `yes` in fact may be `true`: the value `yes` is refused, or a condition that compares with it never
holds; an account id with a leading zero is another number. The wrong strategy, alarms or hooks are deployed.
Silent when: the word decides nothing (tags, descriptions, dates); everything that it is compared with is turned in the same
way; it is quoted.
Fix: quote it.
Source: YAML 1.1, "Boolean language-independent type" and "Integer language-independent type", as PyYAML reads them.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Reason
from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule
from samguard.rules.reading.surprises import surprises
from samguard.source import Place
from samguard.template import Template

RULE = Rule("SG015", "yaml-surprise", Level.WARNING, since="0.1.0")

_FUNCTION = """Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: %s
        Alarms: [orders-errors]
"""
_BY_CONDITION = _FUNCTION % "!If [IsGradual, Canary10Percent5Minutes, Linear10PercentEvery1Minute]"
_SAMCONFIG = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Gradual=%s"
"""

BAD = (
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Gradual:
    Type: String
    AllowedValues: ["yes", "no"]
Conditions:
  IsGradual: !Equals [!Ref Gradual, yes]  # SG015
"""
        + _BY_CONDITION,
        samconfig=_SAMCONFIG % "yes",
        fixed="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Gradual:
    Type: String
    AllowedValues: ["yes", "no"]
Conditions:
  IsGradual: !Equals [!Ref Gradual, "yes"]  # SG015
"""
        + _BY_CONDITION,
    ),
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Gradual:
    Type: String
    AllowedValues:
      - on  # SG015
      - off
Conditions:
  IsGradual: !Equals [!Ref Gradual, "on"]
"""
        + _BY_CONDITION,
        samconfig=_SAMCONFIG % "true",
    ),
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Release: {Type: String, Default: 1.10}  # SG015
Mappings:
  Releases:
    "1.10": {Type: Canary10Percent5Minutes}
  Accounts:
    012345670123: {Stage: prod}  # SG015
Conditions:
  IsGradual: !Equals [!FindInMap [Releases, !Sub "${Release}", Type], Canary10Percent5Minutes]
  IsProd: !Equals [!FindInMap [Accounts, !Ref AWS::AccountId, Stage], prod]
"""
        + _BY_CONDITION,
    ),
)

GOOD = (
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Metadata: {Released: 2026-11-02, Review: yes}
Parameters:
  Gradual: {Type: String, AllowedValues: ["yes", "no"]}
Conditions:
  IsGradual: !Equals [!Ref Gradual, "yes"]
"""
        + _BY_CONDITION,
        samconfig=_SAMCONFIG % "yes",
    ),
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Gradual: {Type: String, AllowedValues: ["on", "off"]}
  Note: {Type: String, AllowedValues: [yes, no], Default: yes}
"""
        + _FUNCTION % "Canary10Percent5Minutes"
        + """        Enabled: !Ref Gradual
      Description: !Sub "reviewed: ${Note}"
""",
        samconfig=_SAMCONFIG % "on",
    ),
    Example(  # turned alike on both sides
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Gradual: {Type: String, Default: True, AllowedValues: [True, False]}
  Share: {Type: Number, Default: 1.50}
Conditions:
  IsGradual: !And [!Equals [!Ref Gradual, True], !Equals [!Ref Share, 1.50]]
"""
        + _BY_CONDITION,
        samconfig=_SAMCONFIG % "true",
    ),
)


def check(template: Template) -> Iterator[Finding]:
    """One finding for each parameter, at the first such word."""
    for surprise in surprises(template):
        scalar = surprise.scalar
        others = (surprise.other,) if surprise.other is not None else ()
        because = tuple(Reason("written as a text here", Place(template.document, other.span)) for other in others)
        yield Finding(
            scalar.span,
            f"YAML reads {scalar.raw} without quotes as {scalar.text}, so {surprise.harm}. Quote it",
            because=because,
            fixes=(
                Fix(
                    "Quote it", tuple(Edit(part.span, f'"{part.raw}"') for part in (scalar, *surprise.more)), safe=True
                ),
            ),
        )
