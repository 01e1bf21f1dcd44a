"""Two runs of a pipeline may deploy to production at the same time.

What goes wrong: two pushes in a row start two deployments of one stack. While the first one shifts traffic, the second one
fails, as the stack is being updated; or it overtakes the first one on the way, and the older release is the one that stays.
Silent when: the runs of the job or of the pipeline form one group; a person starts the job; the CI system queues the runs
of itself (CodePipeline, unless its mode is PARALLEL). SG708 speaks of groups that end what is under way.
Fix: GitHub: `concurrency: {group: production}`; GitLab: `resource_group: production`; Jenkins: `disableConcurrentBuilds()`;
Bitbucket: `deployment: production`.
Source: GitHub Docs, "Control the concurrency of workflows and jobs"; GitLab Docs, "Resource group".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pattern import pattern
from samguard.pipeline import Concurrency, GateKind, Job, Pipeline, PipelineSystem
from samguard.rules.pipelines.example_workflow import (
    CODEPIPELINE,
    CONFIGURATIONS,
    GITLAB,
    TEMPLATE,
    WORKFLOW,
    WORKFLOW_PATH,
)
from samguard.rules.pipelines.production_path import (
    first_in_each_job,
    is_automatic,
    is_held_back,
    production_deploys,
)
from samguard.source import Span

RULE = Rule("SG707", "concurrent-deploys", Level.WARNING, since="0.1.0")

BAD = (
    Example(
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace("concurrency:\n  group: deliver\n", "").replace(
                    "\n  production:", "\n  production:  # SG707"
                ),
            ),
        ),
    ),
    Example(  # a group of its own for each run is none
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(
                    "concurrency:\n  group: deliver\n", "concurrency:  # SG707\n  group: deliver-${{ github.sha }}\n"
                ),
            ),
        ),
    ),
    Example(
        template=TEMPLATE,
        files=(
            (
                ".gitlab-ci.yml",
                GITLAB.replace("  resource_group: production\n", "").replace("\nproduction:", "\nproduction:  # SG707"),
            ),
        ),
    ),
    Example(
        template=TEMPLATE,
        files=(
            (
                "pipeline.yaml",
                CODEPIPELINE.replace("      Stages:", "      ExecutionMode: PARALLEL  # SG707\n      Stages:"),
            ),
            *CONFIGURATIONS,
        ),
    ),
)

GOOD = (
    Example(template=TEMPLATE, files=(("pipeline.yaml", CODEPIPELINE), *CONFIGURATIONS)),
    Example(template=TEMPLATE, files=((".gitlab-ci.yml", GITLAB),)),
    Example(
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace("concurrency:\n  group: deliver\n", "").replace(
                    "environment: production", "environment: production\n    concurrency: production"
                ),
            ),
        ),
    ),
    Example(
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace("concurrency:\n  group: deliver\n", "").replace(
                    "on:\n  push:\n    branches: [main]", "on:\n  release:\n    types: [published]"
                ),
            ),
        ),
    ),
    Example(  # for a sandbox
        template=TEMPLATE,
        files=(
            (
                "pipeline.yaml",
                CODEPIPELINE.replace("      Stages:", "      ExecutionMode: PARALLEL\n      Stages:")
                .replace("orders-prod", "orders-sandbox")
                .replace("- Name: Production", "- Name: Sandbox")
                .replace("config/prod.json", "config/staging.json"),
            ),
            *CONFIGURATIONS,
        ),
    ),
    Example(  # who calls it may have a group
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace("concurrency:\n  group: deliver\n", "").replace(
                    "on:\n  push:\n    branches: [main]", "on:\n  workflow_call:"
                ),
            ),
        ),
    ),
)

_QUEUED: Final = (PipelineSystem.CODEPIPELINE, PipelineSystem.CODEBUILD, PipelineSystem.TERRAFORM)
_PARALLEL: Final = pattern(r"""\b(?:ExecutionMode|execution_mode)["']?\s*[:=]\s*["']?PARALLEL\b""")
_OF_EACH_RUN: Final = pattern(
    r"github\.(?:sha|run_id|run_number|event\.head_commit)|CI_(?:JOB|PIPELINE|COMMIT)_(?:I?ID|SHA)"
)


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for each job that deploys to production without a group."""
    if pipeline.system in _QUEUED:
        yield from _in_parallel(pipeline)
        return
    for deploy in first_in_each_job(production_deploys(pipeline)):
        job = deploy.job
        groups = [one for one in (job.concurrency, pipeline.concurrency) if one is not None]
        if any(not _is_of_each_run(group) for group in groups) or not is_automatic(pipeline, job):
            continue
        by_person = is_held_back(pipeline, job, by=(GateKind.APPROVAL, GateKind.MANUAL_START))
        place = groups[0].place if groups else job.place
        said = "each run has a group of its own, so " if groups else ""
        message = (
            f"{said}two pushes in a row deploy to {deploy.environment} at the same time: one fails, or the older release "
            f"wins; {_advice(pipeline, job)}"
        )
        yield Finding(place.span, message, level=Level.NOTE if by_person else None, document=place.document)


def _in_parallel(pipeline: Pipeline) -> Iterator[Finding]:
    """CodePipeline queues its runs, or lets the last one win, unless it is told to run them all."""
    found = _PARALLEL.search(pipeline.document.text)
    deploy = next(iter(production_deploys(pipeline)), None)
    if found is not None and deploy is not None:
        message = (
            f"two releases in a row deploy to {deploy.environment} at the same time: one fails, or the older one wins; "
            "let CodePipeline queue them (QUEUED or SUPERSEDED)"
        )
        yield Finding(Span(found.start(), found.end()), message)


def _is_of_each_run(group: Concurrency) -> bool:
    return group.group is not None and bool(_OF_EACH_RUN.search(group.group))


def _advice(pipeline: Pipeline, job: Job) -> str:
    name = job.environment.text if job.environment is not None and job.environment.text else "production"
    match pipeline.system:
        case PipelineSystem.GITLAB_CI:
            return f"give the job a resource_group: {name}"
        case PipelineSystem.JENKINS:
            return "add disableConcurrentBuilds() to the options"
        case PipelineSystem.BITBUCKET:
            return "give the step a deployment: production"
        case _:
            return "give the job a concurrency group that all runs share"
