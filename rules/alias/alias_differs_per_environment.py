"""Two environments share a stack, but not the alias's name.

What goes wrong: the alias's name is part of its logical id. When one environment is deployed over the other in the same
stack, a new alias is made and the old one removed: nothing is shifted, no alarm is looked at, and whoever calls the old
alias gets an error.
Silent when: the environments have stacks of their own, or are told apart by region, profile or role; the name is the
same.
Fix: give each environment its own stack_name.
Source: CloudFormation user guide, AWS::Lambda::Alias (Name: replacement); samtranslator, model/sam_resources.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from samguard.environments.environment import Environment
from samguard.evaluation import Literal, Reason
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.project import Project, TemplateFile
from samguard.rollout import Rollout, deployments

RULE = Rule("SG108", "alias-differs-per-environment", Level.NOTE, since="0.1.0")

_WHERE = ("profile", "role_arn")

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: dev}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: !Ref Stage%s
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
  Seed:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src/, Handler: seed.handler, Runtime: python3.12}
"""
_STAGES = """
version = 0.1
[dev.deploy.parameters]
stack_name = "orders"
parameter_overrides = "Stage=dev"
%s
[prod.deploy.parameters]
stack_name = "orders"
parameter_overrides = "Stage=prod"
"""

BAD = Example(
    template=_TEMPLATE % "  # SG108",
    samconfig=(_STAGES % "").replace(
        '"orders"\nparameter_overrides = "Stage=prod"', '"orders"  # SG616\nparameter_overrides = "Stage=prod"'
    ),
)

GOOD = (
    Example(  # one stack, one name
        template=re.sub("AutoPublishAlias: .*", "AutoPublishAlias: live", _TEMPLATE % ""),
        samconfig=(_STAGES % "").replace("prod", "test"),
    ),
    Example(template=_TEMPLATE % "", samconfig=_STAGES.replace('"orders"', '"orders-dev"', 1) % ""),
    Example(template=_TEMPLATE % "", samconfig=_STAGES % 'region = "eu-west-1"'),
    Example(template=_TEMPLATE % "", samconfig=_STAGES % 'profile = "sandbox"'),
    Example(template=_TEMPLATE % "", samconfig=(_STAGES % "").replace('stack_name = "orders"', "")),
)


def check(project: Project) -> Iterator[Finding]:
    """One finding for each alias that changes its name within a stack."""
    for file in project.templates:
        yield from _renamed(file)


def _renamed(file: TemplateFile) -> Iterator[Finding]:
    seen: dict[tuple[object, ...], tuple[str, Environment]] = {}
    stacks = [_stack(environment) for environment in file.environments]
    for environment, stack in zip(file.environments, stacks, strict=True):
        if environment.stack_name is None or stacks.count(stack) == 1:
            continue
        for rollout in deployments(file.template, environment)[0].rollouts:
            name = rollout.alias
            if not isinstance(name, Literal):
                continue
            key = (*stack, rollout.function)
            first, other = seen.setdefault(key, (name.text, environment))
            if first != name.text:
                yield _finding(file, rollout, name, (first, other))


def _finding(file: TemplateFile, rollout: Rollout, name: Literal, first: tuple[str, Environment]) -> Finding:
    environment, other = rollout.environment, first[1]
    reasons = tuple(
        Reason(f"{one.name} deploys to the stack {one.stack_name}", one.place) for one in (other, environment)
    )
    return Finding(
        rollout.spans.alias,
        f"the alias of {{resource}} is {first[0]!r} in {other.name} and {name.text!r} in {environment.name}, in one "
        "stack: each deployment renames it, which shifts nothing. Give each environment its own stack_name",
        because=(*reasons, *name.because),
        resource=rollout.function,
        document=file.document,
    )


def _stack(environment: Environment) -> tuple[object, ...]:
    """What tells one stack from another, as far as it is written down."""
    options = (environment.options.get(name) for name in _WHERE)
    return (environment.stack_name, environment.region, *(option.text if option else None for option in options))
