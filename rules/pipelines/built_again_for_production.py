"""Production gets another build than the one that was tried.

What goes wrong: the job that deploys to production builds once more: with what its tools and dependencies are by then. What
was tested in staging is not what everyone gets.
Silent when: the job deploys what an earlier one has packaged; no earlier environment was built for.
Fix: build and package once, and hand the packaged template from job to job.
Source: AWS Well-Architected Framework, security pillar, "SEC11-BP06 Deploy software programmatically" (the version that is
tested is the version that is deployed).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pipeline import Pipeline, StepKind
from samguard.rules.pipelines.example_workflow import TEMPLATE, WORKFLOW, WORKFLOW_PATH
from samguard.rules.pipelines.production_path import deploys, jobs_before, production_deploys, steps_of_job_before

RULE = Rule("SG721", "built-again-for-production", Level.NOTE, since="0.1.0")

_BUILDING = "- run: sam build\n      - run: sam deploy --stack-name"
_AGAIN = WORKFLOW.replace("- run: sam deploy --template packaged.yaml --stack-name", _BUILDING)

BAD = (
    Example(
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                _AGAIN.replace(
                    "- run: sam build\n      - run: sam deploy --stack-name orders-prod",
                    "- run: sam build  # SG721\n      - run: sam deploy --stack-name orders-prod",
                ),
            ),
        ),
    ),
)

GOOD = (
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, WORKFLOW),)),
    Example(  # there is no other environment
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                _AGAIN.replace("orders-staging", "orders-prod").replace(
                    "environment: staging", "environment: production"
                ),
            ),
        ),
    ),
)


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for each build in a job that deploys to production after another environment."""
    tried = {deploy.job.name for deploy in deploys(pipeline) if not deploy.is_production}
    for deploy in production_deploys(pipeline):
        before = jobs_before(pipeline, deploy.job)
        if not any(job.name in tried for job in before):
            continue
        for step in steps_of_job_before(deploy):
            if step.kind is StepKind.BUILD:
                message = (
                    f"{deploy.environment} gets a build of its own, not the one that was tried before; package once and "
                    "deploy that everywhere"
                )
                yield Finding(step.place.span, message, document=step.place.document)
