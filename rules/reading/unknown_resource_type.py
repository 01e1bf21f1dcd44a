"""A resource's type is misspelt.

What goes wrong: CloudFormation refuses the template for a type that it does not know. SAM passes over it: a function of the
type `AWS::Serverless::Funtion` gets no alias and no Globals, an alarm of the type `AWS::Cloudwatch::Alarm` is no alarm.
Silent when: the type is none of those that take part in a rollout, nor close to one; it is a module or somebody's own.
Fix: write the type as AWS spells it.
Source: CloudFormation user guide, "AWS resource and property types reference"; SAM developer guide, "Resources".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule
from samguard.source import Scalar
from samguard.template import Template
from samguard.template.resource_types import meant_type

RULE = Rule("SG032", "unknown-resource-type", Level.ERROR, since="0.1.0")

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: %s
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
"""

BAD = (
    Example(
        template=_TEMPLATE % "AWS::Serverless::Funtion  # SG032",
        fixed=_TEMPLATE % "AWS::Serverless::Function  # SG032",
    ),
    Example(
        template="""
Resources:
  Errors:
    Type: AWS::Cloudwatch::Alarm  # SG032
    Properties: {MetricName: Errors}
""",
    ),
)

GOOD = (
    Example(template=_TEMPLATE % "AWS::Serverless::Function"),
    Example(
        template="""
Resources:
  Topic:
    Type: AWS::SNS::Topic
  Own:
    Type: Custom::Alarm
  Module:
    Type: Orders::Lambda::Function::MODULE
""",
    ),
    Example(  # a macro may spell types in its own way
        template="""
Transform: [CompanyMacro, AWS::Serverless-2016-10-31]
Resources:
  Orders:
    Type: AWS::Serverless::Functions
"""
    ),
)


def check(template: Template) -> Iterator[Finding]:
    """One finding for each misspelt type."""
    if template.has_macros:
        return
    for resource in template.resources.values():
        written = resource.node.get("Type")
        near = meant_type(resource.type)
        if near is None or not isinstance(written, Scalar):
            continue
        text = f'"{near}"' if written.quoted else near
        yield Finding(
            written.span,
            f"there is no type {resource.type}, and CloudFormation refuses the template; did you mean {near}?",
            resource=resource.logical_id,
            fixes=(Fix(f"Write {near}", (Edit(written.span, text),), safe=False),),
        )
