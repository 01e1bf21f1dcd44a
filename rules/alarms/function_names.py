"""What people write where the name of a function is due: its name, its logical id as a text, an ARN."""

from __future__ import annotations

import re
from typing import Final

from samguard.evaluation import EvaluatedTemplate, Joined, Literal, Reference, Value
from samguard.pattern import pattern
from samguard.rollout.alarm import FUNCTION_TYPES, names_function
from samguard.rollout.arns import covers, function_name, text_of
from samguard.template import Resource
from samguard.value import value

_NOT_IN_A_NAME: Final = pattern(r"[^A-Za-z0-9_:.-]")


def is_named(value: Value, function: Resource, scene: EvaluatedTemplate) -> bool | None:
    """Whether a value is the name of a function; also sure of the names that CloudFormation makes up."""
    known = names_function(value, function, scene)
    if known is not None or not isinstance(value, (Literal, Joined)):
        return known
    name = scene.derived("function's name", function.logical_id, lambda: function_name(function, scene))
    return False if covers(text_of(value, scene), name) is False else None


@value
class SaidAsText:
    """A function that a text means."""

    function: Resource
    rest: str
    """What follows the logical id."""


def said_as_text(value: Value, scene: EvaluatedTemplate) -> SaidAsText | None:
    """The function whose logical id stands in a text, as `Orders:live` or `${Orders}:live` without Fn::Sub."""
    if not isinstance(value, Literal):
        return None
    head, colon, rest = value.text.partition(":")
    logical_id = _NOT_IN_A_NAME.sub("", head).partition(".")[0]
    function = scene.template.resources.get(logical_id)
    if function is None or function.type not in FUNCTION_TYPES:
        return None
    if _NOT_IN_A_NAME.search(head) is None and not _is_no_name(head, scene):
        return None
    return SaidAsText(function, f"{colon}{rest}")


def _is_no_name(text: str, scene: EvaluatedTemplate) -> bool:
    """Whether no function of the template can have this name."""
    functions = scene.template.of_type(*FUNCTION_TYPES)
    return all(is_named(Literal(text), function, scene) is False for function in functions)


def is_arn(value: Value) -> bool:
    """Whether a value is an ARN, or holds one."""
    match value:
        case Literal():
            return value.text.startswith("arn:")
        case Joined():
            arns = ("Arn", "Alias", "Version")
            if any(isinstance(part, Reference) and part.attribute in arns for part in value.parts):
                return True
            first = value.parts[0]
            return isinstance(first, str) and first.startswith("arn:")
        case _:
            return False


def gives_arn(value: Reference, scene: EvaluatedTemplate) -> bool:
    """Whether a reference gives the ARN of a function, a version or an alias."""
    target = scene.resource_of(value)
    if target is not None and target.type in ("AWS::Lambda::Alias", "AWS::Lambda::Version"):
        return value.attribute in (None, "AliasArn", "FunctionArn")
    if target is not None and target.type in FUNCTION_TYPES:
        return value.attribute in ("Arn", "Alias", "Version")
    return target is None and value.attribute is None and function_behind_arn(value, scene) is not None


def function_behind_arn(value: Reference, scene: EvaluatedTemplate) -> Resource | None:
    """The function that an ARN is of: also of `OrdersAliaslive`, the alias that SAM makes."""
    target = scene.resource_of(value)
    if target is not None:
        if target.type in FUNCTION_TYPES:
            return target
        return scene.resource_of(scene.property(target, "FunctionName"))
    for function in scene.template.of_type("AWS::Serverless::Function"):
        if re.match(f"{re.escape(function.logical_id)}(?:Alias|Version)", value.logical_id):
            return function
    return None
