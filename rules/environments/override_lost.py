"""A parameter override that SAM CLI loses without a word.

What goes wrong: `sam deploy` goes on without the value, so the environment gets the template's Default, or on an existing
stack whatever it had before. The file says one thing, production does another.
Silent when: every value arrives as it is written.
Fix: write the overrides as a list of `Key=Value` texts, one for each parameter.
Source: samcli/cli/types.py, CfnParameterOverridesType.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.environments.config_problem import ConfigProblemKind
from samguard.evaluation import Reason
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.project import SamConfigFile

RULE = Rule("SG602", "override-lost-in-parsing", Level.ERROR, since="0.1.0")

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
  Owner: {Type: String, Default: nobody}
Resources:
  Queue: {Type: 'AWS::SQS::Queue'}
"""

BAD = Example(
    template=_TEMPLATE,
    samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=prod ParameterKey=Owner,ParameterValue=me"  # SG602
""",
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
)


def check(file: SamConfigFile) -> Iterator[Finding]:
    """One finding for each value that is lost."""
    for problem in file.config.problems:
        if problem.kind in (ConfigProblemKind.OVERRIDES_LOST, ConfigProblemKind.OVERRIDES_JOINED):
            yield Finding(
                problem.place.span,
                problem.message,
                because=tuple(Reason(message, place) for message, place in problem.related),
                level=Level(problem.level),
                document=problem.place.document,
            )
