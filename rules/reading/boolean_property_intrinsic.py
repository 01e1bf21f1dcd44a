"""AutoPublishAliasAllProperties is not written as true or false.

What goes wrong: SAM reads it before any parameter or condition has its value, takes a literal boolean only, and refuses the
template for a quoted text, a `Ref` and an `If`.
Silent when: the value is true, false (however YAML lets them be written) or empty.
Fix: write `true` without quotes.
Source: samtranslator, model/sam_resources.py (property_types).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rules.reading.refusals import refused
from samguard.template import Refusal, RefusalKind

RULE = Rule("SG017", "boolean-property-intrinsic", Level.ERROR, since="0.1.0")

BAD = (
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAliasAllProperties: "true"  # SG017
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
""",
        fixed="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAliasAllProperties: true  # SG017
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
""",
    ),
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  All: {Type: String, Default: "true"}
Globals:
  Function:
    AutoPublishAliasAllProperties: !Ref All  # SG017
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
""",
    ),
)

GOOD = (
    Example(  # a boolean in YAML
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAliasAllProperties: yes
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
""",
    ),
)


def check(refusal: Refusal) -> Iterator[Finding]:
    """One finding for each place that SAM refuses for this."""
    yield from refused(refusal, RefusalKind.ALL_PROPERTIES_NOT_LITERAL)
