"""A job that is called production's deploys to another stage's stack, or the other way round.

What goes wrong: the pipeline shows a release in production that went to staging once more; or a job that everybody takes for
staging's changes production.
Silent when: the names of the job and its stage say nothing, or what the stack's name says; the CI system is told the
environment, or a parameter the stage (SG617 compares those); the stack's name is unknown; two jobs have changed places (SG710).
Fix: give the job its own stage's stack name.
Source: AWS SAM Developer Guide, "Introduction to deploying with AWS SAM"; "sam pipeline bootstrap" (a stack for each stage).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.environments.production import names_another_stage
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pipeline import Job, Pipeline
from samguard.pipeline.environment_name import stage_in
from samguard.rules.pipelines.example_workflow import (
    CODEPIPELINE,
    CONFIGURATIONS,
    GITLAB,
    PROD_DEPLOY,
    TEMPLATE,
)
from samguard.rules.pipelines.production_path import Deploy, deploys

RULE = Rule("SG730", "job-deploys-another-stage", Level.WARNING, since="0.1.0")

_UNNAMED = GITLAB.replace("  environment: production\n", "").replace("  environment: staging\n", "")
_STAGING_DEPLOY = PROD_DEPLOY.replace("-prod", "-staging")

BAD = (
    Example(
        template=TEMPLATE,
        files=((".gitlab-ci.yml", _UNNAMED.replace(PROD_DEPLOY, f"{_STAGING_DEPLOY}  # SG730")),),
    ),
    Example(
        template=TEMPLATE,
        files=((".gitlab-ci.yml", _UNNAMED.replace(_STAGING_DEPLOY, f"{PROD_DEPLOY}  # SG730")),),
    ),
    Example(
        template=TEMPLATE,
        files=(
            ("pipeline.yaml", CODEPIPELINE.replace("StackName: orders-prod", "StackName: orders-staging  # SG730")),
            *CONFIGURATIONS,
        ),
    ),
    Example(  # the other way round, production comes first: SG710's
        template=TEMPLATE,
        files=(
            ("pipeline.yaml", CODEPIPELINE.replace("StackName: orders-prod", "StackName: orders-staging  # SG730")),
            *CONFIGURATIONS,
            (
                ".gitlab-ci.yml",
                _UNNAMED.replace(PROD_DEPLOY, "{}")
                .replace(_STAGING_DEPLOY, PROD_DEPLOY)
                .replace("{}", _STAGING_DEPLOY)
                .replace("\nstaging:", "\nstaging:  # SG710"),
            ),
        ),
    ),
)

GOOD = (
    Example(template=TEMPLATE, files=((".gitlab-ci.yml", _UNNAMED), ("pipeline.yaml", CODEPIPELINE), *CONFIGURATIONS)),
    Example(  # names that say nothing, or both
        template=TEMPLATE,
        files=(
            (
                ".gitlab-ci.yml",
                _UNNAMED.replace("production:\n  stage: production", "last:\n  stage: last")
                .replace("staging, production]", "staging, last]")
                .replace("staging:\n  stage: staging", "prod-test:\n  stage: staging"),
            ),
        ),
    ),
    Example(  # the CI system is told what it is
        template=TEMPLATE,
        files=(
            (
                ".gitlab-ci.yml",
                GITLAB.replace(PROD_DEPLOY, _STAGING_DEPLOY).replace("environment: production", "environment: europe"),
            ),
        ),
    ),
)


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for each deployment whose stack is another stage's than its job says."""
    wrong = [(deploy, said) for deploy in deploys(pipeline) if (said := _wrongly_said(pipeline, deploy)) is not None]
    if len({said for _, said in wrong}) > 1:  # the two have changed places
        return
    for deploy, _ in wrong:
        command = deploy.step.command
        given = None if command is None else command.options.get("stack_name")
        place = given.place if given is not None and given.place is not None else deploy.step.place
        name = None if command is None else command.stack_name
        message = f"{deploy.job.name} deploys to {name}, which is another stage's stack: give the job its own stage's"
        yield Finding(place.span, message, document=place.document)


def _wrongly_said(pipeline: Pipeline, deploy: Deploy) -> bool | None:
    """Whether a job is called production's (or another stage's), where its stack is not; None where nothing is wrong."""
    name = None if deploy.step.command is None else deploy.step.command.stack_name
    said = _said(pipeline, deploy.job)
    if name is None or said is None or _is_told(deploy):
        return None
    is_live = pipeline.production.includes(name)
    is_other = not is_live and names_another_stage(name)
    return said if (is_other if said else is_live) else None


def _said(pipeline: Pipeline, job: Job) -> bool | None:
    """Whether a job's names say production; None where they say nothing, or two things."""
    names = [one for one in (job.name, job.stage) if one]
    is_live = any(pipeline.production.includes(one) for one in names)
    is_other = any(names_another_stage(one) and not pipeline.production.includes(one) for one in names)
    return None if is_live is is_other else is_live


def _is_told(deploy: Deploy) -> bool:
    """Whether something more certain names the environment: not only the stack itself."""
    stack = "" if deploy.step.command is None else deploy.step.command.stack_name or ""
    return deploy.job.environment is not None or stage_in(stack) != deploy.environment
