"""A new run ends a deployment to production that is under way.

What goes wrong: the next push cancels the job in the middle of the shift. The deployment goes on in AWS, or is left where it
was; nobody sees how it ends, and the next run meets a stack that is being updated.
Silent when: whether runs are cancelled is unknown (an expression); the job is not one that deploys to production; each run
has a group of its own, as with tags.
Fix: `cancel-in-progress: false` for the group that production is in (GitLab: no `interruptible`): the next run then waits.
Source: GitHub Docs, "Control the concurrency of workflows and jobs"; GitLab Docs, "CI/CD YAML syntax reference"
(interruptible).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule
from samguard.pattern import pattern
from samguard.pipeline import Concurrency, Job, Pipeline, PipelineSystem
from samguard.rules.pipelines.example_workflow import GITLAB, TEMPLATE, WORKFLOW, WORKFLOW_PATH
from samguard.rules.pipelines.production_path import first_in_each_job, is_automatic, jobs_before, production_deploys
from samguard.source import Span

RULE = Rule("SG708", "cancel-in-progress", Level.ERROR, since="0.1.0")

BAD = (
    Example(
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace("  group: deliver", "  group: deliver\n  cancel-in-progress: true  # SG708"),
            ),
        ),
    ),
    Example(
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace("concurrency:\n  group: deliver\n", "").replace(
                    "environment: production",
                    "environment: production\n    concurrency:\n      group: production-${{ github.ref }}\n"
                    "      cancel-in-progress: true  # SG708",
                ),
            ),
        ),
    ),
    Example(
        template=TEMPLATE,
        files=(
            (
                ".gitlab-ci.yml",
                GITLAB.replace(
                    "  resource_group: production\n", "  resource_group: production\n  interruptible: true  # SG708\n"
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
                    "  group: deliver",
                    "  group: deliver-${{ github.ref }}\n  cancel-in-progress: ${{ github.event_name == 'pull_request' }}",
                ),
            ),
        ),
    ),
    Example(  # tests may be ended
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(
                    "\n  build:", "\n  build:\n    concurrency:\n      group: build\n      cancel-in-progress: true"
                ),
            ),
            (".gitlab-ci.yml", GITLAB.replace("unit:\n", "unit:\n  interruptible: true\n")),
        ),
    ),
    Example(  # no two runs have the same tag
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(
                    "  group: deliver", "  group: deliver-${{ github.ref }}\n  cancel-in-progress: true"
                ).replace("branches: [main]", "tags: ['v*']"),
            ),
        ),
    ),
)

_CANCELS: Final = pattern(r"cancel-in-progress\s*:\s*[^\s,}]+")
_OF_REF: Final = pattern(r"github\.ref")
_OF_EACH_RUN: Final = pattern(r"github\.(?:sha|run_id|run_number)")


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for each group that ends a deployment to production."""
    for deploy in first_in_each_job(production_deploys(pipeline)):
        for group in (deploy.job.concurrency, pipeline.concurrency):
            if group is None or group.cancels is not True or _never_meets(pipeline, deploy.job, group):
                continue
            message = (
                f"the next run ends a deployment to {deploy.environment} in the middle of its shift, and nobody sees how it "
                "ends; let it wait instead"
            )
            level = Level.WARNING if _is_protected(pipeline, deploy.job) else None
            span = _cancelling(group)
            yield Finding(span, message, level=level, document=group.place.document, fixes=_fixes(span, group))


def _fixes(span: Span, group: Concurrency) -> tuple[Fix, ...]:
    """The switch turned off, where it is written out. Unsafe: runs wait for each other from then on."""
    said = group.place.document.text[span.start : span.end]
    head, found, behind = said.rpartition("true")
    if not found or behind.strip() or "cancel-in-progress" not in head:
        return ()
    start = span.start + len(head)
    return (Fix("Let the next run wait", (Edit(Span(start, start + len(found)), "false"),), safe=False),)


def _never_meets(pipeline: Pipeline, job: Job, group: Concurrency) -> bool:
    """Whether no other run is in the group: that of a commit, or of a tag."""
    name = group.group or ""
    return bool(_OF_EACH_RUN.search(name)) or (bool(_OF_REF.search(name)) and not is_automatic(pipeline, job))


def _is_protected(pipeline: Pipeline, job: Job) -> bool:
    """Whether GitLab, as it is set usually, leaves the pipeline alone since a job that may not be ended has begun."""
    return pipeline.system is PipelineSystem.GITLAB_CI and any(
        one.concurrency is None or one.concurrency.cancels is not True for one in jobs_before(pipeline, job)
    )


def _cancelling(group: Concurrency) -> Span:
    """Where it is said that runs are cancelled: the key, inside a table of several lines."""
    span = group.place.span
    found = _CANCELS.search(group.place.document.text, span.start, span.end)
    return span if found is None else Span(found.start(), found.end())
