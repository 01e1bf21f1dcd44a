"""The project that examples of permission rules start from: a function that is shifted with a role of the template."""

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
      AutoPublishAlias: live
      AutoPublishAliasAllProperties: true
      DeploymentPreference:
        Type: Canary10Percent10Minutes
        Role: !GetAtt DeployRole.Arn
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
  DeployRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Action: sts:AssumeRole
            Principal:
              Service: codedeploy.amazonaws.com
      ManagedPolicyArns:
        - !Sub arn:${AWS::Partition}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda
"""

MANAGED = """      ManagedPolicyArns:
        - !Sub arn:${AWS::Partition}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda
"""

INLINE = """      Policies:
        - PolicyName: shift
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: [lambda:UpdateAlias, lambda:GetAlias]
                Resource: !GetAtt Orders.Arn
              - Effect: Allow
                Action: cloudwatch:DescribeAlarms
                Resource: '*'
              - Effect: Allow
                Action: lambda:InvokeFunction
                Resource: !GetAtt Check.Arn
"""
"""The same rights, one by one."""

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


def changed(text: str, *changes: tuple[str, str]) -> str:
    """The text with each of its pieces replaced by another; every piece must be there."""
    for old, new in changes:
        if old not in text:
            message = f"{old!r} is not in the text"
            raise ValueError(message)
        text = text.replace(old, new, 1)
    return text
