"""What of AWS::LanguageExtensions a template uses where the SAM transform reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.source import Mapping, Node, Scalar, Sequence, walk
from samguard.template import Template, intrinsic

_LOOP: Final = "Fn::ForEach"
_FIND_IN_MAP: Final = "Fn::FindInMap"
_ARGUMENTS: Final = 3
_READ_BY_SAM: Final = ("Type", "Enabled", "PassthroughCondition")
"""Keys of a DeploymentPreference in which SAM evaluates FindInMap itself."""


def transform_items(template: Template) -> tuple[Scalar, ...]:
    """The names in Transform, each where it stands."""
    node = template.root.get("Transform")
    items = node.items if isinstance(node, Sequence) else (node,)
    return tuple(item for item in items if isinstance(item, Scalar))


def needs_extensions(template: Template, *, is_listed: bool) -> Scalar | None:
    """The first use of the extension that SAM would meet unreplaced: the name of a function, where it stands.

    A FindInMap with a default counts only where the extension is listed; else SG023 speaks of its arguments.
    """
    if _LOOP not in template.document.text and not is_listed:
        return None  # nearly every template: nothing to look for
    resources = template.root.get("Resources")
    if isinstance(resources, Mapping):
        for entry in resources:
            if entry.name.startswith(_LOOP):
                return _named(entry.key)
    for resource in template.resources.values():
        if resource.type.startswith("AWS::Serverless::"):
            for node in walk(resource.properties):
                for entry in node if isinstance(node, Mapping) else ():
                    if entry.name.startswith(_LOOP):
                        return _named(entry.key)
            if is_listed:
                found = next(_defaults(resource.properties.get("DeploymentPreference")), None)
                if found is not None:
                    return found
    return None


def _defaults(preference: Node | None) -> Iterator[Scalar]:
    for name in _READ_BY_SAM:
        value = preference.get(name) if isinstance(preference, Mapping) else None
        for node in walk(value) if value is not None else ():
            call = intrinsic(node)
            if call is None or call.name != _FIND_IN_MAP or not isinstance(call.argument, Sequence):
                continue
            if len(call.argument.items) > _ARGUMENTS:
                yield call.node.entries[-1].key


def _named(key: Scalar) -> Scalar:
    return Scalar(_LOOP, key.span, _LOOP)
