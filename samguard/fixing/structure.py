"""Whether nothing but what was edited means something else after the edits.

An edit of one line can change what the next ones mean: by an indentation, a quote, a key that is there already. So the
file is read back, by another reader than the one that found the defect (ruamel.yaml, `json`, `tomllib`), and what
differs between the two trees must stand where the edits are: whatever is new in new text, whatever is gone in replaced
text, whatever differs in both.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

from samguard.fixing.written_file import Shift, WrittenFile
from samguard.source import Document, Format, Mapping, Node, Scalar, Span

_STRUCTURED: Final = (".yaml", ".yml", ".json", ".template", ".toml")


@dataclass(slots=True, eq=False)
class _Tree:
    """A node of any reader: its kind and tag, its text, where it stands, and what is below it."""

    kind: str
    text: str
    span: Span
    items: tuple[tuple[str, _Tree, _Tree], ...] = ()
    """Of a mapping: name, key and value. Of a list: nothing, the item and the item."""
    is_shared: bool = False
    """Whether aliases mean this node as well."""

    @property
    def is_mapping(self) -> bool:
        """Whether `items` are entries."""
        return self.kind.startswith("mapping")


class _Unreadable(Exception):  # noqa: N818 - an answer of a reader, not an error of samguard's
    pass


def surprise(before: WrittenFile, after: WrittenFile, shift: Shift) -> str | None:
    """What the edits changed that they were not to change; None where there is no such thing.

    A file that nobody could read before the edits must be readable afterwards, and is not compared. One that is neither
    YAML, JSON nor TOML (a Jenkinsfile, Terraform) has no structure that is known here.
    """
    if not before.path.endswith(_STRUCTURED):
        return None
    old, new = before.document, after.document
    if old.root is None:
        return "the file cannot be read" if new.root is None and new.text.strip() else None
    if new.root is None:
        return "the file could not be read any more"
    try:
        old_tree = _tree(old)
    except _Unreadable:
        old_tree = _own(old.root)  # samguard reads it, and the other reader does not: a key twice, for one
        new_tree = _own(new.root)
    else:
        try:
            if old.format is not new.format or (old.format is Format.JSON and _is_json(old.text) > _is_json(new.text)):
                return f"the file would be no {old.format.name} any more"
            new_tree = _tree(new)
        except _Unreadable as error:
            return f"the file could not be read any more: {error}"
    place = next(_Comparison(shift).differences(old_tree, new_tree), None)
    return None if place is None else f"it would also change {place or 'the file as a whole'}"


class _Comparison:
    """Two trees, compared."""

    def __init__(self, shift: Shift) -> None:
        self.shift = shift

    def differences(self, old: _Tree, new: _Tree, path: str = "") -> Iterator[str]:
        """The paths of what differs without standing in edited text."""
        if (old.is_shared or new.is_shared) and not _same(old, new):
            yield f"every other place that means {path} by a YAML alias"
        elif old.kind != new.kind or old.text != new.text:
            if not (self.was_edited(old.span) and self.is_edited(new.span)):
                yield path
        elif old.is_mapping:
            yield from self.entries(old, new, path)
        else:
            yield from self.items(old, new, path)

    def entries(self, old: _Tree, new: _Tree, path: str) -> Iterator[str]:
        before = {name: (key, value) for name, key, value in old.items}
        after = {name: (key, value) for name, key, value in new.items}
        if len(new.items) - len(after) > len(old.items) - len(before):
            yield f"{path}, which has a key twice" if path else "a key that is there already"
        for name, (key, value) in before.items():
            here = f"{path}.{name}" if path else name
            if name in after:
                yield from self.differences(value, after[name][1], here)
            elif not self.was_edited(key.span):
                yield here
        for name, (key, _) in after.items():
            if name not in before and not self.is_edited(key.span):
                yield f"{path}.{name}" if path else name

    def items(self, old: _Tree, new: _Tree, path: str) -> Iterator[str]:
        before, after = [item for _, _, item in old.items], [item for _, _, item in new.items]
        same = 0
        while same < min(len(before), len(after)) and _same(before[same], after[same]):
            same += 1
        tail = 0
        while tail < min(len(before), len(after)) - same and _same(before[-1 - tail], after[-1 - tail]):
            tail += 1
        gone, come = before[same : len(before) - tail], after[same : len(after) - tail]
        for number, (one, other) in enumerate(zip_longest(gone, come), same):
            here = f"{path}[{number}]"
            if one is not None and other is not None and len(gone) == len(come):
                yield from self.differences(one, other, here)
            elif (one is not None and not self.was_edited(one.span)) or (
                other is not None and not self.is_edited(other.span)
            ):
                yield here

    def was_edited(self, span: Span) -> bool:
        """Whether what stood there was replaced, or something written into it."""
        return any(_meet(span, Span(start, end)) for start, end, _, _ in self.shift.moves)

    def is_edited(self, span: Span) -> bool:
        """Whether what stands there was written by an edit, or is what an edit left of something."""
        return any(_meet(span, Span(start, end)) for _, _, start, end in self.shift.moves)


def _meet(span: Span, edit: Span) -> bool:
    """Whether two ranges have a character in common. An empty one has none: it must stand in the other, or at its edge.

    What is written right behind a value does not meet it: a value that changes by that was meant to stay.
    """
    if span.start == span.end:
        return edit.start <= span.start <= edit.end
    if edit.start == edit.end:
        return span.start < edit.start < span.end
    return edit.start < span.end and span.start < edit.end


def _same(old: _Tree, new: _Tree) -> bool:
    """Whether two trees mean the same. An own stack: aliases may repeat a tree, but never without end."""
    waiting = [(old, new)]
    seen: set[tuple[int, int]] = set()
    while waiting:
        one, other = waiting.pop()
        if one.kind != other.kind or one.text != other.text or len(one.items) != len(other.items):
            return False
        for (name, _, value), (other_name, _, other_value) in zip(one.items, other.items, strict=True):
            if name != other_name:
                return False
            if (id(value), id(other_value)) not in seen:
                seen.add((id(value), id(other_value)))
                waiting.append((value, other_value))
    return True


# reading


def _tree(document: Document) -> _Tree:
    match document.format:
        case Format.TOML:
            import tomllib  # noqa: PLC0415

            try:
                tomllib.loads(document.text)
            except tomllib.TOMLDecodeError as error:
                raise _Unreadable(str(error)) from None
        case Format.JSON if _is_json(document.text):
            pass
        case _:
            return _yaml(document.text)
    assert document.root is not None  # noqa: S101 - the caller looked
    return _own(document.root)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _own(node: Node) -> _Tree:
    """A node of samguard's own reader, of JSON and TOML."""
    if isinstance(node, Scalar):
        return _Tree("scalar", repr(node.value), node.span)
    if isinstance(node, Mapping):
        entries = ((entry.name, _own(entry.key), _own(entry.value)) for entry in node.entries)
        return _Tree("mapping", "", node.span, tuple(entries))
    items = (_own(item) for item in node.items)
    return _Tree("list", "", node.span, tuple(("", item, item) for item in items))


def _yaml(text: str) -> _Tree:
    from ruamel.yaml import YAML  # noqa: PLC0415 - 25 ms, and only rewrites are judged
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    reader = YAML(typ="rt", pure=True)
    try:
        node = reader.compose(text)
        return _from_ruamel(node, text, {}) if node is not None else _Tree("scalar", "", Span(0, 0))
    except (YAMLError, RecursionError, ValueError, AttributeError, NotImplementedError) as error:
        said = getattr(error, "problem", None) or type(error).__name__
        raise _Unreadable(str(said)) from None


def _behind(key: _Tree, value: _Tree) -> _Tree:
    """A value; where nothing is written, it is what stands between its key and the next thing on the line."""
    if value.span.start < value.span.end or not value.kind.startswith("scalar"):
        return value
    return _Tree(value.kind, value.text, Span(key.span.end, key.span.end + 2), is_shared=value.is_shared)


def _from_ruamel(node: Any, text: str, known: dict[int, _Tree]) -> _Tree:  # noqa: ANN401 - ruamel's nodes are not typed
    """A node of ruamel.yaml, whose aliases are one and the same node again."""
    if id(node) in known:
        known[id(node)].is_shared = True
        return known[id(node)]
    kind, tag = str(node.id), str(node.ctag if hasattr(node, "ctag") else node.tag)
    start = int(node.start_mark.index)
    tree = _Tree(f"{kind} {tag}", "", Span(start, start))
    known[id(node)] = tree
    if kind == "scalar":
        # a block text ends, for ruamel.yaml, where the next key begins
        end = start + len(text[start : int(node.end_mark.index)].rstrip())
        tree.text, tree.span = str(node.value), Span(start, end)
    elif kind == "mapping":
        pairs = [(_from_ruamel(key, text, known), _from_ruamel(value, text, known)) for key, value in node.value]
        tree.items = tuple(
            (key.text if key.kind.startswith("scalar") else f"? {number}", key, _behind(key, value))
            for number, (key, value) in enumerate(pairs)
        )
    else:
        tree.items = tuple(("", item, item) for item in (_from_ruamel(each, text, known) for each in node.value))
    return tree
