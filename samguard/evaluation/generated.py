"""Resources that the SAM transform makes: a template may refer to them though it does not hold them.

Source: samtranslator, model/sam_resources.py and the generators it calls, read with version 1.115.0; compared with what
it generates for its own tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from samguard.pattern import pattern
from samguard.source import Mapping, Node, Scalar, Sequence, walk
from samguard.template import Resource, Template, intrinsic
from samguard.template.misplaced import has_sam_properties
from samguard.template.resource_types import meant_type

_ANYTHING: Final = "[A-Za-z0-9]+"
_HASH: Final = "[0-9a-f]{10}"
_ALIAS_NAME: Final = pattern(r"[A-Za-z0-9_-]+")
_OF_APIS: Final = pattern(
    r"Serverless(?:ApiKey|UsagePlan|UsagePlanKey)"
    r"|(?:ApiGatewayDomainName|ApiGatewayDomainNameV2|RecordSetGroup|DomainNameAccessAssociation)[0-9a-f]+"
)
_OF_CODEDEPLOY: Final = frozenset({"ServerlessDeploymentApplication", "CodeDeployServiceRole"})
_IMPLICIT_APIS: Final = {"ServerlessRestApi": ("Api", "RestApiId"), "ServerlessHttpApi": ("HttpApi", "ApiId")}
"""APIs that SAM makes for events of a type that name none: the event's type, and the property that would name one."""
_CONNECTOR: Final = r"(?:Policy|QueuePolicy|TopicPolicy|(?:Read|Write)LambdaPermission)(?:Destination[0-9]+)?"
_CLOSED: Final = frozenset({"AWS::Serverless::SimpleTable", "AWS::Serverless::Application"})
"""Types of which SAM makes one resource of the same name, and no other."""
_DERIVED: Final = {
    "AWS::Serverless::Function": ("Alias", "Version", "DestinationTopic", "DestinationQueue"),
    "AWS::Serverless::Api": (
        *("Stage", "Deployment", "DomainName", "DomainNameV2"),
        *("UsagePlan", "UsagePlanKey", "ApiKey"),
    ),
    "AWS::Serverless::HttpApi": ("Stage", "DomainName"),
    "AWS::Serverless::WebSocketApi": ("Stage", "DomainName"),
}


def is_generated(logical_id: str, template: Template) -> bool:
    """Whether SAM may generate a resource of this name: a stack-wide one, or one named after a resource."""
    if _OF_APIS.fullmatch(logical_id):
        return True
    if logical_id in _OF_CODEDEPLOY:
        return any("DeploymentPreference" in resource.properties for resource in template.resources.values())
    for implicit, (event_type, name) in _IMPLICIT_APIS.items():
        if logical_id.startswith(implicit):
            return any(_uses_implicit_api(resource, event_type, name) for resource in template.resources.values())
    for resource in template.resources.values():
        if not logical_id.startswith(resource.logical_id):
            continue
        rest = logical_id[len(resource.logical_id) :]
        if rest and any(re.fullmatch(pattern, rest) for pattern in _suffixes(resource)):
            return True
    if "LogicalId" not in template.document.text:
        return False  # nearly every template: no events to look through
    return any(logical_id in _named_by_events(resource) for resource in template.resources.values())


def derived(resource: Resource) -> tuple[str, ...]:
    """What `!Ref Orders.Alias` may name after the dot, whether or not this resource has it."""
    return _DERIVED.get(resource.type, ())


def publishes(resource: Resource) -> bool:
    """Whether a SAM function has an AutoPublishAlias, so that there is an alias and a version to refer to."""
    node = resource.properties.get("AutoPublishAlias")
    return node is not None and not (isinstance(node, Scalar) and not node.value)


def _suffixes(resource: Resource) -> Iterator[str]:
    """Patterns of what follows the logical id in names that SAM makes."""
    yield from _beginning_with_keys(resource.node.get("Connectors"))
    match resource.type:
        case "AWS::Serverless::Function":
            yield from _of_function(resource)
        case "AWS::Serverless::StateMachine":
            yield from _role(resource)
            yield from _alias(resource)
            yield "Version"
            yield from _beginning_with_keys(resource.properties.get("Events"))
        case "AWS::Serverless::Api":
            yield f"Deployment{_HASH}|ApiKey|UsagePlan|UsagePlanKey|{_ANYTHING}AuthorizerPermission|[A-Za-z0-9]*BasePathMapping"
            yield _stage(resource)
        case "AWS::Serverless::HttpApi":
            yield f"ApiGatewayDefaultStage|{_ANYTHING}ApiMapping|{_ANYTHING}AuthorizerPermission"
            yield _stage(resource)
        case "AWS::Serverless::LayerVersion":
            yield _HASH
        case "AWS::Serverless::Connector":
            yield _CONNECTOR
        case name if name.startswith("AWS::Serverless::") and name not in _CLOSED:
            yield _ANYTHING


def _of_function(resource: Resource) -> Iterator[str]:
    properties = resource.properties
    yield from _role(resource)
    yield from _beginning_with_keys(properties.get("Events"))
    if "FunctionUrlConfig" in properties:
        yield "Url|UrlPublicPermissions|URLInvokeAllowPublicAccess"
    if "EventInvokeConfig" in properties:
        yield "EventInvokeConfig(?:On(?:Success|Failure)(?:Topic|Queue))?"
    if publishes(resource):
        yield from _alias(resource)
        yield f"Version{_HASH}"
        if "DeploymentPreference" in properties:
            yield "DeploymentGroup"


def _role(resource: Resource) -> Iterator[str]:
    """SAM makes a role where none is given, or where one may be missing."""
    role = resource.properties.get("Role")
    if role is None or isinstance(role, Mapping) or (isinstance(role, Scalar) and role.value is None):
        yield "Role"


def _alias(resource: Resource) -> Iterator[str]:
    node = resource.properties.get("AutoPublishAlias")
    if isinstance(node, Scalar) and _ALIAS_NAME.fullmatch(node.text):
        yield f"Alias{node.text.replace('-', 'D').replace('_', 'U')}"
    elif node is not None:
        yield f"Alias{_ANYTHING}"


def _stage(resource: Resource) -> str:
    node = resource.properties.get("StageName")
    if isinstance(node, Scalar) and re.fullmatch(_ANYTHING, node.text):
        return f"{node.text}Stage"
    return f"[A-Za-z0-9]*Stage(?:{_HASH})?"


def _beginning_with_keys(node: Node | None) -> Iterator[str]:
    """Names that begin with a key of a mapping, as those of an event's resources do."""
    if node is None:
        return
    if not isinstance(node, Mapping) or intrinsic(node) is not None:
        yield _ANYTHING
        return
    for entry in node:
        yield _ANYTHING if entry.name.startswith("Fn::") else f"{re.escape(entry.name)}[A-Za-z0-9]*"


def _uses_implicit_api(resource: Resource, event_type: str, name: str) -> bool:
    """Whether a resource has, or may have, an event of this type that names no API of the template."""
    if not _has_events(resource):
        return False
    events = resource.properties.get("Events")
    if not isinstance(events, Mapping) or intrinsic(events) is not None:
        return events is not None
    for entry in events:
        event = entry.value
        kind = event.get("Type") if isinstance(event, Mapping) else None
        if not isinstance(event, Mapping) or not isinstance(kind, Scalar) or entry.name.startswith("Fn::"):
            return True
        properties = event.get("Properties")
        api = properties.get(name) if isinstance(properties, Mapping) else None
        names_implicit = any(isinstance(node, Scalar) and node.text in _IMPLICIT_APIS for node in walk(api or event))
        if kind.text == event_type and (api is None or names_implicit):
            return True
    return False


def _has_events(resource: Resource) -> bool:
    """Whether a resource's Events are SAM's; those of a misspelt type are meant to be."""
    is_sam = (meant_type(resource.type) or resource.type) in (
        "AWS::Serverless::Function",
        "AWS::Serverless::StateMachine",
    )
    return is_sam or has_sam_properties(resource)


def _named_by_events(resource: Resource) -> frozenset[str]:
    """Logical ids that the events of a resource give to queues and policies themselves (`QueueLogicalId`)."""
    events = resource.properties.get("Events")
    if not resource.type.startswith("AWS::Serverless::") or not isinstance(events, (Mapping, Sequence)):
        return frozenset()
    return frozenset(
        entry.value.text
        for node in walk(events)
        if isinstance(node, Mapping)
        for entry in node
        if entry.name.endswith("LogicalId") and isinstance(entry.value, Scalar)
    )
