"""The project that this family's examples begin with: a function behind an alias, with a canary in production."""

from __future__ import annotations

from typing import Final

CANARY: Final = """
Transform: AWS::Serverless-2016-10-31
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
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
"""
"""Resources are the last section, so that more can follow."""

PLAIN_CANARY: Final = """
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: orders
      Code: {S3Bucket: code, S3Key: orders-1.zip}
      Handler: app.handler
      Runtime: python3.12
      Role: arn:aws:iam::111122223333:role/orders
  OrdersVersion1:
    Type: AWS::Lambda::Version
    DeletionPolicy: Retain
    Properties: {FunctionName: !Ref Orders, Description: release 1}
  OrdersLive:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !Ref Orders, FunctionVersion: !GetAtt OrdersVersion1.Version, Name: live}
    UpdatePolicy:
      CodeDeployLambdaAliasUpdate: {ApplicationName: !Ref Application, DeploymentGroupName: !Ref Group}
  Application:
    Type: AWS::CodeDeploy::Application
    Properties: {ComputePlatform: Lambda}
  Group:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      ApplicationName: !Ref Application
      ServiceRoleArn: arn:aws:iam::111122223333:role/codedeploy
      DeploymentConfigName: CodeDeployDefault.LambdaCanary10Percent5Minutes
      DeploymentStyle: {DeploymentType: BLUE_GREEN, DeploymentOption: WITH_TRAFFIC_CONTROL}
      AlarmConfiguration: {Enabled: true, Alarms: [{Name: orders-errors}]}
      AutoRollbackConfiguration:
        Enabled: true
        Events: [DEPLOYMENT_FAILURE, DEPLOYMENT_STOP_ON_ALARM, DEPLOYMENT_STOP_ON_REQUEST]
"""
"""The same without SAM."""

SAMCONFIG: Final = """
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
capabilities = "CAPABILITY_IAM"
[prod.deploy.parameters]
stack_name = "orders-prod"
capabilities = "CAPABILITY_IAM"
"""
