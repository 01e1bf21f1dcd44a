"""The edit by which somebody accepts a finding: a suppression where its reader finds it.

In YAML and TOML it is a comment on a line of its own, above the line of the finding; in JSON, which has no comments,
Metadata of the resource. What suppressions look like is `samguard.linting.suppression`'s subject.
"""

from __future__ import annotations

import json
from typing import Final

from samguard.linting import Edit
from samguard.linting.suppression import suppressions
from samguard.lsp.cursor import cursor_at
from samguard.source import Document, Format, Mapping, Scalar, Sequence, Span

_REASON: Final = "say why"
_MOST_CLIMBED: Final = 100


def acceptance(document: Document, offset: int, rule: str) -> Edit | None:
    """The edit after which findings of a rule at an offset are suppressed; None where there is no place for one."""
    match document.format:
        case Format.YAML | Format.TOML:
            return _comment(document, offset, rule)
        case Format.JSON:
            return _metadata(document, offset, rule)
        case Format.CODE:
            return None


def _comment(document: Document, offset: int, rule: str) -> Edit | None:
    line = _free_line(document, offset)
    if line is None:
        return None
    above = _listing_above(document, line)
    if above is not None:
        return Edit(Span(above, above), f", {rule}")
    text = document.line(line)
    indent = text[: len(text) - len(text.lstrip())]
    start = document.line_starts[line - 1]
    ending = "\r\n" if "\r\n" in document.text[:10_000] else "\n"
    return Edit(Span(start, start), f"{indent}# samguard: ignore[{rule}] {_REASON}{ending}")


def _listing_above(document: Document, line: int) -> int | None:
    """Where the rules end that a suppression on the line above names, if it holds for this one."""
    if line == 1 or "samguard:" not in document.line(line - 1):
        return None
    for suppression in suppressions(document):
        position = document.position(suppression.span.start)
        is_alone = document.line(position.line).lstrip().startswith("#")
        is_whole_file = suppression.scope == Span(0, len(document.text))
        if position.line == line - 1 and is_alone and suppression.rules and not is_whole_file:
            return suppression.rules[-1].span.end
    return None


def _free_line(document: Document, offset: int) -> int | None:
    """The line of an offset, or the nearest one above that begins outside of any text."""
    line = document.position(offset).line
    for _ in range(_MOST_CLIMBED):
        start = document.line_starts[line - 1]
        around = _text_around(document, start)
        if around is None:
            return line
        line = document.position(around.start).line
    return None


def _text_around(document: Document, offset: int) -> Span | None:
    """The text that goes on over an offset: within it `#` begins no comment."""
    cursor = cursor_at(document, offset)
    if cursor is None:
        return None
    node = cursor.key.key if cursor.key is not None else cursor.nodes[-1]
    return node.span if isinstance(node, Scalar) and node.span.start < offset < node.span.end else None


def _metadata(document: Document, offset: int, rule: str) -> Edit | None:
    """An addition to the Metadata of the resource around an offset, else to those of the template."""
    root = document.root
    if not isinstance(root, Mapping):
        return None
    resources = root.get("Resources")
    around = next(
        (
            entry.value
            for entry in (resources if isinstance(resources, Mapping) else ())
            if entry.span.start <= offset < entry.span.end and isinstance(entry.value, Mapping)
        ),
        root,
    )
    return _added(document, around, rule)


def _added(document: Document, holder: Mapping, rule: str) -> Edit | None:
    item = {"rule": rule, "reason": _REASON}
    steps: tuple[tuple[str, object], ...] = (
        ("Metadata", {"samguard": {"ignore": [item]}}),
        ("samguard", {"ignore": [item]}),
        ("ignore", [item]),
    )
    for name, body in steps:
        entry = holder.entry(name)
        if entry is None:
            return _first_entry(document, holder, name, body)
        if name == "ignore":
            return _one_more(entry.value, item)
        if not isinstance(entry.value, Mapping):
            return None
        holder = entry.value
    return None


def _first_entry(document: Document, holder: Mapping, name: str, body: object) -> Edit:
    start = holder.span.start + 1
    text = f'"{name}": {json.dumps(body)}'
    if not holder.entries:
        return Edit(Span(start, start), text)
    gap = document.text[start : holder.entries[0].key.span.start]
    return Edit(Span(start, start), f"{gap}{text},")


def _one_more(node: object, item: dict[str, str]) -> Edit | None:
    if not isinstance(node, Sequence):
        return None
    end = node.items[-1].span.end if node.items else node.span.start + 1
    return Edit(Span(end, end), f"{', ' if node.items else ''}{json.dumps(item)}")
