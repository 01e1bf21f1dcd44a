"""YAML aliases and merge keys: whether a document uses any, and where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from samguard.pattern import pattern
from samguard.project import TemplateFile
from samguard.source import Document, Format, Mapping, Node, Scalar, Sequence, Span
from samguard.template import Template

_ALIAS: Final = pattern(r"(?m)^[^#\n]*?(?:[:\[{,-]\s+|\[|\{)(\*[\w-]+)")
_CODE: Final = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Lambda::Function": "Code",
    "AWS::Lambda::LayerVersion": "Content",
    "AWS::CloudFormation::Stack": "TemplateURL",
    "AWS::Serverless::Application": "Location",
}


def aliased(files: Iterable[TemplateFile]) -> Iterator[tuple[TemplateFile, Span]]:
    """The templates that use aliases, each with its first."""
    for file in files:
        span = _first_alias(file.document)
        if span is not None:
            yield file, span


def _first_alias(document: Document) -> Span | None:
    """The first alias of a YAML document; None where none is used."""
    if document.format is not Format.YAML or document.root is None or not _ALIAS.search(document.text):
        return None
    if not _is_shared(document.root):
        return None
    found = _ALIAS.search(document.text)
    return Span(*found.span(1)) if found is not None else Span(document.root.span.start, document.root.span.start + 1)


def _is_shared(root: Node) -> bool:
    """Whether some node, or some entry of a mapping, is there in more than one place."""
    seen: set[int] = set()
    waiting: list[Node] = [root]
    while waiting:
        node = waiting.pop()
        entries = node.entries if isinstance(node, Mapping) else ()
        for part in (node, *entries):
            if id(part) in seen:
                return True
            seen.add(id(part))
        if isinstance(node, Sequence):
            waiting.extend(node.items)
        waiting.extend(entry.value for entry in entries)
    return False


def has_local_code(template: Template) -> bool:
    """Whether a template names files beside it, which have to be uploaded before it can be deployed."""
    for resource in template.resources.values():
        code = resource.properties.get(_CODE.get(resource.type, ""))
        if isinstance(code, Scalar) and not code.text.startswith(("s3://", "https://")):
            return True
    return False
