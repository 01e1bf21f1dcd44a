"""The pipeline's job is ended while traffic is still being shifted.

What goes wrong: the time limit of the job or step is not longer than the shift takes. The CI system kills what waits for
the deployment; the shift goes on in AWS with nobody watching, nothing of the pipeline that comes after it runs, and the
next run meets a stack that is being updated.
Silent when: the limit or the shift's duration is not known; the step only starts the deployment (SG704); the command gives
up by itself before (SG210).
Fix: give the job more minutes than the shift, its hooks and the steps before it take.
Source: GitHub Docs, "Workflow syntax for GitHub Actions" (timeout-minutes); AWS CodeDeploy User Guide, "CodeDeploy primary
components" (deployment configuration).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import Reason
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pattern import pattern
from samguard.pipeline import Job, Step, Timeout
from samguard.project import Project
from samguard.rules.pipelines.example_workflow import GITLAB, PROD_DEPLOY, WORKFLOW, WORKFLOW_PATH, shifted
from samguard.rules.pipelines.shift_time import Shift, longest_shift
from samguard.source import Place, Span

RULE = Rule("SG706", "job-times-out-during-shift", Level.WARNING, since="0.1.0")

_JOB = "environment: production\n    timeout-minutes: {minutes}"
_BUILDSPEC = """
version: 0.2
phases:
  build:
    commands:
      - sam build
      - sam deploy --stack-name orders-prod --capabilities CAPABILITY_IAM
"""
_BUILT = """
Resources:
  Deploy:
    Type: AWS::CodeBuild::Project
    Properties:
      Name: deploy
      ServiceRole: arn:aws:iam::111111111111:role/build
      TimeoutInMinutes: 20  # SG706
      Artifacts: {Type: CODEPIPELINE}
      Environment: {Type: LINUX_CONTAINER, ComputeType: BUILD_GENERAL1_SMALL, Image: 'aws/codebuild/standard:7.0'}
      Source: {Type: CODEPIPELINE, BuildSpec: deploy.yml}
  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      RoleArn: arn:aws:iam::111111111111:role/pipeline
      Stages:
        - Name: Source
          Actions:
            - Name: Source
              ActionTypeId: {Category: Source, Owner: AWS, Provider: CodeStarSourceConnection, Version: '1'}
              Configuration: {BranchName: main, FullRepositoryId: orders/orders}
        - Name: Test
          Actions:
            - Name: Test
              ActionTypeId: {Category: Test, Owner: AWS, Provider: CodeBuild, Version: '1'}
              Configuration: {ProjectName: orders-tests}
        - Name: Production
          Actions:
            - Name: Deploy
              ActionTypeId: {Category: Build, Owner: AWS, Provider: CodeBuild, Version: '1'}
              Configuration: {ProjectName: !Ref Deploy}
"""
_MATRIX = """
on:
  push:
    branches: [main]
concurrency: deliver
jobs:
  deploy:
    runs-on: ubuntu-latest
    timeout-minutes: 10  # SG706
    strategy:
      max-parallel: 1
      matrix:
        stage: [staging, production]
    environment: ${{ matrix.stage }}
    steps:
      - run: pytest
      - run: sam build
      - run: sam deploy --stack-name orders-${{ matrix.stage }} --capabilities CAPABILITY_IAM
"""


def _job(minutes: str) -> str:
    return WORKFLOW.replace("environment: production", _JOB.format(minutes=minutes))


BAD = (
    Example(template=shifted("Canary10Percent30Minutes"), files=((WORKFLOW_PATH, _MATRIX),)),
    Example(template=shifted("Canary10Percent30Minutes"), files=((WORKFLOW_PATH, _job("30  # SG706")),)),
    Example(  # the step alone
        template=shifted("Canary10Percent30Minutes"),
        files=(
            (
                WORKFLOW_PATH,
                _job("60").replace(f"run: {PROD_DEPLOY}", f"run: {PROD_DEPLOY}\n        timeout-minutes: 10  # SG706"),
            ),
        ),
    ),
    Example(  # the command
        template=shifted("Linear10PercentEvery2Minutes"),
        files=((WORKFLOW_PATH, WORKFLOW.replace(PROD_DEPLOY, f"timeout -k 5 15m {PROD_DEPLOY}  # SG706")),),
    ),
    Example(
        template=shifted("Canary10Percent30Minutes"),
        files=(
            (
                ".gitlab-ci.yml",
                GITLAB.replace(
                    "  resource_group: production\n",
                    "  resource_group: production\n  timeout: 25 minutes  # SG706\n",
                ),
            ),
        ),
    ),
    Example(  # production's is only started, so that nothing is killed
        template=shifted("Canary10Percent30Minutes"),
        files=(
            (
                WORKFLOW_PATH,
                _job("10")
                .replace("environment: staging", "environment: staging\n    timeout-minutes: 10  # SG706")
                .replace(
                    PROD_DEPLOY,
                    "aws cloudformation update-stack --stack-name orders-prod --template-body file://t.yaml  # SG704",
                ),
            ),
        ),
    ),
    Example(
        template=shifted("Canary10Percent30Minutes"), files=(("pipeline.yaml", _BUILT), ("deploy.yml", _BUILDSPEC))
    ),
)

GOOD = (
    Example(template=shifted("Canary10Percent15Minutes"), files=((WORKFLOW_PATH, _job("30")),)),
    Example(template=shifted("Canary10Percent30Minutes"), files=((WORKFLOW_PATH, _job("${{ vars.MINUTES }}")),)),
    Example(  # another job's limit, and another command's
        template=shifted("Canary10Percent30Minutes"),
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace("\n  build:", "\n  build:\n    timeout-minutes: 5").replace(
                    f"run: {PROD_DEPLOY}",
                    f"run: timeout 60 ./wait-for-quiet.sh\n      - run: timeout $LIMIT {PROD_DEPLOY}",
                ),
            ),
        ),
    ),
    Example(  # staging is not shifted
        template=shifted("!If [IsProd, Canary10Percent30Minutes, AllAtOnce]"),
        samconfig="""
version = 0.1
[staging.deploy.parameters]
stack_name = "orders-staging"
parameter_overrides = "Stage=staging"
[production.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
""",
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace("environment: staging", "environment: staging\n    timeout-minutes: 10")
                .replace("orders-staging --", "orders-staging --config-env staging --")
                .replace("orders-prod --", "orders-prod --config-env production --"),
            ),
        ),
    ),
)

_LIMITED: Final = pattern(
    r"\btimeout\s+(?:-\S+\s+(?:\d+[smhd]?\s+(?=\d))?)*(\d+(?:\.\d+)?)([smhd]?)\s+\S*(?:sam|aws)\b"
)
_UNITS: Final = {"": 1 / 60, "s": 1 / 60, "m": 1.0, "h": 60.0, "d": 1440.0}


def check(project: Project) -> Iterator[Finding]:
    """One finding for each limit that ends before a shift does."""
    told: set[Place] = set()
    for pipeline in project.pipelines:
        for job in pipeline.jobs:
            for step in job.deploy_steps:
                limit = _limit(job, step)
                shift = None if limit is None else longest_shift(project, job, step)
                if limit is None or limit.minutes is None or shift is None or shift.minutes < limit.minutes:
                    continue
                if limit.place not in told:
                    told.add(limit.place)
                    yield _finding(limit.minutes, limit.place, shift)


def _finding(minutes: float, place: Place, shift: Shift) -> Finding:
    return Finding(
        _first_line(place),
        f"this ends after {minutes:g} minutes, but shifting {shift.function} in {shift.environment} takes "
        f"{shift.minutes:g}: it is killed while the shift goes on unwatched; allow more than that",
        because=(*shift.because, Reason("this is the limit", place)),
        document=place.document,
    )


def _limit(job: Job, step: Step) -> Timeout | None:
    """The shortest of the limits that end a step."""
    found = [one for one in (job.timeout, step.timeout, _of_command(step)) if one is not None and one.minutes]
    return min(found, key=lambda one: one.minutes or 0, default=None)


def _of_command(step: Step) -> Timeout | None:
    """What `timeout 300 sam deploy` says."""
    limited = _LIMITED.search(step.text)
    return None if limited is None else Timeout(float(limited[1]) * _UNITS[limited[2]], step.place)


def _first_line(place: Place) -> Span:
    """A default has no place of its own; what it belongs to begins here."""
    end = place.document.text.find("\n", place.span.start, place.span.end)
    return place.span if end < 0 else Span(place.span.start, end)
