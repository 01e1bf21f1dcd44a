"""New entries and items as edits: written as their surroundings are, in YAML's block and flow style, JSON and TOML.

Nothing that stands there is touched: what is new goes behind an entry, on lines of its own where the others have lines
of their own. Where the surroundings are written in a way that leaves no certain place, there is no edit. Line breaks
are line feeds here; whoever applies the edits writes them as the file does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from collections.abc import Mapping as Map
from itertools import islice
from typing import Final, TypeAlias

from samguard.pattern import pattern
from samguard.source.document import Document, Format
from samguard.source.edit import Edit
from samguard.source.nodes import Entry, Mapping, Node, Scalar, Sequence, walk
from samguard.source.spans import Span

Content: TypeAlias = "str | int | float | bool | list[Content] | tuple[Content, ...] | Map[str, Content]"
"""What is to be written. An intrinsic function is a mapping with one key, as JSON has it: `{"Ref": "Stage"}`."""

_PLAIN: Final = pattern(r"[A-Za-z_](?:[\w./@-]|:(?=[\w/.@$-])| (?=[A-Za-z]))*")
"""Texts that YAML reads as themselves without quotes, in block and flow style."""
_WORDS: Final = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null"})
"""Words that YAML 1.1 takes for booleans and null."""
_SHORT: Final = {"Ref": "!Ref", "Condition": "!Condition"}
_BLANK: Final = pattern(r"[ \t]*(?:#[^\r\n]*)?(?=[\r\n]|\Z)")
"""What may stand behind a value on its line: nothing, or a comment."""
_EMPTY_LINE: Final = pattern(r"\n[ \t]*\r?\n")
_BEFORE_KEY: Final = pattern(r"[ ]*(?:- +)*")
_DEFAULT_STEP: Final = 2
_MOST_NODES: Final = 5_000
"""Nodes looked at to learn how a document is indented."""


def entries_added(
    document: Document, mapping: Mapping, entries: Map[str, Content], *, after: Iterable[str] = ()
) -> Edit | None:
    """The edit that adds entries to a mapping, behind the last of the entries named in `after` or behind all others.

    None where the mapping is written so that there is no certain place: a short form of a function, merged keys,
    several entries on a line in block style.
    """
    own = [entry for entry in mapping.entries if _is_within(entry.span, mapping.span)]
    named = frozenset(after)
    ahead = next((entry for entry in reversed(own) if entry.name in named), own[-1] if own else None)
    if len(own) != len(mapping.entries):
        return None
    if document.format is Format.TOML:
        return _toml_entries(document, ahead, entries)
    if document.text.startswith("{", mapping.span.start):
        return _inside_brackets(document, mapping.span, own, ahead, entries)
    if document.format is not Format.YAML or ahead is None or ahead.key.span.start < mapping.span.start:
        return None
    column = _block_column(document, own[0].key.span.start)
    if column is None or document.text.startswith("!", mapping.span.start):
        return None
    lines = _lines(document, entries)
    if _are_apart(document, own, ahead):
        lines = ["", *lines]
    return _behind_line(document, ahead.value.span.end, lines, column, ahead)


def items_added(document: Document, sequence: Sequence, items: Iterable[Content]) -> Edit | None:
    """The edit that adds items behind the last one of a list. None where there is no certain place."""
    new = tuple(items)
    opening = document.text[sequence.span.start : sequence.span.start + 1]
    if opening == "[":
        return _inside_list(document, sequence, new)
    if opening != "-" or document.format is not Format.YAML or not sequence.items:
        return None
    column = _block_column(document, sequence.span.start)
    if column is None:
        return None
    style = _Style(document)
    lines = [line for item in new for line in style.item(item)]
    return _behind_line(document, sequence.items[-1].span.end, lines, column, None)


def value_replaced(document: Document, node: Node, content: Content) -> Edit | None:
    """The edit that writes a value anew, on its line. None for a value that is not written out."""
    if node.span.end <= node.span.start:
        return None
    return Edit(node.span, written(document, content, is_quoted=isinstance(node, Scalar) and node.quoted))


def written(document: Document, content: Content, *, is_quoted: bool = False) -> str:
    """A value on one line, as the document's language writes it."""
    if document.format is Format.TOML:
        return _toml(content)
    if document.format is Format.JSON:
        return json.dumps(_plain(content), ensure_ascii=False)
    if is_quoted and isinstance(content, str):
        return json.dumps(content, ensure_ascii=False)
    return _flow(content)


def entry_removed(document: Document, mapping: Mapping, entry: Entry) -> Edit | None:
    """The edit that takes an entry out, with its lines. None where it shares them, or is all that there is."""
    if document.format is not Format.YAML or document.text.startswith("{", mapping.span.start) or len(mapping) == 1:
        return None
    text = document.text
    start = _line_start(document, entry.key.span.start)
    if text[start : entry.key.span.start].strip(" "):
        return None
    ending = _BLANK.match(text, max(entry.value.span.end, entry.key.span.end + 1))
    if ending is None:
        return None
    end = ending.end()
    line = document.position(end).line
    following = document.line_starts[line] if line < len(document.line_starts) else len(text)
    return Edit(Span(start, following), "")


# where


def _behind_line(document: Document, end: int, lines: list[str], column: int, ahead: Entry | None) -> Edit | None:
    """Lines behind the one that a value ends on."""
    if ahead is not None and end <= ahead.key.span.end:  # `Key:` and nothing
        end = ahead.key.span.end + 1
    ending = _BLANK.match(document.text, end)
    if ending is None:
        return None
    place = ending.end()
    indent = " " * column
    return Edit(Span(place, place), "".join(f"\n{indent}{line}" if line else "\n" for line in lines))


def _inside_brackets(
    document: Document, span: Span, own: list[Entry], ahead: Entry | None, entries: Map[str, Content]
) -> Edit:
    """Entries between braces: JSON, and YAML's flow style."""
    text = document.text
    is_json = document.format is Format.JSON
    if ahead is None:
        inner = ", ".join(_pair(document, name, content) for name, content in entries.items())
        inner_end = text.index("}", span.start)
        return Edit(Span(span.start + 1, inner_end), inner)
    first = own[0].key.span.start
    margin = text[_line_start(document, first) : first]
    is_alone = not margin.strip()
    place = ahead.value.span.end
    if not (is_alone and is_json):
        joint = f",\n{margin}" if is_alone else ", "
        pairs = (_pair(document, name, content) for name, content in entries.items())
        return Edit(Span(place, place), "".join(f"{joint}{pair}" for pair in pairs))
    step = _json_step(document)
    new = "".join(
        f",\n{margin}{json.dumps(name)}: {_indented(content, margin, step)}" for name, content in entries.items()
    )
    return Edit(Span(place, place), new)


def _inside_list(document: Document, sequence: Sequence, new: tuple[Content, ...]) -> Edit:
    texts = [written(document, item) for item in new]
    if not sequence.items:
        start = sequence.span.start + 1
        return Edit(Span(start, document.text.index("]", start)), ", ".join(texts))
    first = sequence.items[0].span.start
    margin = document.text[_line_start(document, first) : first]
    joint = ", " if margin.strip() else f",\n{margin}"
    place = sequence.items[-1].span.end
    return Edit(Span(place, place), "".join(f"{joint}{text}" for text in texts))


def _toml_entries(document: Document, ahead: Entry | None, entries: Map[str, Content]) -> Edit | None:
    if ahead is None or isinstance(ahead.value, Mapping):
        return None
    start = ahead.key.span.start
    margin = document.text[_line_start(document, start) : start]
    if margin.strip():
        return None
    lines = [f"{name} = {_toml(content)}" for name, content in entries.items()]
    return _behind_line(document, ahead.value.span.end, lines, len(margin), None)


def _are_apart(document: Document, own: list[Entry], ahead: Entry) -> bool:
    """Whether an entry is kept apart from its neighbours by empty lines."""
    at = own.index(ahead)
    ends = [entry.value.span.end for entry in own[max(at - 1, 0) : at + 1]]
    starts = [entry.key.span.start for entry in own[max(at, 1) : at + 2]]
    gaps = [document.text[end:start] for end, start in zip(ends, starts, strict=False)]
    return bool(gaps) and all(_EMPTY_LINE.search(gap) is not None for gap in gaps)


def _block_column(document: Document, first: int) -> int | None:
    """The column that a block collection's lines begin at; None where something else stands before its first."""
    margin = document.text[_line_start(document, first) : first]
    return len(margin) if _BEFORE_KEY.fullmatch(margin) else None


def _line_start(document: Document, offset: int) -> int:
    return document.line_starts[document.position(offset).line - 1]


def _is_within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= max(outer.end, inner.start)


# how


def _lines(document: Document, entries: Map[str, Content]) -> list[str]:
    style = _Style(document)
    return [line for name, content in entries.items() for line in style.entry(name, content)]


class _Style:
    """How a YAML document is indented."""

    def __init__(self, document: Document) -> None:
        self.step, self.list_step = document.remembered("steps of indentation", lambda: _steps(document))

    def entry(self, name: str, content: Content) -> list[str]:
        """The lines of an entry in block style."""
        key = _text(name)
        if isinstance(content, Map) and content and not _is_function(content):
            margin = " " * self.step
            return [f"{key}:", *(f"{margin}{line}" for each in content.items() for line in self.entry(*each))]
        if isinstance(content, (list, tuple)) and content:
            margin = " " * self.list_step
            return [f"{key}:", *(f"{margin}{line}" for item in content for line in self.item(item))]
        return [f"{key}: {_flow(content)}"]

    def item(self, content: Content) -> list[str]:
        """The lines of an item of a list in block style."""
        if isinstance(content, Map) and content and not _is_function(content):
            lines = [line for each in content.items() for line in self.entry(*each)]
            return [f"- {lines[0]}", *(f"  {line}" for line in lines[1:])]
        return [f"- {_flow(content)}"]


def _steps(document: Document) -> tuple[int, int]:
    """By how much mappings and the items of lists are indented, as most of the document has it."""
    steps: dict[int, int] = {}
    list_steps: dict[int, int] = {}
    for node in islice(walk(document.root), _MOST_NODES) if document.root is not None else ():
        if not isinstance(node, Mapping) or document.text.startswith(("{", "!"), node.span.start):
            continue
        for entry in node.entries:
            inner = entry.value
            if not isinstance(inner, (Mapping, Sequence)):
                continue
            start = document.position(inner.span.start)
            key = document.position(entry.key.span.start)
            if start.line <= key.line:
                continue
            by = start.column - key.column
            if isinstance(inner, Mapping) and by > 0:
                steps[by] = steps.get(by, 0) + 1
            elif isinstance(inner, Sequence) and document.text.startswith("-", inner.span.start) and by >= 0:
                list_steps[by] = list_steps.get(by, 0) + 1
    step = max(steps, key=steps.__getitem__, default=_DEFAULT_STEP)
    return step, max(list_steps, key=list_steps.__getitem__, default=step)


def _json_step(document: Document) -> str:
    """What one more level is indented by in a JSON document."""
    root = document.root
    if isinstance(root, Mapping) and root.entries:
        first = root.entries[0].key.span.start
        margin = document.text[_line_start(document, first) : first]
        if margin and not margin.strip():
            return margin
    return " " * _DEFAULT_STEP


def _indented(content: Content, margin: str, step: str) -> str:
    text = json.dumps(_plain(content), indent=step, ensure_ascii=False)
    return text.replace("\n", f"\n{margin}")


def _pair(document: Document, name: str, content: Content) -> str:
    key = json.dumps(name, ensure_ascii=False) if document.format is Format.JSON else _text(name)
    return f"{key}: {written(document, content)}"


def _plain(content: Content) -> object:
    if isinstance(content, Map):
        return {name: _plain(inner) for name, inner in content.items()}
    if isinstance(content, (list, tuple)):
        return [_plain(inner) for inner in content]
    return content


def _is_function(content: Map[str, Content]) -> bool:
    name = next(iter(content))
    return len(content) == 1 and (name in _SHORT or name.startswith("Fn::"))


def _flow(content: Content) -> str:
    """A value on one line of YAML, functions in their short form."""
    match content:
        case bool():
            return "true" if content else "false"
        case str():
            return _text(content)
        case int() | float():
            return str(content)
        case list() | tuple():
            return f"[{', '.join(map(_flow, content))}]"
        case _ if len(content) == 1 and _is_function(content):
            return _short_form(*next(iter(content.items())))
        case _:
            return f"{{{', '.join(f'{_text(name)}: {_flow(inner)}' for name, inner in content.items())}}}"


def _short_form(name: str, argument: Content) -> str:
    short = _SHORT.get(name, f"!{name.removeprefix('Fn::')}")
    if name == "Fn::GetAtt" and isinstance(argument, (list, tuple)):
        argument = ".".join(map(str, argument))
    if isinstance(argument, Map) and len(argument) == 1 and _is_function(argument):  # YAML knows no two tags in a row
        return f"{{{_text(name)}: {_flow(argument)}}}"
    return f"{short} {_flow(argument)}"


def _text(text: str) -> str:
    is_plain = _PLAIN.fullmatch(text) is not None and text.lower() not in _WORDS
    return text if is_plain or _KEY.fullmatch(text) else json.dumps(text, ensure_ascii=False)


_KEY: Final = pattern(r"[A-Z][A-Za-z]*::[A-Za-z:]+[A-Za-z]")


def _toml(content: Content) -> str:
    match content:
        case bool():
            return "true" if content else "false"
        case str() | int() | float():
            return json.dumps(content, ensure_ascii=False)
        case list() | tuple():
            return f"[{', '.join(map(_toml, content))}]"
        case _:
            return f"{{ {', '.join(f'{name} = {_toml(inner)}' for name, inner in content.items())} }}"
