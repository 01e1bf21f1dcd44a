"""The role of a deployment may not invoke the hook.

What goes wrong: CodeDeploy invokes PreTraffic and PostTraffic with the rights of this role.
AWSCodeDeployRoleForLambda allows that only for functions called CodeDeployHook_*; without a right for this one the
hook is never run, and the deployment fails.
Silent when: the role or a policy of it is not in the template; SAM's own role is used (SG401 speaks of that); the
hook's name is not known; the role has no right to shift traffic at all (SG804 speaks of that).
Fix: let the hook's name begin with CodeDeployHook_, or allow lambda:InvokeFunction on the hook in the role.
Source: AWS managed policy AWSCodeDeployRoleForLambda; SAM, docs/safe_lambda_deployments.rst, PreTraffic and
PostTraffic hooks.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import HOOK_PREFIX, Deployment
from samguard.rollout.arns import FUNCTION_TYPES, covers, function_arn
from samguard.rollout.hook_function import INVOKE, HookFunction, hook_functions
from samguard.rollout.policies import Permissions, Statement
from samguard.rollout.service_role import service_role
from samguard.rules.permissions.example_role import DEV_ONLY, INLINE, MANAGED, SAMCONFIG, TEMPLATE, changed
from samguard.source import Span

RULE = Rule("SG805", "role-cannot-invoke-hook", Level.ERROR, since="0.1.0")

_NAME = "FunctionName: !Sub CodeDeployHook_orders_${Stage}\n"
_INVOKE = """              - Effect: Allow
                Action: lambda:InvokeFunction
                Resource: !GetAtt Check.Arn
"""

BAD = (
    Example(
        template=changed(TEMPLATE, (_NAME, "FunctionName: !Sub orders_check_${Stage}  # SG805 in dev, prod\n")),
        samconfig=SAMCONFIG,
    ),
    Example(  # without a name of its own
        template=changed(
            TEMPLATE,
            (f"      {_NAME}", ""),
            ("  Check:\n", "  Check:  # SG805\n"),
        ),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(TEMPLATE, (MANAGED, INLINE), (_INVOKE, _INVOKE.replace("Check.Arn", "Orders.Arn  # SG805"))),
        samconfig=SAMCONFIG,
    ),
    Example(  # other hooks are named beside the managed policy: so would this one be
        template=changed(
            TEMPLATE,
            (MANAGED, MANAGED + INLINE),
            (_INVOKE, _INVOKE.replace("!GetAtt Check.Arn", "!GetAtt Orders.Arn  # SG805")),
            (_NAME, "FunctionName: !Sub orders_check_${Stage}\n"),
        ),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(TEMPLATE, (MANAGED, INLINE), (_INVOKE, "")).replace(
            "      Policies:\n        - PolicyName", "      Policies:  # SG805\n        - PolicyName"
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG),
    Example(  # the policy names the hook
        template=changed(TEMPLATE, (MANAGED, INLINE), (_NAME, "FunctionName: !Sub orders_check_${Stage}\n")),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(
            TEMPLATE,
            (MANAGED, INLINE),
            (
                "Resource: !GetAtt Check.Arn",
                "Resource: !Sub arn:aws:lambda:*:${AWS::AccountId}:function:CodeDeployHook_*",
            ),
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # a role that the template cannot show
        template=changed(
            TEMPLATE,
            ("Role: !GetAtt DeployRole.Arn", "Role: !ImportValue deploy-role"),
            (_NAME, "FunctionName: !Sub orders_check_${Stage}\n"),
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # nothing is shifted
        template=changed(
            TEMPLATE, (_NAME, "FunctionName: checks\n"), ("        Alarms:", "        Enabled: false\n        Alarms:")
        ),
        samconfig=DEV_ONLY,
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each hook that a role of the template cannot invoke."""
    for hook in hook_functions(deployment):
        permissions = service_role(hook.rollout).permissions
        target = function_arn(hook.function, hook.scene)
        is_there = hook.scene.exists(hook.function) is not False
        if permissions is None or permissions.resource is None or not is_there:
            continue
        if permissions.allows(INVOKE, target) is not False or permissions.allows("lambda:UpdateAlias") is False:
            continue
        yield Finding(
            _place(permissions, hook),
            f"{permissions.resource.logical_id} may not invoke {{resource}}: the hook is never run and the deployment "
            f"fails {{where}}. Allow lambda:InvokeFunction on it, or begin its name with {HOOK_PREFIX}",
            resource=hook.function.logical_id,
            fixes=_fixes(permissions, hook),
        )


def _fixes(permissions: Permissions, hook: HookFunction) -> tuple[Fix, ...]:
    """The permission, where it is missing and nothing denies it. Unsafe: who may do what, somebody is to decide."""
    from samguard.mending import action_allowed

    role, target = permissions.resource, function_arn(hook.function, hook.scene)
    if role is None or permissions.culprit(INVOKE, target) != permissions.home:
        return ()
    on = {"Fn::GetAtt": f"{hook.function.logical_id}.Arn"}
    edit = action_allowed(role, hook.rollout.template, INVOKE, on, "InvokeHooks")
    return (Fix("Allow the role to invoke it", (edit,), safe=False),) if edit is not None else ()


def _place(permissions: Permissions, hook: HookFunction) -> Span:
    """The hook's name where a policy asks for another one; else where the role would allow it."""
    target = function_arn(hook.function, hook.scene)
    statement = next((s for s in permissions.statements if s.allows and not s.is_managed and s.names(INVOKE)), None)
    if statement is not None and statement.resources and not _is_outdated(statement, hook):
        return statement.resources[0].span
    is_by_name = any(statement.is_managed and statement.names(INVOKE) for statement in permissions.statements)
    if not is_by_name:
        managed = next((statement.effect_span for statement in permissions.statements if statement.is_managed), None)
        place = permissions.culprit(INVOKE, target)
        return managed if managed is not None and place == permissions.home else place
    name = hook.function.properties.entry("FunctionName")
    return name.value.span if name is not None else hook.function.span


def _is_outdated(statement: Statement, hook: HookFunction) -> bool:
    """Whether a statement names a function that the template has not: the hook, as it was called before."""
    functions = [function_arn(one, hook.scene) for one in hook.scene.template.of_type(*FUNCTION_TYPES)]
    arns = [said.text for said in statement.resources if said.text[:4] == tuple("arn:")]
    return any(all(covers(text, arn) is False for arn in functions) for text in arns)
