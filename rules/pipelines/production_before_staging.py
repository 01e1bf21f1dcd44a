"""Production does not wait for the environment that a release is tried in.

What goes wrong: the pipeline deploys to staging as well, but production's job begins beside it or before it: a release that
breaks staging is in production by then.
Silent when: production waits for one of the earlier environments; the two belong to different branches, events or choices of
whoever starts the run; there is no earlier environment.
Fix: let production's job need staging's (`needs: staging`), or put it into a later stage.
Source: AWS SAM Developer Guide, "Generate a starter CI/CD pipeline with AWS SAM"; GitHub Docs, "Workflow syntax for GitHub
Actions" (jobs.<job_id>.needs).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pipeline import Pipeline, PipelineSystem
from samguard.rules.pipelines.example_workflow import GITLAB, TEMPLATE, WORKFLOW, WORKFLOW_PATH
from samguard.rules.pipelines.production_path import Deploy, are_alternatives, deploys

RULE = Rule("SG710", "production-before-staging", Level.WARNING, since="0.1.0")

_MATRIX = """
on:
  push:
    branches: [main]
concurrency: deliver
jobs:
  deploy:{mark}
    runs-on: ubuntu-latest
    strategy:
      {parallel}
      matrix:
        stage: [staging, production]
    environment: ${{{{ matrix.stage }}}}
    steps:
      - run: pytest
      - run: sam build
      - run: sam deploy --stack-name orders-${{{{ matrix.stage }}}}
"""
_CHOICE = """
on:
  workflow_dispatch:
    inputs:
      stage:
        type: choice
        options: [staging, production]
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: ${{ inputs.stage }}
    steps:
      - run: pytest
      - run: sam build
      - run: sam deploy --stack-name orders-${{ inputs.stage }}
"""

BAD = (
    Example(
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace("\n  production:\n    needs: staging", "\n  production:  # SG710\n    needs: build"),
            ),
        ),
    ),
    Example(
        template=TEMPLATE,
        files=(
            (
                ".gitlab-ci.yml",
                GITLAB.replace("\nproduction:\n", "\nproduction:  # SG710\n  needs: [unit]\n"),
            ),
        ),
    ),
    Example(
        template=TEMPLATE,
        files=((WORKFLOW_PATH, _MATRIX.format(parallel="fail-fast: false", mark="  # SG710")),),
    ),
)

GOOD = (
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, WORKFLOW), (".gitlab-ci.yml", GITLAB))),
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, _CHOICE),)),
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, _MATRIX.format(parallel="max-parallel: 1", mark="")),)),
    Example(  # a branch for each
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace("branches: [main]", "branches: [main, develop]")
                .replace(
                    "  staging:\n    needs: build",
                    "  staging:\n    if: github.ref == 'refs/heads/develop'\n    needs: build",
                )
                .replace(
                    "  production:\n    needs: staging",
                    "  production:\n    if: github.ref == 'refs/heads/main'\n    needs: build",
                ),
            ),
        ),
    ),
)


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for each job that deploys to production without waiting."""
    # Stacks of Terraform have no order that would be seen here: who applies it chooses which.
    found = () if pipeline.system is PipelineSystem.TERRAFORM else deploys(pipeline)
    for number, deploy in enumerate(found):
        if not deploy.is_production or deploy.step.is_conditional:
            continue
        others = [one for one in found if not one.is_production and _may_run_with(one, deploy)]
        if others and not any(_is_before(pipeline, one, deploy, found[:number]) for one in others):
            message = (
                f"{deploy.environment} does not wait for {others[0].environment}: a release that breaks there is in "
                f"{deploy.environment} by then; let this job need it"
            )
            job = deploy.job
            place = deploy.step.place if any(one.job.name == job.name for one in others) else job.place
            yield Finding(place.span, message, document=place.document)


def _may_run_with(one: Deploy, deploy: Deploy) -> bool:
    return not one.step.is_conditional and not are_alternatives(one.job, deploy.job)


def _is_before(pipeline: Pipeline, one: Deploy, deploy: Deploy, earlier: tuple[Deploy, ...]) -> bool:
    """Whether a deployment has ended when production's begins."""
    if one.job.name in pipeline.before(deploy.job.name):
        return True
    is_copy = one.job.place == deploy.job.place
    return is_copy and one in earlier and (one.job.name == deploy.job.name or deploy.job.max_parallel == 1)
