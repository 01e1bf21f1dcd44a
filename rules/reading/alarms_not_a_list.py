"""Alarms of a DeploymentPreference is no list.

What goes wrong: SAM takes a list of alarms, or `Fn::If` with a list in either branch, and refuses the template for a single
name, a `Ref`, `Split`, and for a branch that is `AWS::NoValue` itself.
Silent when: the value is absent, null or `!Ref AWS::NoValue` alone (no alarms, which SG301 judges); the preference is off.
Fix: write a list; where a branch of `Fn::If` means no alarm, `[!Ref AWS::NoValue]`.
Source: samtranslator, model/preferences/deployment_preference_collection.py (_convert_alarms).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rules.reading.refusals import refused
from samguard.template import Refusal, RefusalKind

RULE = Rule("SG008", "alarms-not-a-list", Level.ERROR, since="0.1.0")

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
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: !Ref OrdersErrors  # SG008
  OrdersErrors:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions:
        - {Name: FunctionName, Value: !Ref Orders}
        - {Name: Resource, Value: !Sub "${Orders}:live"}
        - {Name: ExecutedVersion, Value: !GetAtt Orders.Version.Version}
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanOrEqualToThreshold
      TreatMissingData: notBreaching
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
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [!Ref OrdersErrors]  # SG008
  OrdersErrors:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions:
        - {Name: FunctionName, Value: !Ref Orders}
        - {Name: Resource, Value: !Sub "${Orders}:live"}
        - {Name: ExecutedVersion, Value: !GetAtt Orders.Version.Version}
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanOrEqualToThreshold
      TreatMissingData: notBreaching
""",
    ),
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
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
        Alarms:
          Fn::If:
            - IsProd
            - [orders-errors]
            - !Ref AWS::NoValue  # SG008
""",
        fixed="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
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
        Alarms:
          Fn::If:
            - IsProd
            - [orders-errors]
            - [!Ref AWS::NoValue]  # SG008
""",
    ),
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
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
        Alarms: !If [IsProd, [orders-errors]]  # SG008 SG036
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
        Alarms: orders-errors  # SG008
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
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]  # SG008
""",
    ),
)

GOOD = (
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
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
        Alarms: !If [IsProd, [orders-errors], [!Ref AWS::NoValue]]
""",
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
""",
    ),
    Example(  # switched off: SAM does not look any further
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
        Enabled: false
        Alarms: orders-errors
""",
        samconfig="""
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
""",
    ),
)


def check(refusal: Refusal) -> Iterator[Finding]:
    """One finding for each place that SAM refuses for this."""
    yield from refused(refusal, RefusalKind.ALARMS_NOT_A_LIST)
