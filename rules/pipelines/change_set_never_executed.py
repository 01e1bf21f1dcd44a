"""A change set of production is made, and nothing of the project ever executes it.

What goes wrong: the pipeline is green, and nothing has been deployed: the release waits in a change set, until the next one
replaces it.
Silent when: the same pipeline, or another one of the project, executes change sets or deploys that stack; the run is for a
pull request, which only looks at what would change; the environment is not production.
Fix: leave `--no-execute-changeset` out, or execute the change set once it is approved.
Source: AWS SAM Developer Guide, "sam deploy" (--no-execute-changeset); AWS CLI Command Reference, "execute-change-set".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pattern import pattern
from samguard.pipeline import Job, Pipeline, Step, StepKind
from samguard.project import Project
from samguard.rules.pipelines.example_workflow import GITLAB, PROD_DEPLOY, TEMPLATE, WORKFLOW, WORKFLOW_PATH
from samguard.rules.pipelines.production_path import environment_of, is_production

RULE = Rule("SG729", "change-set-never-executed", Level.NOTE, since="0.1.0")

_ONLY_MADE = WORKFLOW.replace(PROD_DEPLOY, f"{PROD_DEPLOY} --no-execute-changeset{{mark}}")

BAD = (
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, _ONLY_MADE.replace("{mark}", "  # SG729")),)),
    Example(
        template=TEMPLATE,
        files=((".gitlab-ci.yml", GITLAB.replace(PROD_DEPLOY, f"{PROD_DEPLOY} --no-execute-changeset  # SG729")),),
    ),
)

GOOD = (
    Example(
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                _ONLY_MADE.replace(
                    "{mark}",
                    '\n      - run: aws cloudformation execute-change-set --change-set-name "$CHANGE_SET"'
                    " && aws cloudformation wait stack-update-complete --stack-name orders-prod",
                ),
            ),
        ),
    ),
    Example(  # another job deploys it
        template=TEMPLATE, files=((WORKFLOW_PATH, _ONLY_MADE.replace("{mark}", "")), (".gitlab-ci.yml", GITLAB))
    ),
    Example(  # staging's
        template=TEMPLATE,
        files=((WORKFLOW_PATH, WORKFLOW.replace("orders-staging --", "orders-staging --no-execute-changeset --")),),
    ),
    Example(  # for a look at what would change
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                _ONLY_MADE.replace("{mark}", "").replace("  push:\n    branches: [main]", "  pull_request:"),
            ),
        ),
    ),
)

_EXECUTES: Final = pattern(r"execute-change-set|CHANGE_SET_EXECUTE|execute-only|cfnExecuteChangeSet")
_REQUESTS: Final = frozenset({"pull_request", "pull_request_target", "merge_request_event", "merge_requests"})


def check(project: Project) -> Iterator[Finding]:
    """One finding for each change set of production that stays one."""
    if any(
        _EXECUTES.search(pipeline.document.text) or _EXECUTES.search(_texts(pipeline)) for pipeline in project.pipelines
    ):
        return
    deployed = {
        step.command.stack_name
        for pipeline in project.pipelines
        for job in pipeline.jobs
        for step in job.deploy_steps
        if step.command is not None
    }
    for pipeline in project.pipelines:
        for job in pipeline.jobs:
            for step in job.steps:
                environment = environment_of(job, step) if step.kind is StepKind.CHANGE_SET else None
                if environment is None or not is_production(pipeline, step, environment) or _is_a_look(pipeline, job):
                    continue
                if step.command is None or step.command.stack_name not in deployed:
                    yield _finding(step, environment)


def _finding(step: Step, environment: str) -> Finding:
    message = (
        f"the change set for {environment} is made and never executed: the pipeline is green, and nothing has been "
        "deployed; execute it, or deploy at once"
    )
    return Finding(step.place.span, message, document=step.place.document)


def _is_a_look(pipeline: Pipeline, job: Job) -> bool:
    """Whether a run is for pull requests only."""
    events = set(job.events) or {trigger.event for trigger in pipeline.triggers}
    return bool(events) and events <= _REQUESTS


def _texts(pipeline: Pipeline) -> str:
    return "\n".join(step.text for job in pipeline.jobs for step in job.steps)
