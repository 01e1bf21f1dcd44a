"""An environment says production by its name, and another stage by its parameter or stack, or the reverse.

What goes wrong: conditions and mappings of the template go by the stage parameter. Production that is given `dev` has
dev's strategy, alarms and sizes; dev that is given `prod` or production's stack changes production.
Silent when: either says no stage; a name says both (`live-test`); the environment is `default` and its stack says
no stage; the value is not known.
Fix: give each environment its own stage and stack.
Source: AWS SAM developer guide, "AWS SAM CLI configuration file" (environments).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Reason
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rules.environments.orders_example import PLAIN
from samguard.rules.environments.said_stages import disagreements

RULE = Rule("SG617", "stage-disagrees-with-name", Level.ERROR, since="0.1.0", refused_values=True)

BAD = (
    Example(
        template=PLAIN,
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=dev"  # SG617 in prod
""",
    ),
    Example(
        template=PLAIN,
        samconfig="""
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
parameter_overrides = "Stage=prod"  # SG617 in dev
""",
    ),
    Example(  # the stack of another environment
        template=PLAIN,
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-staging"  # SG617 in prod
parameter_overrides = "Stage=prod"
""",
    ),
    Example(  # copied from production and forgotten
        template=PLAIN,
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
[staging.deploy.parameters]
stack_name = "orders-prod"  # SG617 in staging
parameter_overrides = "Stage=staging"
""",
    ),
    Example(  # default has no name that says anything, but a stack
        template=PLAIN,
        samconfig="""
version = 0.1
[default.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=dev"  # SG617 in default
""",
    ),
)

GOOD = (
    Example(
        template=PLAIN,
        samconfig="""
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
parameter_overrides = "Stage=test"
[nonprod.deploy.parameters]
stack_name = "orders-nonprod"
parameter_overrides = "Stage=staging"
[production.deploy.parameters]
stack_name = "orders-prd"
parameter_overrides = "Stage=live"
[eu.deploy.parameters]
stack_name = "orders"
parameter_overrides = "Stage=prod"
""",
    ),
    Example(  # a name that says both says nothing
        template=PLAIN,
        samconfig="""
version = 0.1
[live-test.deploy.parameters]
stack_name = "orders-live-test"
parameter_overrides = "Stage=test"
""",
    ),
    Example(  # not a stage, though its value looks like one
        template=PLAIN,
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=prod Owner=dev"
""",
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each value that disagrees with the environment's name, or with its stack's where it has none."""
    for first, other in disagreements(deployment.environment):
        assert other.place is not None  # noqa: S101 - said of disagreements
        own = "a stack" if other.is_stack else "the stage"
        yield Finding(
            other.place.span,
            f"{first.what} is {first.text}, but {other.what} {other.text}: what is deployed {{where}} is taken for another "
            f"stage. Give it {own} of its own",
            because=(Reason(f"{first.what} is {first.text}", first.place),),
            document=other.place.document,
        )
