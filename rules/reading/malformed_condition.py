"""A condition, or the function that asks for one, is not what CloudFormation takes.

What goes wrong: CloudFormation refuses the template. A condition is made by Equals (of two), Not (of one), And and Or (of two to
ten), and names another one as `!Condition Name`; `!And [IsProd, IsEurope]` compares nothing. `!If` takes the *name* of a
condition and two values, and no expression in the name's place.
Silent when: a macro or a loop may rewrite it; the `!If` is the value of Alarms, which SG008 judges.
Fix: write what the message says; give an expression a name under Conditions.
Source: CloudFormation user guide, "Condition functions".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rules.reading.condition_faults import faults
from samguard.template import Template

RULE = Rule("SG036", "malformed-condition", Level.ERROR, since="0.1.0")

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
  Region: {Type: String, Default: eu-west-1}
Conditions:
  IsEurope: !Equals [!Ref Region, eu-west-1]
  IsProd: %s
Resources:
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
_SAMCONFIG = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
"""
_TYPE = "!If [IsProd, Canary10Percent5Minutes, Linear10PercentEvery1Minute]"
_CONDITION = "!Equals [!Ref Stage, prod]"

BAD = (
    Example(template=_TEMPLATE % ("!Equals [!Ref Stage]  # SG036", _TYPE), samconfig=_SAMCONFIG),
    Example(template=_TEMPLATE % ("!And [IsEurope, !Equals [!Ref Stage, prod]]  # SG036", _TYPE), samconfig=_SAMCONFIG),
    Example(template=_TEMPLATE % ("!Ref Stage  # SG036", _TYPE), samconfig=_SAMCONFIG),
    Example(template=_TEMPLATE % ("prod  # SG036", _TYPE), samconfig=_SAMCONFIG),
    Example(template=_TEMPLATE % (_CONDITION, "!If [IsProd, Canary10Percent5Minutes]  # SG036"), samconfig=_SAMCONFIG),
    Example(
        template=_TEMPLATE
        % (_CONDITION, "!If [!Equals [!Ref Stage, prod], Canary10Percent5Minutes, AllAtOnce]  # SG036"),
        samconfig=_SAMCONFIG,
    ),
)

GOOD = (
    Example(
        template=_TEMPLATE
        % ('!And [!Condition IsEurope, !Not [!Equals [!Ref Stage, ""]], {Condition: IsEurope}]', _TYPE),
        samconfig=_SAMCONFIG,
    ),
    Example(
        template=_TEMPLATE.replace("AWS::Serverless-2016-10-31", "[CompanyConditions, AWS::Serverless-2016-10-31]")
        % ("!CompanyStage prod", _TYPE),
        samconfig=_SAMCONFIG,
    ),
)


def check(template: Template) -> Iterator[Finding]:
    """One finding for each function that CloudFormation refuses."""
    if template.has_macros:
        return
    for span, message in faults(template):
        yield Finding(span, f"{message}; CloudFormation refuses the template")
