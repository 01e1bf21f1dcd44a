"""Production and another environment, or two templates of production, are deployed to the same stack.

What goes wrong: `sam deploy --config-env dev` updates production, with the values of dev: its strategy, its alarms, its
sizes. The two environments overwrite each other at every deployment. Of two templates each deletes what the other one has
made.
Silent when: the regions, profiles or roles differ; the stack's name is filled in later, or names the other one's stage
(SG617); one of the two environments is `default`, which says the same as another section in many a samconfig; the name is
that of every new project (`sam-app`).
Fix: give each environment a stack of its own.
Source: AWS SAM developer guide, "sam deploy" (--stack-name); CloudFormation user guide, "CloudFormation best practices".
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from samguard.environments import UNNAMED, Environment, ParameterValue, Production, names_production
from samguard.environments.production import words
from samguard.evaluation import Reason
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.project import Project, TemplateFile
from samguard.rules.environments.orders_example import PLAIN
from samguard.rules.environments.said_stages import disagreements
from samguard.source import Place

RULE = Rule("SG616", "two-environments-one-stack", Level.ERROR, since="0.1.0")

_ORDERS_AND_USERS = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
[users-prod.deploy.parameters]
template_file = "users.yaml"
stack_name = "{stack}"{mark}
parameter_overrides = "Stage=prod"
"""

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
    Example(  # the project has another word for production
        template=PLAIN,
        samconfig="""
version = 0.1
[dev.deploy.parameters]
stack_name = "orders"
parameter_overrides = "Stage=dev"
[blue.deploy.parameters]
stack_name = "orders"  # SG616
parameter_overrides = "Stage=blue"
""",
        files=(("samguard.toml", 'production = ["blue"]\n'),),
    ),
    Example(
        template=PLAIN,
        files=(("users.yaml", PLAIN),),
        samconfig=_ORDERS_AND_USERS.format(stack="orders-prod", mark="  # SG616"),
    ),
    Example(  # where the stack's name says whose it is, SG617 speaks
        template=PLAIN,
        files=(("users.yaml", PLAIN),),
        samconfig="""
version = 0.1
[dev.deploy.parameters]
stack_name = "orders"
parameter_overrides = "Stage=dev"
[prod.deploy.parameters]
stack_name = "orders"  # SG616
parameter_overrides = "Stage=prod"
[users-dev.deploy.parameters]
template_file = "users.yaml"
stack_name = "users-dev"
parameter_overrides = "Stage=dev"
[users-prod.deploy.parameters]
template_file = "users.yaml"
stack_name = "users-dev"  # SG617
parameter_overrides = "Stage=prod"
""",
    ),
)

GOOD = (
    Example(
        template=PLAIN,
        files=(("users.yaml", PLAIN),),
        samconfig=_ORDERS_AND_USERS.format(stack="users-prod", mark=""),
    ),
    Example(  # each of them as it was generated
        template=PLAIN,
        files=(("users.yaml", PLAIN),),
        samconfig=_ORDERS_AND_USERS.replace("orders-prod", "sam-app").format(stack="sam-app", mark=""),
    ),
    Example(  # it is not said which of two templates is deployed
        template=PLAIN,
        template_path="orders.yaml",
        files=(("users.yaml", PLAIN),),
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
""",
    ),
    Example(  # for development
        template=PLAIN,
        files=(("users.yaml", PLAIN),),
        samconfig=_ORDERS_AND_USERS.replace("prod", "dev").format(stack="orders-dev", mark=""),
    ),
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
    Example(  # filled in before the deployment
        template=PLAIN,
        samconfig="""
version = 0.1
[dev.deploy.parameters]
stack_name = "<name>"
parameter_overrides = "Stage=dev"
[prod.deploy.parameters]
stack_name = "<name>"
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
    Example(  # one line of a pipeline for both, maybe in two accounts
        template=PLAIN,
        files=(
            (
                ".github/workflows/deliver.yml",
                """
on: {push: {branches: [main]}}
concurrency: deliver
jobs:
  deploy:
    runs-on: ubuntu-latest
    strategy: {max-parallel: 1, matrix: {stage: [staging, production]}}
    environment: ${{ matrix.stage }}
    steps:
      - run: pytest
      - run: sam build
      - run: sam deploy --stack-name orders --parameter-overrides Stage=${{ matrix.stage }}
""",
            ),
        ),
    ),
)

_APART = ("profile", "role_arn", "s3_bucket")
"""Options that differ where the accounts do."""
_OF_NEW_PROJECTS = ("sam-app",)


def check(project: Project) -> Iterator[Finding]:
    """One finding for each environment that is deployed to production's stack, or for production on another's."""
    yield from _of_environments(project)
    yield from _of_templates(project)


def _of_environments(project: Project) -> Iterator[Finding]:
    for file in project.templates:
        by_stack: dict[str | None, list[Environment]] = {}
        for environment in file.environments:
            if environment.name != UNNAMED and "stack_name" in environment.options:
                by_stack.setdefault(environment.stack_name, []).append(environment)
        for one, other in (pair for named in by_stack.values() for pair in combinations(named, 2)):
            if _is_live(one) == _is_live(other) or not _is_same_stack(one, other):
                continue
            live, second = (one, other) if _is_live(one) else (other, one)
            # The stack's name says whose it is; where it does not, production is the one to be moved away.
            is_of_live = names_production(live.stack_name or "", live.production_patterns)
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


def _of_templates(project: Project) -> Iterator[Finding]:
    """One finding for each further template of production that is deployed to a stack which another one has."""
    taken: dict[str | None, list[tuple[TemplateFile, Environment]]] = {}
    """By the stack's name: of a thousand templates, each has hardly more than one other to compare with."""
    for file in project.templates:
        for environment in file.environments:
            place = _place(environment) if "stack_name" in environment.options else None
            if (
                environment.production is not Production.YES
                or place is None
                or environment.stack_name in _OF_NEW_PROJECTS
            ):
                continue
            beside_it = taken.setdefault(environment.stack_name, [])
            for other, before in beside_it:
                beside = _place(before)
                if other is not file and beside not in (None, place) and _is_same_stack(before, environment):
                    yield Finding(
                        place.span,
                        f"one stack in production, {environment.stack_name}, is deployed from {other.document.path} and "
                        f"from {file.document.path}: each deletes what the other has made. Give each a stack of its own",
                        because=(Reason(f"{other.document.path} is deployed there too", beside),),
                        level=Level.WARNING,
                        document=place.document,
                    )
                    break
            else:
                beside_it.append((file, environment))


def _is_live(environment: Environment) -> bool:
    return names_production(environment.name, environment.production_patterns)


def _is_same_stack(one: Environment, other: Environment) -> bool:
    name = one.stack_name  # which the other one has as well
    if not name or any(mark in name for mark in "${<%") or not words(name):
        return False
    return one.region == other.region and all(_text(one, key) == _text(other, key) for key in _APART)


def _text(environment: Environment, key: str) -> str | None:
    said: ParameterValue | None = environment.options.get(key)
    return None if said is None else said.text


def _place(environment: Environment) -> Place | None:
    return environment.options["stack_name"].place
