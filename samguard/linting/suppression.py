"""Suppressions: what a file's author does not want to hear of, read from comments and from Metadata.

- `# samguard: ignore[SG301, no-hooks] reason until 2027-01-31` holds for its own line; alone on its line, for the line
  that follows. Where a key or list item begins on that line, it holds for all of that key's value or that item.
- `// samguard: ignore[SG704] reason` in a Jenkinsfile or in Terraform holds for its line, or the one that follows.
- `# samguard: ignore-file[SG301] reason` on a line of its own holds for the file.
- In JSON, `"Metadata": {"samguard": {"ignore": [{"rule": "SG301", "reason": "…", "until": "2027-01-31"}]}}` of a
  resource holds for the resource, of the template for the file. YAML may say it that way as well.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from samguard.pattern import pattern
from samguard.source import Document, Entry, Format, Mapping, Node, Scalar, Sequence, Span
from samguard.source.nodes import walk
from samguard.value import field, value

_COMMENT: Final = pattern(
    r"(?:#|//)[ \t]*samguard:[ \t]*(?P<what>ignore-file|ignore)(?![\w-])[ \t]*(?:\[(?P<rules>[^\]\r\n]*)\])?(?P<rest>[^\r\n]*)"
)
_WORD: Final = pattern(r"[^\s,]+")
_NEXT_COMMENT: Final = pattern(r"(?:^|\s)#")
_UNTIL: Final = pattern(
    r"\buntil\s+(?P<date>\d{4}-\d{1,2}-\d{1,2}|\d{1,4}([/-])\d{1,2}\2\d{2,4}|\d{1,2}\.\d{1,2}\.20\d\d|20\d\d([/-]\d{1,2})?)"
    r"(?P<rest>\s*[.,;:]?\s*$|[.,;:]\s.*$|\s*\(.*$|\s+[-\N{EN DASH}\N{EM DASH}]\s.*$)",
    re.IGNORECASE,
)
"""A last day at the end, or with a remark behind a mark. What is written as a day in another way is told to be none."""
_NO_REASON: Final = " \t:,;.-\N{EN DASH}\N{EM DASH}"


@value
class SuppressedRule:
    """A rule as a suppression names it, and where."""

    word: str
    span: Span


@value
class Suppression:
    """What somebody does not want to hear of, in one part of a file.

    `span` is where it is said, `scope` the part of the text that it holds for. `until` is the last day it holds;
    `until_text` what is written there, also where that is no date.
    """

    document: Document = field(repr=False, compare=False)
    span: Span
    scope: Span
    rules: tuple[SuppressedRule, ...]
    reason: str = ""
    until: date | None = None
    until_text: str = ""

    def covers(self, offset: int) -> bool:
        """Whether it holds for a place in its document."""
        return self.scope.start <= offset < max(self.scope.end, self.scope.start + 1)

    def has_expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.until is not None and today > self.until


def suppressions(document: Document) -> tuple[Suppression, ...]:
    """Every suppression that a document holds, in the order of its text."""
    if "samguard" not in document.text:
        return ()
    found = [*_comments(document), *_metadata(document)]
    return tuple(sorted(found, key=lambda suppression: suppression.span))


# comments


def _comments(document: Document) -> Iterator[Suppression]:
    if document.format is Format.JSON:
        return
    matches = [match for match in _COMMENT.finditer(document.text) if _may_begin(document, match.start())]
    if not matches:
        return
    within = _within_texts(document.root, document.text, [match.start() for match in matches])
    ends: dict[int, int] | None = None
    for match in matches:
        if match.start() in within:
            continue
        if ends is None:
            ends = _ends(document)
        yield _of_comment(match, document, ends)


def _may_begin(document: Document, offset: int) -> bool:
    """Whether a comment begins there: in YAML only behind white space, `//` only in Jenkinsfiles and Terraform."""
    if document.text[offset] == "/" and document.format is not Format.CODE:
        return False
    return document.format is Format.TOML or offset == 0 or document.text[offset - 1].isspace()


def _within_texts(root: Node | None, text: str, offsets: list[int]) -> frozenset[int]:
    """Which of the offsets lie within keys and values, where `#` is a character like any other."""
    within: set[int] = set()
    for span in _scalar_spans(root) if root is not None else ():
        index = bisect_left(offsets, span.start)
        while index < len(offsets) and offsets[index] < span.end:
            is_header = text[span.start] in "|>" and not re.search(r"[\r\n]", text[span.start : offsets[index]])
            if not is_header:
                within.add(offsets[index])
            index += 1
    return frozenset(within)


def _scalar_spans(root: Node) -> Iterator[Span]:
    for node in walk(root):
        if isinstance(node, Scalar):
            yield node.span
        elif isinstance(node, Mapping):
            yield from (entry.key.span for entry in node.entries)


def _of_comment(match: re.Match[str], document: Document, ends: dict[int, int]) -> Suppression:
    line = document.position(match.start()).line
    is_alone = not document.text[document.line_starts[line - 1] : match.start()].strip()
    if match["what"] == "ignore-file":
        scope = Span(0, len(document.text))
    else:
        target = _following(document, line) if is_alone else line
        scope = _scope(document, target, ends)
    rest = match["rest"]
    other = _NEXT_COMMENT.search(rest)
    if other is not None:
        rest = rest[: other.start()]
    reason, until, until_text = _reason(rest)
    end = match.start("rest") + len(rest.rstrip())
    rules = match["rules"] or ""
    start = match.start("rules")
    words = (
        SuppressedRule(word.group(), Span(start + word.start(), start + word.end())) for word in _WORD.finditer(rules)
    )
    return Suppression(document, Span(match.start(), end), scope, tuple(words), reason, until, until_text)


def _reason(text: str) -> tuple[str, date | None, str]:
    """A reason, its last day, and the last day as it is written."""
    match = _UNTIL.search(text)
    if match is None:
        return text.strip(_NO_REASON), None, ""
    parts = (text[: match.start()].strip(_NO_REASON), match["rest"].strip(_NO_REASON))
    return " ".join(part for part in parts if part), _day(match["date"]), match["date"]


def _day(text: str) -> date | None:
    try:
        year, month, day = (int(part) for part in text.split("-"))
        return date(year, month, day)
    except ValueError:
        return None


def _following(document: Document, line: int) -> int:
    """The first line below that holds something else than a comment."""
    for number in range(line + 1, len(document.line_starts) + 1):
        text = document.line(number).strip()
        if text and not text.startswith(("#", "//") if document.format is Format.CODE else "#"):
            return number
    return line


def _scope(document: Document, line: int, ends: dict[int, int]) -> Span:
    """A line, with what begins on it."""
    start = document.line_starts[line - 1]
    end = start + len(document.line(line)) + 1
    return Span(start, max(end, ends.get(line, end)))


def _ends(document: Document) -> dict[int, int]:
    """Of each line on which a key or a list item begins, where the outermost of them ends.

    Under a header of TOML (`[prod.deploy.parameters]`) it is the innermost: `prod` may go on anywhere in the file.
    """
    ends: dict[int, int] = {}
    is_toml = document.format is Format.TOML
    starts: dict[int, int] = {}
    for unit in _units(document.root) if document.root is not None else ():
        line = document.position(unit.start).line
        if is_toml and document.line(line).lstrip().startswith("["):
            if unit.start >= starts.get(line, -1):
                starts[line], ends[line] = unit.start, unit.end
        else:
            ends[line] = max(ends.get(line, unit.end), unit.end)
    return ends


def _units(root: Node) -> Iterator[Span]:
    """The keys with their values, and the list items."""
    for node in walk(root):
        if isinstance(node, Mapping):
            yield from (entry.span for entry in node.entries)
        elif isinstance(node, Sequence):
            yield from (item.span for item in node.items)


# Metadata


def _metadata(document: Document) -> Iterator[Suppression]:
    root = document.root
    if not isinstance(root, Mapping) or document.format is Format.TOML:
        return
    yield from _said_in(root, Span(0, len(document.text)), document)
    resources = root.get("Resources")
    for entry in resources if isinstance(resources, Mapping) else ():
        if isinstance(entry.value, Mapping):
            yield from _said_in(entry.value, entry.span, document)


def _said_in(holder: Mapping, scope: Span, document: Document) -> Iterator[Suppression]:
    metadata = holder.get("Metadata")
    own = metadata.get("samguard") if isinstance(metadata, Mapping) else None
    entry = own.entry("ignore") if isinstance(own, Mapping) else None
    if entry is None:
        return
    for item in _items(entry.value):
        yield _of_item(item, entry, scope, document)


def _of_item(item: Node, entry: Entry, scope: Span, document: Document) -> Suppression:
    if not isinstance(item, Mapping):
        rules = tuple(_named(item))
        return Suppression(document, rules[0].span if rules else entry.key.span, scope, rules)
    rules = tuple(name for part in _items(item.get("rule")) for name in _named(part))
    reason, until = item.get("reason"), item.get("until")
    until_text = until.text if isinstance(until, Scalar) else ""
    return Suppression(
        document,
        rules[0].span if rules else entry.key.span,
        scope,
        rules,
        reason.text.strip() if isinstance(reason, Scalar) else "",
        _day(until_text),
        until_text,
    )


def _items(node: Node | None) -> Iterable[Node]:
    if node is None:
        return ()
    return node.items if isinstance(node, Sequence) else (node,)


def _named(node: Node) -> Iterator[SuppressedRule]:
    if isinstance(node, Scalar) and node.text.strip():
        yield SuppressedRule(node.text.strip(), node.span)
