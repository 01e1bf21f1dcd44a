"""A template uses YAML aliases or merge keys, and nothing shows that a command line deploys it.

What goes wrong: the SAM and AWS command lines write anchors, aliases and `<<` out when they package a template. CloudFormation
itself refuses them: the same file fails in the console, in a CodePipeline action and by create-stack.
Silent when: a samconfig or a deploy command of the project deploys the template; it has code to package, which only the
command lines do.
Fix: deploy it with `sam deploy`, or run `aws cloudformation package` first; or write the aliases out.
Source: CloudFormation user guide, "Template formats".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.project import Project
from samguard.rules.reading.aliases import aliased, has_local_code

RULE = Rule("SG016", "anchors-without-cli", Level.NOTE, since="0.1.0")

_TEMPLATE = """
Resources:
  First:
    Type: AWS::SQS::Queue
    Properties: &queue {VisibilityTimeout: 30, SqsManagedSseEnabled: true}
  Second:
    Type: AWS::SQS::Queue
    Properties:
      <<: *queue%s
      VisibilityTimeout: 60
"""
_FUNCTION = """  Orders:
    Type: AWS::Lambda::Function
    Properties: {Code: src/, Handler: app.handler, Runtime: python3.12, Role: !Ref AWS::NoValue}
"""

BAD = Example(template=_TEMPLATE % "  # SG016")

GOOD = (
    Example(
        template=_TEMPLATE % "",
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "queues-prod"
""",
    ),
    Example(template=_TEMPLATE % "" + _FUNCTION),  # its code has to be packaged
    Example(  # an anchor that nothing uses, and a * that is none
        template="""
Resources:
  First:
    Type: AWS::SQS::Queue
    Properties: &queue {VisibilityTimeout: 30, QueueName: a*b}
"""
    ),
)


def check(project: Project) -> Iterator[Finding]:
    """One note for each such template, at its first alias."""
    for file, span in aliased(project.templates):
        is_deployed = any(not environment.is_assumed for environment in file.environments)
        if is_deployed or has_local_code(file.template):
            continue
        yield Finding(
            span,
            "CloudFormation itself refuses YAML aliases: this template deploys only through sam or aws cloudformation "
            "package, which write them out",
            document=file.document,
        )
