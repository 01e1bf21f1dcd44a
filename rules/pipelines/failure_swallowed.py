"""The pipeline goes on as if nothing had happened when a deployment fails.

What goes wrong: an alarm stops the shift, the deployment fails and is rolled back, and the pipeline is green: whoever merged
the release believes that it is live, and the next stage follows.
Silent when: the failure is asked about later (`steps.deploy.outcome`); the step is a test; production is not in the pipeline.
Fix: remove `|| true`, `continue-on-error`, `allow_failure` from the deployment; `set -euo pipefail` in scripts.
Source: GitHub Docs, "Workflow syntax for GitHub Actions" (continue-on-error); GitLab Docs, "CI/CD YAML syntax reference"
(allow_failure); Bash Reference Manual, "The Set Builtin".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pattern import pattern
from samguard.pipeline import GateKind, IgnoredFailure, Pipeline
from samguard.rules.pipelines.example_workflow import GITLAB, PROD_DEPLOY, TEMPLATE, WORKFLOW, WORKFLOW_PATH
from samguard.rules.pipelines.production_path import Deploy, deploys
from samguard.source import Place

RULE = Rule("SG711", "failure-swallowed", Level.ERROR, since="0.1.0")

BAD = (
    Example(
        template=TEMPLATE,
        files=((WORKFLOW_PATH, WORKFLOW.replace(PROD_DEPLOY, f"{PROD_DEPLOY} || true  # SG711")),),
    ),
    Example(
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(
                    f"run: {PROD_DEPLOY}", f"run: {PROD_DEPLOY}\n        continue-on-error: true  # SG711"
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
                    "  resource_group: production\n", "  resource_group: production\n  allow_failure: true  # SG711\n"
                ),
            ),
        ),
    ),
    Example(  # production comes after it
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace("environment: staging", "environment: staging\n    continue-on-error: true  # SG711"),
            ),
        ),
    ),
    Example(
        template=TEMPLATE,
        files=(
            (
                ".gitlab-ci.yml",
                GITLAB.replace(
                    "  resource_group: production\n",
                    "  resource_group: production\n  allow_failure: {exit_codes: [1]}  # SG711 at warning\n",
                ),
            ),
        ),
    ),
    Example(  # one line for both: said once, of production
        template=TEMPLATE,
        files=(
            (
                ".gitlab-ci.yml",
                GITLAB.replace(
                    "production:\n  stage: production\n", "production:\n  extends: staging\n  stage: production\n"
                )
                .replace(
                    "orders-staging --capabilities CAPABILITY_IAM", "orders-$CI_JOB_NAME || true  # SG711 at error"
                )
                .replace(f"  script:\n    - {PROD_DEPLOY}\n    - pytest tests/smoke\n", ""),
            ),
        ),
    ),
)

GOOD = (
    Example(  # asked about later
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(
                    f"run: {PROD_DEPLOY}",
                    f"run: {PROD_DEPLOY}\n        id: deploy\n        continue-on-error: true\n"
                    "      - if: steps.deploy.outcome == 'failure'\n        run: ./tell.sh && exit 1",
                ),
            ),
        ),
    ),
    Example(  # the comparison of a change set may fail
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(
                    f"run: {PROD_DEPLOY}",
                    f"run: aws cloudformation describe-stacks || true\n      - run: {PROD_DEPLOY}",
                ),
            ),
        ),
    ),
    Example(  # nothing comes after a developers' stack
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(
                    "\n  staging:",
                    "\n  dev:\n    runs-on: ubuntu-latest\n    environment: dev\n    continue-on-error: true\n    steps:\n"
                    "      - run: sam build\n      - run: sam deploy --stack-name orders-dev\n  staging:",
                ),
            ),
        ),
    ),
)

_ASKED_LATER: Final = pattern(r"\.outcome\b")
_BY_SHELL: Final = ("no set -e", "set +e")


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for each deployment whose failure stops nothing: production's, and those that production comes after."""
    found = deploys(pipeline)
    before = {name for deploy in found if deploy.is_production for name in pipeline.before(deploy.job.name)}
    told: set[Place] = set()
    for deploy in sorted(found, key=lambda one: not one.is_production):
        if not deploy.is_production and deploy.job.name not in before:
            continue
        for ignored in (deploy.step.ignored, deploy.job.ignored):
            if ignored is None or ignored.place in told or _is_asked_later(pipeline, ignored):
                continue
            told.add(ignored.place)
            after = "the pipeline is green" if deploy.is_production else "production follows"
            message = (
                f"when the deployment to {deploy.environment} fails or is rolled back, {after} all the same "
                f"({ignored.how}); let it fail"
            )
            yield Finding(ignored.place.span, message, level=_level(deploy, ignored), document=ignored.place.document)


def _is_asked_later(pipeline: Pipeline, ignored: IgnoredFailure) -> bool:
    return ignored.how.startswith("continue-on-error") and bool(_ASKED_LATER.search(pipeline.document.text))


def _level(deploy: Deploy, ignored: IgnoredFailure) -> Level:
    """A job that is started by hand may fail in GitLab anyway; and a script may look at what happened."""
    is_by_hand = any(gate.kind is GateKind.MANUAL_START for gate in deploy.job.gates)
    is_usual = ignored.how.startswith("allow_failure") and is_by_hand
    is_usual |= ignored.how == "allow_failure: exit_codes"
    is_weak = not deploy.is_production or is_usual or ignored.how.startswith(_BY_SHELL)
    return Level.WARNING if is_weak else Level.ERROR
