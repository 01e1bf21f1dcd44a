"""Which conditions of a template lead back to themselves."""

from __future__ import annotations

from collections.abc import Iterator

from samguard.source import Mapping
from samguard.template import Mention, Naming, Template, calls, mentions


def circles(template: Template) -> Iterator[tuple[Mention, ...]]:
    """Each circle once: the references that lead from its first condition, in the order of the text, back to it."""
    edges = _references(template)
    known: set[str] = set()
    for start in edges:
        if start in known:
            continue
        circle = _circle(start, edges)
        if circle:
            known |= {mention.name for mention in circle}
            yield circle


def _references(template: Template) -> dict[str, list[Mention]]:
    """The conditions that each condition refers to."""
    section = template.root.get("Conditions")
    edges: dict[str, list[Mention]] = {}
    is_linked = any(call.section == "Conditions" for call in calls(template, "Condition", "Fn::If"))
    if not isinstance(section, Mapping) or not is_linked:
        return edges
    found = [m for m in mentions(template) if m.section == "Conditions" and m.naming is Naming.CONDITION]
    for entry in section:
        start, end = entry.value.span
        edges[entry.name] = [m for m in found if start <= m.span.start < end and m.name in section]
    return edges


def _circle(start: str, edges: dict[str, list[Mention]]) -> tuple[Mention, ...]:
    """The references from a condition back to it; empty where none lead there."""
    seen: set[str] = set()
    waiting: list[tuple[Mention, ...]] = [(mention,) for mention in reversed(edges.get(start, []))]
    while waiting:
        path = waiting.pop()
        last = path[-1].name
        if last == start:
            return path
        if last not in seen:
            seen.add(last)
            waiting.extend((*path, mention) for mention in reversed(edges.get(last, [])))
    return ()
