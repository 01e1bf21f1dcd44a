"""A pipeline puts code into production by `sam sync`.

What goes wrong: `sam sync` updates a function's code itself, publishes a version and moves the alias to it: everyone has
the new version at once. No canary, no alarm and no hook is asked.
Silent when: the environment is not production, or nothing in the pipeline names it.
Fix: deploy production with `sam deploy`; keep `sam sync` for the developers' stacks.
Source: AWS SAM Developer Guide, "sam sync"; aws/aws-sam-cli, samcli/lib/sync/flows/alias_version_sync_flow.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pipeline import Pipeline, StepKind
from samguard.rules.pipelines.example_workflow import GITLAB, PROD_DEPLOY, TEMPLATE, WORKFLOW, WORKFLOW_PATH
from samguard.rules.pipelines.production_path import production_deploys

RULE = Rule("SG701", "sync-in-pipeline", Level.ERROR, since="0.1.0")

BAD = (
    Example(
        template=TEMPLATE,
        files=((WORKFLOW_PATH, WORKFLOW.replace(PROD_DEPLOY, "sam sync --stack-name orders-prod  # SG701")),),
    ),
    Example(
        template=TEMPLATE,
        files=((".gitlab-ci.yml", GITLAB.replace(PROD_DEPLOY, "sam sync --code --stack-name orders-prod  # SG701")),),
    ),
)

GOOD = (
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, WORKFLOW),)),
    Example(  # a developers' stack
        template=TEMPLATE,
        files=((WORKFLOW_PATH, WORKFLOW.replace("run: sam build", "run: sam sync --stack-name orders-dev")),),
    ),
)


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for each sync with production."""
    for deploy in production_deploys(pipeline):
        if deploy.step.kind is StepKind.SYNC:
            message = (
                f"sam sync moves the alias in {deploy.environment} to the new code at once, past canary, alarms and hooks; "
                "deploy it with sam deploy"
            )
            yield Finding(deploy.step.place.span, message, document=deploy.step.place.document)
