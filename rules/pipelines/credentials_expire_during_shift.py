"""The job's credentials end before traffic has been shifted.

What goes wrong: a role that is assumed for fifteen minutes or an hour is good no longer than that. Whoever waits for the
deployment is refused in the middle of the shift: the job fails, though the deployment goes on in AWS, and nobody learns how
it ends.
Silent when: it is not said how long the credentials are good for, or how long the shift takes; the job ends before (SG706);
the command gives up by itself before (SG210); the job signs in again.
Fix: `role-duration-seconds` (or `--duration-seconds`) of more than the shift and its hooks take, and a role whose maximum
session duration allows it.
Source: aws-actions/configure-aws-credentials, action.yml (role-duration-seconds); AWS CLI Command Reference,
"assume-role-with-web-identity".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pattern import pattern
from samguard.pipeline import Job, Step
from samguard.project import Project
from samguard.rules.pipelines.example_workflow import GITLAB, PROD_DEPLOY, WORKFLOW, WORKFLOW_PATH, shifted
from samguard.rules.pipelines.shift_time import longest_shift
from samguard.source import Place
from samguard.value import value

RULE = Rule("SG705", "credentials-expire-during-shift", Level.WARNING, since="0.1.0")

_ROLE = "          role-to-assume: arn:aws:iam::222222222222:role/deploy\n"
_SHORT = f"{_ROLE}          role-duration-seconds: 900{{mark}}\n"
_CLOUDFORMATION = (
    "uses: aws-actions/aws-cloudformation-github-deploy@v1\n"
    "        with:\n"
    "          name: orders-prod\n"
    "          template: template.yaml\n"
    "          capabilities: CAPABILITY_IAM,CAPABILITY_AUTO_EXPAND\n"
)
_STAGING_DEPLOY = PROD_DEPLOY.replace("-prod", "-staging")
_ASSUMED = (
    "    - aws sts assume-role-with-web-identity --role-arn arn:aws:iam::222222222222:role/deploy --duration-seconds 900"
    " --role-session-name orders --web-identity-token $TOKEN{mark}\n"
)
_IN_GITLAB = GITLAB.replace(f"    - {PROD_DEPLOY}", f"{_ASSUMED}    - {PROD_DEPLOY}")
_JENKINSFILE = """
pipeline {
  agent any
  options { disableConcurrentBuilds() }
  stages {
    stage('test') {
      steps { sh 'pytest' }
    }
    stage('production') {
      steps {
        withAWS(role: 'arn:aws:iam::222222222222:role/deploy', duration: 1200) {  // # SG705
          sh 'sam deploy --stack-name orders-prod --template packaged.yaml --capabilities CAPABILITY_IAM'
        }
      }
    }
  }
}
"""


def _with(role: str, *, template: str = "Canary10Percent15Minutes") -> Example:
    return Example(template=shifted(template), files=((WORKFLOW_PATH, WORKFLOW.replace(_ROLE, role)),))


BAD = (
    _with(_SHORT.format(mark="  # SG705")),
    Example(  # an hour where nothing is said; this action waits for nearly six
        template=shifted("Linear10PercentEvery10Minutes"),
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(f"run: {PROD_DEPLOY}\n", _CLOUDFORMATION)
                .replace(f"run: {_STAGING_DEPLOY}\n", _CLOUDFORMATION.replace("-prod", "-staging"))
                .replace("configure-aws-credentials@v4", "configure-aws-credentials@v4  # SG705"),
            ),
        ),
    ),
    Example(  # staging's; production's job itself ends before
        template=shifted("Canary10Percent30Minutes"),
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(_ROLE, _SHORT.format(mark=""))
                .replace(_ROLE.replace("2" * 12, "1" * 12), _SHORT.format(mark="  # SG705").replace("2" * 12, "1" * 12))
                .replace("environment: production", "environment: production\n    timeout-minutes: 12  # SG706"),
            ),
        ),
    ),
    Example(
        template=shifted("Canary10Percent30Minutes"),
        files=((".gitlab-ci.yml", _IN_GITLAB.replace("{mark}", "  # SG705")),),
    ),
    Example(template=shifted("Canary10Percent30Minutes"), files=(("Jenkinsfile", _JENKINSFILE),)),
)

GOOD = (
    _with(_SHORT.format(mark=""), template="Canary10Percent10Minutes"),
    _with(f"{_ROLE}          role-duration-seconds: ${{{{ vars.SECONDS }}}}\n"),
    Example(  # another job's; and one that another sign-in replaces
        template=shifted("Canary10Percent30Minutes"),
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(
                    "\n      - run: sam build\n",
                    "\n      - uses: aws-actions/configure-aws-credentials@v4\n        with:\n"
                    "          role-to-assume: arn:aws:iam::333333333333:role/build\n          role-duration-seconds: 900\n"
                    "          aws-region: eu-west-1\n      - run: sam build\n",
                )
                .replace(
                    f"      - run: {PROD_DEPLOY}",
                    "      - uses: aws-actions/configure-aws-credentials@v4\n        with:\n"
                    "          role-to-assume: arn:aws:iam::222222222222:role/deploy\n          role-duration-seconds: 7200\n"
                    f"          aws-region: eu-west-1\n      - run: {PROD_DEPLOY}",
                )
                .replace(_ROLE, _SHORT.format(mark=""), 1),
            ),
        ),
    ),
    Example(
        template=shifted("Canary10Percent30Minutes"),
        files=((".gitlab-ci.yml", _IN_GITLAB.replace("{mark}", "").replace("--duration-seconds 900 ", "")),),
    ),
)

_ASSUMING: Final = pattern(r"\baws\s+sts\s+assume-role\S*\s.*--duration-seconds[ =](\d{3,6})\b")
_MINUTE: Final = 60


@value
class _Session:
    """Credentials that end: after how many seconds, and where that is said."""

    seconds: int
    place: Place


def check(project: Project) -> Iterator[Finding]:
    """One finding for each sign-in that is good for less than a shift."""
    told: set[Place] = set()
    for pipeline in project.pipelines:
        for job in pipeline.jobs:
            for step in job.deploy_steps:
                session = _session(job, step)
                shift = None if session is None else longest_shift(project, job, step)
                if session is None or shift is None or session.place in told:
                    continue
                minutes = session.seconds / _MINUTE
                if shift.minutes < minutes or _ends_before(job, step, minutes):
                    continue
                told.add(session.place)
                yield Finding(
                    session.place.span,
                    f"these credentials are good for {minutes:g} minutes, but shifting {shift.function} in "
                    f"{shift.environment} takes {shift.minutes:g}: the job fails in the middle of it, and nobody sees how it "
                    "ends; let them last longer",
                    because=shift.because,
                    document=session.place.document,
                )


def _session(job: Job, step: Step) -> _Session | None:
    """The credentials that a deployment has: of the last sign-in before it, where its duration is known."""
    before = job.steps[: job.steps.index(step)]
    for one in reversed(before):
        found = _ASSUMING.search(one.text)
        if found is not None:
            return _Session(int(found[1]), one.place)
    credential = job.credentials[-1] if job.credentials else None
    if credential is None or credential.duration_seconds is None:
        return None
    return _Session(credential.duration_seconds, credential.duration_place or credential.place)


def _ends_before(job: Job, step: Step, minutes: float) -> bool:
    """Whether the job or step is ended first."""
    limits = [one.minutes for one in (job.timeout, step.timeout) if one is not None and one.minutes is not None]
    return any(limit <= minutes for limit in limits)
