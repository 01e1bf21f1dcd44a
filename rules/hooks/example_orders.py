"""The project that examples of hook rules start from: a function, its alarm, and a hook that tests the new version."""

from __future__ import annotations

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      Timeout: 5
      AutoPublishAlias: live
      AutoPublishAliasAllProperties: true
      DeploymentPreference:
        Type: Canary10Percent10Minutes
        Alarms: [!Ref OrdersErrors]
        Hooks:
          PreTraffic: !Ref Check
  OrdersErrors:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions:
        - {Name: FunctionName, Value: !Ref Orders}
        - {Name: Resource, Value: !Sub '${Orders}:live'}
        - {Name: ExecutedVersion, Value: !GetAtt Orders.Version.Version}
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      ComparisonOperator: GreaterThanThreshold
      Threshold: 0
      TreatMissingData: notBreaching
  Check:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: !Sub CodeDeployHook_orders_${Stage}
      CodeUri: hooks/
      Handler: check.handler
      Runtime: python3.12
      Timeout: 30
      DeploymentPreference:
        Enabled: false
      Environment:
        Variables:
          NEW_VERSION: !Ref Orders.Version
      Policies:
        - Statement:
            - Effect: Allow
              Action: codedeploy:PutLifecycleEventHookExecutionStatus
              Resource: !Sub arn:aws:codedeploy:*:${AWS::AccountId}:deploymentgroup:${ServerlessDeploymentApplication}/*
            - Effect: Allow
              Action: lambda:InvokeFunction
              Resource: !Ref Orders.Version
"""

SAMCONFIG = """
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
region = "eu-west-1"
capabilities = "CAPABILITY_IAM"
parameter_overrides = "Stage=dev"
[prod.deploy.parameters]
stack_name = "orders-prod"
region = "eu-west-1"
capabilities = "CAPABILITY_IAM"
parameter_overrides = "Stage=prod"
"""

DEV_ONLY = SAMCONFIG.partition("[prod")[0]
"""One environment, which is not production."""

SOURCE = """
import os

import boto3

codedeploy = boto3.client("codedeploy")
functions = boto3.client("lambda")


def handler(event, context):
    status = "Failed"
    try:
        answer = functions.invoke(FunctionName=os.environ["NEW_VERSION"], Payload=b"{}")
        if "FunctionError" not in answer:
            status = "Succeeded"
    except Exception as error:
        print(error)
    codedeploy.put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status=status,
    )
"""

LOOK = """
  Look:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: !Sub CodeDeployHook_look_${Stage}
      CodeUri: look/
      Handler: look.handler
      Runtime: python3.12
      Timeout: 30
      Environment: {Variables: {NEW_VERSION: !Ref Orders.Version}}
      Policies:
        - Statement:
            - Effect: Allow
              Action: [codedeploy:PutLifecycleEventHookExecutionStatus, lambda:InvokeFunction]
              Resource: '*'
"""
"""Another hook, to be put after the template; `AND_LOOK` makes it the PostTraffic hook."""

AND_LOOK = ("PreTraffic: !Ref Check\n", "PreTraffic: !Ref Check\n          PostTraffic: !Ref Look\n")


def changed(text: str, *changes: tuple[str, str]) -> str:
    """The text with each of its pieces replaced by another; every piece must be there."""
    for old, new in changes:
        if old not in text:
            message = f"{old!r} is not in the text"
            raise ValueError(message)
        text = text.replace(old, new, 1)
    return text
