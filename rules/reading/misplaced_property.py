"""A property stands on the wrong level, where it is not read.

What goes wrong: one indentation too few, and AutoPublishAlias, DeploymentPreference or an alarm's TreatMissingData stand beside
Properties: SAM passes over them without a word, CloudFormation refuses them. One too many, and they are a part of Environment
or Events. The function is deployed without alias, shift or alarms.
Silent when: the key may stand there (Condition, DependsOn, Metadata, UpdatePolicy …); the resource has no part in a rollout;
the key stands under DeploymentPreference (SG011 speaks of that), or among names that are anybody's own, such as
Environment's Variables.
Fix: indent the key to the level of the other properties.
Source: samtranslator, model/__init__.py (Resource.from_dict); CloudFormation user guide, "Resource attribute reference".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.template import Template
from samguard.template.misplaced import misplaced

RULE = Rule("SG030", "misplaced-property", Level.ERROR, since="0.1.0")

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
    DeploymentPreference:  # SG030
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
      Events:
        Every:
          Type: Schedule
          Properties: {Schedule: rate(1 minute)}
        AutoPublishAlias: live  # SG030
""",
    ),
    Example(
        template="""
Resources:
  Errors:
    Type: AWS::CloudWatch::Alarm
    TreatMissingData: notBreaching  # SG030
    Properties:
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions: [{Name: FunctionName, Value: orders}]
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanOrEqualToThreshold
""",
    ),
)

GOOD = (
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    DependsOn: Queue
    DeletionPolicy: Retain
    Metadata: {BuildMethod: makefile}
    Connectors: {}
    IgnoreGlobals: '*'
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      Environment: {Variables: {AutoPublishAlias: live}}
      Tags: {DeploymentPreference: canary}
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
  Queue:
    Type: AWS::SQS::Queue
    Comment: no part of any rollout
""",
    ),
    Example(  # a macro may put the key where it belongs
        template="""
Transform: [CompanyMacro, AWS::Serverless-2016-10-31]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Team: orders
    Properties: {CodeUri: src/, Handler: app.handler, Runtime: python3.12}
""",
    ),
)


def check(template: Template) -> Iterator[Finding]:
    """One finding for each entry that is not read where it stands."""
    if template.has_macros:
        return
    for resource in template.resources.values():
        is_sam = resource.type.startswith("AWS::Serverless::")
        for found in misplaced(resource):
            name = found.entry.name
            where = f"under {found.within}" if found.within else "beside Properties"
            then = "SAM passes over it" if is_sam else "CloudFormation refuses it"
            yield Finding(
                found.entry.key.span,
                f"{name} of {resource.logical_id} stands {where}, and {then}. Indent it to stand among the Properties",
                resource=resource.logical_id,
            )
