"""Where in an expression's text a resource is referred to: the word a person would edit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.pattern import pattern
from samguard.source import Document, Mapping, Node, Scalar, Sequence, Span
from samguard.source.nodes import walk
from samguard.template import intrinsic

_VARIABLE: Final = pattern(r"\$\{\s*([^!}\s][^}\s]*)\s*\}")
_LINE_END: Final = pattern(r"[\r\n]|\Z")


def references(node: Node, document: Document) -> Iterator[tuple[str, Span]]:
    """Each reference in an expression with its place: `Orders.Arn`, or `Orders.` for a plain Ref.

    In the order of the text. Texts count as those of `Fn::Sub`, since their variables are what is edited.
    """
    for current in walk(node):
        if isinstance(current, Scalar):
            start, end = current.span
            for match in _VARIABLE.finditer(document.text, start, end):
                yield dotted(match.group(1)), Span(match.start(), match.end())
            continue
        call = intrinsic(current)
        if call is not None and call.name in ("Ref", "Fn::GetAtt"):
            name = _argument(call.argument)
            if name is not None:
                yield dotted(name), first_line(call.node.span, document)


def place_of(written: str, node: Node, document: Document, occurrence: int = 0) -> Span:
    """Where an expression refers to something; the beginning of the expression where it names it by text."""
    found = [span for name, span in references(node, document) if name == written] if written else []
    if not found:
        return first_line(node.span, document)
    return found[min(occurrence, len(found) - 1)]


def first_line(span: Span, document: Document) -> Span:
    """A span, no longer than the line it begins on."""
    match = _LINE_END.search(document.text, span.start)
    end = match.start() if match is not None else span.end
    return Span(span.start, min(span.end, end))


def dotted(name: str) -> str:
    """A name with the dot that stands between logical id and attribute, also where there is no attribute."""
    return name if "." in name else f"{name}."


def _argument(argument: Node) -> str | None:
    match argument:
        case Scalar():
            return argument.text
        case Sequence():
            texts = [item.text for item in argument.items if isinstance(item, Scalar)]
            return ".".join(texts) if len(texts) == len(argument.items) else None
        case Mapping():
            return None
