"""A hook that names no function.

What goes wrong: PreTraffic and PostTraffic take a function's name. A logical id without !Ref names a function that
does not exist, and a Ref to an alarm or a role gives that one's name: CodeDeploy finds nothing to invoke, and the
deployment fails. A Ref to a function whose Condition is false stops the deployment before it begins.
Silent when: the value is not known; the name is that of no resource here and near to none (it may be in another
stack); a Ref names nothing at all (SG003 speaks of that).
Fix: write `!Ref` before the logical id of the hook function, and give both the same Condition.
Source: CloudFormation user guide, UpdatePolicy attribute, CodeDeployLambdaAliasUpdate; SAM developer guide,
DeploymentPreference, Hooks.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Hook, Rollout
from samguard.rollout.arns import FUNCTION_TYPES
from samguard.rollout.hook_function import function_named
from samguard.rules.hooks.example_orders import SAMCONFIG, TEMPLATE, changed
from samguard.rules.hooks.hook_names import key_of, near_name
from samguard.template import Resource
from samguard.template.resource_types import meant_type

RULE = Rule("SG417", "unknown-hook", Level.ERROR, since="0.1.0")

_ONLY_IN_DEV = (
    ("Resources:\n", "Conditions:\n  IsDev: !Equals [!Ref Stage, dev]\nResources:\n"),
    ("  Check:\n", "  Check:\n    Condition: IsDev\n"),
)

BAD = (
    Example(
        template=changed(TEMPLATE, ("PreTraffic: !Ref Check", "PreTraffic: Check  # SG417 in dev, prod")),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(TEMPLATE, ("PreTraffic: !Ref Check", "PreTraffic: !Sub Check  # SG417")),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(TEMPLATE, ("PreTraffic: !Ref Check", "PreTraffic: !Ref OrdersErrors  # SG417")),
        samconfig=SAMCONFIG,
    ),
    Example(  # the hook is not there in production
        template=changed(
            TEMPLATE, *_ONLY_IN_DEV, ("PreTraffic: !Ref Check", "PreTraffic: !Ref Check  # SG417 in prod")
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG),
    Example(  # the same Condition on both sides
        template=changed(
            TEMPLATE,
            *_ONLY_IN_DEV,
            ("IsDev: !Equals [!Ref Stage, dev]", "IsDev: !Equals [!Ref Stage, prod]"),
            ("PreTraffic: !Ref Check", "PreTraffic: !If [IsDev, !Ref Check, !Ref AWS::NoValue]"),
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # a hook of another stack
        template=changed(TEMPLATE, ("PreTraffic: !Ref Check", "PreTraffic: CodeDeployHook_smoke_tests")),
        samconfig=SAMCONFIG,
    ),
    Example(  # whether anything is shifted is not known
        template=changed(
            TEMPLATE,
            ("PreTraffic: !Ref Check", "PreTraffic: Check"),
            ("  Stage: {Type: String}\n", "  Stage: {Type: String}\n  Shift: {Type: String}\n"),
            ("Type: Canary10Percent10Minutes\n", "Type: Canary10Percent10Minutes\n        Enabled: !Ref Shift\n"),
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # the name of the function, as text
        template=changed(
            TEMPLATE,
            ("PreTraffic: !Ref Check", "PreTraffic: !Sub CodeDeployHook_orders_${Stage}"),
        ),
        samconfig=SAMCONFIG,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each hook that is no function."""
    if not rollout.shifts:
        return
    for hook in rollout.hooks:
        yield from _of(hook, rollout)


def _of(hook: Hook, rollout: Rollout) -> Iterator[Finding]:
    scene = rollout.scene
    target = scene.resource_of(hook.value)
    if target is not None and target.type not in FUNCTION_TYPES and meant_type(target.type) is None:
        yield Finding(
            hook.node.span,
            f"{key_of(hook, scene)} names {target.logical_id}, which is no function but an {target.type}: CodeDeploy "
            "cannot invoke it, and the deployment fails {where}. Name the hook function",
            because=hook.value.because,
            resource=target.logical_id,
        )
        return
    function = function_named(hook, scene)
    if function is not None:
        if scene.exists(function) is False:
            yield Finding(
                hook.node.span,
                f"{key_of(hook, scene)} names {function.logical_id}, whose Condition is false {{where}}: "
                "CloudFormation refuses the template there. Give the hook the same Condition, or drop the Condition",
                because=(*hook.value.because, *scene.why_absent(function)),
                resource=function.logical_id,
            )
        return
    near = near_name(hook, scene)
    if near is None:
        return
    meant, is_logical_id = near
    said = (
        f"{key_of(hook, scene)} is the text {meant.logical_id!r}, a logical id and no function's name"
        if is_logical_id
        else f"{key_of(hook, scene)} names a function that is not in this template"
    )
    yield Finding(
        hook.node.span,
        f"{said}: CodeDeploy finds no such function, and the deployment fails {{where}}. Did you mean "
        f"!Ref {meant.logical_id}?",
        because=hook.value.because,
        resource=meant.logical_id,
        level=Level.ERROR if is_logical_id else Level.WARNING,
        fixes=_fixes(hook, meant, rollout, is_safe=is_logical_id),
    )


def _fixes(hook: Hook, meant: Resource, rollout: Rollout, *, is_safe: bool) -> tuple[Fix, ...]:
    from samguard.mending import value_written

    edit = value_written(rollout.template, hook.node.span, {"Ref": meant.logical_id})
    return (Fix(f"Refer to {meant.logical_id}", (edit,), safe=is_safe),) if rollout.group is None else ()
