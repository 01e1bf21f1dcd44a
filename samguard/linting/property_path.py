"""Where in a document's structure a place lies: the keys that lead to it, whatever lines it moves to."""

from __future__ import annotations

from samguard.source import Document, Mapping, Node, Sequence, Span


def property_path(document: Document, offset: int) -> tuple[str, ...]:
    """The keys from the root to the innermost entry that holds an offset; `*` for an item of a list."""
    return node_at(document, Span(offset, offset))[0]


def node_at(document: Document, span: Span) -> tuple[tuple[str, ...], Node | None]:
    """The keys to the innermost entry that holds all of a span, and its value; None where the span is in a key.

    A span that is a whole value stops there, whatever its first key is: the order of keys means nothing.
    """
    path: list[str] = []
    node: Node | None = document.root
    found: Node | None = node
    while node is not None and node.span != span:
        following: Node | None = None
        if isinstance(node, Mapping):
            for entry in node.entries:
                if _holds(entry.span, span):
                    path.append(entry.name)
                    following = entry.value if span.start >= entry.key.span.end else None
                    found = following
                    break
        elif isinstance(node, Sequence):
            for item in node.items:
                if _holds(item.span, span):
                    path.append("*")
                    found = following = item
                    break
        node = following
    return tuple(path), found


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start < outer.end and inner.end <= outer.end
