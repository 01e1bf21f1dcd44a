"""A hook that is stopped before it can answer.

What goes wrong: a hook that waits for the new version longer than its own Timeout is killed before it has told
CodeDeploy anything: the deployment then waits for one hour, in place of being rolled back at once. The default is 3
seconds, less than a cold start of the tested function may take.
Silent when: the hook has more than three seconds and as many as the function it tests; it calls no function; a
Timeout is not known.
Fix: give the hook a Timeout that is longer than that of the function it tests.
Source: CodeDeploy user guide, "AppSpec 'hooks' section for an AWS Lambda deployment"; SAM developer guide,
AWS::Serverless::Function, Timeout.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import Removed
from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.hook_function import HookFunction, hook_functions
from samguard.rollout.strategy import number
from samguard.rules.hooks.example_orders import SAMCONFIG, TEMPLATE, changed
from samguard.rules.hooks.tested_code import tested_code
from samguard.template import Resource

RULE = Rule("SG413", "hook-timeout-too-short", Level.NOTE, since="0.1.0")

_DEFAULT_SECONDS: Final = 3

BAD = (
    Example(  # 3 seconds, for a function that may take 5
        template=changed(TEMPLATE, ("      Timeout: 30\n", ""), ("  Check:\n", "  Check:  # SG413 in dev, prod\n")),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(TEMPLATE, ("Timeout: 30", "Timeout: 5  # SG413"), ("Timeout: 5\n", "Timeout: 20\n")),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG),
    Example(  # it calls nothing
        template=changed(TEMPLATE, ("      Timeout: 30\n", "")),
        samconfig=SAMCONFIG,
        files=(
            (
                "hooks/check.py",
                """
import boto3


def handler(event, context):
    boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status=event.get("status", "Failed"),
    )
""",
            ),
        ),
    ),
)

_TO_ANSWER = 30
_LONGEST_SECONDS = 900


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each hook with less time than it needs."""
    for hook in hook_functions(deployment):
        deployed = hook.deployed
        if deployed is None or tested_code(hook) is None:
            continue
        own, needed = _seconds(hook, hook.function), _seconds(hook, deployed)
        if own is None or needed is None or (own >= needed and own > _DEFAULT_SECONDS):
            continue
        entry = hook.function.properties.entry("Timeout")
        yield Finding(
            entry.value.span if entry is not None else hook.function.span,
            f"{hook.function.logical_id} is stopped after {own:g} seconds, and what it tests may take "
            f"{needed:g}: a hook that is stopped never answers, and CodeDeploy waits an hour {{where}}. Raise Timeout",
            resource=hook.function.logical_id,
            level=Level.WARNING if own <= _DEFAULT_SECONDS < needed else Level.NOTE,
            fixes=_fixes(hook, needed),
        )


def _fixes(hook: HookFunction, needed: float) -> tuple[Fix, ...]:
    """As much time as what it tests may take, and half a minute to answer in. Unsafe: a longer wait costs more."""
    from samguard.mending import property_set

    seconds = min(int(needed) + _TO_ANSWER, _LONGEST_SECONDS)
    edit = property_set(hook.function, hook.rollout.template, "Timeout", seconds)
    return (Fix(f"Give it {seconds} seconds", (edit,), safe=False),) if edit is not None else ()


def _seconds(hook: HookFunction, function: Resource) -> float | None:
    value = hook.scene.property(function, "Timeout")
    return _DEFAULT_SECONDS if isinstance(value, Removed) else number(value)
