"""Entries of resources and new resources, where a person would write them."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Map

from samguard.source import Edit, Entry, Mapping, Node, Scalar, Span
from samguard.source.insertion import Content, entries_added, entry_removed, value_replaced, written
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


def section_added(template: Template, name: str, content: Content) -> Edit | None:
    """The edit that adds a section to a template: behind the format's version, or before all others."""
    document, root = template.document, template.root
    first = next(iter(root), None)
    start = root.span.start
    if "AWSTemplateFormatVersion" in root or first is None or document.text.startswith("{", start):
        return entries_added(document, root, {name: content}, after=("AWSTemplateFormatVersion",))
    is_alone = document.position(first.key.span.start).column == 1
    place = Span(first.key.span.start, first.key.span.start)
    return Edit(place, f"{name}: {written(document, content)}\n") if is_alone else None


def free_id(template: Template, wanted: str) -> str:
    """A logical id that nothing in the template has."""
    taken = {*template.resources, *template.parameters, *template.conditions}
    return next(name for name in (wanted, *(f"{wanted}{number}" for number in range(2, 1000))) if name not in taken)


def reference(logical_id: str) -> Content:
    """`!Ref` of a resource or parameter."""
    return {"Ref": logical_id}


def attribute_added(resource: Resource, template: Template, entries: Map[str, Content]) -> Edit | None:
    """The edit that says more of a resource beside its Properties."""
    return entries_added(template.document, resource.node, entries, after=("Type",))


def property_set(resource: Resource, template: Template, name: str, content: Content) -> Edit | None:
    """The edit that gives a property of a resource another value, or the property itself.

    None where it is an expression, or said in Globals for others as well.
    """
    entry = resource.own_properties.entry(name)
    if entry is None:
        return None if name in resource.properties else properties_added(resource, template, {name: content})
    return value_replaced(template.document, entry.value, content) if isinstance(entry.value, Scalar) else None


def property_removed(resource: Resource, entry: Entry, template: Template) -> Edit | None:
    """The edit that takes a property of a resource's own out."""
    said = resource.node.get("Properties")
    is_own = isinstance(said, Mapping) and said.entry(entry.name) is not None
    return entry_removed(template.document, said, entry) if isinstance(said, Mapping) and is_own else None


def value_written(template: Template, span: Span, content: Content) -> Edit:
    """The edit that writes a value in the place of another; quotes are kept."""
    document = template.document
    is_quoted = document.text[span.start : span.start + 1] in {'"', "'"}
    return Edit(span, written(document, content, is_quoted=is_quoted))
