"""Where in a document's structure a place lies: the keys that lead to it, whatever lines it moves to."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import Final

from samguard.source import Document, Entry, Mapping, Node, Sequence, Span

_MANY: Final = 16
"""Entries from which on looking at each of them, for each finding, is felt."""


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
            for entry in _entries_at(document, node, span.start):
                key = entry.key.span
                end = max(key.end, entry.value.span.end)
                if key.start <= span.start < end and span.end <= end:
                    path.append(entry.name)
                    following = entry.value if span.start >= key.end else None
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


def _entries_at(document: Document, mapping: Mapping, offset: int) -> tuple[Entry, ...]:
    """The entries that may hold an offset: of many, the one that begins last before it.

    Merged entries stand elsewhere in the text; where entries are not in its order, all are given.
    """
    entries = mapping.entries
    if len(entries) < _MANY:
        return entries
    starts = document.remembered(f"starts of the entries of {id(mapping)}", lambda: _starts(mapping))
    if not starts:
        return entries
    before = bisect_right(starts, offset)
    return entries[max(before - 1, 0) : before]


def _starts(mapping: Mapping) -> tuple[int, ...]:
    """Where the entries begin; none where they are not in the order of the text."""
    starts = tuple(entry.key.span.start for entry in mapping.entries)
    return starts if all(one < other for one, other in pairwise(starts)) else ()


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start < outer.end and inner.end <= outer.end
