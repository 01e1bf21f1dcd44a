"""Values under `global` are hidden by those under `deploy`.

What goes wrong: SAM CLI lays the options of `[env.deploy.parameters]` over those of `[env.global.parameters]` whole:
parameter_overrides of deploy replace the global ones and do not add to them. What only global gives never arrives.
Silent when: deploy gives the same parameters; no template has the parameters that are hidden.
Fix: write all overrides of the environment in one place.
Source: AWS SAM developer guide, "AWS SAM CLI configuration file"; samcli/cli/cli_config_file.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.environments import ConfigProblemKind
from samguard.evaluation import Reason
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.project import Project
from samguard.rules.environments.orders_example import PLAIN

RULE = Rule("SG606", "global-overrides-replaced", Level.WARNING, since="0.1.0")

BAD = (
    Example(
        template=PLAIN,
        samconfig="""
version = 0.1
[prod.global.parameters]
parameter_overrides = "Stage=prod Owner=shop"
[prod.deploy.parameters]
parameter_overrides = "Stage=prod"  # SG606
""",
    ),
)

GOOD = (
    Example(
        template=PLAIN,
        samconfig="""
version = 0.1
[prod.global.parameters]
parameter_overrides = "Owner=shop"
[prod.deploy.parameters]
parameter_overrides = "Stage=prod Owner=orders"
""",
    ),
    Example(  # nothing asks for what is hidden
        template=PLAIN,
        samconfig="""
version = 0.1
[prod.global.parameters]
parameter_overrides = "Retention=14"
[prod.deploy.parameters]
parameter_overrides = "Stage=prod"
""",
    ),
)


def check(project: Project) -> Iterator[Finding]:
    """One finding for each parameter_overrides that hides others."""
    declared = {name for file in project.templates for name in file.template.parameters}
    for file in project.samconfigs:
        for problem in file.config.problems:
            if problem.kind is ConfigProblemKind.GLOBAL_HIDDEN and declared.intersection(problem.names):
                yield Finding(
                    problem.place.span,
                    f"{problem.message}. Write all overrides in one place",
                    because=tuple(Reason(message, place) for message, place in problem.related),
                    document=problem.place.document,
                )
