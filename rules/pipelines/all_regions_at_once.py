"""Several regions of production are deployed to at the same time.

What goes wrong: each region has a canary of its own, but all of them begin together: a bad version reaches a part of the
users in every region before the first alarm fires, and there is no healthy region left to send them to.
Silent when: the regions come one after the other (`needs`, `max-parallel: 1`, RunOrder); a region is unknown; the
deployments are not of production.
Fix: deploy one region first, and let the others need it (`max-parallel: 1` in a matrix).
Source: AWS Well-Architected Framework, "OPS06-BP03 Employ safe deployment strategies"; AWS CloudFormation User Guide, "AWS
CloudFormation configuration properties reference".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pipeline import Pipeline
from samguard.rules.pipelines.example_workflow import PROD_DEPLOY, TEMPLATE, WORKFLOW, WORKFLOW_PATH
from samguard.rules.pipelines.production_path import Deploy, are_alternatives, first_in_each_job, production_deploys
from samguard.source import Place

RULE = Rule("SG712", "all-regions-at-once", Level.WARNING, since="0.1.0")

_MATRIX = WORKFLOW.replace(
    "environment: production",
    "environment: production\n    strategy:\n{parallel}      matrix:\n        region: [eu-west-1, us-east-1]",
).replace(PROD_DEPLOY, f"{PROD_DEPLOY} --region ${{{{ matrix.region }}}}")
_SECOND = "\n  second:{mark}\n    needs: {needs}" + WORKFLOW.partition("\n  production:\n    needs: staging")[
    2
].replace("eu-west-1", "us-east-1")

BAD = (
    Example(
        template=TEMPLATE,
        files=(
            (WORKFLOW_PATH, _MATRIX.replace("{parallel}", "").replace("\n  production:", "\n  production:  # SG712")),
        ),
    ),
    Example(
        template=TEMPLATE,
        files=((WORKFLOW_PATH, WORKFLOW + _SECOND.replace("{mark}", "  # SG712").replace("{needs}", "staging")),),
    ),
)

GOOD = (
    Example(  # the same region
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                (WORKFLOW + _SECOND.replace("{mark}", "").replace("{needs}", "staging")).replace(
                    "us-east-1", "eu-west-1"
                ),
            ),
        ),
    ),
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, _MATRIX.replace("{parallel}", "      max-parallel: 1\n")),)),
    Example(
        template=TEMPLATE,
        files=((WORKFLOW_PATH, WORKFLOW + _SECOND.replace("{mark}", "").replace("{needs}", "production")),),
    ),
)


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for each job that begins while another region of production is being deployed to."""
    found = [deploy for deploy in first_in_each_job(production_deploys(pipeline)) if _region(deploy) is not None]
    told: set[Place] = set()
    for number, deploy in enumerate(found):
        beside = [one for one in found[:number] if _is_beside(pipeline, one, deploy)]
        place = deploy.job.place
        if beside and place not in told:
            told.add(place)
            message = (
                f"{deploy.environment} is deployed to in {_region(beside[0])} and {_region(deploy)} at the same time: a bad "
                "version is in all of them before the first alarm; let one region go first"
            )
            yield Finding(place.span, message, document=place.document)


def _region(deploy: Deploy) -> str | None:
    """The region that a deployment names, or that its job signs in to."""
    command = deploy.step.command
    if command is not None and command.region is not None:
        return command.region
    return next((one.region for one in deploy.job.credentials if one.region is not None), None)


def _is_beside(pipeline: Pipeline, one: Deploy, deploy: Deploy) -> bool:
    if _region(one) == _region(deploy) or are_alternatives(one.job, deploy.job):
        return False
    is_copy = one.job.place == deploy.job.place
    if is_copy and deploy.job.max_parallel == 1:
        return False
    is_after = one.job.name in pipeline.before(deploy.job.name) or deploy.job.name in pipeline.before(one.job.name)
    return not is_after and _stack_kind(one) == _stack_kind(deploy)


def _stack_kind(deploy: Deploy) -> str | None:
    """The template: another one in another region is another service."""
    return None if deploy.step.command is None else deploy.step.command.template
