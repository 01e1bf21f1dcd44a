"""Production is the first environment that a release is deployed to.

What goes wrong: nothing has shown that the release can be deployed at all, and that it works where its neighbours are: the
first who find out are those who use it.
Silent when: the pipeline, or another one of the project, deploys to another environment; what it deploys to is not told; a
pipeline of elsewhere comes before, or it is a part of one (a buildspec that no pipeline here uses).
Fix: deploy to staging first, test it there, and let production need that.
Source: AWS Well-Architected Framework, "OPS06-BP03 Employ safe deployment strategies"; AWS SAM Developer Guide, "Generate a
starter CI/CD pipeline with AWS SAM" (two deployment stages).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pipeline import Pipeline, StepKind
from samguard.project import Project
from samguard.rules.pipelines.example_workflow import GITLAB, TEMPLATE, WORKFLOW, WORKFLOW_PATH
from samguard.rules.pipelines.production_path import (
    deploys,
    environment_of,
    follows_another,
    is_a_part,
    production_deploys,
)

RULE = Rule("SG728", "no-environment-before-production", Level.NOTE, since="0.1.0")

_ALONE = (
    WORKFLOW.partition("  staging:")[0]
    + "  production:{mark}\n    needs: build"
    + WORKFLOW.partition("  production:\n    needs: staging")[2]
)

BAD = (Example(template=TEMPLATE, files=((WORKFLOW_PATH, _ALONE.replace("{mark}", "  # SG728")),)),)

GOOD = (
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, WORKFLOW),)),
    Example(  # another pipeline does
        template=TEMPLATE,
        files=(
            (WORKFLOW_PATH, _ALONE.replace("{mark}", "")),
            (".gitlab-ci.yml", GITLAB.partition("production:\n  stage")[0]),
        ),
    ),
    Example(  # it is not known where to
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                _ALONE.replace("{mark}", "").replace(
                    "      - run: sam package", "      - run: sam deploy --stack-name $NAME\n      - run: sam package"
                ),
            ),
        ),
    ),
    Example(  # another workflow has run before
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                _ALONE.replace("{mark}", "").replace(
                    "on:\n  push:\n    branches: [main]",
                    "on:\n  workflow_run:\n    workflows: [Staging]\n    types: [completed]",
                ),
            ),
        ),
    ),
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, _ALONE.replace("{mark}", "").replace("prod", "dev")),)),
)


def check(project: Project) -> Iterator[Finding]:
    """One finding for the first job that deploys to production in a project that deploys nowhere else."""
    if any(_deploys_elsewhere(pipeline) for pipeline in project.pipelines):
        return
    for pipeline in project.pipelines:
        first = next(iter(production_deploys(pipeline)), None)
        if first is not None and not follows_another(pipeline) and not is_a_part(pipeline):
            place = first.job.place
            message = (
                f"a release is deployed to {first.environment} and nowhere before: that it fails is found out there; deploy "
                "it to another environment first"
            )
            yield Finding(place.span, message, document=place.document)


def _deploys_elsewhere(pipeline: Pipeline) -> bool:
    """Whether a pipeline deploys to another environment, or to one that is not told."""
    is_other = any(not deploy.is_production for deploy in deploys(pipeline))
    kinds = (StepKind.DEPLOY, StepKind.SYNC, StepKind.CHANGE_SET)
    steps = ((job, step) for job in pipeline.jobs for step in job.steps if step.kind in kinds)
    return is_other or any(environment_of(job, step) is None for job, step in steps)
