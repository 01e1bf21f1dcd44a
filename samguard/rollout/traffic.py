"""Who calls a function: people who wait for an answer, messages, a clock, or nothing that the template shows.

Also whether a template means to shift traffic gradually at all: one that never does has another aim than one that
does so for some functions and forgets others.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from samguard.evaluation import EvaluatedTemplate
from samguard.rollout.deployment import Deployment
from samguard.rollout.strategy import LAMBDA_PREFIX, PREDEFINED
from samguard.source import Mapping, Node, Scalar, Sequence
from samguard.source.nodes import walk
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
_VARIABLE: Final = re.compile(r"\$\{\s*([A-Za-z0-9]+)")


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
    """What calls a function: its own events, or the APIs, mappings and workflows of the template that refer to it."""
    own = own_traffic(resource)
    if own in (Traffic.REQUESTS, Traffic.MESSAGES, Traffic.UNKNOWN):
        return own
    callers = scene.remembered("callers", "", lambda: _callers(scene))
    return callers.get(resource.logical_id, own)


def _kind(event: Node) -> str:
    kind = event.get("Type") if isinstance(event, Mapping) else None
    return kind.text if isinstance(kind, Scalar) else ""


def _callers(scene: EvaluatedTemplate) -> dict[str, Traffic]:
    """The functions that other resources of the template call, and for whom."""
    functions = {resource.logical_id for resource in scene.template.of_type(*_FUNCTION_TYPES)}
    found: dict[str, Traffic] = {}
    for prefixes, kind in ((_MESSAGE_CALLERS, Traffic.MESSAGES), (_REQUEST_CALLERS, Traffic.REQUESTS)):
        for resource in scene.template.resources.values():
            if resource.type.startswith(prefixes):
                for name in _names(resource.properties):
                    if name in functions:
                        found[name] = kind
    return found


def _names(node: Node) -> set[str]:
    """The logical ids that expressions below a node refer to."""
    names: set[str] = set()
    for part in walk(node):
        call = intrinsic(part)
        if call is None:
            continue
        argument = call.argument
        if call.name == "Ref" and isinstance(argument, Scalar):
            names.add(argument.text.partition(".")[0])
        elif call.name == "Fn::GetAtt":
            first = argument.items[0] if isinstance(argument, Sequence) and argument.items else argument
            if isinstance(first, Scalar):
                names.add(first.text.partition(".")[0])
        elif call.name == "Fn::Sub":
            text = argument.items[0] if isinstance(argument, Sequence) and argument.items else argument
            if isinstance(text, Scalar):
                names.update(_VARIABLE.findall(text.text))
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


