"""Entries of resources and new resources, where a person would write them."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Map

from samguard.source import Edit, Mapping, Node, Scalar
from samguard.source.insertion import Content, entries_added
from samguard.template import Resource, Template


def content_of(node: Node) -> Content | None:
    """A node as what may be written elsewhere; None where a part of it is null."""
    if isinstance(node, Scalar):
        return None if node.value is None else node.value
    if isinstance(node, Mapping):
        entries = {entry.name: content_of(entry.value) for entry in node}
        return None if None in entries.values() else {k: inner for k, inner in entries.items() if inner is not None}
    items = [content_of(item) for item in node.items]
    return None if None in items else [item for item in items if item is not None]


def properties_added(
    resource: Resource, template: Template, entries: Map[str, Content], after: Iterable[str] = ()
) -> Edit | None:
    """The edit that gives a resource more properties. None where it is written so that there is no certain place."""
    document = template.document
    said = resource.node.entry("Properties")
    if said is None:
        return entries_added(document, resource.node, {"Properties": entries}, after=("Type",))
    return entries_added(document, said.value, entries, after=after) if isinstance(said.value, Mapping) else None


def resource_added(template: Template, logical_id: str, content: Content, after: str) -> Edit | None:
    """The edit that adds a resource behind another one."""
    section = template.root.get("Resources")
    if not isinstance(section, Mapping):
        return None
    return entries_added(template.document, section, {logical_id: content}, after=(after,))


def free_id(template: Template, wanted: str) -> str:
    """A logical id that nothing in the template has."""
    taken = {*template.resources, *template.parameters, *template.conditions}
    return next(name for name in (wanted, *(f"{wanted}{number}" for number in range(2, 1000))) if name not in taken)


def reference(logical_id: str) -> Content:
    """`!Ref` of a resource or parameter."""
    return {"Ref": logical_id}
