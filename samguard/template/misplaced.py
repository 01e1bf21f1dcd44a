"""Properties that stand on the wrong level of a resource, where nothing reads them.

Beside Properties, SAM reads the attributes of a resource and passes over everything else; CloudFormation refuses it. What is
indented too far becomes a part of the property above. Source: samtranslator, model/__init__.py (from_dict), 1.115.0;
CloudFormation user guide, "Resource attribute reference".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from samguard.source import Entry, Mapping
from samguard.template.sam_properties import ATTRIBUTES, FUNCTION, STATE_MACHINE
from samguard.template.template import Resource

_BESIDE: Final = ATTRIBUTES | {"Type", "Properties", "Connectors", "CreationPolicy"}
_ROLLOUT: Final = frozenset(
    ("AutoPublishAlias", "AutoPublishAliasAllProperties", "AutoPublishCodeSha256", "DeploymentPreference")
)
_OF_ROLLOUTS: Final = (
    *("AWS::Serverless::", "AWS::Lambda::", "AWS::CodeDeploy::"),
    *("AWS::CloudWatch::", "AWS::StepFunctions::"),
)
_PLAIN: Final = (
    *("AWS::Lambda::Function", "AWS::Lambda::Alias", "AWS::Lambda::Version"),
    "AWS::StepFunctions::StateMachine",
)
_SAM_ONLY: Final = _ROLLOUT | {"VersionDeletionPolicy", "UseAliasAsEventTarget"}
_NOT_OURS: Final = frozenset(("Variables", "Tags", "DeploymentPreference", "Metadata", "Parameters"))
"""Mappings whose keys are named by whoever writes them; or that SG011 reads."""


@dataclass(frozen=True, slots=True)
class Misplaced:
    """An entry on the wrong level. `within` is the key that it stands under, empty beside Properties."""

    entry: Entry
    within: str


def misplaced(resource: Resource) -> Iterator[Misplaced]:
    """The entries of a resource that belong into its Properties, and are not there."""
    if not resource.type.startswith(_OF_ROLLOUTS):
        return
    for entry in resource.node:
        if entry.name not in _BESIDE and not entry.name.startswith("Fn::") and "Properties" in resource.node:
            yield Misplaced(entry, "")
    if resource.type not in (FUNCTION, STATE_MACHINE):
        return
    around = [entry for entry in (*resource.own_properties, *resource.node) if entry.name != "Properties"]
    for outer in around:
        if outer.name in _NOT_OURS - {"Metadata"} or not isinstance(outer.value, Mapping):
            continue
        for entry in outer.value:
            if entry.name in _ROLLOUT:
                yield Misplaced(entry, outer.name)


def sam_properties(resource: Resource) -> tuple[Entry, ...]:
    """The properties of a plain resource that are instructions to the SAM transform, which does not read them there."""
    if resource.type not in _PLAIN:
        return ()
    return tuple(entry for entry in resource.own_properties if entry.name in _SAM_ONLY)


def has_sam_properties(resource: Resource) -> bool:
    """Whether a plain resource is written as if it were one of SAM's."""
    return bool(sam_properties(resource))


def misplaces_rollout(resource: Resource) -> bool:
    """Whether what should have been said of a resource's rollout stands where nothing reads it."""
    return any(found.entry.name in _ROLLOUT for found in misplaced(resource))
