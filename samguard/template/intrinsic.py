"""Which mappings are intrinsic functions: one key, `Ref`, `Condition` or `Fn::…`, in the short or the long form."""

from __future__ import annotations

from typing import Final, NamedTuple

from samguard.source import Mapping, Node, Scalar

NO_VALUE: Final = "AWS::NoValue"


class Intrinsic(NamedTuple):
    """A function call: `name` as in the long form (`Fn::If`), its argument, and the mapping it was written as.

    A tuple, since one is made whenever somebody asks whether a mapping is a call.
    """

    name: str
    argument: Node
    node: Mapping


def intrinsic(node: Node | None) -> Intrinsic | None:
    """The function call that a node is, or None."""
    if not isinstance(node, Mapping) or len(node.by_name) != 1:
        return None
    entry = node.entries[-1]
    name = entry.name
    if name in ("Ref", "Condition") or name.startswith("Fn::"):
        return Intrinsic(name, entry.value, node)
    return None


def is_no_value(node: Node | None) -> bool:
    """Whether a node is `!Ref AWS::NoValue`."""
    call = intrinsic(node)
    return (
        call is not None
        and call.name == "Ref"
        and isinstance(call.argument, Scalar)
        and call.argument.value == NO_VALUE
    )
