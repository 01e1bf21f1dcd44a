"""What the readers of YAML pipelines ask of nodes."""

from __future__ import annotations

from collections.abc import Iterator

from samguard.pipeline.model import PipelineProblem
from samguard.source import Document, Entry, Mapping, Node, Place, Scalar, Sequence


def text_of(node: Node | None) -> str | None:
    """A scalar's text; None for everything else, and for null."""
    return node.text if isinstance(node, Scalar) and node.value is not None else None


def entries_of(node: Node | None) -> Iterator[Entry]:
    """A mapping's entries; none of anything else."""
    yield from node if isinstance(node, Mapping) else ()


def items_of(node: Node | None) -> tuple[Node, ...]:
    """A list's items, the lists in it among them; a single value counts as a list of one, null as an empty one."""
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return ()
    if not isinstance(node, Sequence):
        return (node,)
    found: list[Node] = []
    waiting = list(reversed(node.items))
    while waiting:
        current = waiting.pop()
        if isinstance(current, Sequence):
            waiting.extend(reversed(current.items))
        else:
            found.append(current)
    return tuple(found)


def texts_of(node: Node | None) -> tuple[str, ...]:
    """The texts of a list, or of a single value."""
    return tuple(item.text for item in items_of(node) if isinstance(item, Scalar) and item.value is not None)


def under(node: Node | None, *names: str) -> Node | None:
    """What stands under a path of keys."""
    for name in names:
        node = node.get(name) if isinstance(node, Mapping) else None
    return node


def number_of(node: Node | None) -> float | None:
    """A scalar's number."""
    if isinstance(node, Scalar):
        try:
            found = float(node.text)
        except ValueError:
            return None
        return found if 0 <= found < 1e9 else None  # noqa: PLR2004
    return None


def reading_problems(document: Document) -> tuple[PipelineProblem, ...]:
    """What the reader of a file said of it, where it could not be read."""
    if document.root is not None:
        return ()
    return tuple(PipelineProblem(problem.message, Place(document, problem.span)) for problem in document.problems)
