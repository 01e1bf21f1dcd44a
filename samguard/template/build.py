"""From a document to a template: sections found, Globals merged, structure checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from samguard.errors import nearest
from samguard.source import Document, Mapping, Node, Problem, ProblemKind, Scalar, Sequence, Span
from samguard.template.included import included_paths
from samguard.template.logical_ids import logical_id_refusal, name_refusals
from samguard.template.refusal import Refusal, RefusalKind
from samguard.template.sam_properties import ATTRIBUTES, nearest_property, property_refusals
from samguard.template.shared_properties import merge_shared, shared_for, shared_refusals
from samguard.template.template import SECTIONS, Parameter, Resource, Template

_LIKELY: Final = 0.7
"""How alike a key is to Properties that is meant for it."""


def is_template(document: Document) -> bool:
    """Whether a document is a CloudFormation or SAM template: a Transform, or resources with types (`AWS::…`)."""
    root = document.root
    if not isinstance(root, Mapping):
        return False
    if any(name.startswith("AWS::Serverless-") for name in _transforms(root)):
        return True
    resources = root.get("Resources")
    if not isinstance(resources, Mapping):
        return False
    return any("::" in _type(entry.value) for entry in resources)


def template(document: Document, read: Callable[[str], Document | None] = lambda _: None) -> Template | None:
    """The template in a document, or None where its root is no mapping.

    Sections that are not what they should be are left out, and each is a refusal. `read` gives a file beside the
    template by the path that is written there, where there is one.
    """
    root = document.root
    if not isinstance(root, Mapping):
        return None
    refusals: list[Refusal] = []
    shared = root.get("Globals")
    refusals.extend(shared_refusals(shared))
    for section in ("Parameters", "Mappings"):
        entry = root.entry(section)
        if entry is not None and not isinstance(entry.value, Mapping):
            message = f"{section} must be a mapping; SAM refuses the template"
            refusals.append(Refusal(RefusalKind.STRUCTURE, message, entry.key.span))
    refusals.extend(_parameter_refusals(root.get("Parameters")))
    resources = _resources(root, shared, document.problems, refusals)
    conditions = root.get("Conditions")
    return Template(
        document=document,
        transforms=_transforms(root),
        parameters=_parameters(root.get("Parameters")),
        mappings=_mapping_or_none(root.get("Mappings")),
        conditions={entry.name: entry.value for entry in conditions} if isinstance(conditions, Mapping) else {},
        rules=_mapping_or_none(root.get("Rules")),
        resources=resources,
        outputs=_mapping_or_none(root.get("Outputs")),
        shared=_mapping_or_none(shared),
        root=root,
        refusals=tuple(refusals),
        included={path: found for path in included_paths(resources.values()) if (found := read(path)) is not None},
    )


def _resources(
    root: Mapping, shared: Node | None, problems: tuple[Problem, ...], refusals: list[Refusal]
) -> dict[str, Resource]:
    section = root.entry("Resources")
    is_sam = any(name.startswith("AWS::Serverless-") for name in _transforms(root))
    if section is None or not isinstance(section.value, Mapping) or not len(section.value):
        is_misspelt = any(nearest(entry.name, SECTIONS) == "Resources" for entry in root if entry.name not in SECTIONS)
        is_behind = any(problem.kind is ProblemKind.SEVERAL_DOCUMENTS for problem in problems)
        if section is not None or (is_sam and not is_misspelt and not is_behind):
            span = section.key.span if section is not None else Span(root.span.start, root.span.start + 1)
            message = "Resources must be a mapping of logical ids to resources; a template needs at least one"
            refusals.append(Refusal(RefusalKind.STRUCTURE, message, span))
        return {}
    resources: dict[str, Resource] = {}
    for entry in section.value:
        logical_id, node = entry.name, entry.value
        if logical_id.startswith("Fn::"):
            continue
        if not isinstance(node, Mapping):
            message = "the resource {resource} must be a mapping with a Type; check its indentation"
            refusals.append(Refusal(RefusalKind.STRUCTURE, message, entry.key.span, logical_id))
            continue
        if "Type" not in node and not any(attribute.name.startswith("Fn::") for attribute in node):
            message = "the resource {resource} has no Type; check its indentation"
            refusals.append(Refusal(RefusalKind.STRUCTURE, message, entry.key.span, logical_id))
        wrong = logical_id_refusal(entry.key)
        if wrong is not None:
            refusals.append(wrong)
        resources[logical_id] = _resource(entry.key, node, shared, refusals)
    return resources


def _resource(key: Scalar, node: Mapping, shared: Node | None, refusals: list[Refusal]) -> Resource:
    logical_id = key.text
    resource_type = _type(node)
    condition = node.get("Condition")
    if condition is not None and not (isinstance(condition, Scalar) and isinstance(condition.value, str)):
        is_empty = isinstance(condition, Scalar) and not condition.value
        if not is_empty:
            message = "Condition of {resource} must be the name of a condition, not an expression"
            refusals.append(Refusal(RefusalKind.STRUCTURE, message, condition.span, logical_id))
        condition = None
    properties = node.entry("Properties")
    own: Mapping
    if properties is not None and isinstance(properties.value, Mapping):
        own = properties.value
    else:
        own = Mapping((), node.span)
        if properties is not None and resource_type.startswith("AWS::Serverless::"):
            message = "Properties of {resource} must be a mapping"
            refusals.append(Refusal(RefusalKind.STRUCTURE, message, properties.key.span, logical_id))
    refusals.extend(property_refusals(resource_type, own, logical_id))
    if properties is None:
        refusals.extend(_misspelt_properties(node, logical_id))
    merged = own
    applicable, refused = shared_for(shared, resource_type, node.get("IgnoreGlobals"), logical_id)
    refusals.extend(refused)
    if applicable is not None:
        merged = merge_shared(applicable, own, resource_type)
    refusals.extend(name_refusals(resource_type, merged, node, logical_id))
    return Resource(logical_id, resource_type, merged, own, condition, node, key)


def _misspelt_properties(node: Mapping, logical_id: str) -> Iterator[Refusal]:
    """The key that is meant for Properties, where a resource has none."""
    for entry in node:
        if (
            entry.name not in ATTRIBUTES
            and nearest_property(entry.name, frozenset(("Properties",)), _LIKELY) is not None
        ):
            message = f"{entry.name} of {{resource}} is not read; did you mean Properties?"
            yield Refusal(RefusalKind.STRUCTURE, message, entry.key.span, logical_id)


def _parameter_refusals(section: Node | None) -> tuple[Refusal, ...]:
    """Parameters that are a value instead of what is declared of one."""
    if not isinstance(section, Mapping):
        return ()
    return tuple(
        Refusal(RefusalKind.STRUCTURE, f"the parameter {entry.name} must be a mapping with a Type", entry.key.span)
        for entry in section
        if not isinstance(entry.value, Mapping) and not entry.name.startswith("Fn::")
    )


def _parameters(section: Node | None) -> dict[str, Parameter]:
    parameters: dict[str, Parameter] = {}
    if not isinstance(section, Mapping):
        return parameters
    for entry in section:
        if not isinstance(entry.value, Mapping):
            continue
        allowed = entry.value.get("AllowedValues")
        values = allowed.items if isinstance(allowed, Sequence) else ()
        kind = entry.value.get("Type")
        parameters[entry.name] = Parameter(
            name=entry.name,
            type=kind.text if isinstance(kind, Scalar) else "String",
            default=entry.value.get("Default"),
            allowed_values=tuple(value for value in values if isinstance(value, Scalar)),
            node=entry.value,
            key=entry.key,
        )
    return parameters


def _transforms(root: Mapping) -> tuple[str, ...]:
    node = root.get("Transform")
    items = node.items if isinstance(node, Sequence) else () if node is None else (node,)
    names: list[str] = []
    for item in items:
        if isinstance(item, Scalar):
            names.append(item.text)
        elif isinstance(item, Mapping):
            name = item.get("Name")
            names.append(name.text if isinstance(name, Scalar) else "")
    return tuple(names)


def _type(node: Node) -> str:
    kind = node.get("Type") if isinstance(node, Mapping) else None
    return kind.text if isinstance(kind, Scalar) else ""


def _mapping_or_none(node: Node | None) -> Mapping | None:
    return node if isinstance(node, Mapping) else None
