"""A deployment hook that may not tell CodeDeploy its result.

What goes wrong: a hook answers by codedeploy:PutLifecycleEventHookExecutionStatus. Without the permission for it the
call fails, CodeDeploy hears nothing, waits for one hour, and then fails the deployment, whatever the hook has found
out.
Silent when: the role or a policy of the hook is not in the template; the hook may start something else that answers
(a state machine, a queue, another function), unless its code answers itself.
Fix: allow the action on
`arn:${AWS::Partition}:codedeploy:${AWS::Region}:${AWS::AccountId}:deploymentgroup:${ServerlessDeploymentApplication}/*`.
Source: SAM, docs/safe_lambda_deployments.rst, PreTraffic and PostTraffic hooks; CodeDeploy user guide, "AppSpec
'hooks' section for an AWS Lambda deployment".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.arns import covers, function_arn, version_arn
from samguard.rollout.hook_function import INVOKE, REPORT, HookFunction, hook_functions
from samguard.rules.hooks.example_orders import SAMCONFIG, SOURCE, TEMPLATE, changed

RULE = Rule("SG404", "hook-without-callback-permission", Level.ERROR, since="0.1.0")

_ARN = "!Sub arn:aws:codedeploy:*:${AWS::AccountId}:deploymentgroup:${ServerlessDeploymentApplication}/*"
_STATEMENT = f"""            - Effect: Allow
              Action: codedeploy:PutLifecycleEventHookExecutionStatus
              Resource: {_ARN}
"""
_POLICIES = TEMPLATE[TEMPLATE.index("      Policies:\n") :]
_ROLE = """      Role: !GetAtt CheckRole.Arn
  CheckRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Action: sts:AssumeRole, Principal: {Service: lambda.amazonaws.com}}]
"""
_INLINE = """      Policies:
        - PolicyName: invoke
          PolicyDocument:
            Statement: [{Effect: Allow, Action: lambda:InvokeFunction, Resource: !Ref Orders.Version}]
"""
_ATTACHED = f"""  Answer:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: answer
      Roles: [!Ref CheckRole]
      PolicyDocument:
        Statement:
{_STATEMENT}"""

BAD = (
    Example(
        template=changed(TEMPLATE, (_STATEMENT, ""), ("      Policies:\n", "      Policies:  # SG404 in dev, prod\n")),
        samconfig=SAMCONFIG,
    ),
    Example(  # no policies at all: the hook gets a role that may write logs
        template=changed(TEMPLATE, (_POLICIES, ""), ("  Check:\n", "  Check:  # SG404\n")),
        samconfig=SAMCONFIG,
    ),
    Example(  # the name of another application
        template=changed(TEMPLATE, (_ARN, f"{_ARN.replace('${ServerlessDeploymentApplication}', 'orders')}  # SG404")),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(TEMPLATE, (_STATEMENT, _STATEMENT.replace("Effect: Allow", "Effect: Deny  # SG404"))),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(TEMPLATE, ("HookExecutionStatus\n", "HookExecutionState  # SG404\n")),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(
            TEMPLATE, (_POLICIES, f"{_ROLE}{_INLINE}".replace("      Policies:\n", "      Policies:  # SG404\n"))
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # it may start a state machine, but answers itself
        template=changed(
            TEMPLATE,
            ("      Policies:\n", "      Policies:  # SG404\n"),
            (_STATEMENT, "            - {Effect: Allow, Action: states:StartExecution, Resource: '*'}\n"),
        ),
        samconfig=SAMCONFIG,
        files=(("hooks/check.py", SOURCE),),
    ),
    Example(  # this is for the actions of a pipeline
        template=changed(
            TEMPLATE,
            ("      Policies:\n", "      Policies:  # SG404\n        - CodePipelineLambdaExecutionPolicy: {}\n"),
            (_STATEMENT, ""),
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG),
    Example(
        template=changed(TEMPLATE, (_STATEMENT, ""), ("Policies:\n", "Policies:\n        - AWSCodeDeployFullAccess\n"))
    ),
    Example(template=changed(TEMPLATE, (_POLICIES, f"{_ROLE}{_INLINE}{_ATTACHED}")), samconfig=SAMCONFIG),
    Example(template=changed(TEMPLATE, (_POLICIES, "      Role: arn:aws:iam::111122223333:role/hooks\n"))),
    Example(
        template=changed(
            TEMPLATE,
            ("Action: codedeploy:PutLifecycleEventHookExecutionStatus", "Action: [logs:*, 'codedeploy:PutLifecycle*']"),
            (_ARN, "'*'"),
        ),
    ),
    Example(  # a state machine answers
        template=changed(
            TEMPLATE,
            (_STATEMENT, "            - {Effect: Allow, Action: states:StartExecution, Resource: '*'}\n"),
        ),
    ),
)

_GROUPS = (
    "arn:${AWS::Partition}:codedeploy:${AWS::Region}:${AWS::AccountId}:deploymentgroup:"
    "${ServerlessDeploymentApplication}/*"
)
_DELEGATES = (
    "states:StartExecution", "sqs:SendMessage", "sns:Publish", "events:PutEvents", "sts:AssumeRole", "ecs:RunTask",
    "codebuild:StartBuild", "ssm:StartAutomationExecution",
)  # fmt: skip


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each hook that cannot answer."""
    for hook in hook_functions(deployment):
        permissions = hook.permissions
        if hook.scene.exists(hook.function) is False or _may_answer(hook) is not False:
            continue
        if _may_delegate(hook):
            continue
        is_elsewhere = permissions.allows(REPORT) is not False
        said = "on this deployment's group" if is_elsewhere else "with the policies that it has"
        yield Finding(
            permissions.culprit(REPORT, hook.group),
            f"{hook.function.logical_id} may not call {REPORT} {said}, so it cannot tell its result: CodeDeploy waits "
            "one hour and then fails the deployment {where}. Allow it",
            resource=hook.function.logical_id,
            fixes=_fixes(hook),
        )


def _fixes(hook: HookFunction) -> tuple[Fix, ...]:
    """The permission, where it is missing and nothing denies it. Unsafe: who may do what, somebody is to decide."""
    from samguard.mending import action_allowed, value_written

    permissions, template = hook.permissions, hook.rollout.template
    place = permissions.culprit(REPORT, hook.group)
    wrong = next(
        (said for statement in permissions.statements for said in statement.actions if said.span == place), None
    )
    if wrong is not None:
        return (Fix(f"Write {REPORT}", (value_written(template, place, REPORT),), safe=True),)
    owner = permissions.resource
    if place != permissions.home or owner is None or hook.rollout.group is not None:
        return ()
    edit = action_allowed(owner, template, REPORT, {"Fn::Sub": _GROUPS}, "AnswerCodeDeploy")
    return (Fix(f"Allow it to call {REPORT}", (edit,), safe=False),) if edit is not None else ()


def _may_answer(hook: HookFunction) -> bool | None:
    """Whether the hook may answer to its group; to any, where the alias's update policy names none (SG115)."""
    is_lost = hook.rollout.alias_resource is not None and hook.rollout.group is None
    return hook.permissions.allows(REPORT) if is_lost else hook.permissions.allows(REPORT, hook.group)


def _may_delegate(hook: HookFunction) -> bool:
    """Whether the hook may leave the answer to something else."""
    facts = hook.facts
    if facts is not None and (facts.answers or not facts.may_answer_elsewhere):
        return False
    return any(hook.permissions.allows(action) is not False for action in _DELEGATES) or _invokes_others(hook)


def _invokes_others(hook: HookFunction) -> bool:
    """Whether it may invoke a function by name that is not the one it tests."""
    deployed = hook.deployed
    tested = (function_arn(deployed, hook.scene), version_arn(deployed, hook.scene)) if deployed is not None else ()
    return any(
        all(covers(said.text, target) is False for target in tested)
        for statement, _ in hook.permissions.naming(INVOKE)
        for said in statement.resources
    )
