"""A hook given by its ARN.

What goes wrong: BeforeAllowTrafficHook and AfterAllowTrafficHook are documented as the name of a function. An ARN
works only by luck, and with a version or an alias behind it CodeDeploy's role may not be allowed to invoke it at all.
Silent when: the value is not known; it is a Ref of a function, or a name.
Fix: write `!Ref Hook`.
Source: CloudFormation user guide, UpdatePolicy attribute, CodeDeployLambdaAliasUpdate.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Literal, Reference
from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule
from samguard.rollout import Hook, Rollout
from samguard.rollout.hook_function import function_named
from samguard.rules.hooks.example_orders import SAMCONFIG, TEMPLATE, changed
from samguard.rules.hooks.hook_names import key_of
from samguard.template import Resource

RULE = Rule("SG412", "hook-arn-not-name", Level.WARNING, since="0.1.0")

_MAYBE = (
    ("  Stage: {Type: String}\n", "  Stage: {Type: String}\n  Shift: {Type: String}\n"),
    ("Type: Canary10Percent10Minutes\n", "Type: Canary10Percent10Minutes\n        Enabled: !Ref Shift\n"),
)

BAD = (
    Example(
        template=changed(TEMPLATE, ("PreTraffic: !Ref Check", "PreTraffic: !GetAtt Check.Arn  # SG412 in dev, prod")),
        samconfig=SAMCONFIG,
        fixed=changed(TEMPLATE, ("PreTraffic: !Ref Check", "PreTraffic: !Ref Check  # SG412 in dev, prod")),
    ),
    Example(
        template=changed(
            TEMPLATE,
            (
                "PreTraffic: !Ref Check",
                "PreTraffic: arn:aws:lambda:eu-west-1:111122223333:function:CodeDeployHook_tests  # SG412",
            ),
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG),
    Example(template=changed(TEMPLATE, ("PreTraffic: !Ref Check", "PreTraffic: !Sub '${Check}'")), samconfig=SAMCONFIG),
    Example(  # whether anything is shifted is not known
        template=changed(TEMPLATE, ("PreTraffic: !Ref Check", "PreTraffic: !GetAtt Check.Arn"), *_MAYBE),
        samconfig=SAMCONFIG,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each hook that is an ARN."""
    if not rollout.shifts:
        return
    for hook in rollout.hooks:
        function = function_named(hook, rollout.scene)
        is_attribute = isinstance(hook.value, Reference) and hook.value.attribute is not None and function is not None
        is_text = isinstance(hook.value, Literal) and hook.value.text.startswith("arn:")
        right = f"!Ref {function.logical_id}" if function is not None else "its name"
        if is_attribute or is_text:
            yield Finding(
                hook.node.span,
                f"{key_of(hook, rollout.scene)} is given an ARN, but takes the name of a function: whether CodeDeploy "
                f"finds it is luck {{where}}. Write {right}",
                because=hook.value.because,
                resource=function.logical_id if function is not None else rollout.function,
                fixes=_fixes(hook, function, rollout),
            )


def _fixes(hook: Hook, function: Resource | None, rollout: Rollout) -> tuple[Fix, ...]:
    written = rollout.template.document.text[hook.node.span.start : hook.node.span.end]
    name = function.logical_id if function is not None else ""
    fix = Fix(f"Name the function: !Ref {name}", (Edit(hook.node.span, f"!Ref {name}"),), safe=True)
    return (fix,) if written == f"!GetAtt {name}.Arn" else ()
