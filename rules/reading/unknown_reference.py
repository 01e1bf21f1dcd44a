"""A Ref, GetAtt, Sub, Condition, DependsOn or FindInMap names something that is not in the template.

What goes wrong: CloudFormation refuses the template, so nothing deploys. A misspelt alarm, hook or condition is never
silently left out, but it is found at deployment only.
Silent when: something that is not in the file may bring the name: a macro, an include, a loop (`Fn::ForEach`) or the rest of
a template that this is a piece of (pieces lie beside it, or it lacks most of what it names); SAM makes the resource
(`OrdersRole`, `OrdersAliaslive`, `ServerlessRestApi`); the name is a placeholder. `Condition` in an IAM policy is no
condition of the template. Other rules speak of the cause where a function is shifted without AutoPublishAlias (SG004), a
section or a type is misspelt (SG034, SG032), or a logical id has other characters than letters and digits (SG027).
Fix: correct the name; for `Orders.Alias` and `Orders.Version`, give the function an AutoPublishAlias.
Source: CloudFormation user guide, "Intrinsic function reference" and "Conditions"; SAM, docs/safe_lambda_deployments.rst.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.project import Project, TemplateFile
from samguard.rules.reading.names import nameless
from samguard.value import replace

RULE = Rule("SG003", "unknown-reference", Level.ERROR, since="0.1.0")

BAD = (
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
    Condition: IsPrd  # SG003
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      Policies:
        - Statement:
            - Effect: Allow
              Action: s3:GetObject
              Resource: !Sub "arn:aws:s3:::${Bucket}/*"  # SG003
              Condition: {StringEquals: {aws:SourceAccount: !Ref AWS::AccountId}}
      DeploymentPreference:
        Type: !If [IsProduction, Canary10Percent5Minutes, AllAtOnce]  # SG003
        Alarms: [orders-errors]
""",
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
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
  Dashboard:
    Type: AWS::SSM::Parameter
    DependsOn: [Order]  # SG003
    Properties:
      Type: String
      Value: !GetAtt Orders.Version.Version  # SG003
Outputs:
  Alias:
    Value: !Ref Orders.Alias
  Function:
    Value: !GetAtt Ordrs.Arn  # SG003
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
  Dashboard:
    Type: AWS::SSM::Parameter
    DependsOn: [Orders]  # SG003
    Properties:
      Type: String
      Value: !GetAtt Orders.Version.Version  # SG003
Outputs:
  Alias:
    Value: !Ref Orders.Alias
  Function:
    Value: !GetAtt Orders.Arn  # SG003
""",
    ),
    Example(
        template_path="template.json",
        template="""
{ "Transform": "AWS::Serverless-2016-10-31",
  "Mappings": {"Stages": {"prod": {"Type": "Canary10Percent5Minutes"}}},
  "Parameters": {"Stage": {"Type": "String", "Default": "prod"}},
  "Conditions": {
    "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
    "IsLive": {"Condition": "IsProduction"},  # SG003
    "HasOrders": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Orders"}, ""]}]}  # SG003
  },
  "Resources": {
    "Orders": {
      "Type": "AWS::Serverless::Function",
      "Properties": {
        "CodeUri": "src/",
        "Handler": "app.handler",
        "Runtime": "python3.12",
        "AutoPublishAlias": "live",
        "DeploymentPreference": {
          "Type": {"Fn::FindInMap": ["Stage", {"Ref": "Stage"}, "Type"]},  # SG003
          "Alarms": [{"Ref": "OrdersErrors"}]  # SG003
        }
      }
    }
  },
  "Outputs": {
    "Arn": {"Value": {"Ref": "Orders.Arn"}},  # SG003
    "Group": {"Value": {"Ref": "Orders.DeploymentGroup"}},  # SG003
    "Stage": {"Value": {"Fn::GetAtt": ["Stage", "Arn"]}}  # SG003
  }
}
""",
    ),
)

GOOD = (
    Example(  # what SAM makes can be referred to
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Condition: IsProd
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      FunctionUrlConfig: {AuthType: AWS_IAM}
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
      Events:
        Get:
          Type: Api
          Properties: {Path: /orders, Method: get}
  Parameter:
    Type: AWS::SSM::Parameter
    Condition: IsProd
    DependsOn: OrdersAliaslive
    Properties:
      Type: String
      Value: !Sub
        - "${OrdersRole.Arn} ${OrdersUrl} ${Own} ${!Literal} ${Orders.Alias} ${ServerlessRestApi} ${AWS::StackName}"
        - Own: !Ref OrdersGetPermissionProd
      Description: !Join [" ", [!Ref ServerlessDeploymentApplication, !Ref OrdersDeploymentGroup, !Ref ServerlessRestApiProdStage]]
""",
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
""",
    ),
    Example(  # what a macro or a loop may bring is not known
        template="""
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Resources:
  Fn::ForEach::Queues:
    - Name
    - [Orders, Payments]
    - ${Name}Queue:
        Type: AWS::SQS::Queue
        Properties: {QueueName: !Ref Name}
Outputs:
  Queue:
    Value: !GetAtt OrdersQueue.Arn
""",
    ),
    Example(  # put together from pieces that lie below it
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Parameter:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !Ref Orders}
""",
        files=(
            (
                "functions/orders.yaml",
                """
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: !Ref Handler
      Runtime: python3.12
""",
            ),
        ),
    ),
    Example(  # so much is missing that it must be elsewhere
        template="""
Resources:
  Parameter:
    Type: AWS::SSM::Parameter
    Condition: IsProd
    Properties: {Type: String, Value: !Ref Orders}
""",
    ),
    Example(  # an include may bring anything
        template="""
Transform: AWS::Serverless-2016-10-31
Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://orders/parameters.yaml}}
Resources:
  Parameter:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !Ref CompanyBucket}
""",
    ),
    Example(
        template="""
Transform: [CompanyMacro, AWS::Serverless-2016-10-31]
Resources:
  Parameter:
    Type: AWS::SSM::Parameter
    Condition: IsProd
    Properties: {Type: String, Value: !Ref CompanyBucket}
""",
    ),
)


def check(project: Project) -> Iterator[Finding]:
    """One finding for each place; one for each function whose alias is referred to without being there."""
    pieces = tuple(_folder(file) for file in project.templates if file.template.is_fragment)
    for file in project.templates:
        template = file.template
        if template.has_macros or template.is_fragment or "Fn::Transform" in template.root:
            continue
        if any(f"{piece}/".startswith(_folder(file)) for piece in pieces):
            continue
        for finding in nameless(template):
            yield replace(finding, document=file.document)


def _folder(file: TemplateFile) -> str:
    """The folder a template lies in, with a `/` at its end; nothing at the project's root."""
    folder, slash, _ = file.document.path.rpartition("/")
    return folder + slash
