"""A hook that may do more than test one function and answer for one deployment.

What goes wrong: a hook that may invoke any function of the account, or report on any deployment in it, can do so by
mistake: a slip in its code or its variables then tests, or lets pass, what belongs to somebody else.
Silent when: the statement names the application's deployment groups and the function; the policies are not known.
Fix: name the deployment group and `!Ref Function.Version` as resources.
Source: SAM, docs/safe_lambda_deployments.rst, PreTraffic and PostTraffic hooks; IAM user guide, "Security best
practices in IAM", least privilege.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.hook_function import INVOKE, REPORT, hook_functions, once_each
from samguard.rollout.policies import Said
from samguard.rules.hooks.example_orders import SAMCONFIG, TEMPLATE, changed

RULE = Rule("SG420", "hook-permissions-too-wide", Level.NOTE, since="0.1.0")

BAD = (
    Example(
        template=changed(TEMPLATE, ("Resource: !Ref Orders.Version", "Resource: '*'  # SG420 in dev, prod")),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(
            TEMPLATE, ("      Policies:\n", "      Policies:\n        - AWSCodeDeployFullAccess  # SG420\n")
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG),
    Example(  # limited in another way
        template=changed(
            TEMPLATE,
            (
                "Resource: !Ref Orders.Version",
                "Resource: '*'\n              Condition: {StringEquals: {aws:ResourceTag/hook: orders}}",
            ),
        ),
        samconfig=SAMCONFIG,
    ),
)

_FUNCTIONS = (INVOKE, REPORT)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each resource that is everything."""
    for hook in once_each(hook_functions(deployment)):
        found: dict[Said, str] = {}
        for action in _FUNCTIONS:
            for statement, _ in hook.permissions.naming(action):
                if statement.has_condition or statement.not_resources:
                    continue
                for said in statement.resources:
                    if said.text == ("*",):
                        found.setdefault(said, action)
        for said, action in found.items():
            yield Finding(
                said.span,
                f"{hook.function.logical_id} may call {action} on every resource {{where}}. Name its own",
                resource=hook.function.logical_id,
            )
