"""The project that this family's examples of plain CloudFormation are variations of: alias and deployment group."""

from __future__ import annotations

from textwrap import indent
from typing import Final

ROLLBACK: Final = """AutoRollbackConfiguration:
  Enabled: true
  Events: [DEPLOYMENT_FAILURE, DEPLOYMENT_STOP_ON_ALARM]
"""
ALARMS: Final = """AlarmConfiguration:
  Enabled: true
  Alarms:
    - Name: orders-errors
"""


def deployment_group(alarms: str = ALARMS, rollback: str = ROLLBACK) -> str:
    """The template, with these parts of the deployment group."""
    said = indent(alarms + rollback, " " * 6)
    return f"""
Parameters:
  Hash: {{Type: String}}
Resources:
  Alias:
    Type: AWS::Lambda::Alias
    Properties: {{FunctionName: orders, FunctionVersion: !GetAtt Version.Version, Name: live}}
    UpdatePolicy:
      CodeDeployLambdaAliasUpdate: {{ApplicationName: !Ref Application, DeploymentGroupName: !Ref Group}}
  Version:
    Type: AWS::Lambda::Version
    UpdateReplacePolicy: Retain
    Properties: {{FunctionName: orders, CodeSha256: !Ref Hash}}
  Application:
    Type: AWS::CodeDeploy::Application
    Properties: {{ComputePlatform: Lambda}}
  Group:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      ApplicationName: !Ref Application
      DeploymentConfigName: CodeDeployDefault.LambdaCanary10Percent5Minutes
      DeploymentStyle: {{DeploymentType: BLUE_GREEN, DeploymentOption: WITH_TRAFFIC_CONTROL}}
      ServiceRoleArn: arn:aws:iam::123456789012:role/deploy
{said}"""
