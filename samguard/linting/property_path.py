"""Where in a document's structure a place lies: the keys that lead to it, whatever lines it moves to."""

from __future__ import annotations

from samguard.source import Document, Mapping, Node, Sequence


def property_path(document: Document, offset: int) -> tuple[str, ...]:
    """The keys from the root to the innermost entry that holds an offset; `*` for an item of a list."""
    path: list[str] = []
    node: Node | None = document.root
    while node is not None:
        following: Node | None = None
        if isinstance(node, Mapping):
            for entry in node.entries:
                if entry.span.start <= offset < entry.span.end:
                    path.append(entry.name)
                    following = entry.value if offset >= entry.key.span.end else None
                    break
        elif isinstance(node, Sequence):
            for item in node.items:
                if item.span.start <= offset < item.span.end:
                    path.append("*")
                    following = item
                    break
        node = following
    return tuple(path)
