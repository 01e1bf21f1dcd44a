"""The nodes that YAML, JSON and TOML are read into: immutable, each with its span.

Two nodes are equal when they mean the same; where they stand plays no part. The short form of an intrinsic
function (`!Ref X`) and the long one (`Ref: X`) are the same node: a mapping with one key.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from samguard.source.spans import Span
from samguard.value import field, value

Plain: TypeAlias = "str | int | float | bool | None"


def as_text(value: Plain) -> str:
    """A scalar as CloudFormation writes it into a text: `true`, `10`, and nothing for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


@value
class Scalar:
    """A text, number, boolean or null. `raw` is how it was written, without quotes."""

    value: Plain
    span: Span = field(compare=False)
    raw: str = field(compare=False, default="")
    quoted: bool = field(compare=False, default=False)

    @property
    def text(self) -> str:
        """The value as a text."""
        found = self.value
        return found if isinstance(found, str) else as_text(found)


@value
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    span: Span = field(compare=False)


@value
class Entry:
    """One key of a mapping with its value."""

    key: Scalar
    value: Node

    @property
    def name(self) -> str:
        """The key as a text (JSON knows no other keys)."""
        found = self.key.value
        return found if isinstance(found, str) else as_text(found)

    @property
    def span(self) -> Span:
        """From the key's first character to the value's last."""
        return Span(self.key.span.start, max(self.key.span.end, self.value.span.end))


@value
class Mapping:
    """Keys and values in the order of the text. Of a key written twice, the last one holds."""

    entries: tuple[Entry, ...]
    span: Span = field(compare=False)
    by_name: dict[str, Entry] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {entry.key.text: entry for entry in self.entries})

    def get(self, name: str) -> Node | None:
        """The value under `name`, or None where the key is not there."""
        entry = self.by_name.get(name)
        return None if entry is None else entry.value

    def entry(self, name: str) -> Entry | None:
        """The key and value under `name`."""
        return self.by_name.get(name)

    def __contains__(self, name: object) -> bool:
        return name in self.by_name

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.by_name.values())

    def __len__(self) -> int:
        return len(self.by_name)


Node: TypeAlias = Scalar | Sequence | Mapping


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, in the order of the text."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        if isinstance(current, Mapping):
            waiting.extend(entry.value for entry in reversed(current.entries))
        elif isinstance(current, Sequence):
            waiting.extend(reversed(current.items))
