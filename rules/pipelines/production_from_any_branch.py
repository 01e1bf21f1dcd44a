"""Production is deployed to from pull requests, or from any branch.

What goes wrong: code that nobody has reviewed is deployed to production: whoever pushes a branch, or opens a pull request,
has released it.
Silent when: the job or one that it needs has a condition; a person starts the run; the branches are named; CodePipeline
takes its source from a branch.
Fix: start the pipeline on pushes to the main branch only, or give the job a condition on the branch.
Source: GitHub documentation, "Events that trigger workflows"; GitLab CI/CD YAML syntax reference, rules; Jenkins handbook,
"Pipeline Syntax", when.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pattern import pattern
from samguard.pipeline import Job, Pipeline, PipelineSystem
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
    is_held_back,
    jobs_before,
    production_deploys,
    restricts,
)
from samguard.source import Place

RULE = Rule("SG720", "production-from-any-branch", Level.ERROR, since="0.1.0", security_severity=7.0)

_ON_MAIN = "    branches: [main]"

_JENKINSFILE = """
pipeline {
  agent any
  options { disableConcurrentBuilds() }
  stages {
    stage('test') {
      steps { sh 'pytest' }
    }
    stage('production') {
      steps { sh 'sam deploy --stack-name orders-prod --template packaged.yaml --capabilities CAPABILITY_IAM' }
    }
  }
}
"""

BAD = (
    Example(
        template=TEMPLATE,
        files=((WORKFLOW_PATH, WORKFLOW.replace(_ON_MAIN, f"{_ON_MAIN}\n  pull_request:  # SG720")),),
    ),
    Example(
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(f"  push:\n{_ON_MAIN}", "  push:  # SG720").replace(
                    "    environment: production\n", ""
                ),
            ),
        ),
    ),
    Example(
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace("  push:\n    branches: [main]", "  push:  # SG720\n    branches: ['**']"),
            ),
        ),
    ),
    Example(
        template=TEMPLATE,
        files=(
            (
                ".gitlab-ci.yml",
                GITLAB.replace("  only: [main]\n", "").replace("\nproduction:", "\nproduction:  # SG720"),
            ),
        ),
    ),
)

GOOD = (
    Example(  # the branch is not said
        template=TEMPLATE,
        files=(("pipeline.yaml", CODEPIPELINE.replace("BranchName: main, ", "")), *CONFIGURATIONS),
    ),
    Example(  # Jenkins: whether it runs for other branches is not known
        template=TEMPLATE,
        files=(("Jenkinsfile", _JENKINSFILE),),
    ),
    Example(
        template=TEMPLATE, files=((WORKFLOW_PATH, WORKFLOW.replace(f"  push:\n{_ON_MAIN}", "  workflow_dispatch:")),)
    ),
    Example(
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(_ON_MAIN, f"{_ON_MAIN}\n  pull_request:").replace(
                    "  production:\n", "  production:\n    if: github.ref == 'refs/heads/main'\n"
                ),
            ),
        ),
    ),
    Example(  # what it needs does not run on a pull request
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(_ON_MAIN, f"{_ON_MAIN}\n  pull_request:").replace(
                    "  staging:\n", "  staging:\n    if: github.event_name == 'push'\n"
                ),
            ),
        ),
    ),
    Example(
        template=TEMPLATE,
        files=(
            (WORKFLOW_PATH, WORKFLOW.replace("[main]", "[main, 'release/*', 'v[0-9]+.x']")),
            (".gitlab-ci.yml", GITLAB),
        ),
    ),
    Example(  # GitLab: rules of the whole pipeline
        template=TEMPLATE,
        files=(
            (
                ".gitlab-ci.yml",
                "workflow:\n  rules:\n    - if: $CI_COMMIT_BRANCH == 'main'\n"
                + GITLAB.replace("  only: [main]\n", "").lstrip(),
            ),
        ),
    ),
)

_REQUESTS: Final = frozenset({"pull_request", "pull_request_target", "merge_request_event", "merge_requests"})
_ANY: Final = pattern(r"\*{1,2}(?:/\*{1,2})?$|(?:feat|feature|features|dev|fix|bugfix)\b", re.IGNORECASE)
_FROM_A_BRANCH: Final = (PipelineSystem.CODEPIPELINE, PipelineSystem.CODEBUILD, PipelineSystem.TERRAFORM)


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for each way in that anybody may take."""
    for deploy in first_in_each_job(production_deploys(pipeline)):
        job = deploy.job
        for who, place in _ways(pipeline, job):
            message = (
                f"{who} is deployed to {deploy.environment}, reviewed or not; let only the main branch reach this job"
            )
            level = Level.WARNING if is_held_back(pipeline, job) else None
            yield Finding(place.span, message, level=level, document=place.document)


def _ways(pipeline: Pipeline, job: Job) -> Iterator[tuple[str, Place]]:
    """Who reaches a job without being asked, and where that is said."""
    is_asked = any(restricts(one) for one in (job, *jobs_before(pipeline, job)))
    is_github = pipeline.system is PipelineSystem.GITHUB_ACTIONS
    for trigger in () if is_asked else pipeline.triggers:
        place = trigger.place if is_github else job.place
        is_any = any(_ANY.match(branch) for branch in trigger.branches)
        is_any = is_any or (not trigger.branches and _knows_branches(pipeline))
        if trigger.event in _REQUESTS:
            yield "every pull request", place
        elif trigger.event == "push" and is_any:
            yield "whatever is pushed to any branch", place


def _knows_branches(pipeline: Pipeline) -> bool:
    """Whether the pipeline runs for several branches: in Jenkins, only where a stage asks for one."""
    is_jenkins = pipeline.system is PipelineSystem.JENKINS
    return any(job.branches for job in pipeline.jobs) if is_jenkins else pipeline.system not in _FROM_A_BRANCH
