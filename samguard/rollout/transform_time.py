"""What the SAM transform itself resolves, before CloudFormation evaluates anything.

It knows the values of parameters (Ref), of AWS::Region and AWS::Partition, and FindInMap over those; every other
function stays a function. Some properties are decided then and there: `Enabled: !If [IsProd, true, false]` is an
expression to the transform, and an expression counts as true.

Source: samtranslator/intrinsics/actions.py, read with version 1.115.0.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from samguard.evaluation import EvaluatedTemplate, Items, Literal, Reason, Trail, Unknown
from samguard.source import Mapping, Node, Scalar, Sequence
from samguard.template import intrinsic
from samguard.value import replace, value

_ARGUMENTS: Final = 3


@value
class Unresolved:
    """An expression that the transform leaves as it is; `name` is its function."""

    name: str
    node: Mapping
    because: Trail = ()


Settled: TypeAlias = Literal | Items | Unknown | Unresolved | Mapping | Sequence
"""What a property is once the transform has resolved it: a scalar, a list parameter, something that is known only at
deployment, an expression, or a plain mapping or list."""


def settled(node: Node, scene: EvaluatedTemplate) -> Settled:
    """A property as the transform sees it."""
    if isinstance(node, Scalar):
        return Literal(node.value)
    call = intrinsic(node)
    if call is None:
        return node
    if call.name == "Ref" and isinstance(call.argument, Scalar):
        return _ref(call.argument.text, call.node, scene)
    if call.name == "Fn::FindInMap":
        return _find_in_map(call.argument, call.node, scene)
    return Unresolved(call.name, call.node)


def _ref(name: str, node: Mapping, scene: EvaluatedTemplate) -> Settled:
    if name in ("AWS::Region", "AWS::Partition"):
        value = scene.pseudo_parameter(name)
        return value if isinstance(value, (Literal, Unknown)) else Unresolved("Ref", node)
    if name not in scene.template.parameters:
        return Unresolved("Ref", node)
    value = scene.parameter(name)
    if isinstance(value, (Literal, Items, Unknown)):
        return value
    return Unresolved("Ref", node)


def _find_in_map(argument: Node, node: Mapping, scene: EvaluatedTemplate) -> Settled:
    if not isinstance(argument, Sequence) or len(argument.items) != _ARGUMENTS:
        return Unresolved("Fn::FindInMap", node)
    keys: list[str] = []
    because: Trail = ()
    for item in argument.items:
        key = settled(item, scene)
        if isinstance(key, Unknown):
            return key
        if not isinstance(key, Literal) or not isinstance(key.value, str):  # `On` is a boolean, and no key
            return Unresolved("Fn::FindInMap", node)
        keys.append(key.value)
        because += key.because
    found: Node | None = scene.template.mappings
    for text in keys:
        found = found.get(text) if isinstance(found, Mapping) else None
    if found is None:
        return Unresolved("Fn::FindInMap", node, because)
    if not isinstance(found, Scalar):
        return found
    message = f"the mapping {keys[0]} gives {found.text!r} for {keys[1]}, {keys[2]}"
    return replace(Literal(found.value), because=(*because, Reason(message, scene.place(found.span))))


def is_truthy(node: Node | None) -> bool:
    """Whether Python, in which the transform is written, takes a property for true: it skips the others unseen."""
    match node:
        case None:
            return False
        case Scalar():
            return bool(node.value)
        case Sequence():
            return bool(node.items)
        case Mapping():
            return bool(len(node))
