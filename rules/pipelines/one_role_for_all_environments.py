"""One role deploys to production and to the other environments.

What goes wrong: whatever may deploy to staging - another branch, a pull request - may deploy to production, too: the stages
and gates of the pipeline are all that keeps it from that.
Silent when: a role is unknown, or comes from a secret or variable that each environment has of its own.
Fix: a role for each environment, as `sam pipeline bootstrap` makes, in an account of its own if possible.
Source: AWS SAM Developer Guide, "sam pipeline bootstrap" (run for each deployment stage); AWS Well-Architected Framework,
security pillar, "SEC01-BP01 Separate workloads using accounts".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pipeline import Pipeline
from samguard.rules.pipelines.assumed_roles import assumed_roles
from samguard.rules.pipelines.example_workflow import GITLAB, PROD_DEPLOY, TEMPLATE, WORKFLOW, WORKFLOW_PATH
from samguard.rules.pipelines.production_path import deploys, first_in_each_job

RULE = Rule("SG726", "one-role-for-all-environments", Level.NOTE, since="0.1.0")

_OF_PRODUCTION = "role-to-assume: arn:aws:iam::222222222222:role/deploy"
_MARKED = WORKFLOW.replace(_OF_PRODUCTION, f"{_OF_PRODUCTION}  # SG726").replace("2" * 12, "1" * 12)

_ASSUMING = "    - aws sts assume-role --role-session-name orders --role-arn arn:aws:iam::111111111111:role/deploy"
_STAGING_DEPLOY = PROD_DEPLOY.replace("-prod", "-staging")

BAD = (
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, _MARKED),)),
    Example(
        template=TEMPLATE,
        files=(
            (
                ".gitlab-ci.yml",
                GITLAB.replace(f"    - {PROD_DEPLOY}", f"{_ASSUMING}  # SG726\n    - {PROD_DEPLOY}").replace(
                    f"    - {_STAGING_DEPLOY}", f"{_ASSUMING}\n    - {_STAGING_DEPLOY}"
                ),
            ),
        ),
    ),
)

GOOD = (
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, WORKFLOW),)),
    Example(
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace("arn:aws:iam::111111111111:role/deploy", "${{ secrets.ROLE }}").replace(
                    "arn:aws:iam::222222222222:role/deploy", "${{ secrets.ROLE }}"
                ),
            ),
        ),
    ),
)


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for each role of production that another environment's job has as well."""
    found = first_in_each_job(deploys(pipeline))
    others = {role: one for one in found if not one.is_production for role in assumed_roles(one.job)}
    for deploy in found:
        for role, place in assumed_roles(deploy.job).items() if deploy.is_production else ():
            if role in others:
                message = (
                    f"what may deploy to {others[role].environment} may deploy to {deploy.environment} as well: both have the "
                    "same role; give each environment its own"
                )
                yield Finding(place.span, message, document=place.document)
