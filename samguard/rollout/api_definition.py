"""The functions that an OpenAPI definition in a template names: integrations and authorizers.

Source: API Gateway developer guide, "OpenAPI extensions for API Gateway" (x-amazon-apigateway-integration,
x-amazon-apigateway-integrations, x-amazon-apigateway-authorizer).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from samguard.evaluation import EvaluatedTemplate
from samguard.source import Mapping, Node, Scalar, Sequence
from samguard.template import intrinsic

_INTEGRATION: Final = "x-amazon-apigateway-integration"
_INTEGRATIONS: Final = "x-amazon-apigateway-integrations"
_AUTHORIZER: Final = "x-amazon-apigateway-authorizer"


@dataclass(frozen=True, slots=True)
class NamedUri:
    """An address that API Gateway calls, and the integration or authorizer that holds it."""

    node: Node = field(repr=False)
    around: Mapping = field(repr=False)
    is_authorizer: bool


def named_uris(definition: Node | None, scene: EvaluatedTemplate) -> Iterator[NamedUri]:
    """Every address in a definition, in the order of the text. What is included from elsewhere is not seen."""
    waiting: list[Node] = [definition] if definition is not None else []
    while waiting:
        node, _ = scene.chosen(waiting.pop())
        if isinstance(node, Sequence):
            waiting.extend(item for item in reversed(node.items) if not isinstance(item, Scalar))
        if not isinstance(node, Mapping) or intrinsic(node) is not None:
            continue
        for entry in node:
            if entry.name == _INTEGRATION:
                yield from _uri(entry.value, "uri", scene)
            elif entry.name == _AUTHORIZER:
                yield from _uri(entry.value, "authorizerUri", scene)
            elif entry.name == _INTEGRATIONS and isinstance(entry.value, Mapping):
                for named in entry.value:
                    yield from _uri(named.value, "uri", scene)
        waiting.extend(entry.value for entry in reversed(node.entries) if not isinstance(entry.value, Scalar))


def _uri(node: Node, key: str, scene: EvaluatedTemplate) -> Iterator[NamedUri]:
    chosen, _ = scene.chosen(node)
    uri = chosen.get(key) if isinstance(chosen, Mapping) else None
    if isinstance(chosen, Mapping) and uri is not None:
        yield NamedUri(uri, chosen, key == "authorizerUri")
