"""Invocations that reach a function or state machine past the alias whose traffic is shifted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from samguard.evaluation import Literal, Removed, Trail
from samguard.linting.rule import Edit, Fix
from samguard.pattern import pattern
from samguard.rollout import Deployment, Rollout, RolloutKind, Strategy
from samguard.rollout.invocable import Reach, invocable
from samguard.rollout.invocation_targets import InvocationKind, InvocationTarget, invocation_targets
from samguard.source import Format, Node, Scalar, walk
from samguard.template import Resource, intrinsic

_PAST: Final = (Reach.LATEST, Reach.VERSION)
_WARMING: Final = pattern(r"(?<![a-z])(?:warm|keep[-_ ]?alive)", re.IGNORECASE)
_WORDS: Final = pattern(r"(?<=[a-z])(?=[A-Z])")
_SHORT_FORM: Final = pattern(r"!(?:Ref|GetAtt)\s+(?:[\w.:]+|\[[^\]\n]*\])")
_SCHEDULED: Final = ("AWS::Events::Rule", "AWS::Scheduler::Schedule")


def shifted_gradually(deployment: Deployment) -> dict[str, Rollout]:
    """The rollouts whose traffic certainly moves step by step, by the logical id of what is invoked.

    Deployment hooks are left out: only CodeDeploy calls them.
    """
    hooks = deployment.hook_functions()
    found: dict[str, Rollout] = {}
    for rollout in deployment.rollouts:
        if rollout.is_gradual and not isinstance(rollout.alias, Removed) and rollout.function not in hooks:
            found.setdefault(rollout.function, rollout)
    return found


def past_the_alias(
    deployment: Deployment, kind: InvocationKind, of: RolloutKind = RolloutKind.FUNCTION
) -> Iterator[tuple[InvocationTarget, Rollout]]:
    """The invocations of a kind that go past an alias, each with the rollout that does not see them."""
    shifted = shifted_gradually(deployment)
    if not shifted:
        return
    for target in invocation_targets(deployment.scene):
        rollout = shifted.get(target.invoked.logical_id)
        if target.kind is kind and rollout is not None and rollout.kind is of and target.invoked.reach in _PAST:
            yield target, rollout


def is_warmer(target: InvocationTarget, deployment: Deployment) -> bool:
    """Whether an invocation only keeps a function warm: a schedule that says so."""
    source = target.source
    if source.type not in _SCHEDULED or "ScheduleExpression" not in source.properties:
        return False
    text = deployment.template.document.text[source.key.span.start : source.node.span.end]
    return bool(_WARMING.search(_WORDS.sub(" ", text)))


def what_is_named(target: InvocationTarget) -> str:
    """What an invocation names instead of the alias, to be read before `instead of its alias`."""
    return "its newest version" if target.invoked.reach is Reach.VERSION else "the function itself"


def alias_reference(rollout: Rollout) -> str | None:
    """The logical id whose Ref is the alias's ARN; None where it cannot be referred to."""
    if rollout.alias_resource is not None:
        return rollout.alias_resource.logical_id
    if rollout.kind is RolloutKind.FUNCTION:
        return f"{rollout.function}.Alias"
    alias = rollout.alias
    return f"{rollout.function}Alias{alias.text}" if isinstance(alias, Literal) else None


def alias_expression(rollout: Rollout, *, in_text: bool = False) -> str:
    """How a template refers to the alias: `!Ref Orders.Alias`, or `${Orders.Alias}` within a text."""
    reference = alias_reference(rollout)
    if reference is None:
        return "its alias"
    if in_text:
        return f"${{{reference}}}"
    is_json = rollout.template.document.format is Format.JSON
    return f'{{"Ref": "{reference}"}}' if is_json else f"!Ref {reference}"


def naming_the_alias(target: InvocationTarget, rollout: Rollout) -> tuple[Fix, ...]:
    """The fix that puts the alias where the function is named, where that is a plain reference.

    Unsafe: what is allowed to invoke the function must be allowed to invoke the alias as well.
    """
    document = target.document
    text = document.text[target.span.start : target.span.end]
    written = target.invoked.written
    is_whole = target.node is not None and target.node.span.start == target.span.start
    if alias_reference(rollout) is None or not (written.endswith(".Arn") or (written and is_whole)):
        return ()
    if written.endswith(".Arn") and text.startswith("${"):
        new = alias_expression(rollout, in_text=True)
    elif _SHORT_FORM.fullmatch(text):
        new = alias_expression(rollout)
    else:
        return ()
    return (Fix("Name the alias", (Edit(target.span, new), *_permitting(target, rollout)), safe=False),)


def _permitting(target: InvocationTarget, rollout: Rollout) -> Iterator[Edit]:
    """The alias in the permissions that let a service invoke the function: it is to invoke the alias from now on."""
    from samguard.mending import value_written

    template, reference = rollout.template, alias_reference(rollout)
    for permission in template.of_type("AWS::Lambda::Permission") if target.service else ():
        node = permission.properties.get("FunctionName")
        if node is not None and reference is not None and _is_of(permission, target, rollout):
            yield value_written(template, node.span, {"Ref": reference})


def _is_of(permission: Resource, target: InvocationTarget, rollout: Rollout) -> bool:
    """Whether a permission is what lets a target invoke the function itself."""
    scene = rollout.scene
    invoked = invocable(scene.value(permission.properties.get("FunctionName")), scene)
    if invoked is None or invoked.logical_id != rollout.function or invoked.reach is not Reach.LATEST:
        return False
    principal, source = scene.property(permission, "Principal"), permission.properties.get("SourceArn")
    if not isinstance(principal, Literal) or principal.text.partition(".")[0] != target.service:
        return False
    return source is None or any(
        isinstance(part, Scalar) and target.source.logical_id in part.text for part in walk(source)
    )


def qualifier_added(target: InvocationTarget, alias: str, rollout: Rollout) -> tuple[Fix, ...]:
    """The fix that gives a function URL to the alias. Unsafe: the address changes with the qualifier."""
    from samguard.mending import properties_added

    edit = properties_added(target.source, rollout.template, {"Qualifier": alias}, ("TargetFunctionArn",))
    return (Fix("Give the URL to the alias", (edit,), safe=False),) if edit is not None else ()


def handing_out_the_alias(node: Node, rollout: Rollout) -> tuple[Fix, ...]:
    """The fix that hands out the alias instead of the function, where that is all that is said.

    Unsafe: whoever is told must be allowed to invoke the alias.
    """
    from samguard.mending import value_written

    reference, call = alias_reference(rollout), intrinsic(node)
    if reference is None or call is None or call.name not in {"Ref", "Fn::GetAtt"}:
        return ()
    return (Fix("Name the alias", (value_written(rollout.template, node.span, {"Ref": reference}),), safe=False),)


def trail(target: InvocationTarget, rollout: Rollout) -> Trail:
    """What decided that traffic is shifted, how, and what is invoked."""
    return (*shift_trail(rollout), *target.invoked.because)


def shift_trail(rollout: Rollout) -> Trail:
    """What decided that traffic is shifted, and how."""
    strategy = rollout.strategy.because if isinstance(rollout.strategy, Strategy) else ()
    return (*rollout.because, *strategy)
