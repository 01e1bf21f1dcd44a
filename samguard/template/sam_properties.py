"""Properties of SAM's functions and state machines, and what the transform refuses among those a template writes.

SAM refuses a template for any property that it does not define. Told here are those that are meant for something it
does define: misspelt, on the wrong level, or CloudFormation's name for it. What is left may be newer than this list.

Source: samtranslator, model/sam_resources.py (property_types), read with version 1.115.0.
"""

from __future__ import annotations

from typing import Final

from samguard.pattern import pattern
from samguard.source import Entry, Mapping
from samguard.template.refusal import Refusal, RefusalKind
from samguard.template.resource_types import TYPES

FUNCTION: Final = "AWS::Serverless::Function"
STATE_MACHINE: Final = "AWS::Serverless::StateMachine"
PROPERTIES: Final = {
    FUNCTION: frozenset(
        (
            "FunctionName Handler Runtime CodeUri ImageUri PackageType InlineCode DeadLetterQueue Description MemorySize "
            "Timeout VpcConfig Role AssumeRolePolicyDocument Policies RolePath PermissionsBoundary Environment Events Tags "
            "PropagateTags Tracing KmsKeyArn DeploymentPreference ReservedConcurrentExecutions Layers EventInvokeConfig "
            "EphemeralStorage AutoPublishAlias AutoPublishCodeSha256 AutoPublishAliasAllProperties VersionDescription "
            "ProvisionedConcurrencyConfig FileSystemConfigs ImageConfig CodeSigningConfigArn Architectures SnapStart "
            "FunctionUrlConfig RuntimeManagementConfig LoggingConfig RecursiveLoop SourceKMSKeyArn CapacityProviderConfig "
            "FunctionScalingConfig VersionDeletionPolicy PublishToLatestPublished TenancyConfig DurableConfig"
        ).split()
    ),
    STATE_MACHINE: frozenset(
        (
            "Definition DefinitionUri Logging Role RolePath DefinitionSubstitutions Events Name Type Tags PropagateTags "
            "Policies Tracing PermissionsBoundary AutoPublishAlias DeploymentPreference UseAliasAsEventTarget"
        ).split()
    ),
}
"""The properties of the types that are rolled out."""
_PREFERENCE_KEYS: Final = frozenset(
    ("Type", "Enabled", "Alarms", "Alarm", "Hooks", "Hook", "TriggerConfigurations", "PassthroughCondition")
)
_HOOK_KEYS: Final = frozenset(("PreTraffic", "PostTraffic"))
ATTRIBUTES: Final = frozenset(
    ("Condition", "DependsOn", "Metadata", "DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy", "IgnoreGlobals")
)
"""What stands beside Properties."""
_PLAIN_NAMES: Final = {
    "Code": "CodeUri",
    "DeadLetterConfig": "DeadLetterQueue",
    "TracingConfig": "Tracing",
}
"""CloudFormation's names of what SAM calls something else."""
_ROLLOUT_WORDS: Final = pattern(
    r"AutoPublish|Deployment|Preference|Alias|Alarm|Hook|ProvisionedConcurrency|VersionDeletion"
)
_WORDS_OF_FUNCTIONS: Final = pattern(r"AutoPublish|DeploymentPreference|Alias|Alarms|Hooks|ProvisionedConcurrency")
"""What no other type's properties are called, but for those of `_NOT_JUDGED`."""
_NOT_JUDGED: Final = frozenset(f"AWS::Serverless::{name}" for name in ("MicrovmImage", "GraphQLApi", "WebFunction"))
_NEAR: Final = 0.85
"""How alike a misspelling is: a property that SAM gains may well begin as another one does."""


def property_refusals(resource_type: str, own: Mapping, logical_id: str) -> tuple[Refusal, ...]:
    """What the transform refuses among the properties that a SAM resource writes itself."""
    if not resource_type.startswith("AWS::Serverless::") or resource_type not in TYPES or resource_type in _NOT_JUDGED:
        return ()
    refusals: list[Refusal] = []
    for entry in own:
        found = _refused(entry, resource_type, logical_id)
        if found is not None:
            refusals.append(found)
    return tuple(refusals)


def _refused(entry: Entry, resource_type: str, logical_id: str) -> Refusal | None:
    name = entry.name
    known = PROPERTIES.get(resource_type)
    if known is None:
        if not _WORDS_OF_FUNCTIONS.search(name):
            return None
        message = f"{name} is no property of {resource_type}; SAM refuses the template"
        return Refusal(RefusalKind.UNKNOWN_PROPERTY, message, entry.key.span, logical_id)
    if name in known or name.startswith("Fn::"):
        return None
    what = "a function" if resource_type == FUNCTION else "a state machine"
    refuses = f"SAM knows no property {name} of {what} and refuses the template"
    near = nearest_property(name, known)
    if name in ATTRIBUTES or name == "Properties":
        message = f"{refuses}: {name} belongs beside Properties, not into them"
    elif name in _HOOK_KEYS:
        message = f"{refuses}: {name} belongs under DeploymentPreference, Hooks"
    elif name in _PREFERENCE_KEYS:
        message = f"{refuses}: {name} belongs under DeploymentPreference"
    elif name in PROPERTIES[FUNCTION] and _ROLLOUT_WORDS.search(name):
        message = refuses
    elif near is not None:
        message = f"{refuses}; did you mean {near}?"
        return Refusal(RefusalKind.UNKNOWN_PROPERTY, message, entry.key.span, logical_id, near)
    elif resource_type == FUNCTION and name in _PLAIN_NAMES:
        message = f"{refuses}; SAM calls it {_PLAIN_NAMES[name]}"
    elif _ROLLOUT_WORDS.search(name):
        message = f"{refuses}. Its names for rollouts are AutoPublishAlias and DeploymentPreference"
    else:
        return None
    return Refusal(RefusalKind.UNKNOWN_PROPERTY, message, entry.key.span, logical_id)


def nearest_property(word: str, known: frozenset[str], likeness: float = _NEAR) -> str | None:
    """The one name of `known` that `word` is a misspelling of, or None where none is as like as `likeness` (0..1)."""
    from difflib import SequenceMatcher  # noqa: PLC0415 - 2 ms, and only where something is misspelt

    alike = {name: SequenceMatcher(None, word.lower(), name.lower()).ratio() for name in sorted(known)}
    best = max(alike, key=lambda name: alike[name], default=None)
    return best if best is not None and alike[best] >= likeness else None
