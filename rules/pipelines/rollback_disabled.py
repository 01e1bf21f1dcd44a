"""A pipeline deploys to production and tells CloudFormation not to roll back.

What goes wrong: CodeDeploy stops the shift and puts the alias back when an alarm fires, and the update fails. With rollback
disabled the stack stays in UPDATE_FAILED: all other resources have the new release, and somebody has to repair it by hand.
Silent when: the stack is only created by the command; the environment is not production or not named.
Fix: leave `--disable-rollback` (or `--on-failure DO_NOTHING`) out of production's deployment.
Source: AWS SAM Developer Guide, "sam deploy" (--disable-rollback); AWS CloudFormation User Guide, "Choose how to handle
failures when provisioning resources".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.environments import ParameterValue
from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule
from samguard.pipeline import Pipeline, Step
from samguard.rules.pipelines.example_workflow import GITLAB, PROD_DEPLOY, TEMPLATE, WORKFLOW, WORKFLOW_PATH
from samguard.rules.pipelines.production_path import production_deploys

RULE = Rule("SG703", "rollback-disabled", Level.ERROR, since="0.1.0")

BAD = (
    Example(
        template=TEMPLATE,
        files=((WORKFLOW_PATH, WORKFLOW.replace(PROD_DEPLOY, f"{PROD_DEPLOY} --disable-rollback  # SG703")),),
    ),
    Example(
        template=TEMPLATE,
        files=((".gitlab-ci.yml", GITLAB.replace(PROD_DEPLOY, f"{PROD_DEPLOY} --on-failure DO_NOTHING  # SG703")),),
    ),
    Example(
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(
                    f"run: {PROD_DEPLOY}",
                    "uses: aws-actions/aws-cloudformation-github-deploy@v1\n"
                    "        with:\n"
                    "          name: orders-prod\n"
                    "          template: packaged.yaml\n"
                    "          capabilities: CAPABILITY_IAM\n"
                    "          disable-rollback: '1'  # SG703",
                ),
            ),
        ),
    ),
)

GOOD = (
    Example(  # staging may be looked at as it failed
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace("orders-staging --", "orders-staging --disable-rollback --").replace(
                    PROD_DEPLOY, f"{PROD_DEPLOY} --no-disable-rollback --on-failure ROLLBACK"
                ),
            ),
        ),
    ),
    Example(  # a stack that is made new has nothing to go back to
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(
                    PROD_DEPLOY,
                    "|\n          aws cloudformation create-stack --stack-name orders-prod --disable-rollback\n"
                    "          aws cloudformation wait stack-create-complete --stack-name orders-prod",
                ),
            ),
        ),
    ),
)


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for each option that switches the rollback of production off."""
    for deploy in production_deploys(pipeline):
        given = _switch(deploy.step)
        if given is not None and given.place is not None:
            message = (
                f"when an alarm stops the deployment in {deploy.environment}, the stack stays half updated: "
                "CloudFormation is told not to roll back; remove this option"
            )
            yield Finding(given.place.span, message, document=given.place.document, fixes=_fixes(given))


def _fixes(given: ParameterValue) -> tuple[Fix, ...]:
    """What is done by default."""
    from samguard.mending import given_value

    assert given.place is not None  # noqa: S101 - the caller saw to it
    span, text = given.place.span, given.place.document.text
    said = text[span.start : span.end]
    if said == "--disable-rollback":
        return (Fix("Roll back", (Edit(span, "--no-disable-rollback"),), safe=True),)
    edit = given_value(given, "ROLLBACK" if given.text == "DO_NOTHING" else "false")
    return (Fix("Roll back", (edit,), safe=True),) if edit is not None else ()


def _switch(step: Step) -> ParameterValue | None:
    """The option that disables rollback."""
    if step.command is None or (step.tool or "").endswith("create-stack"):
        return None
    options = step.command.options
    disabled = options.get("disable_rollback")
    if disabled is not None and (disabled.text or "").lower() in ("true", "1"):
        return disabled
    on_failure = options.get("on_failure")
    return on_failure if on_failure is not None and on_failure.text == "DO_NOTHING" else None
