"""A samconfig that SAM CLI does not use, or stops at.

What goes wrong: the values in the file are meant to decide what each environment gets. SAM CLI does not read a file
without a `version` number, and stops at overrides that it cannot take apart: the deployment fails, or is made by hand
with other values than the file says.
Silent when: the file is read; what cannot be parsed at all is told by SG001.
Fix: write what the message says.
Source: AWS SAM developer guide, "AWS SAM CLI configuration file"; samcli/lib/config/samconfig.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.environments.config_problem import ConfigProblemKind
from samguard.evaluation import Reason
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.project import SamConfigFile

RULE = Rule("SG605", "unusable-samconfig", Level.ERROR, since="0.1.0")

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
Resources:
  Queue: {Type: 'AWS::SQS::Queue'}
"""

BAD = (
    Example(
        template=_TEMPLATE,
        samconfig="""
version = "0.1"  # SG605
[prod.deploy.parameters]
parameter_overrides = "Stage=prod"
""",
    ),
    Example(
        template=_TEMPLATE,
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "The_Stage=prod"  # SG605
""",
    ),
    Example(  # what is lost without a word is not what stops the deployment
        template=_TEMPLATE,
        samconfig="""
version = 0.1
[dev.deploy.parameters]
parameter_overrides = "Other=x ParameterKey=Stage,ParameterValue=dev"  # SG602
[prod.deploy.parameters]
parameter_overrides = "The_Stage=prod"  # SG605
""",
    ),
)

GOOD = Example(
    template=_TEMPLATE,
    samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = ["Stage=prod"]
""",
)

_KINDS = (
    ConfigProblemKind.SYNTAX,
    ConfigProblemKind.VERSION,
    ConfigProblemKind.SHAPE,
    ConfigProblemKind.OVERRIDES_REFUSED,
)


def check(file: SamConfigFile) -> Iterator[Finding]:
    """One finding for each thing that SAM CLI stops at."""
    for problem in file.config.problems:
        if problem.kind in _KINDS:
            yield Finding(
                problem.place.span,
                problem.message,
                because=tuple(Reason(message, place) for message, place in problem.related),
                level=Level(problem.level),
                document=problem.place.document,
            )
