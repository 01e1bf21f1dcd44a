"""Words that YAML does not take for the text they look like: `no` is false, `010` is eight, `1.10` is 1.1.

Told are those that decide what a deployment does: values of parameters that conditions and mappings ask for, what they are
compared with, and the keys of the mappings. Where all of them are turned alike, nothing is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from samguard.pattern import pattern
from samguard.source import Format, Mapping, Node, Scalar, Sequence, walk
from samguard.template import Parameter, Template, calls, intrinsic
from samguard.value import field, replace, value

_ACCOUNT_ID: Final = pattern(r"[0-9]{12}")
_ACCOUNT: Final = "AWS::AccountId"
_TRUE_AND_FALSE: Final = frozenset(("true", "false"))


@value
class Surprise:
    """A plain scalar that means something else than it shows.

    `other` is the text that it fails to equal, elsewhere; `more` are further scalars of the same parameter that need the
    same quotes.
    """

    scalar: Scalar
    harm: str
    other: Scalar | None = None
    more: tuple[Scalar, ...] = ()


@dataclass(slots=True)
class _Uses:
    """What a name is asked for in a template."""

    compared: list[Scalar] = field(default_factory=list)
    """Literals it is compared with."""
    keys: list[Scalar] = field(default_factory=list)
    """Keys of the mappings that it chooses from."""


def surprises(template: Template) -> Iterator[Surprise]:
    """Every scalar that is turned into something else where that decides something."""
    if template.document.format is not Format.YAML:
        return
    for name, uses in _uses(template).items():
        parameter = template.parameters.get(name)
        if parameter is not None:
            found = sorted(_of_parameter(parameter, uses), key=lambda surprise: surprise.scalar.span)
            if found:
                yield replace(found[0], more=tuple(surprise.scalar for surprise in found[1:]))
        elif name == _ACCOUNT:
            for scalar in (*uses.compared, *uses.keys):
                if _is_turned(scalar) and _ACCOUNT_ID.fullmatch(scalar.raw):
                    yield Surprise(scalar, f"the account {scalar.raw} is never recognised")


def _of_parameter(parameter: Parameter, uses: _Uses) -> Iterator[Surprise]:
    default = (parameter.default,) if isinstance(parameter.default, Scalar) else ()
    own = (*parameter.allowed_values, *default)
    asked = (*uses.compared, *uses.keys)
    for scalar in own:
        if not _is_turned(scalar) or (parameter.type == "Number" and _is_same_number(scalar)):
            continue
        other = _equal(scalar.raw, asked)
        if other is not None:
            yield Surprise(scalar, f"it never equals the {other.raw!r} that it is compared with", other)
        elif scalar in parameter.allowed_values and scalar.raw.lower() not in _TRUE_AND_FALSE:
            yield Surprise(scalar, f"a deployment that gives {parameter.name} the value {scalar.raw!r} is refused")
    for scalar in asked:
        if _is_turned(scalar) and _equal(scalar.text, own) is None:
            other = _equal(scalar.raw, own)
            if other is not None:
                yield Surprise(scalar, f"{parameter.name} never has that value, though it may be {other.raw!r}", other)


def _is_turned(scalar: Scalar) -> bool:
    return not scalar.quoted and scalar.value is not None and scalar.raw not in ("", scalar.text)


def _is_same_number(scalar: Scalar) -> bool:
    """Whether a plain number is the number it looks like to a reader: 1.10 and 1.1 are, 010 and 8 are not."""
    try:
        return isinstance(scalar.value, (int, float)) and float(scalar.raw) == float(scalar.value)
    except ValueError:
        return False


def _equal(text: str, scalars: Iterable[Scalar]) -> Scalar | None:
    """The first scalar that means this text."""
    return next((scalar for scalar in scalars if scalar.text == text), None)


def _uses(template: Template) -> dict[str, _Uses]:
    """What decides something, by the names of parameters and pseudo parameters."""
    found: dict[str, _Uses] = {}
    for call in calls(template, "Fn::Equals", "Fn::FindInMap"):
        name, argument, _ = call.function
        if isinstance(argument, Sequence):
            if name == "Fn::Equals":
                _compare(argument.items, found)
            else:
                _choose(argument.items, template, found)
    for node in _rollout_properties(template):
        for part in walk(node):
            for name in _names(part):
                found.setdefault(name, _Uses())
    return found


def _rollout_properties(template: Template) -> Iterator[Node]:
    for resource in template.resources.values():
        for name in ("AutoPublishAlias", "DeploymentPreference"):
            node = resource.properties.get(name)
            if node is not None:
                yield node


def _compare(sides: tuple[Node, ...], found: dict[str, _Uses]) -> None:
    literals = [side for side in sides if isinstance(side, Scalar)]
    for side in sides:
        for name in _names(side):
            found.setdefault(name, _Uses()).compared.extend(literals)


def _choose(arguments: tuple[Node, ...], template: Template, found: dict[str, _Uses]) -> None:
    if len(arguments) < 3 or template.mappings is None:  # noqa: PLR2004
        return
    mapping, first, second = arguments[:3]
    chosen = template.mappings.get(mapping.text) if isinstance(mapping, Scalar) else None
    if not isinstance(chosen, Mapping):
        return
    for name in _names(first):
        found.setdefault(name, _Uses()).keys.extend(entry.key for entry in chosen.entries)
    for name in _names(second):
        inner = (entry.value for entry in chosen.entries)
        keys = [entry.key for node in inner if isinstance(node, Mapping) for entry in node.entries]
        found.setdefault(name, _Uses()).keys.extend(keys)


def _names(node: Node) -> Iterator[str]:
    """The name that a node refers to, where it is nothing but a reference."""
    call = intrinsic(node)
    if call is not None and call.name == "Ref" and isinstance(call.argument, Scalar):
        yield call.argument.text
    elif call is not None and call.name == "Fn::Sub" and isinstance(call.argument, Scalar):
        only = re.fullmatch(r"\$\{([A-Za-z0-9:]+)\}", call.argument.text)
        if only is not None:
            yield only[1]
