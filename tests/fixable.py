"""A project with two things to fix: one safely, one unsafely."""

from __future__ import annotations

TEMPLATE = """\
# Orders and what they need.
AWSTemplateFormatVersion: '2010-09-09'
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
        Type: Canary10Percent5Minute  # slow enough
        Alarms: [!Ref OrdersErrors]

  # Refunds come later.
  Refunds:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.refund
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Linear10PercentEvery1Minute

  OrdersErrors:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions:
        - {Name: FunctionName, Value: !Ref Orders}
        - {Name: Resource, Value: !Sub '${Orders}:live'}
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      ComparisonOperator: GreaterThanThreshold
      Threshold: 0
      TreatMissingData: notBreaching
"""
SAMCONFIG = """\
version = 0.1

[prod.deploy.parameters]
stack_name = "orders-prod"
"""
RIGHT = TEMPLATE.replace("5Minute ", "5Minutes ")
