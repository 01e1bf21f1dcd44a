"""A deployment that nobody waits for.

What goes wrong: the command only starts the update. The pipeline is green before the shift has begun, the next stage goes on
with whatever is there, and when an alarm rolls the release back, nobody is told.
Silent when: a wait follows; the tool waits of itself; it is not known whether it does; production is not in the pipeline.
Fix: add `aws cloudformation wait stack-update-complete`, or use `aws cloudformation deploy` or `sam deploy`, which wait.
Source: AWS CLI Command Reference, cloudformation: "update-stack", "execute-change-set" and "wait".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pipeline import Pipeline
from samguard.rules.pipelines.example_workflow import GITLAB, PROD_DEPLOY, TEMPLATE, WORKFLOW, WORKFLOW_PATH
from samguard.rules.pipelines.production_path import deploys

RULE = Rule("SG704", "does-not-wait", Level.WARNING, since="0.1.0")

_UPDATE = "aws cloudformation update-stack --stack-name orders-prod --template-body file://packaged.yaml"
_DEVELOPERS = f"""
on: workflow_dispatch
jobs:
  dev:
    runs-on: ubuntu-latest
    steps:
      - run: {_UPDATE.replace("prod", "dev")}
"""

BAD = (
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, WORKFLOW.replace(PROD_DEPLOY, f"{_UPDATE}  # SG704")),)),
    Example(  # staging is still being updated when production's turn comes
        template=TEMPLATE,
        files=(
            (
                ".gitlab-ci.yml",
                GITLAB.replace(
                    PROD_DEPLOY.replace("prod", "staging"), f"{_UPDATE.replace('prod', 'staging')}  # SG704"
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
                    PROD_DEPLOY,
                    f"|\n          {_UPDATE}\n"
                    "          aws cloudformation wait stack-update-complete --stack-name orders-prod",
                ),
            ),
        ),
    ),
    Example(  # nothing comes after a developers' stack
        template=TEMPLATE,
        files=(
            (
                ".github/workflows/dev.yml",
                _DEVELOPERS,
            ),
        ),
    ),
)


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for each deployment that is only started: production's, and those that production comes after."""
    found = deploys(pipeline)
    before = {name for deploy in found if deploy.is_production for name in pipeline.before(deploy.job.name)}
    for deploy in found:
        if deploy.step.waits is False and (deploy.is_production or deploy.job.name in before):
            message = (
                f"the pipeline goes on while {deploy.environment} is still being updated, and a rollback stays unseen; "
                "wait for the stack to be complete"
            )
            yield Finding(deploy.step.place.span, message, document=deploy.step.place.document)
