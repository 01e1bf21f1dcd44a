"""Globals has a section or a property that SAM does not know there.

What goes wrong: SAM refuses the whole template. AutoPublishCodeSha256, Role, Policies and Events of a function cannot be
shared, nor can AutoPublishAlias and DeploymentPreference of a state machine; and what is misspelt is not known either.
Silent when: the property may stand in Globals of its type.
Fix: correct the name, or say the property in each resource.
Source: SAM, docs/globals.rst; samtranslator, plugins/globals/globals.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rules.reading.refusals import refused
from samguard.template import Refusal, RefusalKind

RULE = Rule("SG014", "unsupported-global", Level.ERROR, since="0.1.0")

BAD = (
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    DeploymentPreferences:  # SG014
      Type: Canary10Percent5Minutes
      Alarms: [orders-errors]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
""",
    ),
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Globals:
  StateMachine:
    DeploymentPreference: {Type: CANARY, Percentage: 10, Interval: 5}  # SG014
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
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Globals:
  Functions:  # SG014
    Timeout: 10
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
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Globals:  # SG014
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
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    DeploymentPreference:
      Type: Canary10Percent5Minutes
      Alarms: [orders-errors]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
""",
    ),
)


def check(refusal: Refusal) -> Iterator[Finding]:
    """One finding for each place that SAM refuses for this."""
    yield from refused(refusal, RefusalKind.GLOBALS)
