"""A function or state machine has a property that SAM does not define.

What goes wrong: SAM refuses the whole template for a misspelt property, for CloudFormation's name of one that SAM calls
otherwise, and for one on the wrong level: Alarms and Hooks belong under DeploymentPreference, DependsOn and Condition beside
Properties.
Silent when: the name is like none that SAM knows: it may be newer than samguard, and cfn-lint knows the lists.
Fix: correct the name, or move the key to the level where it belongs.
Source: samtranslator, model/sam_resources.py (property_types).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rules.reading.refusals import refused
from samguard.template import Refusal, RefusalKind

RULE = Rule("SG026", "unknown-function-property", Level.ERROR, since="0.1.0")

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
      AutoPublishAlais: live  # SG026
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
      AutoPublishAlias: live  # SG026
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
""",
    ),
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
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
      Alarms:  # SG026
        - orders-errors
      Hooks:  # SG026
        PreTraffic: CodeDeployHook_orders
""",
    ),
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
      DependsOn: Table  # SG026
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
  Table:
    Type: AWS::Serverless::SimpleTable
""",
    ),
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: flow.asl.json
      AutoPublishAlias: live
      DeploymentPreferences:  # SG026
        Type: CANARY
        Percentage: 10
        Interval: 5
        Alarms: [flow-failed]
""",
        fixed="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: flow.asl.json
      AutoPublishAlias: live
      DeploymentPreference:  # SG026
        Type: CANARY
        Percentage: 10
        Interval: 5
        Alarms: [flow-failed]
""",
    ),
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
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
      AutoPublishAlias: live  # SG026
""",
    ),
)

GOOD = (
    Example(  # nothing that SAM has is called like this: it may be new
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      SnapStartOptions: {}
      Tracing: Active
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
""",
    ),
)


def check(refusal: Refusal) -> Iterator[Finding]:
    """One finding for each place that SAM refuses for this."""
    yield from refused(refusal, RefusalKind.UNKNOWN_PROPERTY)
