"""Production is deployed to from pull requests, or from any branch.

What goes wrong: code that nobody has reviewed is deployed to production: whoever pushes a branch, or opens a pull request,
has released it.
Silent when: the job, or one without which it does not run, has a condition that keeps them out, or may do so; a person
starts the run; the branches are named; CodePipeline takes its source from a branch.
Fix: start the pipeline on pushes to the main branch only, or give the job a condition on the branch.
Source: GitHub Docs, "Events that trigger workflows"; GitLab Docs, "CI/CD YAML syntax reference" (rules); Jenkins User
Handbook, "Pipeline Syntax" (when).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pattern import pattern
from samguard.pipeline import Job, Pipeline, PipelineSystem
from samguard.pipeline.expressions import Expressions
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
from samguard.source import Place, Span

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

BAD: tuple[Example, ...] = (
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
    Example(  # that another stage is left out does not hold this one back
        template=TEMPLATE,
        files=(
            (
                ".gitlab-ci.yml",
                GITLAB.replace("resource_group: production\n  only: [main]\n", "resource_group: production\n").replace(
                    "\nproduction:", "\nproduction:  # SG720"
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
                    "resource_group: production\n  only: [main]\n",
                    "resource_group: production\n  only:\n    - main\n    - merge_requests  # SG720\n",
                ),
            ),
        ),
    ),
    Example(
        template=TEMPLATE,
        files=(
            (
                "Jenkinsfile",
                _JENKINSFILE.replace("stage('production') {", "stage('production') {  // # SG720").replace(
                    "stage('test') {", "stage('test') {\n      when { branch 'main' }"
                ),
            ),
        ),
    ),
    Example(
        template=TEMPLATE,
        files=(
            (
                "pipeline.yaml",
                CODEPIPELINE.replace(
                    "      Stages:",
                    "      PipelineType: V2\n      Triggers:\n        - ProviderType: CodeStarSourceConnection\n"
                    "          GitConfiguration:\n            SourceActionName: Source\n"
                    "            PullRequest: [{Branches: {Includes: [main]}}]  # SG720\n      Stages:",
                ),
            ),
            *CONFIGURATIONS,
        ),
    ),
)

BAD += tuple(
    Example(  # a condition that requests and branches fulfil
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(_ON_MAIN, new).replace("  production:\n", f"  production:\n    if: {condition}\n"),
            ),
        ),
    )
    for new, condition in (
        (f"{_ON_MAIN}\n  pull_request:  # SG720", "github.event_name == 'pull_request'"),
        (f"{_ON_MAIN}\n  pull_request:  # SG720", "${{ success() && github.ref != 'refs/heads/old' }}"),
    )
)
BAD += (
    Example(  # a stage for requests only
        template=TEMPLATE,
        files=(
            (
                "Jenkinsfile",
                _JENKINSFILE.replace(
                    "stage('production') {", "stage('production') {\n      when { changeRequest() }  // # SG720"
                ),
            ),
        ),
    ),
)

GOOD = (
    Example(  # a request into main is no push to it
        template=TEMPLATE,
        files=(
            (
                "Jenkinsfile",
                _JENKINSFILE.replace(
                    "stage('production') {",
                    "stage('production') {\n      when { branch 'main'; not { changeRequest() } }",
                ),
            ),
        ),
    ),
    Example(  # what the condition is worth is not known
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(_ON_MAIN, f"{_ON_MAIN}\n  pull_request:").replace(
                    "  production:\n", "  production:\n    if: vars.RELEASES == 'on'\n"
                ),
            ),
        ),
    ),
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
    Example(  # it needs a job that there is for the main branch only
        template=TEMPLATE,
        files=(
            (
                ".gitlab-ci.yml",
                GITLAB.replace(
                    "resource_group: production\n  only: [main]\n", "resource_group: production\n  needs: [staging]\n"
                ),
            ),
        ),
    ),
    Example(  # merge requests are tested
        template=TEMPLATE,
        files=(
            (
                ".gitlab-ci.yml",
                GITLAB.replace("  stage: test\n", "  stage: test\n  only: [main, merge_requests]\n"),
            ),
        ),
    ),
    Example(  # pushes to one branch
        template=TEMPLATE,
        files=(
            (
                "pipeline.yaml",
                CODEPIPELINE.replace(
                    "      Stages:",
                    "      PipelineType: V2\n      Triggers:\n        - ProviderType: CodeStarSourceConnection\n"
                    "          GitConfiguration:\n            SourceActionName: Source\n"
                    "            Push: [{Branches: {Includes: [main]}}]\n      Stages:",
                ),
            ),
            *CONFIGURATIONS,
        ),
    ),
)

_REQUESTS: Final = frozenset({"pull_request", "pull_request_target", "merge_request_event", "merge_requests"})
_BY_GIT: Final = pattern(r"\bGitConfiguration\b|\bgit_configuration\s*\{")
_PULL_REQUEST: Final = pattern(r"""\bPullRequest["']?\s*:|\bpull_request\s*\{""")
_REQUEST: Final = pattern(r"merge_request(?:s|_event)")
_ANY: Final = pattern(r"\*{1,2}(?:/\*{1,2})?$|(?:feat|feature|features|dev|fix|bugfix)\b", re.IGNORECASE)
_OF_REQUEST: Final = {
    "github.ref": "refs/pull/1/merge",
    "github.ref_name": "1/merge",
    "github.ref_type": "branch",
    "github.head_ref": "somebodys-branch",
}
_OF_PUSH: Final = {
    "github.ref": "refs/heads/somebodys-branch",
    "github.ref_name": "somebodys-branch",
    "github.ref_type": "branch",
    "github.head_ref": "",
    "github.base_ref": "",
}
_STATUS: Final = pattern(r"\b(always|success|failure|cancelled)\s*\(\s*\)")
_WRAPPED: Final = pattern(r"^\s*\$\{\{(.*)\}\}\s*$", re.DOTALL)
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
    is_in_order_only = job.is_ordered_by_stage or pipeline.system is PipelineSystem.JENKINS
    before = () if is_in_order_only else jobs_before(pipeline, job)
    requested = _of_requests(pipeline, job)
    if requested is not None:
        yield "every pull or merge request", requested
    is_github = pipeline.system is PipelineSystem.GITHUB_ACTIONS
    for trigger in pipeline.triggers:
        if not all(_lets_in(one, trigger.event) for one in (job, *before)):
            continue
        place = trigger.place if is_github else job.place
        is_any = any(_ANY.match(branch) for branch in trigger.branches)
        is_any = is_any or (not trigger.branches and _knows_branches(pipeline))
        if trigger.event in _REQUESTS:
            yield "every pull request", place
        elif trigger.event == "push" and is_any:
            yield "whatever is pushed to any branch", place


def _of_requests(pipeline: Pipeline, job: Job) -> Place | None:
    """Where a job of GitLab or Jenkins says that it runs for requests, or a trigger of CodePipeline that it runs for them."""
    if pipeline.system is PipelineSystem.CODEPIPELINE and _BY_GIT.search(pipeline.document.text):
        found = _PULL_REQUEST.search(pipeline.document.text)
        return None if found is None else Place(pipeline.document, Span(found.start(), found.end()))
    if pipeline.system is PipelineSystem.JENKINS and _REQUESTS & set(job.events):
        return job.place if job.condition is None else job.condition.place
    if pipeline.system is not PipelineSystem.GITLAB_CI or not _REQUESTS & set(job.events):
        return None
    place = job.place if job.condition is None else job.condition.place
    found = _REQUEST.search(place.document.text, place.span.start, place.span.end)
    return place if found is None else Place(place.document, Span(found.start(), found.end()))


def _lets_in(job: Job, event: str) -> bool:
    """Whether a job is known to run for an event on a branch that nobody has reviewed.

    A condition is asked with such an event and branch. Where its worth depends on what the files do not tell, it may be
    what holds the job back.
    """
    if not restricts(job):
        return True
    # Other systems' conditions are no expressions of GitHub: they are worth nothing that is known.
    written = "" if job.condition is None else _WRAPPED.sub(r"\1", job.condition.written)
    known = {"github.event_name": event, **(_OF_REQUEST if event in _REQUESTS else _OF_PUSH)}
    return Expressions(known).worth(_STATUS.sub(_worth_of_status, written)) == "true"


def _worth_of_status(match: re.Match[str]) -> str:
    """What `success()` and the like are worth while nothing fails."""
    return "true" if match[1] in ("always", "success") else "false"


def _knows_branches(pipeline: Pipeline) -> bool:
    """Whether the pipeline runs for several branches: in Jenkins, only where a stage asks for one."""
    is_jenkins = pipeline.system is PipelineSystem.JENKINS
    return any(job.branches for job in pipeline.jobs) if is_jenkins else pipeline.system not in _FROM_A_BRANCH
