"""Production is deployed by the section that SAM CLI takes when nobody names an environment.

What goes wrong: `sam deploy` without `--config-env` uses `default`. Where that is production, a developer who forgets the
option ships to every user.
Silent when: it is the only environment; another environment is production too.
Fix: name production's section `prod`, deploy it with `--config-env prod`, and leave `default` to development.
Source: AWS SAM developer guide, "AWS SAM CLI configuration file".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.environments import UNNAMED, ParameterSource, Production
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.project import Project
from samguard.rules.environments.orders_example import PLAIN

RULE = Rule("SG607", "default-env-for-production", Level.NOTE, since="0.1.0")

BAD = Example(
    template=PLAIN,
    samconfig="""
version = 0.1
[default.deploy.parameters]  # SG607
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
[dev.deploy.parameters]
stack_name = "orders-dev"
parameter_overrides = "Stage=dev"
""",
)

GOOD = (
    Example(  # the only one there is
        template=PLAIN,
        samconfig="""
version = 0.1
[default.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
""",
    ),
    Example(  # default is a developer's
        template=PLAIN,
        samconfig="""
version = 0.1
[default.deploy.parameters]
stack_name = "orders-dev"
parameter_overrides = "Stage=dev"
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
""",
    ),
    Example(  # production has a name; default says the same once more
        template=PLAIN,
        samconfig="""
version = 0.1
[default.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
""",
    ),
    Example(  # not by samconfig
        template=PLAIN,
        files=(
            (
                "samguard.toml",
                """
[environments.default]
production = true
[environments.dev]
production = false
""",
            ),
        ),
    ),
)


def check(project: Project) -> Iterator[Finding]:
    """One finding for each such section."""
    for file in project.templates:
        production = [found for found in file.environments if found.production is Production.YES]
        if len(file.environments) < 2 or len(production) != 1 or production[0].name != UNNAMED:  # noqa: PLR2004
            continue
        place = production[0].place
        options = production[0].options.values()
        is_samconfig = any(option.source is ParameterSource.SAMCONFIG for option in options)
        if place is not None and is_samconfig:
            yield Finding(
                place.span,
                "a sam deploy that names no environment ships to production. Give production a section of its own and "
                "leave default to development",
                document=place.document,
            )
