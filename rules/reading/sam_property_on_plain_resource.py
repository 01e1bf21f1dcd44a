"""A property of SAM's stands on a resource of plain CloudFormation.

What goes wrong: AutoPublishAlias, DeploymentPreference and their like are instructions to the SAM transform, which reads them
on AWS::Serverless::Function and AWS::Serverless::StateMachine only. On AWS::Lambda::Function CloudFormation refuses them.
Silent when: the resource is one of SAM's; an AWS::StepFunctions::StateMachineAlias, which has a DeploymentPreference.
Fix: make the resource an AWS::Serverless::Function; or write an AWS::Lambda::Alias with an UpdatePolicy and a deployment
group.
Source: SAM developer guide, AWS::Serverless::Function; CloudFormation user guide, AWS::Lambda::Function.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.template import Template

RULE = Rule("SG031", "sam-property-on-plain-resource", Level.ERROR, since="0.1.0")

_TYPES = ("AWS::Lambda::Function", "AWS::Lambda::Alias", "AWS::Lambda::Version", "AWS::StepFunctions::StateMachine")
_PROPERTIES = (
    *("AutoPublishAlias", "AutoPublishAliasAllProperties", "AutoPublishCodeSha256", "DeploymentPreference"),
    *("VersionDeletionPolicy", "UseAliasAsEventTarget"),
)

_FUNCTION = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::%s::Function
    Properties:
      %s: src/
      Handler: app.handler
      Runtime: python3.12
      Role: arn:aws:iam::111111111111:role/orders
      AutoPublishAlias: live%s
      DeploymentPreference:%s
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
"""

BAD = Example(template=_FUNCTION % ("Lambda", "Code", "  # SG031", "  # SG031"))

GOOD = (
    Example(template=_FUNCTION % ("Serverless", "CodeUri", "", "")),
    Example(
        template="""
Transform: [CompanyServerless, AWS::Serverless-2016-10-31]
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties: {Code: src/, AutoPublishAlias: live}
""",
    ),
)


def check(template: Template) -> Iterator[Finding]:
    """One finding for each such property."""
    if template.has_macros:
        return
    for resource in template.of_type(*_TYPES):
        for entry in resource.own_properties:
            if entry.name in _PROPERTIES:
                yield Finding(
                    entry.key.span,
                    f"{entry.name} is SAM's, and CloudFormation refuses it on {resource.type}. Make {resource.logical_id} "
                    "a resource of SAM",
                    resource=resource.logical_id,
                )
