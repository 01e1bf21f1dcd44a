"""Production and another environment are deployed to the same stack.

What goes wrong: `sam deploy --config-env dev` updates production, with the values of dev: its strategy, its alarms, its
sizes. The two environments overwrite each other at every deployment.
Silent when: the regions, profiles or roles differ; the stack's name is filled in later, or names the other one's stage
(SG617); one of the two is `default`, which says the same as another section in many a samconfig.
Fix: give each environment a stack of its own.
Source: AWS SAM developer guide, "sam deploy" (--stack-name); CloudFormation user guide, "CloudFormation best practices".
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from samguard.environments import UNNAMED, Environment, ParameterValue, names_production
from samguard.environments.production import words
from samguard.evaluation import Reason
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.project import Project
from samguard.rules.environments.orders_example import PLAIN
from samguard.rules.environments.said_stages import disagreements
from samguard.source import Place

RULE = Rule("SG616", "two-environments-one-stack", Level.ERROR, since="0.1.0")

BAD = (
    Example(
        template=PLAIN,
        samconfig="""
version = 0.1
[dev.deploy.parameters]
stack_name = "orders"
parameter_overrides = "Stage=dev"
[prod.deploy.parameters]
stack_name = "orders"  # SG616
parameter_overrides = "Stage=prod"
""",
    ),
)

GOOD = (
    Example(
        template=PLAIN,
        samconfig="""
version = 0.1
[dev.deploy.parameters]
stack_name = "orders"
parameter_overrides = "Stage=dev"
[prod.deploy.parameters]
stack_name = "shop-orders"
parameter_overrides = "Stage=prod"
""",
    ),
    Example(
        template=PLAIN,
        samconfig="""
version = 0.1
[dev.deploy.parameters]
stack_name = "orders"
region = "eu-west-1"
parameter_overrides = "Stage=dev"
[test.deploy.parameters]
stack_name = "orders"
profile = "test"
region = "eu-central-1"
parameter_overrides = "Stage=test"
[prod.deploy.parameters]
stack_name = "orders"
profile = "live"
region = "eu-central-1"
parameter_overrides = "Stage=prod"
""",
    ),
    Example(
        template=PLAIN,
        samconfig="""
version = 0.1
[default.deploy.parameters]
stack_name = "orders"
[prod.deploy.parameters]
stack_name = "orders"
parameter_overrides = "Stage=prod"
""",
    ),
    Example(  # two names of production
        template=PLAIN,
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "orders"
parameter_overrides = "Stage=prod"
[production.deploy.parameters]
stack_name = "orders"
parameter_overrides = "Stage=prod"
""",
    ),
)

_APART = ("profile", "role_arn", "s3_bucket")
"""Options that differ where the accounts do."""


def check(project: Project) -> Iterator[Finding]:
    """One finding for each environment that is deployed to production's stack, or for production on another's."""
    for file in project.templates:
        named = [one for one in file.environments if one.name != UNNAMED and "stack_name" in one.options]
        for one, other in combinations(named, 2):
            if names_production(one.name) == names_production(other.name) or not _is_same_stack(one, other):
                continue
            live, second = (one, other) if names_production(one.name) else (other, one)
            # The stack's name says whose it is; where it does not, production is the one to be moved away.
            is_of_live = names_production(live.stack_name or "")
            wrong, right = (second, live) if is_of_live else (live, second)
            place, beside = _place(wrong), _place(right)
            if place is None or beside is None or place == beside:
                continue
            if not any(other.is_stack for _, other in disagreements(wrong)):
                yield Finding(
                    place.span,
                    f"{live.name} and {second.name} are deployed to one stack, {live.stack_name}: each overwrites the "
                    "other, strategy and alarms included. Give each a stack of its own",
                    because=(Reason(f"{right.name} is deployed there too", beside),),
                    document=place.document,
                )


def _is_same_stack(one: Environment, other: Environment) -> bool:
    name = one.stack_name
    if not name or name != other.stack_name or any(mark in name for mark in "${<%") or not words(name):
        return False
    return one.region == other.region and all(_text(one, key) == _text(other, key) for key in _APART)


def _text(environment: Environment, key: str) -> str | None:
    said: ParameterValue | None = environment.options.get(key)
    return None if said is None else said.text


def _place(environment: Environment) -> Place | None:
    return environment.options["stack_name"].place
