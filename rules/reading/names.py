"""What a name in a template may stand for, and what is wrong with one that stands for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation.generated import derived, is_generated, publishes
from samguard.linting.rule import Edit, Finding, Fix
from samguard.pattern import pattern
from samguard.source import Mapping, Problem, ProblemKind, Scalar
from samguard.template import Mention, Naming, RefusalKind, Resource, Template, loop_identifiers, mentions
from samguard.template.misplaced import has_sam_properties
from samguard.template.resource_attributes import attribute_advice
from samguard.template.resource_types import meant_type
from samguard.value import value

_PSEUDO_PARAMETERS: Final = tuple(
    f"AWS::{name}"
    for name in ("AccountId", "NoValue", "NotificationARNs", "Partition", "Region", "StackId", "StackName", "URLSuffix")
)
_PLACEHOLDER: Final = pattern(r"\$\{|&\{|\{\{|[<>%@]|__")
"""In names that something fills in before CloudFormation sees them."""
_LETTERS: Final = pattern("[^A-Za-z0-9]")
_ALIAS_AND_VERSION: Final = ("Alias", "Version")
_NEAR: Final = 0.75


def nameless(template: Template) -> tuple[Finding, ...]:
    """One finding for each name that stands for nothing; one for each function whose alias is missed.

    None where more than a few names stand for nothing: then the template is a piece of one. The more sections it has, the
    wholer it is.
    """
    found = dict(_nameless(template))
    unknown = {mention.name for mention in found if mention.name not in template.resources}
    most = 1 + sum((bool(template.transforms), "Parameters" in template.root, "Conditions" in template.root))
    return () if len(unknown) > most else tuple(found.values())


def _nameless(template: Template) -> Iterator[tuple[Mention, Finding]]:
    names = _names(template)
    without_alias: set[str] = set()
    refused = [one.span for one in template.refusals if one.kind is RefusalKind.ALIAS_NOT_LITERAL]  # SG006 speaks
    for mention in mentions(template):
        if not mention.name or _PLACEHOLDER.search(mention.name) or mention.naming in names.open:
            continue
        if any(span.start <= mention.span.end and mention.span.start <= span.end for span in refused):
            continue
        resource = template.resources.get(mention.name)
        if mention.naming in (Naming.VALUE, Naming.RESOURCE) and resource is not None:
            finding = _of_resource(mention, resource, template)
        else:
            finding = _of_name(mention, names, template)
        if finding is None or finding.resource in without_alias:
            continue
        if finding.resource is not None:
            without_alias.add(finding.resource)
        yield mention, finding


@value
class _Names:
    """The names that a template has; `open` are the kinds of which there may be more than it shows."""

    values: frozenset[str]
    parameters: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[str, ...]
    mappings: tuple[str, ...]
    open: frozenset[Naming]


def _names(template: Template) -> _Names:
    unsure: set[Naming] = set()
    is_modular = any(resource.type.endswith("::MODULE") for resource in template.resources.values())
    if template.may_gain_resources or is_modular or not template.resources:
        unsure |= {Naming.VALUE, Naming.RESOURCE}
    if template.misspelt_sections:
        unsure |= set(Naming)  # SG034 speaks of the section, and what it was meant for is not known
    if any(
        problem.kind is ProblemKind.DUPLICATE_KEY and _is_section(problem, template)
        for problem in template.document.problems
    ):
        unsure |= set(Naming)  # SG002 speaks of a section that takes the place of another
    for naming, section in (
        (Naming.VALUE, "Parameters"),
        (Naming.CONDITION, "Conditions"),
        (Naming.MAPPING, "Mappings"),
    ):
        node = template.root.get(section)
        is_whole = isinstance(node, Mapping) and not any(entry.name.startswith("Fn::") for entry in node)
        if node is not None and not is_whole:
            unsure.add(naming)
    return _Names(
        values=frozenset((*template.parameters, *_PSEUDO_PARAMETERS, *loop_identifiers(template))),
        parameters=tuple(template.parameters),
        resources=tuple(template.resources),
        conditions=tuple(template.conditions),
        mappings=tuple(entry.name for entry in template.mappings) if template.mappings is not None else (),
        open=frozenset(unsure),
    )


def _is_section(problem: Problem, template: Template) -> bool:
    """Whether what is written twice is a whole section of the template."""
    key = template.document.text[problem.span.start : problem.span.end].strip("\"'")
    return key in ("Parameters", "Conditions", "Mappings", "Resources") and key in template.root


def _is_get_att(mention: Mention, template: Template) -> bool:
    """Whether the line of a mention calls Fn::GetAtt, and no Fn::Sub."""
    text = template.document.text
    start = text.rfind("\n", 0, mention.span.start) + 1
    line = text[start:].partition("\n")[0]
    return "GetAtt" in line and "${" not in line


def _of_resource(mention: Mention, resource: Resource, template: Template) -> Finding | None:
    """What is wrong with the mention of a resource that is there."""
    name, attribute = mention.name, mention.attribute
    if mention.section == "Conditions":
        message = f"conditions are evaluated before there are resources, so CloudFormation refuses {name} here; use a parameter"
        return Finding(mention.span, message)
    if meant_type(resource.type) is not None or has_sam_properties(resource):
        return None  # SG032 and SG031 say why it offers nothing
    first = attribute.partition(".")[0]
    offered = derived(resource)
    if first in _ALIAS_AND_VERSION and first in offered and not publishes(resource):
        return _without_alias(mention, resource, template)
    is_sub = attribute == "Version" and not _is_get_att(mention, template)  # ${Orders.Version} is a Ref to SAM
    advice = attribute_advice(resource, attribute) if attribute and not mention.by_ref and not is_sub else None
    if advice is not None:
        return Finding(mention.span, f"{name} has no attribute {attribute}, and CloudFormation refuses it: {advice}")
    if not mention.by_ref or not attribute or attribute in offered:
        return None
    if first == "DeploymentGroup" and offered:
        hint = f"the deployment group that SAM makes is called {name}DeploymentGroup"
    elif offered:
        hint = f"after the dot of a Ref, SAM knows {', '.join(offered[:-1])} and {offered[-1]}; for an attribute, use !GetAtt"
    else:
        hint = f"for an attribute, use !GetAtt {name}.{attribute}"
    return Finding(mention.span, f"Ref {name}.{attribute} names nothing, and CloudFormation refuses it; {hint}")


def _without_alias(mention: Mention, resource: Resource, template: Template) -> Finding | None:
    if publishes(resource) or _is_refused(resource, template):
        return None
    message = (
        f"{resource.logical_id} has no AutoPublishAlias, so there is no {resource.logical_id}.{mention.attribute} to refer "
        "to, and CloudFormation refuses the template. Add AutoPublishAlias: live"
    )
    return Finding(mention.span, message, resource=resource.logical_id)


def _is_refused(resource: Resource, template: Template) -> bool:
    """Whether another rule says already why the function has no alias."""
    preference = resource.properties.get("DeploymentPreference")
    enabled = preference.get("Enabled") if isinstance(preference, Mapping) else None
    is_off = not isinstance(preference, Mapping) or (isinstance(enabled, Scalar) and not enabled.value)
    named = (refusal.resource for refusal in template.refusals)
    is_misspelt = any(refusal.kind is RefusalKind.GLOBALS for refusal in template.refusals)
    return not is_off or is_misspelt or resource.logical_id in named


def _of_name(mention: Mention, names: _Names, template: Template) -> Finding | None:
    """What is wrong with a mention of what is no resource of the file."""
    known, what = _of_kind(mention.naming, names)
    if mention.name in names.values and mention.naming is Naming.VALUE:
        return None  # first, being nearly every mention
    if mention.naming in (Naming.VALUE, Naming.RESOURCE) and is_generated(mention.name, template):
        return None
    if mention.name in names.values and mention.naming is Naming.RESOURCE:
        return Finding(
            mention.span, f"{mention.name} is a parameter where a resource is due; CloudFormation refuses it"
        )
    if mention.name in known or any(_LETTERS.sub("", name) == mention.name for name in known):
        return None  # a logical id with other characters is SG027's
    from difflib import get_close_matches

    near = get_close_matches(mention.name, known, n=1, cutoff=_NEAR)
    hint = f"; did you mean {near[0]}?" if near else ""
    message = f"{what} {mention.name}, and CloudFormation refuses it{hint}"
    return Finding(mention.span, message, fixes=_fixes(mention, near, template))


def _of_kind(naming: Naming, names: _Names) -> tuple[tuple[str, ...], str]:
    """The names of a kind, and how to say that there is none."""
    match naming:
        case Naming.VALUE:
            return (*names.parameters, *names.resources, *_PSEUDO_PARAMETERS), "nothing in this template is called"
        case Naming.RESOURCE:
            return names.resources, "this template has no resource"
        case Naming.CONDITION:
            return names.conditions, "this template has no condition"
        case Naming.MAPPING:
            return names.mappings, "this template has no mapping"


def _fixes(mention: Mention, near: list[str], template: Template) -> tuple[Fix, ...]:
    written = template.document.text[mention.span.start : mention.span.end]
    if not near or mention.name not in written:
        return ()
    start = mention.span.start + written.index(mention.name)
    span = mention.span._replace(start=start, end=start + len(mention.name))
    return (Fix(f"Write {near[0]}", (Edit(span, near[0]),), safe=False),)
