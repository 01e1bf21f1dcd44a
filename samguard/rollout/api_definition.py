"""The functions that an OpenAPI definition in a template names: integrations and authorizers.

Source: API Gateway developer guide, "OpenAPI extensions for API Gateway" (x-amazon-apigateway-integration,
x-amazon-apigateway-integrations, x-amazon-apigateway-authorizer).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import EvaluatedTemplate
from samguard.source import Document, Mapping, Node, Scalar, Sequence
from samguard.template import intrinsic
from samguard.template.included import included_path
from samguard.value import field, value

_INTEGRATION: Final = "x-amazon-apigateway-integration"
_INTEGRATIONS: Final = "x-amazon-apigateway-integrations"
_AUTHORIZER: Final = "x-amazon-apigateway-authorizer"


@value
class NamedUri:
    """An address that API Gateway calls, and the integration or authorizer that holds it."""

    node: Node = field(repr=False)
    around: Mapping = field(repr=False)
    document: Document = field(repr=False)
    is_authorizer: bool = False


def named_uris(definition: Node | None, scene: EvaluatedTemplate) -> Iterator[NamedUri]:
    """Every address in a definition, in the order of the text, with those of the files that it includes."""
    template = scene.template
    waiting: list[tuple[Node, Document]] = [(definition, template.document)] if definition is not None else []
    while waiting:
        node, document = waiting.pop()
        chosen, _ = scene.chosen(node)
        if isinstance(chosen, Sequence):
            waiting.extend((item, document) for item in reversed(chosen.items) if not isinstance(item, Scalar))
        if not isinstance(chosen, Mapping):
            continue
        included = template.included.get(included_path(chosen) or "")
        if included is not None and included.root is not None and document is template.document:
            waiting.append((included.root, included))
        if intrinsic(chosen) is None:
            yield from _said_in(chosen, document, scene)
            below = (entry.value for entry in reversed(chosen.entries) if not isinstance(entry.value, Scalar))
            waiting.extend((value, document) for value in below)


def _said_in(mapping: Mapping, document: Document, scene: EvaluatedTemplate) -> Iterator[NamedUri]:
    for entry in mapping:
        if entry.name == _INTEGRATION:
            yield from _uri(entry.value, "uri", document, scene)
        elif entry.name == _AUTHORIZER:
            yield from _uri(entry.value, "authorizerUri", document, scene)
        elif entry.name == _INTEGRATIONS and isinstance(entry.value, Mapping):
            for named in entry.value:
                yield from _uri(named.value, "uri", document, scene)


def _uri(node: Node, key: str, document: Document, scene: EvaluatedTemplate) -> Iterator[NamedUri]:
    chosen, _ = scene.chosen(node)
    uri = chosen.get(key) if isinstance(chosen, Mapping) else None
    if isinstance(chosen, Mapping) and uri is not None:
        yield NamedUri(uri, chosen, document, key == "authorizerUri")
