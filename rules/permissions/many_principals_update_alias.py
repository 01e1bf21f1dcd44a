"""A function of the application may move the alias itself.

What goes wrong: whoever may call lambda:UpdateAlias or lambda:UpdateFunctionCode on a shifted function can change
what users get past CodeDeploy: no canary, no alarm, no rollback. Code that runs in production need not be able to.
Silent when: the role belongs to the deployment (CodeDeploy, CloudFormation or a CI system assumes it) or to a hook;
the policies are not known, or carry a Condition.
Fix: take the action away, or limit it to other functions.
Source: Lambda developer guide, "Working with Lambda function aliases and weighted routing"; IAM user guide, "Security
best practices in IAM", least privilege.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment, Rollout
from samguard.rollout.arns import FUNCTION_TYPES, function_arn, text_of
from samguard.rollout.policies import Permissions, function_permissions
from samguard.rules.permissions.example_role import SAMCONFIG, TEMPLATE, changed

RULE = Rule("SG811", "many-principals-update-alias", Level.NOTE, since="0.1.0", security_severity=3.5)

_MOVE: Final = "lambda:UpdateAlias"
_CODE_OF: Final = "lambda:UpdateFunctionCode"
_TUNER = """  Tuner:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: tuner/
      Handler: app.handler
      Runtime: python3.12
      Policies:
        - Statement:
            - Effect: Allow
              Action: lambda:Update*  # SG811 in dev, prod
              Resource: !Sub '${Orders.Arn}*'
"""
_CODE = _TUNER.replace("  # SG811 in dev, prod", "")
_REACH = "!Sub '${Orders.Arn}*'"

BAD = (
    Example(  # the alias alone
        template=changed(TEMPLATE, ("  Check:\n", f"{_TUNER.replace(_REACH, '!Ref Orders.Alias')}  Check:\n")),
        samconfig=SAMCONFIG,
    ),
    Example(template=changed(TEMPLATE, ("  Check:\n", f"{_TUNER}  Check:\n")), samconfig=SAMCONFIG),
    Example(
        template=changed(
            TEMPLATE,
            (
                "      AutoPublishAlias: live\n",
                "      AutoPublishAlias: live\n      Policies:\n        - AWSLambda_FullAccess  # SG811\n",
            ),
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG),
    Example(  # what NotAction leaves over names nothing
        template=changed(
            TEMPLATE, ("  Check:\n", f"{_CODE.replace('Action: lambda:Update*', 'NotAction: iam:*')}  Check:\n")
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # another alias of the function
        template=changed(TEMPLATE, ("  Check:\n", f"{_CODE.replace('Arn}*', 'Arn}:beta')}  Check:\n")),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(TEMPLATE, ("  Check:\n", f"{_CODE.replace('Orders.Arn', 'Check.Arn')}  Check:\n")),
        samconfig=SAMCONFIG,
    ),
    Example(  # a hook may have to
        template=changed(
            TEMPLATE, ("Action: lambda:InvokeFunction", "Action: ['lambda:InvokeFunction', 'lambda:UpdateAlias']")
        ).replace("              Resource: !Ref Orders.Version", "              Resource: !Sub '${Orders.Arn}*'"),
        samconfig=SAMCONFIG,
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each statement that lets a function move an alias."""
    hooks = deployment.hook_functions()
    scene = deployment.scene
    shifted = [rollout for rollout in deployment.rollouts if rollout.shifts and rollout.resource.type in FUNCTION_TYPES]
    for function in deployment.template.of_type(*FUNCTION_TYPES):
        if function.logical_id in hooks or not shifted or scene.exists(function) is False:
            continue
        permissions = function_permissions(function, scene)
        if not any(next(iter(permissions.naming(action)), None) for action in (_MOVE, _CODE_OF)):
            continue  # nearly every function: no need to compare resources with every other function's
        for rollout in shifted:
            action = _allowed(permissions, rollout)
            if action is not None:
                place = next(said.span for _, said in permissions.naming(action))
                yield Finding(
                    place,
                    f"{function.logical_id} may call {action} on {{resource}}: it can change what users get past "
                    "CodeDeploy, without a canary or an alarm {where}. Take the action away",
                    resource=rollout.function,
                )


def _allowed(permissions: Permissions, rollout: Rollout) -> str | None:
    scene = rollout.scene
    function = function_arn(rollout.resource, scene)
    alias = function_arn(rollout.resource, scene, text_of(rollout.alias, scene))
    for action, target in ((_MOVE, function), (_MOVE, alias), (_CODE_OF, function)):
        if permissions.allows(action, target):
            return action
    return None
