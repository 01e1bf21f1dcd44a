"""A pipeline changes production's code or alias by Lambda's own API.

What goes wrong: `aws lambda update-function-code` and `update-alias` go past CloudFormation and CodeDeploy: the new code is
live at once, or the alias moves with nobody watching, and the next deployment meets a state that it does not know.
Silent when: the environment is not production or not named; a person starts the pipeline to roll back (a note then).
Fix: deploy the template; CodeDeploy then moves the alias.
Source: AWS Lambda API Reference, "UpdateFunctionCode" and "UpdateAlias"; AWS SAM Developer Guide, "Deploying serverless
applications gradually with AWS SAM".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pattern import pattern
from samguard.pipeline import Job, Pipeline, Step, StepKind
from samguard.pipeline.environment_name import stage_in
from samguard.rules.pipelines.example_workflow import GITLAB, PROD_DEPLOY, TEMPLATE, WORKFLOW, WORKFLOW_PATH
from samguard.rules.pipelines.production_path import environment_of, is_automatic, is_production

RULE = Rule("SG702", "direct-code-update", Level.ERROR, since="0.1.0")

_UPDATE: Final = "aws lambda update-function-code --function-name orders-prod --zip-file fileb://orders.zip"
_ROLL_BACK: Final = """
on: workflow_dispatch
jobs:
  rollback:
    environment: production
    runs-on: ubuntu-latest
    steps:
      - run: aws lambda update-alias --function-name orders --name live --function-version "$VERSION"{mark}
"""

BAD = (
    Example(
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(f"run: {PROD_DEPLOY}", f"run: {PROD_DEPLOY}\n      - run: {_UPDATE}  # SG702"),
            ),
        ),
    ),
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, _ROLL_BACK.format(mark="  # SG702")),)),
    Example(  # the function's name says whose it is
        template=TEMPLATE,
        files=(
            (
                ".gitlab-ci.yml",
                GITLAB.replace("  environment: production\n", "").replace(
                    f"    - {PROD_DEPLOY}", f"    - {PROD_DEPLOY}\n    - {_UPDATE}  # SG702"
                ),
            ),
        ),
    ),
)

GOOD = (
    Example(
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(
                    "orders-staging --cap", "orders-staging && aws lambda update-function-code --function-name x --cap"
                ).replace(
                    f"run: {PROD_DEPLOY}",
                    f"run: {PROD_DEPLOY}\n      - run: aws lambda publish-version --function-name orders-prod",
                ),
            ),
        ),
    ),
    Example(
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(f"run: {PROD_DEPLOY}", f"run: {PROD_DEPLOY}\n      - run: {_UPDATE} --dry-run"),
            ),
        ),
    ),
)

_GOES_PAST: Final = pattern(r"\bupdate-(?:function-code|alias)\b")
_FUNCTION: Final = pattern(r"--function-name[ =]([\w:-]+)")
_CHANGES_NOTHING: Final = pattern(r"--dry-run\b")
_ROLLING_BACK: Final = pattern(r"roll[-_ ]?back|revert", re.IGNORECASE)


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for each call that changes what production runs."""
    for job in pipeline.jobs:
        for step in job.steps:
            environment = environment_of(job, step) or _named_by(job, step)
            if environment is None or not is_production(pipeline, step, environment) or not _changes_code(step):
                continue
            is_rollback = not is_automatic(pipeline, job) and _rolls_back(pipeline, job, step)
            message = (
                f"this changes what {environment} runs at once, past CodeDeploy's canary, alarms and hooks; "
                "deploy the template instead"
            )
            level = Level.NOTE if is_rollback else None
            yield Finding(step.place.span, message, level=level, document=step.place.document)


def _named_by(job: Job, step: Step) -> str | None:
    """The environment that the function's own name, the job or its stage speaks of."""
    function = _FUNCTION.search(step.text)
    said = (function[1] if function is not None else "", job.name, job.stage or "")
    return next((name for one in said if (name := stage_in(one)) is not None), None)


def _changes_code(step: Step) -> bool:
    if step.kind is not StepKind.DIRECT_UPDATE or _CHANGES_NOTHING.search(step.text):
        return False
    return step.action is not None or bool(_GOES_PAST.search(step.text))


def _rolls_back(pipeline: Pipeline, job: Job, step: Step) -> bool:
    return any(_ROLLING_BACK.search(name) for name in (pipeline.path, pipeline.name, job.name, step.name or ""))
