"""Production is deployed to in the account of another environment.

What goes wrong: in one account, whatever may change development may change production as well, unless every policy is right;
quotas such as Lambda's concurrency are shared, so that a test can throttle production.
Silent when: the accounts differ, or one of them is not told by the role that the job assumes; both have the same role
(SG726); the role is that of CodePipeline or CodeBuild, which may assume another account's.
Fix: an account for production, with a role of its own that the pipeline assumes.
Source: AWS Well-Architected Framework, security pillar, "SEC01-BP01 Separate workloads using accounts"; AWS SAM Developer
Guide, "sam pipeline bootstrap".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pattern import pattern
from samguard.pipeline import Job, Pipeline, PipelineSystem
from samguard.rules.pipelines.assumed_roles import assumed_roles
from samguard.rules.pipelines.example_workflow import CODEPIPELINE, CONFIGURATIONS, TEMPLATE, WORKFLOW, WORKFLOW_PATH
from samguard.rules.pipelines.production_path import deploys, first_in_each_job
from samguard.source import Place

RULE = Rule("SG727", "one-account-for-all-environments", Level.NOTE, since="0.1.0")

_PRODUCTION = "arn:aws:iam::222222222222:role/deploy"

BAD = (
    Example(
        template=TEMPLATE,
        files=((WORKFLOW_PATH, WORKFLOW.replace(_PRODUCTION, "arn:aws:iam::111111111111:role/deploy-prod  # SG727")),),
    ),
)

GOOD = (
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, WORKFLOW),)),
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, WORKFLOW.replace(_PRODUCTION, "${{ secrets.ROLE }}")),)),
    Example(
        template=TEMPLATE,
        files=(
            (
                "pipeline.yaml",
                CODEPIPELINE.replace(
                    "            - Name: Deploy\n", "            - Name: Deploy\n              RoleArn: {ROLE}\n", 1
                )
                .replace(
                    "            - Name: Deploy\n              Act",
                    "            - Name: Deploy\n              RoleArn: {ROLE}2\n              Act",
                )
                .replace("{ROLE}", "arn:aws:iam::111111111111:role/deploy"),
            ),
            *CONFIGURATIONS,
        ),
    ),
    Example(  # no role that tells an account
        template=TEMPLATE, files=((WORKFLOW_PATH, WORKFLOW.replace("role/deploy", "user/deploy")),)
    ),
)

_OF_THE_PIPELINE: Final = (PipelineSystem.CODEPIPELINE, PipelineSystem.CODEBUILD, PipelineSystem.TERRAFORM)
"""Their jobs have a role in the pipeline's own account, from where they may take another one."""
_ACCOUNT: Final = pattern(r"^arn:[\w-]+:iam::(\d{12}):role/")


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for each job that deploys to production in another environment's account."""
    if pipeline.system in _OF_THE_PIPELINE:
        return
    found = first_in_each_job(deploys(pipeline))
    others = {account: one for one in found if not one.is_production for account in _accounts(one.job)}
    roles = {role for one in found if not one.is_production for role in assumed_roles(one.job)}
    for deploy in found:
        own = {} if not deploy.is_production or roles & assumed_roles(deploy.job).keys() else _accounts(deploy.job)
        for account, place in own.items():
            if account in others:
                message = (
                    f"{deploy.environment} is in the account of {others[account].environment} ({account}): what may change "
                    f"the one may change the other; give {deploy.environment} an account of its own"
                )
                yield Finding(place.span, message, document=place.document)


def _accounts(job: Job) -> dict[str, Place]:
    named = ((_ACCOUNT.match(role), place) for role, place in assumed_roles(job).items())
    return {found[1]: place for found, place in named if found is not None}
