"""A hook that may not invoke the function it is to test.

What goes wrong: the hook is told which version is new, but nothing in its policies lets it invoke that. The call
fails with AccessDenied, and each deployment fails at its hook, or passes untested where the hook takes no notice.
Silent when: no environment variable leads to the function; the hook's code calls no function; the role or a policy is
not in the template; the function may be invoked, but only without a version (SG406 speaks of that); it has no right
to answer either (SG404).
Fix: allow lambda:InvokeFunction on `!Ref Function.Version`.
Source: SAM, docs/safe_lambda_deployments.rst, PreTraffic and PostTraffic hooks; CodeDeploy user guide, "Tutorial:
Deploy an updated Lambda function with CodeDeploy and the AWS Serverless Application Model".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.arns import function_arn
from samguard.rollout.hook_function import INVOKE, REPORT, HookFunction, Qualification, hook_functions
from samguard.rules.hooks.example_orders import AND_LOOK, LOOK, SAMCONFIG, SOURCE, TEMPLATE, changed
from samguard.rules.hooks.tested_code import TestedCode, tested_code
from samguard.template import Resource

RULE = Rule("SG405", "hook-without-invoke-permission", Level.WARNING, since="0.1.0")

_STATEMENT = """            - Effect: Allow
              Action: lambda:InvokeFunction
              Resource: !Ref Orders.Version
"""

_NO_RIGHTS = LOOK.partition("      Policies:")[0] + "      Policies: []  # SG404\n"

BAD = (
    Example(  # and one that has no rights at all
        template=changed(
            TEMPLATE,
            (_STATEMENT, ""),
            ("      Policies:\n", "      Policies:  # SG405 in dev, prod\n"),
            AND_LOOK,
        )
        + _NO_RIGHTS,
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(TEMPLATE, (_STATEMENT, ""), ("      Policies:\n", "      Policies:  # SG405 in dev, prod\n")),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(TEMPLATE, ("Resource: !Ref Orders.Version", "Resource: !GetAtt Check.Arn  # SG405")),
        samconfig=SAMCONFIG,
        files=(("hooks/check.py", SOURCE),),
    ),
    Example(
        template=changed(TEMPLATE, ("lambda:InvokeFunction", "lambda:InvokeFunctions  # SG405")),
        samconfig=SAMCONFIG,
    ),
)

_READS_METRICS = """
import boto3


def handler(event, context):
    found = boto3.client("cloudwatch").describe_alarms(StateValue="ALARM")
    boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status="Failed" if found["MetricAlarms"] else "Succeeded",
    )
"""

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG),
    Example(  # it looks at metrics and calls nothing
        template=changed(TEMPLATE, (_STATEMENT, "")),
        samconfig=SAMCONFIG,
        files=(("hooks/check.py", _READS_METRICS),),
    ),
    Example(
        template=changed(
            TEMPLATE,
            (_STATEMENT, ""),
            ("Policies:\n", "Policies:\n        - LambdaInvokePolicy: {FunctionName: !Ref Orders}\n"),
        ),
    ),
    Example(template=changed(TEMPLATE, (_STATEMENT, ""), ("Policies:\n", "Policies:\n        - AWSLambdaRole\n"))),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each hook and function that it cannot invoke."""
    for hook in hook_functions(deployment):
        code, deployed = tested_code(hook), hook.deployed
        if code is None or deployed is None:
            continue
        arns = (code.arn, function_arn(deployed, hook.scene))
        if any(hook.permissions.allows(INVOKE, arn) is not False for arn in arns):
            continue
        place = hook.permissions.culprit(INVOKE, code.arn)
        if place == hook.permissions.home and hook.permissions.allows(REPORT) is False:
            continue
        yield Finding(
            place,
            f"{hook.function.logical_id} is told {code.said} of {{resource}} but may not invoke it: its test fails, "
            "and with it each deployment {where}, or nothing is tested. Allow lambda:InvokeFunction on it",
            resource=deployed.logical_id,
            fixes=_fixes(hook, code, deployed),
        )


def _fixes(hook: HookFunction, code: TestedCode, deployed: Resource) -> tuple[Fix, ...]:
    """The permission, where it is missing and nothing denies it. Unsafe: who may do what, somebody is to decide."""
    from samguard.mending import action_allowed

    permissions = hook.permissions
    if permissions.culprit(INVOKE, code.arn) != permissions.home or permissions.resource is None:
        return ()
    name = f"{deployed.logical_id}.{'Version' if code.qualification is Qualification.VERSION else 'Alias'}"
    edit = action_allowed(permissions.resource, hook.rollout.template, INVOKE, {"Ref": name}, "InvokeNewVersion")
    return (Fix("Allow it to invoke what it tests", (edit,), safe=False),) if edit is not None else ()
