"""Globals: which sections and properties SAM knows there, and how it merges them into a resource.

Source: aws/serverless-application-model, docs/globals.rst and the transform's own table, read with version 1.115.0.
"""

from __future__ import annotations

from typing import Final

from samguard.errors import nearest
from samguard.source import Entry, Mapping, Node, Scalar, Sequence
from samguard.template.intrinsic import intrinsic
from samguard.template.refusal import Refusal, RefusalKind

_FUNCTION: Final = (
    "Handler Runtime CodeUri DeadLetterQueue Description MemorySize Timeout VpcConfig Environment Tags PropagateTags "
    "Tracing KmsKeyArn AutoPublishAlias AutoPublishAliasAllProperties Layers DeploymentPreference RolePath "
    "PermissionsBoundary ReservedConcurrentExecutions ProvisionedConcurrencyConfig AssumeRolePolicyDocument "
    "EventInvokeConfig FileSystemConfigs CodeSigningConfigArn Architectures SnapStart EphemeralStorage "
    "FunctionUrlConfig RuntimeManagementConfig LoggingConfig RecursiveLoop SourceKMSKeyArn TenancyConfig "
    "DurableConfig CapacityProviderConfig FunctionScalingConfig PublishToLatestPublished VersionDeletionPolicy"
)
SUPPORTED: Final = {
    "Function": frozenset(_FUNCTION.split()),
    "Api": frozenset(
        (
            "Auth Name DefinitionUri CacheClusterEnabled CacheClusterSize MergeDefinitions Variables "
            "EndpointConfiguration MethodSettings BinaryMediaTypes MinimumCompressionSize Cors GatewayResponses "
            "AccessLogSetting CanarySetting TracingEnabled OpenApiVersion Domain AlwaysDeploy PropagateTags "
            "SecurityPolicy EndpointAccessMode"
        ).split()
    ),
    "HttpApi": frozenset(
        (
            "Auth AccessLogSettings StageVariables Tags CorsConfiguration DefaultRouteSettings Domain RouteSettings "
            "FailOnWarnings PropagateTags"
        ).split()
    ),
    "SimpleTable": frozenset({"SSESpecification"}),
    "StateMachine": frozenset({"PropagateTags"}),
    "LayerVersion": frozenset({"PublishLambdaVersion"}),
    "CapacityProvider": frozenset(
        (
            "VpcConfig OperatorRole Tags InstanceRequirements ScalingConfig KmsKeyArn PropagateTags LoggingConfig "
            "ManagedResourceTags"
        ).split()
    ),
    "MicrovmImage": frozenset(
        (
            "BuildRoleArn BaseImageArn BaseImageVersion Logging EgressNetworkConnectors CpuConfigurations Resources "
            "AdditionalOsCapabilities Hooks EnvironmentVariables Tags PropagateTags"
        ).split()
    ),
    "NetworkConnector": frozenset({"OperatorRole", "Tags", "PropagateTags"}),
    "WebSocketApi": frozenset(
        (
            "AccessLogSettings ApiKeySelectionExpression DefaultRouteSettings DisableExecuteApiEndpoint "
            "DisableSchemaValidation Domain FailOnWarnings IpAddressType PropagateTags RouteSelectionExpression "
            "RouteSettings StageVariables Tags"
        ).split()
    ),
}
"""Properties that each section of Globals may hold."""

_REPLACED: Final = frozenset({"Function.Architectures", "CapacityProvider.InstanceRequirements.Architectures"})
"""Paths at which a resource's list replaces the shared one instead of following it."""
_PRUNED: Final = frozenset({"CapacityProvider.ManagedResourceTags"})
"""Paths at which only the resource's own keys survive."""


def shared_refusals(shared: Node | None) -> tuple[Refusal, ...]:
    """What the transform refuses in a Globals section."""
    if shared is None:
        return ()
    if not isinstance(shared, Mapping):
        message = "Globals must be a mapping of resource types (Function, Api, …) to properties"
        return (Refusal(RefusalKind.GLOBALS, message, shared.span),)
    refusals: list[Refusal] = []
    for section in shared:
        supported = SUPPORTED.get(section.name)
        if supported is None:
            message = f"Globals has no section {section.name!r}{_did_you_mean(section.name, tuple(SUPPORTED))}"
            refusals.append(Refusal(RefusalKind.GLOBALS, message, section.key.span))
            continue
        if not isinstance(section.value, Mapping):
            message = f"Globals.{section.name} must be a mapping of properties"
            refusals.append(Refusal(RefusalKind.GLOBALS, message, section.key.span))
            continue
        for entry in section.value:
            if entry.name not in supported:
                hint = _did_you_mean(entry.name, tuple(supported))
                message = f"{entry.name} cannot stand in Globals.{section.name}; SAM refuses the template{hint}"
                refusals.append(Refusal(RefusalKind.GLOBALS, message, entry.key.span))
    return tuple(refusals)


def shared_for(
    shared: Node | None, resource_type: str, ignore: Node | None, logical_id: str
) -> tuple[Mapping | None, tuple[Refusal, ...]]:
    """The properties of Globals that apply to one resource, `IgnoreGlobals` left out, and what is refused in that."""
    if not isinstance(shared, Mapping) or not resource_type.startswith("AWS::Serverless::"):
        return None, ()
    properties = shared.get(resource_type.removeprefix("AWS::Serverless::"))
    if not isinstance(properties, Mapping):
        return None, ()
    if (
        ignore is None
        or (isinstance(ignore, Scalar) and not ignore.value)
        or (isinstance(ignore, Mapping) and not len(ignore))
    ):
        return properties, ()
    if isinstance(ignore, Scalar) and ignore.value == "*":
        return None, ()
    if not isinstance(ignore, Sequence):
        message = "IgnoreGlobals must be '*' or a list of properties of Globals"
        return properties, (Refusal(RefusalKind.IGNORE_GLOBALS, message, ignore.span, logical_id),)
    refusals: list[Refusal] = []
    left_out: set[str] = set()
    for item in ignore.items:
        name = item.text if isinstance(item, Scalar) else None
        if name is not None and name in properties and name not in left_out:
            left_out.add(name)
        else:
            message = f"IgnoreGlobals names {name!r}, which Globals does not set; SAM refuses the template"
            refusals.append(Refusal(RefusalKind.IGNORE_GLOBALS, message, item.span, logical_id))
    kept = tuple(entry for entry in properties if entry.name not in left_out)
    return Mapping(kept, properties.span), tuple(refusals)


def merge_shared(shared: Mapping, own: Mapping, resource_type: str) -> Mapping:
    """A resource's properties over the shared ones, key by key, as the transform merges them."""
    return _merge_mappings(shared, own, resource_type.removeprefix("AWS::Serverless::"))


def _merge(shared: Node, own: Node, path: str) -> Node:
    if isinstance(shared, Mapping) and isinstance(own, Mapping) and not (intrinsic(shared) or intrinsic(own)):
        if path in _PRUNED and len(own):
            kept = tuple(entry for entry in shared if entry.name in own)
            return _merge_mappings(Mapping(kept, shared.span), own, path)
        return _merge_mappings(shared, own, path)
    if isinstance(shared, Sequence) and isinstance(own, Sequence) and path not in _REPLACED:
        return Sequence(shared.items + own.items, own.span)
    return own


def _merge_mappings(shared: Mapping, own: Mapping, path: str) -> Mapping:
    entries: list[Entry] = []
    for entry in shared:
        local = own.entry(entry.name)
        if local is None:
            entries.append(entry)
        else:
            entries.append(Entry(local.key, _merge(entry.value, local.value, f"{path}.{entry.name}")))
    entries.extend(entry for entry in own if entry.name not in shared)
    return Mapping(tuple(entries), own.span)


def _did_you_mean(word: str, known: tuple[str, ...]) -> str:
    near = nearest(word, known)
    return f"; did you mean {near!r}?" if near else ""
