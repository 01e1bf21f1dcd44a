"""Nothing asks a deployed environment whether it works.

What goes wrong: between the deployment to staging and the one to production, nothing calls what was deployed: a release that
is deployed well and does not answer goes on to production.
Silent when: a test runs after the deployment; other workflows or pipelines may do so, of which this one is a part; a
script, an action or a job that is not in the repository may do so. Without an earlier environment, what counts is what runs
after production's deployment.
Fix: call the endpoint, or run the integration tests, after the deployment to staging.
Source: AWS Prescriptive Guidance, resilience lifecycle framework, "Stage 3: Evaluate and test" (post-deployment activities).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pipeline import Pipeline
from samguard.rules.pipelines.example_workflow import GITLAB, PROD_DEPLOY, TEMPLATE, WORKFLOW, WORKFLOW_PATH
from samguard.rules.pipelines.production_path import (
    Deploy,
    deploys,
    is_a_part,
    may_hold_tests,
    may_test,
    production_deploys,
    steps_of_job_before,
)

RULE = Rule("SG725", "no-smoke-test", Level.NOTE, since="0.1.0")

_UNASKED = WORKFLOW.replace("      - run: pytest tests/smoke\n", "")

BAD = (
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, _UNASKED.replace("\n  staging:", "\n  staging:  # SG725")),)),
    Example(
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                _UNASKED.partition("  staging:")[0]
                + "  production:  # SG725\n    needs: build"
                + _UNASKED.partition("  production:\n    needs: staging")[2],
            ),
        ),
    ),
    Example(  # what is asked after production comes too late; that a person agrees is no test
        template=TEMPLATE,
        files=(
            (
                ".gitlab-ci.yml",
                GITLAB.replace("    - pytest tests/smoke\n", "", 1)
                .replace("\nstaging:", "\nstaging:  # SG725")
                .replace("  environment: production\n", "  environment: production\n  when: manual\n"),
            ),
        ),
    ),
)

GOOD = (
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, WORKFLOW),)),
    Example(  # a job of its own
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                _UNASKED.replace(
                    "  production:\n    needs: staging",
                    "  ask:\n    needs: staging\n    runs-on: ubuntu-latest\n    steps:\n"
                    "      - run: curl --fail https://staging.orders.example/health\n  production:\n    needs: ask",
                ),
            ),
        ),
    ),
    Example(  # in production's job, before its own deployment
        template=TEMPLATE,
        files=(
            (
                ".gitlab-ci.yml",
                GITLAB.replace("    - pytest tests/smoke\n", "", 1).replace(
                    f"    - {PROD_DEPLOY}", f"    - pytest tests/integration\n    - {PROD_DEPLOY}"
                ),
            ),
        ),
    ),
    Example(  # after production's deployment, where there is no other
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                _UNASKED.partition("  staging:")[0]
                + "  production:\n    needs: build"
                + _UNASKED.partition("  production:\n    needs: staging")[2]
                + "  ask:\n    needs: production\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest tests/smoke\n",
            ),
        ),
    ),
    Example(  # who calls it may test
        template=TEMPLATE,
        files=((WORKFLOW_PATH, _UNASKED.replace("on:\n  push:\n    branches: [main]", "on:\n  workflow_call:")),),
    ),
)


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for the last deployment before production, or for production's own where there is none."""
    for production in () if is_a_part(pipeline) else production_deploys(pipeline)[-1:]:
        before = [one for one in deploys(pipeline) if not one.is_production and _leads_to(pipeline, one, production)]
        last = (before or [production])[-1]
        jobs = [job for job in pipeline.jobs if last.job.name in pipeline.before(job.name)]
        if before:  # what comes after production's own deployment comes too late
            jobs = [job for job in jobs if job.name in pipeline.before(production.job.name)]
        steps = [(last.job, step) for step in last.job.steps[last.job.steps.index(last.step) + 1 :]]
        steps += [(production.job, step) for step in steps_of_job_before(production)] if before else []
        if not any(may_hold_tests(job) for job in jobs) and not any(may_test(job, step) for job, step in steps):
            place = last.job.place
            message = f"nothing calls what was deployed to {last.environment}; test it right after the deployment"
            yield Finding(place.span, message, document=place.document)


def _leads_to(pipeline: Pipeline, one: Deploy, production: Deploy) -> bool:
    return one.job.name in pipeline.before(production.job.name)
