"""Production is deployed to, and nothing has tested the release.

What goes wrong: no step of the pipeline that ends before the deployment tests anything: what the alarms of the canary do not
see, nobody sees.
Silent when: a test has run in a job that this one waits for; another pipeline of the project tests; it would be so if it
waited for another environment (SG710); a script, an action or a job of another repository may do so. A buildspec that no
pipeline of the project uses weighs a note: what uses it may test.
Fix: run the tests in a job that the deployment needs.
Source: AWS Prescriptive Guidance, resilience lifecycle framework, "Stage 3: Evaluate and test" (pre-deployment activities);
AWS SAM Developer Guide, "Generate a starter CI/CD pipeline with AWS SAM".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pipeline import Pipeline, PipelineSystem
from samguard.project import Project
from samguard.rules.pipelines.example_workflow import GITLAB, TEMPLATE, WORKFLOW, WORKFLOW_PATH
from samguard.rules.pipelines.production_path import (
    Deploy,
    are_alternatives,
    deploys,
    first_in_each_job,
    follows_another,
    jobs_before,
    may_hold_tests,
    may_test,
    production_deploys,
    steps_of_job_before,
)

RULE = Rule("SG719", "production-without-tests", Level.WARNING, since="0.1.0")

_UNTESTED = WORKFLOW.replace("      - run: pytest tests/unit\n", "").replace("      - run: pytest tests/smoke\n", "")
_MARKED = _UNTESTED.replace("\n  production:", "\n  production:  # SG719")
_CHECKS = """
on: pull_request
jobs:
  unit:
    runs-on: ubuntu-latest
    steps:
      - run: pytest
"""
_HOTFIX = (
    "\n  hotfix:  # SG719\n    if: github.ref == 'refs/heads/hotfix'"
    + _UNTESTED.partition("\n  production:\n    needs: staging")[2]
)

BAD = (
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, _MARKED),)),
    Example(  # the tests are there, but nothing waits for them
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                _MARKED.rstrip() + "\n  unit:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest\n",
            ),
        ),
    ),
    Example(  # tests that may fail
        template=TEMPLATE,
        files=((WORKFLOW_PATH, _MARKED.replace("- run: sam build", "- run: pytest || true\n      - run: sam build")),),
    ),
    Example(
        template=TEMPLATE,
        files=(
            (
                ".gitlab-ci.yml",
                GITLAB.replace("    - pytest tests/unit\n", "")
                .replace("    - pytest tests/smoke\n", "")
                .replace("unit:\n  stage: test", "package:\n  stage: test")
                .replace("\nproduction:", "\nproduction:  # SG719"),
            ),
        ),
    ),
    Example(  # what does not wait for staging is SG710's; a hotfix has no staging to wait for
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace("[main]", "[main, hotfix]").replace(
                    "\n  production:\n    needs: staging\n", "\n  production:  # SG710\n"
                )
                + _HOTFIX,
            ),
        ),
    ),
)

GOOD = (
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, WORKFLOW),)),
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, _UNTESTED), (".github/workflows/checks.yml", _CHECKS))),
    Example(  # a target may test
        template=TEMPLATE,
        files=(
            (WORKFLOW_PATH, _UNTESTED.replace("- run: sam build", "- run: make everything\n      - run: sam build")),
        ),
    ),
    Example(  # in the job itself
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                _UNTESTED.replace(
                    "- run: sam deploy --template packaged.yaml --stack-name orders-prod",
                    "- run: pytest\n      - run: sam deploy --template packaged.yaml --stack-name orders-prod",
                ),
            ),
        ),
    ),
)


def check(project: Project) -> Iterator[Finding]:
    """One finding for each job that deploys to production what nothing has tested."""
    testing = [pipeline.path for pipeline in project.pipelines if any(may_hold_tests(job) for job in pipeline.jobs)]
    for pipeline in project.pipelines:
        if any(path != pipeline.path for path in testing) or follows_another(pipeline):
            continue
        for deploy in first_in_each_job(production_deploys(pipeline)):
            if not _is_tested(pipeline, deploy) and not _is_beside_a_tested_one(pipeline, deploy):
                place = deploy.job.place
                message = (
                    f"nothing tests the release before it is deployed to {deploy.environment}; run the tests in a job that "
                    "this one waits for"
                )
                level = Level.NOTE if pipeline.system is PipelineSystem.CODEBUILD else None
                yield Finding(place.span, message, level=level, document=place.document)


def _is_beside_a_tested_one(pipeline: Pipeline, deploy: Deploy) -> bool:
    """Whether production would be tested if it waited for the environment that a release is tried in: SG710 says so."""
    before = pipeline.before(deploy.job.name)
    others = [one for one in deploys(pipeline) if not one.is_production and one.job.name not in before]
    return any(_is_tested(pipeline, one) and not are_alternatives(one.job, deploy.job) for one in others)


def _is_tested(pipeline: Pipeline, deploy: Deploy) -> bool:
    if any(may_hold_tests(job) for job in jobs_before(pipeline, deploy.job)):
        return True
    return any(may_test(deploy.job, step) for step in steps_of_job_before(deploy))
