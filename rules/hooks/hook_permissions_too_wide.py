"""A hook that may do more than test one function and answer for one deployment.

What goes wrong: a hook that may invoke any function of the account, or report on any deployment in it, can do so by
mistake: a slip in its code or its variables then tests, or lets pass, what belongs to somebody else.
A hook that may do everything whatever is a warning.
Silent when: the statement names the actions, the application's deployment groups and the function; the policies are not known.
Fix: name the actions that it calls, and the deployment group and `!Ref Function.Version` as resources.
Source: SAM, docs/safe_lambda_deployments.rst, PreTraffic and PostTraffic hooks; IAM user guide, "Security best
practices in IAM", least privilege.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.hook_function import INVOKE, REPORT, hook_functions, once_each
from samguard.rollout.policies import Said
from samguard.rules.hooks.example_orders import SAMCONFIG, TEMPLATE, changed
from samguard.source import Span

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
    Example(  # every action of a service
        template=changed(
            TEMPLATE, ("codedeploy:PutLifecycleEventHookExecutionStatus", "[codedeploy:*]  # SG420 in dev, prod")
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # everything
        template=changed(
            TEMPLATE,
            ("Action: lambda:InvokeFunction", "Action: '*'  # SG420 in dev, prod"),
            ("Resource: !Ref Orders.Version", "Resource: '*'"),
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(  # a wildcard for a few actions
        template=changed(TEMPLATE, ("codedeploy:PutLifecycleEventHookExecutionStatus", "codedeploy:PutLifecycle*")),
        samconfig=SAMCONFIG,
    ),
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

_FUNCTIONS: Final = (INVOKE, REPORT)
_EVERYTHING: Final = tuple("*")
_SERVICES: Final = (_EVERYTHING, tuple("codedeploy:*"), tuple("lambda:*"))


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each action or resource that is everything."""
    for hook in once_each(hook_functions(deployment)):
        found: dict[Span, tuple[str, Level]] = {}
        for action in _FUNCTIONS:
            for statement, said in hook.permissions.naming(action):
                if statement.has_condition or statement.not_resources:
                    continue
                everywhere = [one for one in statement.resources if one.text == _EVERYTHING]
                if said.text in _SERVICES:
                    level = Level.WARNING if everywhere and said.text == _EVERYTHING else Level.NOTE
                    found.setdefault(said.span, (_everything(said), level))
                else:
                    found.update(dict.fromkeys((one.span for one in everywhere), (_everywhere(action), Level.NOTE)))
        for span, (what, level) in found.items():
            yield Finding(
                span,
                f"{hook.function.logical_id} may {what}",
                resource=hook.function.logical_id,
                level=level,
            )


def _everything(said: Said) -> str:
    service = "".join(str(part) for part in said.text).partition(":")[0]
    whole = "do everything" if service == "*" else f"call every action of {service}"
    return f"{whole} {{where}}, and needs {INVOKE} and {REPORT}. Name what it calls"


def _everywhere(action: str) -> str:
    return f"call {action} on every resource {{where}}. Name its own"
