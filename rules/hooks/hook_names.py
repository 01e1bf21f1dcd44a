"""The name that a hook is given by, where it should have been the name of a function of the template."""

from __future__ import annotations

from typing import Final

from samguard.evaluation import EvaluatedTemplate, Literal
from samguard.rollout import Hook
from samguard.rollout.arns import FUNCTION_TYPES
from samguard.template import Resource

_NEAR: Final = 0.88
"""How alike a name must be to be taken for a slip: a letter or two in one of ten."""


def key_of(hook: Hook, scene: EvaluatedTemplate) -> str:
    """What a hook is called where it is written: PreTraffic, or BeforeAllowTrafficHook in plain CloudFormation."""
    return scene.template.document.text[hook.key_span.start : hook.key_span.end].strip("\"'") or hook.phase.value


def near_name(hook: Hook, scene: EvaluatedTemplate) -> tuple[Resource, bool] | None:
    """The function whose logical id a text is (true), or whose logical id or name it nearly is (false)."""
    if not isinstance(hook.value, Literal):
        return None
    text = hook.value.text
    functions = scene.template.of_type(*FUNCTION_TYPES)
    by_name: dict[str, Resource] = {}
    for function in functions:
        name = scene.property(function, "FunctionName")
        if isinstance(name, Literal):
            by_name.setdefault(name.text, function)
        by_name.setdefault(function.logical_id, function)
    target = scene.template.resources.get(text)
    if target is not None and target in functions:
        return target, True
    from difflib import get_close_matches

    found = get_close_matches(text, list(by_name), n=1, cutoff=_NEAR)
    return (by_name[found[0]], False) if found else None
