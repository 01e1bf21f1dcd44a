"""A parameter override that SAM CLI loses without a word.

What goes wrong: `sam deploy` goes on without the value, so the environment gets the template's Default, or on an existing
stack whatever it had before. The file says one thing, production does another.
Silent when: every value arrives as it is written; what follows a comma is no parameter of a template, and so part of the value.
Fix: write the overrides as a list of `Key=Value` texts, one for each parameter.
Source: samcli/cli/types.py, CfnParameterOverridesType.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.environments.config_problem import ConfigProblemKind
from samguard.evaluation import Reason
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.project import Project

RULE = Rule("SG602", "override-lost-in-parsing", Level.ERROR, since="0.1.0")

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
  Owner: {Type: String, Default: nobody}
Resources:
  Queue: {Type: 'AWS::SQS::Queue'}
"""

BAD = (
    Example(
        template=_TEMPLATE,
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=prod ParameterKey=Owner,ParameterValue=me"  # SG602
""",
    ),
    Example(  # a comma does not separate
        template=_TEMPLATE,
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=prod,Owner=me"  # SG602
""",
    ),
    Example(  # what stops the deployment is not lost without a word
        template=_TEMPLATE,
        samconfig="""
version = 0.1
[dev.deploy.parameters]
parameter_overrides = "The_Stage=dev"  # SG605
[prod.deploy.parameters]
parameter_overrides = "Stage=prod ParameterKey=Owner,ParameterValue=me"  # SG602
""",
    ),
)

GOOD = (
    Example(
        template=_TEMPLATE,
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "ParameterKey=Stage,ParameterValue=prod ParameterKey=Owner,ParameterValue=me"
""",
    ),
    Example(
        template=_TEMPLATE,
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = ["Stage=prod", "Owner=\\"me and you\\""]
""",
    ),
    Example(  # a value that has commas and equals signs in it
        template=_TEMPLATE,
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=prod Owner=team=a,lead=b"
""",
    ),
)


def check(project: Project) -> Iterator[Finding]:
    """One finding for each value that is lost; what looks like two values, only where the second is a parameter."""
    declared = {name for file in project.templates for name in file.template.parameters}
    for file in project.samconfigs:
        for problem in file.config.problems:
            is_lost = problem.kind is ConfigProblemKind.OVERRIDES_LOST
            is_joined = problem.kind is ConfigProblemKind.OVERRIDES_JOINED and bool(
                declared.intersection(problem.names)
            )
            if is_lost or is_joined:
                yield Finding(
                    problem.place.span,
                    problem.message,
                    because=tuple(Reason(message, place) for message, place in problem.related),
                    level=Level(problem.level),
                    document=problem.place.document,
                )
