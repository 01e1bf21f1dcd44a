"""A deployment hook whose name CodeDeploy's role may not invoke.

What goes wrong: SAM's service role has the policy AWSCodeDeployRoleForLambda, which allows lambda:InvokeFunction only
on functions called CodeDeployHook_*. With another name, or none (CloudFormation then begins it with the stack's), the
hook is never run: the deployment fails and is rolled back.
Silent when: the preference or the deployment group has a Role of its own (SG805 looks at that); the name is not
known; the hook names no function (SG417 speaks of that).
Fix: give the hook a FunctionName that begins with CodeDeployHook_, such as `!Sub CodeDeployHook_${AWS::StackName}`.
Source: SAM, docs/safe_lambda_deployments.rst, PreTraffic and PostTraffic hooks; AWS managed policy
AWSCodeDeployRoleForLambda.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import HOOK_PREFIX, Deployment, Hook, Rollout
from samguard.rollout.arns import Opaque, Text, covers, function_name, text_of
from samguard.rollout.hook_function import function_named
from samguard.rollout.service_role import service_role
from samguard.rules.hooks.example_orders import DEV_ONLY, SAMCONFIG, TEMPLATE, changed
from samguard.rules.hooks.hook_names import near_name
from samguard.source import Node, Scalar, Span
from samguard.template import Resource, Template, intrinsic

RULE = Rule("SG401", "hook-name-prefix", Level.ERROR, since="0.1.0")

_NAME = "FunctionName: !Sub CodeDeployHook_orders_${Stage}\n"
_FUNCTION = "  Check:\n    Type: AWS::Serverless::Function\n"

BAD = (
    Example(
        template=changed(TEMPLATE, (_NAME, "FunctionName: !Sub orders-check-${Stage}  # SG401 in dev, prod\n")),
        samconfig=SAMCONFIG,
    ),
    Example(  # the stack's name stands before the prefix
        template=changed(TEMPLATE, (_NAME, 'FunctionName: !Sub "${AWS::StackName}-CodeDeployHook_check"  # SG401\n')),
    ),
    Example(  # without a name, CloudFormation makes one up
        template=changed(
            TEMPLATE,
            (f"      {_NAME}", ""),
            (_FUNCTION, "  Check:  # SG401 in dev, prod\n    Type: AWS::Serverless::Function\n"),
        ),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(TEMPLATE, (_NAME, "FunctionName: !Join ['_', [CodeDeployHooks, !Ref Stage]]  # SG401\n")),
        samconfig=SAMCONFIG,
    ),
    Example(  # the prefix behind a parameter
        template=changed(
            TEMPLATE,
            ("  Stage: {Type: String}\n", "  Stage: {Type: String}\n  Team: {Type: String}\n"),
            (_NAME, "FunctionName: !Sub ${Team}-CodeDeployHook_check  # SG401\n"),
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # a function of another stack, by its name; and a text that names nothing
        template=changed(TEMPLATE, ("!Ref Check", "smoke-tests  # SG401\n          PostTraffic: Check  # SG417")),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG),
    Example(template=changed(TEMPLATE, ("!Ref Check", "CodeDeployHook_smoke_tests")), samconfig=SAMCONFIG),
    Example(  # a role of its own may invoke any function
        template=changed(
            TEMPLATE,
            (_NAME, "FunctionName: !Sub orders-check-${Stage}\n"),
            ("        Hooks:\n", "        Role: arn:aws:iam::111122223333:role/deployments\n        Hooks:\n"),
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # the beginning of the name is a parameter
        template=changed(
            TEMPLATE,
            ("  Stage: {Type: String}\n", "  Stage: {Type: String}\n  Prefix: {Type: String}\n"),
            (_NAME, "FunctionName: !Sub ${Prefix}orders_${Stage}\n"),
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # the shift is off, so no hook is run
        template=changed(
            TEMPLATE,
            (_NAME, "FunctionName: orders-check\n"),
            ("Type: Canary10Percent10Minutes\n", "Type: Canary10Percent10Minutes\n        Enabled: false\n"),
        ),
        samconfig=DEV_ONLY,
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each hook with a name that cannot be invoked."""
    for rollout, hook in deployment.hooks():
        if not rollout.shifts or not service_role(rollout).is_own:
            continue
        function = function_named(hook, rollout.scene)
        yield from _outside(rollout, hook) if function is None else _inside(rollout, function)


def _inside(rollout: Rollout, function: Resource) -> Iterator[Finding]:
    scene = rollout.scene
    text = function_name(function, scene)
    if _may_be_invoked(text) is not False or scene.exists(function) is False:
        return
    entry = function.properties.entry("FunctionName")
    if entry is None:
        yield _finding(
            function.span,
            f"{function.logical_id} has no FunctionName, so its name begins with the stack's",
            function,
            _naming(function, scene.template),
        )
    else:
        fixes = _renaming(entry.value, scene.template)
        yield _finding(entry.value.span, f"{function.logical_id} has another name", function, fixes)


def _naming(function: Resource, template: Template) -> tuple[Fix, ...]:
    """A name with the prefix. Unsafe: CloudFormation makes a new function for a new name."""
    from samguard.mending import properties_added

    name = {"Fn::Sub": f"{HOOK_PREFIX}${{AWS::StackName}}_{function.logical_id}"}
    edit = properties_added(function, template, {"FunctionName": name}, ())
    return (Fix("Give it a name that may be invoked", (edit,), safe=False),) if edit is not None else ()


def _renaming(node: Node, template: Template) -> tuple[Fix, ...]:
    """The prefix before the name that it has. Unsafe: CloudFormation makes a new function for a new name."""
    from samguard.mending import value_written

    call = intrinsic(node)
    said = call.argument if call is not None and call.name == "Fn::Sub" else node
    if not isinstance(said, Scalar) or not said.text:
        return ()
    name = HOOK_PREFIX + said.text.replace(HOOK_PREFIX, "").strip("_-")
    edit = value_written(template, node.span, name if call is None else {"Fn::Sub": name})
    return (Fix(f"Begin its name with {HOOK_PREFIX}", (edit,), safe=False),)


def _outside(rollout: Rollout, hook: Hook) -> Iterator[Finding]:
    scene = rollout.scene
    if scene.resource_of(hook.value) is not None or near_name(hook, scene) is not None:
        return
    text = text_of(hook.value, scene)
    if _may_be_invoked(_name_in(text)) is False:
        yield _finding(hook.node.span, "the hook has another name", None)


def _finding(span: Span, what: str, function: Resource | None, fixes: tuple[Fix, ...] = ()) -> Finding:
    return Finding(
        span,
        f"{what}; CodeDeploy's role may invoke only functions called {HOOK_PREFIX}*: the hook is never run and the "
        f"deployment fails {{where}}. Let the name begin with {HOOK_PREFIX}",
        resource=function.logical_id if function is not None else None,
        fixes=fixes,
    )


def _may_be_invoked(name: Text) -> bool | None:
    found = covers(tuple(f"{HOOK_PREFIX}*"), name)
    if found is None and name and isinstance(name[0], Opaque):
        later = "".join(part for part in name if isinstance(part, str))
        if HOOK_PREFIX in later:  # behind a parameter: in the wrong place, whatever that is
            return False
    return found


def _name_in(text: Text) -> Text:
    """The function's name in what may be its ARN."""
    colons = [index for index, part in enumerate(text) if part == ":"]
    return text[colons[5] + 1 :] if len(colons) > 5 else text  # noqa: PLR2004 - arn:partition:service:region:account:function:
