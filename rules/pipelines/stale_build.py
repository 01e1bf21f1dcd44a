"""Production is deployed without the build that belongs to it.

What goes wrong: `sam deploy` takes `.aws-sam/build` where there is one, and the source as it lies otherwise: without
`sam build` before it in the same job, that is an old build, or code without its dependencies.
Silent when: the job builds, packages or fetches the build first; a script or an action may do so; `--template` names what is
deployed; the CI system carries files from job to job.
Fix: run `sam build` before `sam deploy`, or hand the packaged template over as an artifact.
Source: AWS SAM Developer Guide, "Introduction to deploying with AWS SAM"; "Deploy your application and resources with AWS
SAM" (sam build makes what sam deploy takes).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pipeline import Pipeline, PipelineSystem, Step, StepKind
from samguard.rules.pipelines.example_workflow import PROD_DEPLOY, TEMPLATE, WORKFLOW, WORKFLOW_PATH
from samguard.rules.pipelines.production_path import (
    is_opaque,
    jobs_before,
    production_deploys,
    steps_of_job_before,
)

RULE = Rule("SG715", "stale-build", Level.WARNING, since="0.1.0")

_PLAIN = "sam deploy --stack-name orders-prod --capabilities CAPABILITY_IAM"
_FETCHED = "environment: production\n    steps:\n      - uses: actions/download-artifact@v4\n"
_CHECKED_OUT = "environment: production\n    steps:\n      - uses: actions/checkout@v4\n"
_WITHOUT = WORKFLOW.replace(_FETCHED, _CHECKED_OUT)

BAD = (
    Example(  # what the first job has built is not here
        template=TEMPLATE,
        files=((WORKFLOW_PATH, _WITHOUT.replace(PROD_DEPLOY, f"{_PLAIN}  # SG715")),),
    ),
    Example(
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                _WITHOUT.replace(PROD_DEPLOY, f"{_PLAIN}  # SG715\n      - run: sam build").replace(
                    "      - run: sam build\n      - run: sam package", "      - run: sam package"
                ),
            ),
        ),
    ),
)

GOOD = (
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, WORKFLOW),)),
    Example(
        template=TEMPLATE,
        files=((WORKFLOW_PATH, _WITHOUT.replace(f"run: {PROD_DEPLOY}", f"run: sam build\n      - run: {_PLAIN}")),),
    ),
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, WORKFLOW.replace(PROD_DEPLOY, _PLAIN)),)),
    Example(  # the template is named
        template=TEMPLATE,
        files=((WORKFLOW_PATH, _WITHOUT.replace(PROD_DEPLOY, f"{_PLAIN} -t packaged.yaml")),),
    ),
    Example(  # nothing of it is built by SAM CLI
        template=TEMPLATE,
        files=((WORKFLOW_PATH, _WITHOUT.replace("      - run: sam build\n", "").replace(PROD_DEPLOY, _PLAIN)),),
    ),
    Example(  # a script may build
        template=TEMPLATE,
        files=((WORKFLOW_PATH, _WITHOUT.replace(f"run: {PROD_DEPLOY}", f"run: ./bundle.sh\n      - run: {_PLAIN}")),),
    ),
)

_MADE = (StepKind.BUILD, StepKind.PACKAGE)
_CARRYING = ("artifact", "cache")


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for each `sam deploy` to production that has no build to deploy."""
    for deploy in production_deploys(pipeline):
        if not _takes_what_lies_there(deploy.step) or any(_may_build(step) for step in steps_of_job_before(deploy)):
            continue
        builds_after = any(_is_sam_build(step) for step in deploy.job.steps)
        builds_elsewhere = any(_is_sam_build(step) for job in jobs_before(pipeline, deploy.job) for step in job.steps)
        is_fresh = pipeline.system is PipelineSystem.GITHUB_ACTIONS
        if builds_after or (builds_elsewhere and is_fresh):
            why = "sam build runs after it" if builds_after else "what another job has built is not in this one"
            message = (
                f"{deploy.environment} gets an old build, or the source without its dependencies: {why}; "
                "run sam build before, or hand the packaged template over"
            )
            yield Finding(deploy.step.place.span, message, document=deploy.step.place.document)


def _takes_what_lies_there(step: Step) -> bool:
    options = step.command.options if step.command is not None else {}
    return step.tool == "sam deploy" and not {"template_file", "template", "t"} & set(options)


def _may_build(step: Step) -> bool:
    if step.kind in _MADE or is_opaque(step):
        return True
    return step.action is not None and any(word in step.action.name for word in _CARRYING)


def _is_sam_build(step: Step) -> bool:
    return step.tool == "sam build"
