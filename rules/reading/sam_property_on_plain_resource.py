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
from samguard.template.misplaced import sam_properties

RULE = Rule("SG031", "sam-property-on-plain-resource", Level.ERROR, since="0.1.0")

_OF_SAM = ("CodeUri", "Events", "Policies", "InlineCode")

_FUNCTION = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::%s::Function%s
    Properties:
      %s: src/
      Handler: app.handler
      Runtime: python3.12
      Role: arn:aws:iam::111111111111:role/orders
      AutoPublishAlias: live%s
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
"""

BAD = (
    Example(template=_FUNCTION % ("Lambda", "", "Code", "  # SG031")),
    Example(  # a function of SAM in all but the type
        template=_FUNCTION % ("Lambda", "  # SG031", "CodeUri", "")
    ),
)

GOOD = (
    Example(template=_FUNCTION % ("Serverless", "", "CodeUri", "")),
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
    """One finding for each resource: at its type where that is what is wrong, else at the first such property."""
    if template.has_macros:
        return
    for resource in template.resources.values():
        found = sam_properties(resource)
        written = resource.node.get("Type")
        is_sam = any(name in resource.own_properties for name in _OF_SAM)
        for first in found[:1]:
            names = " and ".join(entry.name for entry in found)
            verb = "are" if found[1:] else "is"
            yield Finding(
                written.span if is_sam and written is not None else first.key.span,
                f"{names} of {resource.logical_id} {verb} SAM's, and CloudFormation refuses them on {resource.type}. Make "
                "it a resource of SAM",
                resource=resource.logical_id,
            )
