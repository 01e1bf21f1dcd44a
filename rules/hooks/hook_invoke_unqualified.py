"""A hook that may invoke the function, but not its new version.

What goes wrong: the policy names the function's ARN without a qualifier, and IAM compares literally: the ARN of a
version has its number behind it and is not covered. The hook's test fails with AccessDenied, and with it each
deployment.
Silent when: the resource ends with `:*` or names the version or all functions; the hook is not told of the version;
its code calls no function.
Fix: write `Resource: !Ref Function.Version`, or `!Sub '${Function.Arn}:*'`.
Source: Lambda developer guide, "Resources and conditions for Lambda actions"; CodeDeploy user guide, "Tutorial:
Deploy an updated Lambda function with CodeDeploy and the AWS Serverless Application Model".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.arns import function_arn
from samguard.rollout.hook_function import INVOKE, Qualification, hook_functions
from samguard.rules.hooks.example_orders import SAMCONFIG, TEMPLATE, changed
from samguard.rules.hooks.tested_code import tested_code

RULE = Rule("SG406", "hook-invoke-unqualified", Level.WARNING, since="0.1.0")

_RESOURCE = "Resource: !Ref Orders.Version"

BAD = (
    Example(
        template=changed(TEMPLATE, (_RESOURCE, "Resource: !GetAtt Orders.Arn  # SG406 in dev, prod")),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(
            TEMPLATE,
            (_RESOURCE, "Resource:\n                - ARN  # SG406\n                - !GetAtt Check.Arn"),
            ("- ARN", "- !Sub arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${Orders}"),
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=changed(TEMPLATE, (_RESOURCE, "Resource: !Sub '${Orders.Arn}:*'")), samconfig=SAMCONFIG),
    Example(template=changed(TEMPLATE, (_RESOURCE, "Resource: [!GetAtt Orders.Arn, !Ref Orders.Version]"))),
    Example(template=changed(TEMPLATE, (_RESOURCE, "Resource: !Sub '${Orders.Arn}*'")), samconfig=SAMCONFIG),
    Example(  # it is not told of any function
        template=changed(
            TEMPLATE, ("NEW_VERSION: !Ref Orders.Version", "ORDERS: orders"), (_RESOURCE, "Resource: '*'")
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # after the shift $LATEST and the version are the same code, and the function is called by its name
        template=changed(
            TEMPLATE,
            ("PreTraffic", "PostTraffic"),
            ("NEW_VERSION: !Ref Orders.Version", "ORDERS: !GetAtt Orders.Arn"),
            (_RESOURCE, "Resource: !GetAtt Orders.Arn"),
        ),
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each policy that stops short of the qualifier."""
    for hook in hook_functions(deployment):
        code, deployed, permissions = tested_code(hook), hook.deployed, hook.permissions
        if code is None or deployed is None:
            continue
        unqualified = permissions.allows(INVOKE, function_arn(deployed, hook.scene))
        if permissions.allows(INVOKE, code.arn) is not False or unqualified is False:
            continue
        right = f"!Ref {deployed.logical_id}.{'Version' if code.qualification is Qualification.VERSION else 'Alias'}"
        yield Finding(
            permissions.culprit(INVOKE, code.arn),
            f"{hook.function.logical_id} may invoke {{resource}} without a qualifier only, not {code.said}: its test "
            f"fails with AccessDenied, and the deployment with it {{where}}. Allow it on {right}",
            resource=deployed.logical_id,
        )
