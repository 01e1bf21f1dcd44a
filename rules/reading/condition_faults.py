"""What is wrong with conditions, and with `Fn::If`, whatever their values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from samguard.source import Mapping, Node, Scalar, Sequence, Span
from samguard.template import Intrinsic, Template, calls, intrinsic

Fault: TypeAlias = tuple[Span, str]
_COUNTS: Final = {"Fn::Equals": (2, 2), "Fn::Not": (1, 1), "Fn::And": (2, 10), "Fn::Or": (2, 10)}
"""How many arguments a condition function takes, at least and at most."""
_LOGIC: Final = ("Fn::Not", "Fn::And", "Fn::Or")
_IF: Final = 3
_SAID: Final = {1: "one argument", 2: "two arguments", 10: "two to ten arguments"}


def faults(template: Template) -> Iterator[Fault]:
    """The faults of a template's conditions, and of every `Fn::If` in it."""
    conditions = template.root.get("Conditions")
    if isinstance(conditions, Mapping):
        for entry in conditions:
            if not entry.name.startswith("Fn::"):
                span = entry.value.span if entry.value.span.end > entry.value.span.start else entry.key.span
                yield from _condition(entry.value, span, entry.name)
    for call in calls(template, "Fn::If"):
        if call.section in ("Globals", "Resources", "Outputs") and call.key != "Alarms":
            yield from _if(call.function)


def _condition(node: Node, span: Span, name: str) -> Iterator[Fault]:
    call = intrinsic(node)
    if call is None:
        said = f"; write !Condition {node.text}" if isinstance(node, Scalar) and name != node.text and not name else ""
        subject = f"the condition {name}" if name else "an argument here"
        yield span, f"{subject} is no function that gives true or false{said}"
        return
    if call.name == "Condition":
        return
    bounds = _COUNTS.get(call.name)
    if bounds is None:
        if call.name not in ("Fn::Transform", "Fn::Contains", "Fn::EachMemberIn", "Fn::EachMemberEquals"):
            shown = call.name.removeprefix("Fn::")
            yield span, f"{shown} gives no true or false; compare what it gives by !Equals"
        return
    arguments = call.argument.items if isinstance(call.argument, Sequence) else None
    fewest, most = bounds
    if arguments is None or not fewest <= len(arguments) <= most:
        yield span, f"{call.name.removeprefix('Fn::')} takes a list of {_SAID[most]}"
        return
    if call.name in _LOGIC:
        for argument in arguments:
            yield from _condition(argument, argument.span, "")


def _if(call: Intrinsic) -> Iterator[Fault]:
    arguments = call.argument.items if isinstance(call.argument, Sequence) else ()
    if len(arguments) != _IF:
        yield call.node.span, "If takes the name of a condition and two values"
    elif isinstance(arguments[0], Mapping) and not any(e.name.startswith("Fn::Transform") for e in arguments[0]):
        yield arguments[0].span, "If takes the name of a condition; give this expression one under Conditions"
