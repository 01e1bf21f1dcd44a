"""Keys that are written twice: what the two say, and whether that is about a deployment."""

from __future__ import annotations

from typing import Final

from samguard.linting.property_path import property_path
from samguard.source import Document, Entry, Mapping, Problem, walk

_DEEP: Final = 4
"""Keys that lead to a resource's property; what lies deeper is a part of it."""
_OF_ROLLOUTS: Final = frozenset(
    "DeploymentPreference Dimensions Metrics AlarmConfiguration AutoRollbackConfiguration TrafficRoutingConfig".split()
)
_ELSEWHERE: Final = frozenset(("Outputs", "Metadata", "Description"))


def pair(document: Document, problem: Problem) -> tuple[Entry, Entry] | None:
    """The two entries with the same key, where the document could be read at all."""
    spans = {problem.span, *(span for _, span in problem.related)}
    for node in walk(document.root) if document.root is not None else ():
        if isinstance(node, Mapping) and len(node.entries) > len(node):
            found = [entry for entry in node.entries if entry.key.span in spans]
            if len(found) > 1:
                return found[0], found[-1]
    return None


def matters(document: Document, problem: Problem) -> bool:
    """Whether the key is one of what decides a deployment."""
    path = property_path(document, problem.span.start)
    if len(path) > 1 and path[0] in _ELSEWHERE:
        return False
    return len(path) <= _DEEP or not _OF_ROLLOUTS.isdisjoint(path) or path[0] != "Resources"
