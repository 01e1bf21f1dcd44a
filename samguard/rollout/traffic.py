"""Who calls a function: people who wait for an answer, messages, a clock, or nothing that the template shows.

Also whether a template means to shift traffic gradually at all: one that never does has another aim than one that does
so for some functions and forgets others.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from samguard.evaluation import EvaluatedTemplate
from samguard.evaluation.lookups import lookups
from samguard.rollout.deployment import Deployment
from samguard.rollout.strategy import LAMBDA_PREFIX, PREDEFINED
from samguard.source import Mapping, Node, Scalar, Sequence
from samguard.template import Parameter, Resource, intrinsic

_FUNCTION_TYPES: Final = ("AWS::Serverless::Function", "AWS::Lambda::Function")
_REQUEST_EVENTS: Final = frozenset({"Api", "HttpApi", "WebSocket", "AlexaSkill", "Cognito"})
_MESSAGE_EVENTS: Final = frozenset(
    {
        "SQS",
        "SNS",
        "S3",
        "Kinesis",
        "DynamoDB",
        "MSK",
        "MQ",
        "SelfManagedKafka",
        "DocumentDB",
        "EventBridgeRule",
        "CloudWatchEvent",
        "IoTRule",
    }
)
_SCHEDULE_EVENTS: Final = frozenset({"Schedule", "ScheduleV2"})
_REQUEST_CALLERS: Final = (
    "AWS::Serverless::Api",
    "AWS::Serverless::HttpApi",
    "AWS::Serverless::GraphQLApi",
    "AWS::ApiGateway::",
    "AWS::ApiGatewayV2::",
    "AWS::AppSync::",
    "AWS::ElasticLoadBalancingV2::",
    "AWS::Lambda::Url",
    "AWS::Cognito::UserPool",
)
_MESSAGE_CALLERS: Final = (
    "AWS::Lambda::EventSourceMapping",
    "AWS::SNS::Subscription",
    "AWS::Events::Rule",
    "AWS::Serverless::StateMachine",
    "AWS::StepFunctions::StateMachine",
)
_INTERNAL_CALLERS: Final = (
    "Custom::",
    "AWS::CloudFormation::CustomResource",
    "AWS::CloudFront::Distribution",
    "AWS::Logs::SubscriptionFilter",
)
"""CloudFormation itself and logs, for which nobody waits; and CloudFront, which calls versions and no alias."""
_EDGE: Final = "edgelambda.amazonaws.com"
_AUTHORIZES: Final = ("Auth", "Authorizers", "x-amazon-apigateway-authorizer")
"""Keys of an API below which functions stand that decide who may call it, not what is answered."""


class Traffic(Enum):
    """Where a function's invocations come from, as far as its template shows."""

    REQUESTS = "requests"
    """People or programs that wait for the answer."""
    MESSAGES = "messages"
    """A queue, a stream, a bus, a workflow."""
    SCHEDULE = "schedule"
    NONE = "none"
    """Nothing here: a custom resource, a log forwarder, a hook, or a function that is called from elsewhere."""
    UNKNOWN = "unknown"

    @property
    def reaches_users(self) -> bool:
        """Whether a bad version is likely to be felt by users."""
        return self in (Traffic.REQUESTS, Traffic.MESSAGES, Traffic.UNKNOWN)


def own_traffic(resource: Resource) -> Traffic:
    """What a SAM function's own Events and FunctionUrlConfig bring it."""
    properties = resource.properties
    if "Fn::Transform" in properties:
        return Traffic.UNKNOWN
    if isinstance(properties.get("FunctionUrlConfig"), Mapping):
        return Traffic.REQUESTS
    events = properties.get("Events")
    if not isinstance(events, Mapping):
        return Traffic.NONE
    if intrinsic(events) is not None:
        return Traffic.UNKNOWN
    kinds = {_kind(entry.value) for entry in events}
    for known, traffic in (
        (_REQUEST_EVENTS, Traffic.REQUESTS),
        (_MESSAGE_EVENTS, Traffic.MESSAGES),
        (_SCHEDULE_EVENTS, Traffic.SCHEDULE),
    ):
        if kinds & known:
            return traffic
    return Traffic.NONE


def traffic(resource: Resource, scene: EvaluatedTemplate) -> Traffic:
    """What calls a function: its own events, or the APIs, mappings and workflows of the template that refer to it.

    Where the template shows no requests and messages at all, its functions are called from elsewhere: not known.
    """
    own = own_traffic(resource)
    if own in (Traffic.REQUESTS, Traffic.MESSAGES, Traffic.UNKNOWN):
        return own
    callers = scene.remembered("callers", "", lambda: _callers(scene))
    found = callers.get(resource.logical_id, own)
    shows_any = any(kind is not Traffic.NONE for kind in callers.values()) or any(
        own_traffic(function).reaches_users for function in scene.template.of_type(*_FUNCTION_TYPES)
    )
    is_told = shows_any or resource.logical_id in callers or _EDGE in scene.template.document.text
    return found if is_told or found is not Traffic.NONE else Traffic.UNKNOWN


def _kind(event: Node) -> str:
    kind = event.get("Type") if isinstance(event, Mapping) else None
    return kind.text if isinstance(kind, Scalar) else ""


def _callers(scene: EvaluatedTemplate) -> dict[str, Traffic]:
    """The functions that other resources of the template call, and for whom."""
    functions = {resource.logical_id: resource.logical_id for resource in scene.template.of_type(*_FUNCTION_TYPES)}
    for alias in scene.template.of_type("AWS::Lambda::Alias"):
        function = scene.resource_of(scene.property(alias, "FunctionName"))
        if function is not None:
            functions[alias.logical_id] = function.logical_id
    found: dict[str, Traffic] = {}
    for prefixes, kind in (
        (_INTERNAL_CALLERS, Traffic.NONE),
        (_MESSAGE_CALLERS, Traffic.MESSAGES),
        (_REQUEST_CALLERS, Traffic.REQUESTS),
    ):
        for resource in scene.template.resources.values():
            if resource.type.startswith(prefixes) and not resource.type.endswith("::Authorizer"):
                for name in _names(resource.properties):
                    if name in functions:
                        found[functions[name]] = kind
    return found


def _names(node: Node) -> set[str]:
    """The logical ids that expressions below a node refer to, authorizers apart."""
    names: set[str] = set()
    waiting = [node]
    while waiting:
        part = waiting.pop()
        names.update(name.partition(".")[0] for name in lookups(part))
        if isinstance(part, Sequence):
            waiting.extend(part.items)
        elif isinstance(part, Mapping):
            waiting.extend(entry.value for entry in part if entry.name not in _AUTHORIZES)
    return names


def means_to_shift(deployment: Deployment) -> bool:
    """Whether a template shows that gradual deployment is wanted: a preference, a hook, CodeDeploy, a strategy."""
    template = deployment.template
    if deployment.hook_functions():
        return True
    for resource in template.resources.values():
        if resource.type.startswith("AWS::CodeDeploy::"):
            return True
        if isinstance(resource.properties.get("DeploymentPreference"), Mapping):
            return True
    return any(is_strategy_parameter(parameter) for parameter in template.parameters.values()) or any(
        isinstance(value.text, str) and _is_gradual(value.text) for value in deployment.environment.parameters.values()
    )


def is_strategy_parameter(parameter: Parameter) -> bool:
    """Whether a parameter's Default or AllowedValues name a gradual strategy."""
    default = parameter.default
    said = [value.text for value in parameter.allowed_values]
    if isinstance(default, Scalar):
        said.append(default.text)
    return any(_is_gradual(text) for text in said)


def _is_gradual(text: str) -> bool:
    known = PREDEFINED.get(text.removeprefix(LAMBDA_PREFIX))
    return known is not None and not known.is_all_at_once
