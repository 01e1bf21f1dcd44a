"""Every intrinsic function in a template, read in one pass that all who look for some share."""

from __future__ import annotations

from typing import Final, NamedTuple

from samguard.source import Mapping, Node, Scalar, Sequence
from samguard.template.intrinsic import Intrinsic
from samguard.template.template import Template

_SECTIONS: Final = ("Conditions", "Rules", "Globals", "Resources", "Outputs")
_MEMBERS: Final = frozenset({"Conditions", "Rules", "Resources", "Outputs"})
"""Sections that are made of named members."""


class Call(NamedTuple):
    """A function call and where it stands.

    `section` is the top-level key above it, `member` the key below that ("" in Globals), `key` the one it is directly
    the value of ("" for an item of a list).
    """

    section: str
    member: str
    key: str
    function: Intrinsic


def calls(template: Template, *names: str) -> tuple[Call, ...]:
    """The calls of a template, in the order of its sections and of the text; with `names`, only of these functions."""
    by_name: dict[str, tuple[Call, ...]] = template.remembered("calls", lambda: _by_name(template))
    if not names:
        return by_name[""]
    if len(names) == 1:
        return by_name.get(names[0], ())
    return tuple(call for call in by_name[""] if call.function.name in names)


def _by_name(template: Template) -> dict[str, tuple[Call, ...]]:
    every: list[Call] = []
    for section in _SECTIONS:
        node = template.root.get(section)
        if section in _MEMBERS and isinstance(node, Mapping):
            for entry in node:
                _gather(section, entry.name, entry.value, every)
        elif node is not None:
            _gather(section, "", node, every)
    found: dict[str, list[Call]] = {}
    for call in every:
        found.setdefault(call.function.name, []).append(call)
    return {"": tuple(every), **{name: tuple(some) for name, some in found.items()}}


def _gather(section: str, member: str, root: Node, found: list[Call]) -> None:
    """Takes up the calls at and below a node. Half of a large template's nodes pass here, once: hence one loop."""
    waiting: list[tuple[str, Node]] = [(member, root)]
    while waiting:
        key, node = waiting.pop()
        if isinstance(node, Sequence):
            waiting.extend([("", item) for item in reversed(node.items) if not isinstance(item, Scalar)])
        elif isinstance(node, Mapping):
            by_name = node.by_name
            if len(by_name) == 1:
                ((name, entry),) = by_name.items()
                if name.startswith("Fn::") or name in ("Ref", "Condition"):
                    found.append(Call(section, member, key, Intrinsic(name, entry.value, node)))
            waiting.extend(
                [
                    (name, entry.value)
                    for name, entry in reversed(by_name.items())
                    if not isinstance(entry.value, Scalar)
                ]
            )
