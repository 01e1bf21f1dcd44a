"""YAML as the SAM and AWS command lines read it: PyYAML's safe loader, with positions.

The events of libyaml become nodes directly; a template never passes through Python dictionaries. Everything that
PyYAML's loader would refuse is a problem at its place, and so is what exceeds the bounds of `limits`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from samguard.source.document import Problem, ProblemKind
from samguard.source.limits import MAX_DEPTH, MAX_NODES
from samguard.source.nodes import Entry, Mapping, Node, Scalar, Sequence
from samguard.source.spans import Span
from samguard.source.yaml_scalars import plain_value, tagged_value

_YAML_TAG: Final = "tag:yaml.org,2002:"
_COLLECTION_TAGS: Final = frozenset(f"{_YAML_TAG}{name}" for name in ("map", "seq", "omap", "pairs", "set"))
_BARE_FUNCTIONS: Final = frozenset({"Ref", "Condition"})
"""Short forms without `Fn::`; every other `!Name` is `Fn::Name`."""


class _Refused(Exception):  # noqa: N818 - not an error of samguard's: it carries a finding out of the loop
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def read_yaml(text: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """The first document of a YAML text, and what is wrong with the text.

    The root is None for an empty text and for one that cannot be read.
    """
    composer = _Composer(text)
    try:
        root = composer.compose()
    except _Refused as refused:
        return None, (*composer.problems, refused.problem)
    except yaml.YAMLError as error:
        return None, (*composer.problems, composer.unclosed_quote(error) or _syntax_problem(error, text))
    return root, tuple(composer.problems)


def _syntax_problem(error: yaml.YAMLError, text: str) -> Problem:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        start = min(mark.index, len(text)) if mark is not None else 0
        message = error.problem or "the text is not YAML"
        if error.context:
            message = f"{message} ({error.context})"
        if error.problem and "cannot start any token" in error.problem and text[start : start + 1] == "\t":
            message = "a tab cannot indent YAML; use spaces"
    else:
        start = min(int(getattr(error, "position", 0) or 0), len(text))
        message = str(getattr(error, "reason", "") or "the text holds a character that YAML does not allow")
    return Problem(ProblemKind.SYNTAX, message, Span(start, min(start + 1, len(text))))


@dataclass(slots=True)
class _Open:
    """A collection whose end was not read yet."""

    start: int
    tag: str | None
    anchor: str | None
    is_mapping: bool
    items: list[Node] = field(default_factory=list)
    """Items of a list; keys and values by turns of a mapping."""
    weight: int = 1


class _Composer:
    """Turns libyaml's events into nodes, with an own stack: depth costs no recursion."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.problems: list[Problem] = []
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._open_anchors: set[str] = set()
        self._stack: list[_Open] = []
        self._root: Node | None = None
        self._nodes = 0
        self._quote: Span | None = None
        """The last scalar, where it is in quotes and goes over several lines."""

    def unclosed_quote(self, error: yaml.YAMLError) -> Problem | None:
        """The quote that was not meant to reach so far, where that is what a syntax error comes from.

        It runs on to the next quote of its kind, and what follows there is no YAML; or it runs to the text's end.
        """
        context, problem = getattr(error, "context_mark", None), getattr(error, "problem_mark", None)
        if "quoted scalar" in (getattr(error, "context", None) or "") and context is not None:
            if "escape" in (wrong := getattr(error, "problem", None) or "") or "hex" in wrong:
                return None  # a wrong escape in a quote that may well be closed
            start, end = context.index, len(self.text)
        elif self._quote is not None and problem is not None and "\n" not in self.text[self._quote.end : problem.index]:
            start, end = self._quote
        else:
            return None
        message = "the quote that opens here is not closed on its line; what follows is read as a part of the text"
        related = (("it is closed here", Span(end - 1, end)),)
        return Problem(ProblemKind.SYNTAX, message, Span(start, min(start + 1, end)), related)

    def compose(self) -> Node | None:
        """The root of the first document."""
        parser = _parser(self.text)
        documents = 0
        while True:
            event = parser.get_event()
            kind = type(event)
            if kind is ScalarEvent:
                self._scalar(event)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                self._begin(event, is_mapping=kind is MappingStartEvent)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self._end(event)
            elif kind is AliasEvent:
                self._alias(event)
            elif kind is DocumentStartEvent:
                documents += 1
                if documents > 1:
                    span = _span(event)
                    message = "a second YAML document starts here; CloudFormation reads one, so the rest is ignored"
                    self.problems.append(Problem(ProblemKind.SEVERAL_DOCUMENTS, message, span))
                    return self._root
            elif kind is yaml.StreamEndEvent:
                return self._root

    def _scalar(self, event: Any) -> None:  # noqa: ANN401 - yaml's events carry no types
        start, end = event.start_mark.index, event.end_mark.index
        raw = event.value
        quoted = bool(event.style)  # libyaml says "" for plain, PyYAML None
        if event.style in ("|", ">"):
            end = start + len(self.text[start:end].rstrip())
        tag = event.tag
        span = Span(start, end)
        is_wide = event.style in ("'", '"') and "\n" in self.text[start:end]
        self._quote = span if is_wide else None
        node: Node
        if tag is None or tag == "!":
            value = plain_value(raw) if tag is None and not quoted else raw
            if value is None and raw == "=":
                raise _Refused(Problem(ProblemKind.SYNTAX, "a plain = has no value in YAML; quote it", span))
            node = Scalar(value, span, raw, quoted)
        elif tag.startswith("!"):
            inner_start = start + self._tag_length(start, end)
            inner = Scalar(raw, Span(inner_start, max(inner_start, end)), raw, quoted=True)
            node = self._function(tag, inner, span)
        elif tag in _COLLECTION_TAGS:
            raise _Refused(Problem(ProblemKind.SYNTAX, f"a text cannot have the tag !!{tag[len(_YAML_TAG) :]}", span))
        else:
            try:
                node = Scalar(tagged_value(tag.removeprefix(_YAML_TAG), raw), span, raw, quoted)
            except ValueError as error:
                raise _Refused(Problem(ProblemKind.SYNTAX, str(error), span)) from None
        if event.anchor:
            self._anchors[event.anchor] = (node, 1)
        self._add(node, 1, span)

    def _begin(self, event: Any, *, is_mapping: bool) -> None:  # noqa: ANN401
        if len(self._stack) >= MAX_DEPTH:
            message = f"nested more than {MAX_DEPTH} levels deep; samguard reads no further"
            raise _Refused(Problem(ProblemKind.LIMIT, message, _span(event)))
        tag = event.tag
        if tag is not None and not tag.startswith("!") and tag not in _COLLECTION_TAGS:
            message = f"no CloudFormation tool reads the tag !!{tag.removeprefix(_YAML_TAG)}"
            raise _Refused(Problem(ProblemKind.SYNTAX, message, _span(event)))
        if event.anchor:
            self._open_anchors.add(event.anchor)
            self._anchors.pop(event.anchor, None)
        self._stack.append(_Open(event.start_mark.index, tag, event.anchor, is_mapping))

    def _end(self, event: Any) -> None:  # noqa: ANN401
        opened = self._stack.pop()
        start = opened.start
        content_start = start
        if opened.tag is not None and opened.tag.startswith("!") and opened.tag != "!":
            content_start = start + self._tag_length(start, event.end_mark.index)
        end = event.end_mark.index
        if end == event.start_mark.index:  # a block collection ends where the next token begins
            end = opened.items[-1].span.end if opened.items else content_start
        span = Span(content_start, end)
        node: Node = self._mapping(opened.items, span) if opened.is_mapping else Sequence(tuple(opened.items), span)
        if content_start != start and opened.tag is not None:
            node = self._function(opened.tag, node, Span(start, end))
        if opened.anchor:
            self._open_anchors.discard(opened.anchor)
            self._anchors[opened.anchor] = (node, opened.weight)
        self._add(node, opened.weight, span)

    def _alias(self, event: Any) -> None:  # noqa: ANN401
        span = _span(event)
        name = event.anchor
        if name in self._open_anchors:
            raise _Refused(Problem(ProblemKind.SYNTAX, f"the alias *{name} stands inside of what it names", span))
        found = self._anchors.get(name)
        if found is None:
            raise _Refused(Problem(ProblemKind.SYNTAX, f"no anchor &{name} was written before this alias", span))
        node, weight = found
        self._add(node, weight, span)

    def _add(self, node: Node, weight: int, span: Span) -> None:
        self._nodes += max(weight, 1)
        if weight > MAX_NODES or self._nodes > 2 * MAX_NODES:
            message = f"more than {MAX_NODES:,} nodes with its aliases written out; samguard reads no further"
            raise _Refused(Problem(ProblemKind.LIMIT, message, span))
        if not self._stack:
            self._root = node
            return
        parent = self._stack[-1]
        parent.weight += weight
        parent.items.append(node)

    def _mapping(self, items: list[Node], span: Span) -> Mapping:
        entries: list[Entry] = []
        merged: list[Entry] = []
        seen: dict[str, Scalar] = {}
        for index in range(0, len(items), 2):
            key, value = items[index], items[index + 1]
            if not isinstance(key, Scalar):
                message = "a key must be a text, not a list or a mapping"
                raise _Refused(Problem(ProblemKind.SYNTAX, message, key.span))
            if key.value == "<<" and not key.quoted:
                merged = [*self._merge(value, key), *merged]
                continue
            first = seen.get(key.text)
            if first is not None:
                message = f"the key {key.text!r} is written twice; only the last one holds"
                related = (("first written here", first.span),)
                self.problems.append(Problem(ProblemKind.DUPLICATE_KEY, message, key.span, related))
            seen[key.text] = key
            entries.append(Entry(key, value))
        if merged:
            own = {entry.key.text for entry in entries}
            entries = [entry for entry in merged if entry.key.text not in own] + entries
        return Mapping(tuple(entries), span)

    @staticmethod
    def _merge(value: Node, key: Scalar) -> list[Entry]:
        """Entries that `<<` takes over; of several sources the first one wins."""
        sources = value.items if isinstance(value, Sequence) else (value,)
        entries: dict[str, Entry] = {}
        for source in sources:
            if not isinstance(source, Mapping):
                message = "<< merges mappings only"
                raise _Refused(Problem(ProblemKind.SYNTAX, message, key.span))
            for entry in source:
                entries.setdefault(entry.key.text, entry)
        return list(entries.values())

    def _tag_length(self, start: int, end: int) -> int:
        """Characters from a tag's `!` to the first of what it tags."""
        length = start
        while length < end and not self.text[length].isspace() and self.text[length] not in ",[]{}":
            length += 1
        while length < end and self.text[length].isspace():
            length += 1
        return length - start

    def _function(self, tag: str, argument: Node, span: Span) -> Mapping:
        """The long form of a short tag, as the AWS command line writes it: `!GetAtt a.b` splits at the first dot."""
        name = tag[1:]
        full = name if name in _BARE_FUNCTIONS else f"Fn::{name}"
        if name == "GetAtt" and isinstance(argument, Scalar):
            argument = _split_at_dot(argument)
        key_span = Span(span.start, min(span.start + len(tag), span.end))
        return Mapping((Entry(Scalar(full, key_span, full), argument),), span)


def _split_at_dot(argument: Scalar) -> Sequence:
    text, start = argument.text, argument.span.start
    head, dot, tail = text.partition(".")
    if not dot:
        return Sequence((argument,), argument.span)
    if argument.span.end - start != len(text):  # quoted: the parts stand one character further in
        start += 1
    middle = start + len(head)
    first = Scalar(head, Span(start, middle), head, quoted=True)
    second = Scalar(tail, Span(middle + 1, middle + 1 + len(tail)), tail, quoted=True)
    return Sequence((first, second), argument.span)


def _span(event: Any) -> Span:  # noqa: ANN401
    return Span(event.start_mark.index, max(event.start_mark.index + 1, event.end_mark.index))


def _parser(text: str) -> Any:  # noqa: ANN401
    """An event source over libyaml, or PyYAML's own parser where libyaml is not built in."""
    if yaml.__with_libyaml__:
        return yaml._yaml.CParser(text)  # noqa: SLF001 - the loader would build dictionaries

    class PurePythonParser(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser):
        def __init__(self) -> None:
            yaml.reader.Reader.__init__(self, text)
            yaml.scanner.Scanner.__init__(self)
            yaml.parser.Parser.__init__(self)

    return PurePythonParser()
