"""A job that is called production's deploys to another stage's stack, or the other way round.

What goes wrong: the pipeline shows a release in production that went to staging once more; or a job that everybody takes for
staging's changes production.
Silent when: the names of the job and its stage say nothing, or what the stack's name says; the CI system is told the
environment, or a parameter the stage (SG617 compares those); the stack's name is unknown.
Fix: give the job its own stage's stack name.
Source: AWS SAM Developer Guide, "sam deploy" (--stack-name).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.environments.production import names_another_stage
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pipeline import Job, Pipeline
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
)


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for each deployment whose stack is another stage's than its job says."""
    for deploy in deploys(pipeline):
        command = deploy.step.command
        name = None if command is None else command.stack_name
        said = _said(pipeline, deploy.job)
        if command is None or name is None or said is None or _is_told(deploy):
            continue
        is_live = pipeline.production.includes(name)
        is_other = not is_live and names_another_stage(name)
        if (said and is_other) or (not said and is_live):
            given = command.options.get("stack_name")
            place = given.place if given is not None and given.place is not None else deploy.step.place
            job = deploy.job.name
            message = f"{job} deploys to {name}, which is another stage's stack: give the job its own stage's"
            yield Finding(place.span, message, document=place.document)


def _said(pipeline: Pipeline, job: Job) -> bool | None:
    """Whether a job's names say production; None where they say nothing, or two things."""
    names = [one for one in (job.name, job.stage) if one]
    is_live = any(pipeline.production.includes(one) for one in names)
    is_other = any(names_another_stage(one) and not pipeline.production.includes(one) for one in names)
    return None if is_live is is_other else is_live


def _is_told(deploy: Deploy) -> bool:
    """Whether something more certain names the environment: not only the stack itself."""
    command = deploy.step.command
    return deploy.job.environment is not None or (command is not None and "config_env" in command.options)
