"""Where a cursor stands in a document: the nodes around it, from the root inwards."""

from __future__ import annotations

from typing import Final

from samguard.source import Document, Entry, Mapping, Node, Sequence, Span
from samguard.template import intrinsic
from samguard.value import value

_DEEPEST: Final = 200


@value
class Cursor:
    """The way from a document's root to a place: `nodes` from the root inwards, `path` the keys and indices between.

    `key` is the entry whose key the place lies on; its name is the last step of the path.
    """

    nodes: tuple[Node, ...]
    path: tuple[str | int, ...]
    key: Entry | None = None

    @property
    def expression(self) -> Mapping | None:
        """The outermost intrinsic function around the place."""
        found = (node for node in self.nodes if isinstance(node, Mapping) and intrinsic(node) is not None)
        return next(found, None)


def cursor_at(document: Document, offset: int) -> Cursor | None:
    """The cursor at an offset; None where the document has no nodes, or none there."""
    node = document.root
    if node is None:
        return None
    nodes: list[Node] = [node]
    path: list[str | int] = []
    for _ in range(_DEEPEST):
        step = _step(node, offset)
        if step is None:
            return Cursor(tuple(nodes), tuple(path))
        name, node, key = step
        path.append(name)
        if key is not None:
            return Cursor(tuple(nodes), tuple(path), key)
        nodes.append(node)
    return Cursor(tuple(nodes), tuple(path))


def _step(node: Node, offset: int) -> tuple[str | int, Node, Entry | None] | None:
    """One step inwards: a key or an index, what stands there, and the entry where the place is on its key."""
    if isinstance(node, Mapping):
        for entry in node.entries:
            if _holds(entry.key.span, offset):
                # The tag `!Ref` is the key of what it makes; there, the cursor is on the whole expression.
                return None if intrinsic(node) is not None else (entry.name, node, entry)
            if _holds(entry.value.span, offset):
                return entry.name, entry.value, None
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            if _holds(item.span, offset):
                return index, item, None
    return None


def _holds(span: Span, offset: int) -> bool:
    return span.start <= offset <= span.end
