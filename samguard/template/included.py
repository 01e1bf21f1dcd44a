"""Files beside a template that belong to it: what AWS::Include takes in, and a state machine's definition.

Source: CloudFormation user guide, "AWS::Include transform"; SAM developer guide, AWS::Serverless::StateMachine
(DefinitionUri).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import Final

from samguard.source import Mapping, Node, Scalar, walk
from samguard.template.template import Resource

API_DEFINITIONS: Final = {
    "AWS::Serverless::Api": "DefinitionBody",
    "AWS::Serverless::HttpApi": "DefinitionBody",
    "AWS::ApiGateway::RestApi": "Body",
    "AWS::ApiGatewayV2::Api": "Body",
}
"""Types that hold an OpenAPI definition, and the property that does."""
_MACHINE: Final = "AWS::Serverless::StateMachine"
_MOST: Final = 50
"""Files of one template that are read."""


def included_paths(resources: Iterable[Resource]) -> tuple[str, ...]:
    """The files that belong to a template, as they are written there; those that lie elsewhere are left out."""
    found: dict[str, None] = {}
    for resource in resources:
        for path in _paths(resource):
            if len(found) < _MOST:
                found[path] = None
    return tuple(found)


def included_path(node: Node | None) -> str | None:
    """The file that stands for a node: `Fn::Transform` with AWS::Include, or a path; None where it is none."""
    match node:
        case Scalar(value=str()):
            return node.text if _is_beside(node.text) else None
        case Mapping():
            call = node.get("Fn::Transform")
            name = call.get("Name") if isinstance(call, Mapping) else None
            given = call.get("Parameters") if isinstance(call, Mapping) else None
            if not isinstance(name, Scalar) or name.text != "AWS::Include" or not isinstance(given, Mapping):
                return None
            location = given.get("Location")
            return location.text if isinstance(location, Scalar) and _is_beside(location.text) else None
        case _:
            return None


def _paths(resource: Resource) -> Iterator[str]:
    if resource.type == _MACHINE:
        path = included_path(resource.properties.get("DefinitionUri"))
        if path is not None:
            yield path
    definition = resource.properties.get(API_DEFINITIONS.get(resource.type, ""))
    for node in walk(definition) if definition is not None else ():
        path = included_path(node) if isinstance(node, Mapping) else None
        if path is not None:
            yield path


def _is_beside(path: str) -> bool:
    return bool(path) and ":" not in path and not posixpath.isabs(path) and len(path) < 500  # noqa: PLR2004
