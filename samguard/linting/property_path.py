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
                key = entry.key.span
                if key.start <= offset < max(key.end, entry.value.span.end):
                    path.append(entry.name)
                    following = entry.value if offset >= key.end else None
                    break
        elif isinstance(node, Sequence):
            for item in node.items:
                if item.span.start <= offset < item.span.end:
                    path.append("*")
                    following = item
                    break
        node = following
    return tuple(path)
