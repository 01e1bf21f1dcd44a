"""The intrinsic functions of CloudFormation, three-valued.

Source: CloudFormation user guide, intrinsic function reference; the functions that only exist with the
AWS::LanguageExtensions transform are known where their arguments are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from samguard.evaluation.generated import is_generated
from samguard.evaluation.substitution import pieces
from samguard.evaluation.values import (
    Fields,
    Items,
    Joined,
    Literal,
    Reason,
    Reference,
    Removed,
    Trail,
    Unknown,
    Value,
)
from samguard.pattern import pattern
from samguard.source import Mapping, Node, Plain, Scalar, Sequence
from samguard.template import Intrinsic, intrinsic
from samguard.value import replace

if TYPE_CHECKING:
    from samguard.evaluation.evaluated_template import EvaluatedTemplate

_THREE: Final = 3
_ACCOUNT_ID: Final = pattern(r"[0-9]{12}")
"""The shape of every account's id: nothing else can equal it."""
_AT_DEPLOYMENT: Final = {
    "Fn::ImportValue": "exported by another stack",
    "Fn::GetAZs": "known at deployment only",
    "Fn::Cidr": "known at deployment only",
    "Fn::Transform": "made by a macro",
    "Fn::Base64": "encoded",
    "Fn::ToJsonString": "written as JSON at deployment",
}


def apply(call: Intrinsic, scene: EvaluatedTemplate) -> Value:
    """What a function call is worth in a scene. A malformed call is Unknown: other rules speak of it."""
    match call.name:
        case "Ref":
            return _ref(call.argument, scene)
        case "Fn::GetAtt":
            return _get_att(call.argument, scene)
        case "Fn::Sub":
            return _sub(call.argument, scene)
        case "Fn::If":
            return _if(call, scene)
        case "Condition":
            return scene.condition(call.argument.text) if isinstance(call.argument, Scalar) else _malformed(call)
        case "Fn::Equals":
            return _equals(call, scene)
        case "Fn::Not":
            return _not(call, scene)
        case "Fn::And" | "Fn::Or":
            return _and_or(call, scene)
        case "Fn::FindInMap":
            return _find_in_map(call, scene)
        case "Fn::Join":
            return _join(call, scene)
        case "Fn::Select":
            return _select(call, scene)
        case "Fn::Split":
            return _split(call, scene)
        case "Fn::Length":
            items = scene.value(call.argument)
            return Literal(len(items.items), items.because) if isinstance(items, Items) else _not_known(items)
        case name:
            return Unknown(_AT_DEPLOYMENT.get(name, f"{name} is no function that samguard knows"))


def _malformed(call: Intrinsic) -> Unknown:
    return Unknown(f"the arguments of {call.name} are not what it takes")


def _not_known(value: Value) -> Unknown:
    return value if isinstance(value, Unknown) else Unknown("known at deployment only", because=value.because)


def _arguments(call: Intrinsic) -> tuple[Node, ...]:
    return call.argument.items if isinstance(call.argument, Sequence) else (call.argument,)


def named(name: str, scene: EvaluatedTemplate) -> Value:
    """What a name stands for in `Ref` and in `${…}`: a parameter, a pseudo parameter or a resource."""
    if name.startswith("AWS::"):
        return scene.pseudo_parameter(name)
    if name in scene.template.parameters:
        return scene.parameter(name)
    logical_id, dot, attribute = name.partition(".")
    if logical_id in scene.template.resources:
        return Reference(logical_id, attribute if dot else None)
    if is_generated(logical_id, scene.template):
        return Reference(logical_id, attribute if dot else None)
    return Unknown(f"the template has nothing called {name}")


def _ref(argument: Node, scene: EvaluatedTemplate) -> Value:
    if not isinstance(argument, Scalar):
        value = scene.value(argument)  # allowed by AWS::LanguageExtensions
        return named(value.text, scene) if isinstance(value, Literal) else _not_known(value)
    return named(argument.text, scene)


def _get_att(argument: Node, scene: EvaluatedTemplate) -> Value:
    if isinstance(argument, Scalar):
        parts = [argument.text]
    elif isinstance(argument, Sequence):
        values = [scene.value(item) for item in argument.items]
        parts = [value.text for value in values if isinstance(value, Literal)]
        if len(parts) != len(values):
            return Unknown("the attribute is known at deployment only")
    else:
        return Unknown("the arguments of Fn::GetAtt are not what it takes")
    logical_id, _, attribute = ".".join(parts).partition(".")
    if logical_id in scene.template.resources or is_generated(logical_id, scene.template):
        return Reference(logical_id, attribute or None, by_ref=False)
    return Unknown(f"the template has no resource {logical_id}")


def _sub(argument: Node, scene: EvaluatedTemplate) -> Value:
    extra: Mapping | None = None
    if isinstance(argument, Sequence) and argument.items:
        text_node = argument.items[0]
        if len(argument.items) > 1 and isinstance(argument.items[1], Mapping):
            extra = argument.items[1]
    else:
        text_node = argument
    if not isinstance(text_node, Scalar):
        return Unknown("the text of Fn::Sub is not known")
    parts: list[Value] = []
    for piece, is_variable in pieces(text_node.text):
        if not is_variable:
            parts.append(Literal(piece))
        elif extra is not None and piece in extra:
            parts.append(scene.value(extra.get(piece)))
        else:
            parts.append(_sub_variable(piece, scene))
    return joined(parts)


def _sub_variable(name: str, scene: EvaluatedTemplate) -> Value:
    value = named(name, scene)
    if isinstance(value, Reference) and value.attribute is not None and value.attribute not in ("Alias", "Version"):
        return replace(value, by_ref=False)  # ${Orders.Arn} is GetAtt, SAM's ${Orders.Alias} is Ref
    return value


def joined(parts: Iterable[Value]) -> Value:
    """One text made of several values: a Literal if all are known, the single part if there is but one."""
    known: list[str | Reference | Unknown] = []
    because: Trail = ()
    for part in parts:
        because += part.because
        for piece in _text_parts(part):
            if isinstance(piece, str) and known and isinstance(known[-1], str):
                known[-1] += piece
            elif piece != "":
                known.append(piece)
    if not known:
        return Literal("", because)
    if len(known) == 1:
        only = known[0]
        return Literal(only, because) if isinstance(only, str) else replace(only, because=because)
    return Joined(tuple(known), because)


def _text_parts(value: Value) -> tuple[str | Reference | Unknown, ...]:
    match value:
        case Literal():
            return (value.text,)
        case Joined():
            return value.parts
        case Reference() | Unknown():
            return (value,)
        case Items() | Fields() | Removed():
            return (Unknown("a list or mapping where a text is due"),)


def _if(call: Intrinsic, scene: EvaluatedTemplate) -> Value:
    arguments = _arguments(call)
    if len(arguments) != _THREE or not isinstance(arguments[0], Scalar):
        return _malformed(call)
    condition = scene.condition(arguments[0].text)
    if isinstance(condition, Unknown):
        then, otherwise = scene.value(arguments[1]), scene.value(arguments[2])
        return then if then == otherwise and not isinstance(then, Unknown) else condition
    chosen = scene.value(arguments[1] if condition.value else arguments[2])
    return replace(chosen, because=(*condition.because, *chosen.because))


def _equals(call: Intrinsic, scene: EvaluatedTemplate) -> Value:
    arguments = _arguments(call)
    if len(arguments) != 2:  # noqa: PLR2004
        return _malformed(call)
    left, right = scene.value(arguments[0]), scene.value(arguments[1])
    for node, other in ((arguments[0], right), (arguments[1], left)):
        if _is_account_id(node) and isinstance(other, Literal) and not _ACCOUNT_ID.fullmatch(other.text):
            return Literal(value=False, because=other.because)
    for side in (left, right):
        if not isinstance(side, Literal):
            return _not_known(side)
    assert isinstance(left, Literal)  # noqa: S101 - the loop saw to it
    assert isinstance(right, Literal)  # noqa: S101
    return Literal(left.text == right.text, (*left.because, *right.because))


def _is_account_id(node: Node) -> bool:
    call = intrinsic(node)
    return (
        call is not None
        and call.name == "Ref"
        and isinstance(call.argument, Scalar)
        and call.argument.value == "AWS::AccountId"
    )


def _not(call: Intrinsic, scene: EvaluatedTemplate) -> Value:
    arguments = _arguments(call)
    if len(arguments) != 1:
        return _malformed(call)
    value = scene.value(arguments[0])
    truth = _truth(value)
    return _not_known(value) if truth is None else Literal(not truth, value.because)


def _and_or(call: Intrinsic, scene: EvaluatedTemplate) -> Value:
    decisive = call.name == "Fn::Or"
    values = [scene.value(argument) for argument in _arguments(call)]
    unknown: list[Unknown] = []
    because: Trail = ()
    for value in values:
        truth = _truth(value)
        if truth is decisive:
            return Literal(decisive, value.because)
        if truth is None:
            unknown.append(_not_known(value))
        because += value.because
    if unknown:
        needed = frozenset[str]().union(*(value.depends_on for value in unknown))
        return replace(unknown[0], depends_on=needed)
    return Literal(not decisive, because)


def _truth(value: Value) -> bool | None:
    if isinstance(value, Literal) and value.text in ("true", "false"):
        return value.text == "true"
    return None


def _find_in_map(call: Intrinsic, scene: EvaluatedTemplate) -> Value:
    arguments = _arguments(call)
    if len(arguments) < _THREE:
        return _malformed(call)
    keys: list[str] = []
    because: Trail = ()
    for argument in arguments[:_THREE]:
        key = scene.value(argument)
        if not isinstance(key, Literal):
            return _not_known(key)
        keys.append(key.text)
        because += key.because
    node: Node | None = scene.template.mappings
    for key_text in keys:
        node = node.get(key_text) if isinstance(node, Mapping) else None
    if node is None:
        if len(arguments) > _THREE and isinstance(arguments[_THREE], Mapping):
            default = arguments[_THREE].get("DefaultValue")
            if default is not None:
                return scene.value(default)
        return Unknown(f"Mappings has no {'.'.join(keys)}", because=because)
    found = literal_of(node)
    where = Reason(f"the mapping {keys[0]} gives {_shown(found)} for {keys[1]}, {keys[2]}", scene.place(node.span))
    return replace(found, because=(*because, where))


def literal_of(node: Node) -> Value:
    """A node of Mappings, where no functions are allowed, as a value."""
    match node:
        case Scalar():
            return Literal(node.value)
        case Sequence():
            return Items(tuple(literal_of(item) for item in node.items))
        case Mapping():
            return Fields({entry.name: literal_of(entry.value) for entry in node})


def _shown(value: Value) -> str:
    return repr(value.text) if isinstance(value, Literal) else "a list"


def _join(call: Intrinsic, scene: EvaluatedTemplate) -> Value:
    arguments = _arguments(call)
    if len(arguments) != 2 or not isinstance(arguments[0], Scalar):  # noqa: PLR2004
        return _malformed(call)
    items = scene.value(arguments[1])
    if not isinstance(items, Items):
        return _not_known(items)
    parts: list[Value] = []
    for index, item in enumerate(items.items):
        if index:
            parts.append(Literal(arguments[0].text))
        parts.append(item)
    return joined(parts)


def _select(call: Intrinsic, scene: EvaluatedTemplate) -> Value:
    arguments = _arguments(call)
    if len(arguments) != 2:  # noqa: PLR2004
        return _malformed(call)
    index, items = scene.value(arguments[0]), scene.value(arguments[1])
    if not isinstance(index, Literal) or not isinstance(items, Items):
        return _not_known(items if isinstance(index, Literal) else index)
    if index.text.isdecimal() and len(index.text) < 4 and int(index.text) < len(items.items):  # noqa: PLR2004
        chosen = items.items[int(index.text)]
        return replace(chosen, because=(*items.because, *chosen.because))
    return Unknown(f"the list has no item {index.text}")


def _split(call: Intrinsic, scene: EvaluatedTemplate) -> Value:
    arguments = _arguments(call)
    if len(arguments) != 2 or not isinstance(arguments[0], Scalar) or not arguments[0].text:  # noqa: PLR2004
        return _malformed(call)
    text = scene.value(arguments[1])
    if not isinstance(text, Literal):
        return _not_known(text)
    parts: list[Plain] = list(text.text.split(arguments[0].text))
    return Items(tuple(Literal(part, text.because) for part in parts), text.because)
