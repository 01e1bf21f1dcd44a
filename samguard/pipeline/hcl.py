"""HCL, Terraform's language, as nodes with their places: what is not written out is unknown.

tree-sitter's grammar reads it; python-hcl2 gives lines only, and nothing at all of a file with one mistake.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping as Table
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from samguard.pattern import pattern
from samguard.pipeline.hcl_unclosed import unclosed_in_hcl
from samguard.pipeline.model import PipelineProblem
from samguard.pipeline.shell import UNKNOWN
from samguard.source import Document, Entry, Mapping, Node, Place, Scalar, Sequence, Span
from samguard.value import value

if TYPE_CHECKING:
    from tree_sitter import Node as Tree
    from tree_sitter import Parser

_DEPTH: Final = 40
_MOST_NODES: Final = 100_000
_ESCAPE: Final = pattern(r'\\(["\\nt$%])')
_ESCAPED: Final = {"n": "\n", "t": "\t"}


@value
class Block:
    """A block of a file: `resource "type" "name" { ... }`."""

    kind: str
    labels: tuple[str, ...]
    body: Mapping
    place: Place


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter_hcl  # noqa: PLC0415 - few projects have Terraform
    from tree_sitter import Language, Parser  # noqa: PLC0415

    return Parser(Language(tree_sitter_hcl.language()))


def read_hcl(document: Document, known: Table[str, str]) -> tuple[tuple[Block, ...], tuple[PipelineProblem, ...]]:
    """The blocks of a file, and where it is not HCL. `known` holds what `local.X` and `var.X` are worth."""
    reader = _Reader(document, known)
    return reader.blocks(), tuple(reader.problems)


def read_attributes(document: Document) -> tuple[Mapping, tuple[PipelineProblem, ...]]:
    """The values of a file without blocks, `terraform.tfvars`, and where it is not HCL."""
    reader = _Reader(document, {})
    return reader.attributes(), tuple(reader.problems)


class _Reader:
    """Reads one file."""

    def __init__(self, document: Document, known: Table[str, str]) -> None:
        self.problems: list[PipelineProblem] = []
        self._document = document
        self._known = known
        self._nodes = 0

    def blocks(self) -> tuple[Block, ...]:
        root = _parser().parse(self._document.text.encode("ascii", "replace")).root_node
        if root.has_error:
            self._tell(root)
        bodies = [child for child in root.children if child.type == "body"]
        return tuple(self._top(child) for body in (*bodies, root) for child in body.children if child.type == "block")

    def attributes(self) -> Mapping:
        root = _parser().parse(self._document.text.encode("ascii", "replace")).root_node
        if root.has_error:
            self._tell(root)
        return self._body(root, 0)

    def _tell(self, root: Tree) -> None:
        waiting = [root]
        text = self._document.text
        opened = unclosed_in_hcl(text)
        if opened is not None:
            self.problems.append(PipelineProblem("what begins here is never closed", Place(self._document, opened)))
            return
        while waiting:
            node = waiting.pop()
            if node.is_error or node.is_missing:
                start = node.start_byte
                end = min(max(node.end_byte, start + 1), len(text))
                place = Place(self._document, Span(min(start, end), end))
                self.problems.append(PipelineProblem("the text is not HCL from here on", place))
                return
            waiting.extend(reversed([child for child in node.children if child.has_error or child.is_missing]))

    def _top(self, block: Tree) -> Block:
        names = [child for child in block.children if child.type in ("identifier", "string_lit")]
        labels = tuple(self._text(child).strip('"') for child in names[1:])
        kind = self._text(names[0]) if names else ""
        place = Place(self._document, Span(block.start_byte, names[-1].end_byte if names else block.end_byte))
        return Block(kind, labels, self._body(block, 0), place)

    def _body(self, block: Tree, depth: int) -> Mapping:
        body = next((child for child in block.children if child.type == "body"), None)
        found: dict[str, list[tuple[Scalar, Node]]] = {}
        for child in body.children if body is not None else ():
            if self._nodes > _MOST_NODES or depth > _DEPTH:
                break
            first = child.children[0] if child.children else None
            if first is None or first.type != "identifier":
                continue
            name = self._text(first)
            key = Scalar(name, Span(first.start_byte, first.end_byte), name)
            if child.type == "attribute":
                found.setdefault(name, []).append((key, self._value(child.children[-1], depth + 1)))
            elif child.type == "block":
                labels = [one for one in child.children[1:] if one.type == "string_lit"]
                node: Node = self._body(child, depth + 1)
                if name == "dynamic" and labels:
                    name = self._text(labels[0]).strip('"')
                    key = Scalar(name, key.span, name)
                found.setdefault(name, []).append((key, Sequence((node,), node.span)))
        entries = []
        for parts in found.values():
            key, node = parts[0]
            if len(parts) > 1:
                items = tuple(
                    item for _, part in parts for item in (part.items if isinstance(part, Sequence) else (part,))
                )
                node = Sequence(items, Span(parts[0][1].span.start, parts[-1][1].span.end))
            entries.append(Entry(key, node))
        return Mapping(tuple(entries), Span(block.start_byte, block.end_byte))

    def _value(self, node: Tree, depth: int) -> Node:
        self._nodes += 1
        span = Span(node.start_byte, node.end_byte)
        while (
            node.type in ("expression", "literal_value", "template_expr", "collection_value") and node.child_count == 1
        ):
            node = node.children[0]
        if depth > _DEPTH or self._nodes > _MOST_NODES:
            return Scalar(UNKNOWN, span)
        match node.type:
            case "string_lit" | "quoted_template" | "heredoc_template":
                return Scalar(self._string(node), span, self._text(node), quoted=True)
            case "numeric_lit":
                return Scalar(self._text(node), span, self._text(node))
            case "bool_lit":
                return Scalar(self._text(node) == "true", span, self._text(node))
            case "null_lit":
                return Scalar(None, span, "null")
            case "object":
                entries = []
                for child in node.children:
                    if child.type == "object_elem" and child.child_count >= 3:  # noqa: PLR2004
                        raw = self._text(child.children[0]).strip('"()')
                        key = Scalar(raw, Span(child.children[0].start_byte, child.children[0].end_byte), raw)
                        entries.append(Entry(key, self._value(child.children[-1], depth + 1)))
                return Mapping(tuple(entries), span)
            case "tuple":
                items = tuple(self._value(child, depth + 1) for child in node.children if child.type == "expression")
                return Sequence(items, span)
            case "function_call":
                name = self._text(node.children[0])
                arguments = next((child for child in node.children if child.type == "function_arguments"), None)
                if (
                    name in ("jsonencode", "yamlencode", "tostring", "trimspace")
                    and arguments is not None
                    and arguments.child_count == 1
                ):
                    return self._value(arguments.children[0], depth + 1)
                if name in ("file", "templatefile") and arguments is not None and arguments.child_count:
                    inner = self._value(arguments.children[0], depth + 1)
                    path = inner.text if isinstance(inner, Scalar) else UNKNOWN
                    path = path.removeprefix(f"{UNKNOWN}/") if "path.module" in self._text(node) else path
                    key = Scalar("file", span, "file")
                    return Mapping((Entry(key, Scalar(path, span)),), span)
                return Scalar(UNKNOWN, span, self._text(node))
            case _:
                written = self._text(node)
                return Scalar(self._known.get(written.strip(), UNKNOWN), span, written)

    def _string(self, node: Tree) -> str:
        """A text with what is known put in; the grammar leaves white space between its parts out."""
        start, end, is_heredoc = node.start_byte + 1, node.end_byte - 1, node.type == "heredoc_template"
        if is_heredoc:
            start, end = heredoc_body(self._document.text, Span(node.start_byte, node.end_byte))
        while node.type == "string_lit" and node.child_count == 1:
            node = node.children[0]
        parts: list[str] = []
        at = start
        for child in node.children:
            if child.type in ("template_interpolation", "template_directive") and child.start_byte >= at:
                parts.append(self._document.text[at : child.start_byte])
                parts.append(self._known.get(self._text(child)[2:-1].strip(), UNKNOWN))
                at = child.end_byte
        parts.append(self._document.text[at:end])
        if is_heredoc:
            text = "".join(parts)
            return textwrap.dedent(text) if self._text(node).startswith("<<-") else text
        return "".join(
            part if index % 2 else _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), part)
            for index, part in enumerate(parts)
        )

    def _text(self, node: Tree) -> str:
        return self._document.text[node.start_byte : node.end_byte]


def heredoc_body(text: str, span: Span) -> Span:
    """Where the lines of a heredoc stand, without its marks."""
    start = text.find("\n", span.start, span.end) + 1 or span.end
    end = text.rfind("\n", span.start, span.end) + 1
    return Span(start, max(start, end))
