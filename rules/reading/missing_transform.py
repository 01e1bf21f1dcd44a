"""A template with resources of SAM is deployed, but does not ask for the SAM transform.

What goes wrong: without `Transform: AWS::Serverless-2016-10-31` CloudFormation knows neither AWS::Serverless resources nor
Globals, and refuses the template.
Silent when: nothing in the project deploys the file: then it may be a piece of a template that is put together elsewhere;
a macro stands in Transform.
Fix: add `Transform: AWS::Serverless-2016-10-31`.
Source: SAM specification, "Template anatomy".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.project import Project
from samguard.source import Span
from samguard.template import Template

RULE = Rule("SG038", "missing-transform", Level.ERROR, since="0.1.0")

_TEMPLATE = """
AWSTemplateFormatVersion: '2010-09-09'%s
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
"""
_SAMCONFIG = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
"""

BAD = Example(template=_TEMPLATE % "  # SG038", samconfig=_SAMCONFIG)

GOOD = (
    Example(template=_TEMPLATE % "\nTransform: AWS::Serverless-2016-10-31", samconfig=_SAMCONFIG),
    Example(template=_TEMPLATE % ""),  # nothing deploys it as it is
    Example(template=_TEMPLATE % "\nTransform: CompanySam", samconfig=_SAMCONFIG),
)


def check(project: Project) -> Iterator[Finding]:
    """One finding at the beginning of each template that lacks the transform."""
    for file in project.templates:
        template = file.template
        is_deployed = any(not environment.is_assumed for environment in file.environments)
        if not template.is_fragment or template.transforms or not is_deployed:
            continue
        start = template.root.span.start
        first = next(iter(template.root), None)
        yield Finding(
            first.key.span if first is not None else Span(start, start + 1),
            "this template has resources of SAM but no Transform, so CloudFormation refuses it. Add "
            "Transform: AWS::Serverless-2016-10-31",
            document=file.document,
            fixes=_fixes(template),
        )


def _fixes(template: Template) -> tuple[Fix, ...]:
    """The Transform. Nothing is deployed without it."""
    from samguard.mending import section_added

    edit = section_added(template, "Transform", "AWS::Serverless-2016-10-31")
    return (Fix("Add the Transform", (edit,), safe=True),) if edit is not None else ()
