"""Production's stack is deleted when or before it is deployed.

What goes wrong: the stack and all that is in it are gone until a new one is made: an outage, and the data with it. The next
deployment is a first one, which shifts nothing: everyone gets the new version at once.
Silent when: the environment is not production or not named; the deletion stands under a condition, as after a creation that
failed; another stack is deleted.
Fix: `ActionMode: CREATE_UPDATE`, or a change set; remove the deletion.
Source: AWS CloudFormation User Guide, "AWS CloudFormation configuration properties reference" (action mode, replace a failed
stack).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pipeline import Job, Pipeline, StepKind
from samguard.rules.pipelines.example_workflow import (
    CODEPIPELINE,
    CONFIGURATIONS,
    GITLAB,
    PROD_DEPLOY,
    TEMPLATE,
    WORKFLOW,
    WORKFLOW_PATH,
)
from samguard.rules.pipelines.production_path import Deploy, production_deploys, steps_before

RULE = Rule("SG713", "replace-on-failure", Level.ERROR, since="0.1.0")

_TO_PROD = "ActionMode: CREATE_UPDATE\n                StackName: orders-prod"
_TO_STAGING = "ActionMode: CREATE_UPDATE\n                StackName: orders-staging"

BAD = (
    Example(
        template=TEMPLATE,
        files=(
            (
                "pipeline.yaml",
                CODEPIPELINE.replace(
                    _TO_PROD, "ActionMode: REPLACE_ON_FAILURE  # SG713\n                StackName: orders-prod"
                ),
            ),
            *CONFIGURATIONS,
        ),
    ),
    Example(
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(
                    f"run: {PROD_DEPLOY}",
                    f"run: aws cloudformation delete-stack --stack-name orders-prod  # SG713\n      - run: {PROD_DEPLOY}",
                ),
            ),
        ),
    ),
    Example(  # in the job of the main branch
        template=TEMPLATE,
        files=(
            (
                ".gitlab-ci.yml",
                GITLAB.replace(
                    f"    - {PROD_DEPLOY}",
                    f"    - aws cloudformation delete-stack --stack-name orders-prod  # SG713\n    - {PROD_DEPLOY}",
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
                "pipeline.yaml",
                CODEPIPELINE.replace(
                    _TO_STAGING, "ActionMode: REPLACE_ON_FAILURE\n                StackName: orders-staging"
                ),
            ),
            *CONFIGURATIONS,
        ),
    ),
    Example(
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(
                    f"run: {PROD_DEPLOY}",
                    "run: |\n          aws cloudformation delete-stack --stack-name orders-preview\n"
                    '          if [ "$STATUS" = ROLLBACK_COMPLETE ]; then\n'
                    "            aws cloudformation delete-stack --stack-name orders-prod\n          fi\n"
                    f"      - run: {PROD_DEPLOY}",
                ),
            ),
        ),
    ),
)


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for each way in which production's stack is deleted."""
    for deploy in production_deploys(pipeline):
        command = deploy.step.command
        mode = None if command is None else command.options.get("action_mode")
        if mode is not None and mode.text == "REPLACE_ON_FAILURE" and mode.place is not None:
            message = (
                f"when the stack of {deploy.environment} has failed, it is deleted and made new: an outage, and no gradual "
                "deployment; use CREATE_UPDATE or a change set"
            )
            yield Finding(mode.place.span, message, document=mode.place.document)
        yield from _deletions(pipeline, deploy)


def _runs_with(job: Job, deploy: Deploy) -> bool:
    """Whether a job runs whenever another one deploys."""
    theirs = "" if deploy.job.condition is None else deploy.job.condition.written
    return job.condition is None or job.condition.written == theirs


def _deletions(pipeline: Pipeline, deploy: Deploy) -> Iterator[Finding]:
    stack = None if deploy.step.command is None else deploy.step.command.stack_name
    named = re.compile(r"(?!)" if stack is None else rf"(?<![\w-]){re.escape(stack)}(?![\w-])")
    for job, step in steps_before(pipeline, deploy):
        if (
            step.kind is StepKind.DELETE
            and not step.is_conditional
            and _runs_with(job, deploy)
            and named.search(step.text)
        ):
            message = (
                f"the stack of {deploy.environment} is deleted before it is deployed: an outage, and the new version goes "
                "to everyone at once; remove this"
            )
            yield Finding(step.place.span, message, document=step.place.document)
