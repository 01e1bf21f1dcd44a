"""Logical ids: what may be one, and of which other names in a template the SAM transform makes some.

Source: CloudFormation user guide, "Resources"; samtranslator, model/__init__.py (_validate_logical_id), 1.115.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.pattern import pattern
from samguard.source import Mapping, Node, Scalar
from samguard.template.refusal import Refusal, RefusalKind
from samguard.template.sam_properties import FUNCTION, STATE_MACHINE

_LOGICAL_ID: Final = pattern(r"[A-Za-z0-9]+")
_PLACEHOLDER: Final = pattern(r"\$\{|&\{|\{\{|<%|__|Fn::")
"""Names with these are filled in before CloudFormation sees them."""


def logical_id_refusal(key: Scalar) -> Refusal | None:
    """The refusal of a resource's logical id."""
    if not _is_wrong(key.text):
        return None
    message = f"the logical id {key.text!r} must consist of letters and digits only"
    return Refusal(RefusalKind.LOGICAL_ID, message, key.span, key.text)


def name_refusals(resource_type: str, properties: Mapping, node: Mapping, logical_id: str) -> tuple[Refusal, ...]:
    """The refusals of names in a SAM resource that become parts of logical ids."""
    if not resource_type.startswith("AWS::Serverless::"):
        return ()
    return tuple(
        Refusal(
            RefusalKind.LOGICAL_ID,
            f"{what} {name.text!r} of {{resource}} must consist of letters and digits only: SAM makes a logical id of it",
            name.span,
            logical_id,
        )
        for what, name in _names(resource_type, properties, node)
        if _is_wrong(name.text)
    )


def _is_wrong(name: str) -> bool:
    return not _LOGICAL_ID.fullmatch(name) and not _PLACEHOLDER.search(name)


def _names(resource_type: str, properties: Mapping, node: Mapping) -> Iterator[tuple[str, Scalar]]:
    for entry in _entries(node.get("Connectors")):
        yield "the connector", entry.key
    if resource_type in (FUNCTION, STATE_MACHINE):
        for entry in _entries(properties.get("Events")):
            yield "the event", entry.key
            details = entry.value.get("Properties") if isinstance(entry.value, Mapping) else None
            letters = details.get("DeadLetterConfig") if isinstance(details, Mapping) else None
            queue = letters.get("QueueLogicalId") if isinstance(letters, Mapping) else None
            if isinstance(queue, Scalar) and isinstance(queue.value, str):
                yield "QueueLogicalId", queue
    if resource_type in ("AWS::Serverless::Api", "AWS::Serverless::HttpApi"):
        auth = properties.get("Auth")
        for entry in _entries(auth.get("Authorizers") if isinstance(auth, Mapping) else None):
            if isinstance(entry.value, Mapping) and _has_permission(resource_type, entry.value):
                yield "the authorizer", entry.key


def _entries(node: Node | None) -> Mapping | tuple[()]:
    return node if isinstance(node, Mapping) else ()


def _has_permission(resource_type: str, authorizer: Mapping) -> bool:
    """Whether SAM makes a permission, named after the authorizer, for its function to be invoked."""
    if "FunctionArn" not in authorizer:
        return False
    if resource_type == "AWS::Serverless::HttpApi":
        enabled = authorizer.get("EnableFunctionDefaultPermissions")
        return isinstance(enabled, Scalar) and enabled.value is True
    disabled = authorizer.get("DisableFunctionDefaultPermissions")
    return not (isinstance(disabled, Scalar) and disabled.value is True)
