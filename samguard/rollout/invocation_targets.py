"""Every place in a template that makes AWS invoke a function or start a state machine.

What SAM makes of a function's own `Events` and `FunctionUrlConfig` is not among them: that goes to the alias by itself.
Nor is what only names a function: permissions, policies, dimensions, log groups, `ServiceToken`, deployment hooks.
Sources: CloudFormation user guide, the resource types named here; SAM developer guide, AWS::Serverless::Api and
AWS::Serverless::HttpApi (Auth), AWS::Serverless::GraphQLApi.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from samguard.evaluation import EvaluatedTemplate, Literal, Removed
from samguard.rollout.api_definition import named_uris
from samguard.rollout.invocable import MACHINE_TYPES, Invocable, Reach, invocable
from samguard.rollout.machine_tasks import machine_tasks
from samguard.rollout.mentions import place_of
from samguard.source import Mapping, Node, Sequence, Span
from samguard.template import Resource, intrinsic


class InvocationKind(Enum):
    """What sends the invocations."""

    EVENT = auto()
    """A rule, a queue, a bucket, a topic, a user pool: whatever happens elsewhere."""
    API = auto()
    """An API's method or route."""
    AUTHORIZER = auto()
    """An API that asks whether a request may pass."""
    URL = auto()
    """A function URL."""
    TASK = auto()
    """A state machine's task."""


@dataclass(frozen=True, slots=True)
class InvocationTarget:
    """One place that names what is invoked.

    `source` is the resource it stands in and `noun` what people call that, with `{}` for its logical id. `principal` is the service that needs
    an AWS::Lambda::Permission, "" where it invokes with a role. `span` is the reference itself, `node` the expression
    around it.
    """

    kind: InvocationKind
    source: Resource = field(repr=False)
    noun: str
    principal: str
    invoked: Invocable
    span: Span
    node: Node | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where resources of a type name what they invoke. In a path `[]` is each item, `{}` each value."""

    noun: str
    path: tuple[str, ...]
    principal: str = ""
    kind: InvocationKind = InvocationKind.EVENT
    role: str = ""
    """The property beside the target that gives a role to invoke with; then no permission is needed."""


def _place(noun: str, path: str, principal: str = "", kind: InvocationKind = InvocationKind.EVENT, role: str = "") -> _Place:
    return _Place(noun, tuple(path.split(".")), f"{principal}.amazonaws.com" if principal else "", kind, role)


_AUTHORIZER: Final = InvocationKind.AUTHORIZER
_API: Final = InvocationKind.API
_USER_POOL: Final = "Cognito user pool {}"
_PROCESSOR: Final = "ProcessingConfiguration.Processors.[].Parameters.[].ParameterValue"

PLACES: Final[dict[str, tuple[_Place, ...]]] = {
    "AWS::Lambda::EventSourceMapping": (_place("event source mapping {}", "FunctionName"),),
    "AWS::Events::Rule": (_place("EventBridge rule {}", "Targets.[].Arn", "events"),),
    "AWS::Scheduler::Schedule": (_place("schedule {}", "Target.Arn"),),
    "AWS::Pipes::Pipe": (_place("pipe {}", "Target"), _place("pipe {}", "Enrichment")),
    "AWS::SNS::Subscription": (_place("subscription {}", "Endpoint", "sns"),),
    "AWS::SNS::Topic": (_place("topic {}", "Subscription.[].Endpoint", "sns"),),
    "AWS::S3::Bucket": (_place("bucket {}", "NotificationConfiguration.LambdaConfigurations.[].Function", "s3"),),
    "AWS::Logs::SubscriptionFilter": (_place("log subscription {}", "DestinationArn", "logs"),),
    "AWS::IoT::TopicRule": (
        _place("IoT rule {}", "TopicRulePayload.Actions.[].Lambda.FunctionArn", "iot"),
        _place("IoT rule {}", "TopicRulePayload.ErrorAction.Lambda.FunctionArn", "iot"),
        _place("IoT rule {}", "TopicRulePayload.Actions.[].StepFunctions.StateMachineName"),
    ),
    "AWS::Cognito::UserPool": (
        _place(_USER_POOL, "LambdaConfig.{}", "cognito-idp"),
        _place(_USER_POOL, "LambdaConfig.{}.LambdaArn", "cognito-idp"),
    ),
    "AWS::AppSync::DataSource": (_place("AppSync data source {}", "LambdaConfig.LambdaFunctionArn"),),
    "AWS::AppSync::GraphQLApi": (
        _place("AppSync API {}", "LambdaAuthorizerConfig.AuthorizerUri", "appsync", _AUTHORIZER),
        _place(
            "AppSync API {}",
            "AdditionalAuthenticationProviders.[].LambdaAuthorizerConfig.AuthorizerUri",
            "appsync",
            _AUTHORIZER,
        ),
    ),
    "AWS::Serverless::GraphQLApi": (
        _place("AppSync API {}", "DataSources.Lambda.{}.FunctionArn"),
        _place("AppSync API {}", "Auth.LambdaAuthorizer.AuthorizerUri", kind=_AUTHORIZER),
        _place("AppSync API {}", "Auth.Additional.[].LambdaAuthorizer.AuthorizerUri", kind=_AUTHORIZER),
    ),
    "AWS::ElasticLoadBalancingV2::TargetGroup": (_place("target group {}", "Targets.[].Id", "elasticloadbalancing"),),
    "AWS::CloudWatch::Alarm": (
        _place("alarm {}", "AlarmActions.[]", "lambda.alarms.cloudwatch"),
        _place("alarm {}", "OKActions.[]", "lambda.alarms.cloudwatch"),
    ),
    "AWS::KinesisFirehose::DeliveryStream": (
        _place("delivery stream {}", f"ExtendedS3DestinationConfiguration.{_PROCESSOR}"),
        _place("delivery stream {}", f"HttpEndpointDestinationConfiguration.{_PROCESSOR}"),
    ),
    "AWS::Bedrock::Agent": (_place("agent {}", "ActionGroups.[].ActionGroupExecutor.Lambda", "bedrock"),),
    "AWS::Lambda::EventInvokeConfig": (
        _place("the destination of {}", "DestinationConfig.OnSuccess.Destination"),
        _place("the destination of {}", "DestinationConfig.OnFailure.Destination"),
    ),
    "AWS::Serverless::Function": (
        _place("the destination of {}", "EventInvokeConfig.DestinationConfig.OnSuccess.Destination"),
        _place("the destination of {}", "EventInvokeConfig.DestinationConfig.OnFailure.Destination"),
    ),
    "AWS::ApiGateway::Method": (_place("API method {}", "Integration.Uri", "apigateway", _API, "Credentials"),),
    "AWS::ApiGatewayV2::Integration": (
        _place("API integration {}", "IntegrationUri", "apigateway", _API, "CredentialsArn"),
    ),
    "AWS::ApiGatewayV2::Api": (_place("API {}", "Target", "apigateway", _API, "CredentialsArn"),),
    "AWS::Serverless::WebSocketApi": (
        _place("API {}", "Routes.{}.FunctionArn", kind=_API),
        _place("API {}", "Auth.AuthArn", kind=_AUTHORIZER),
    ),
    "AWS::ApiGateway::Authorizer": (
        _place("authorizer {}", "AuthorizerUri", "apigateway", _AUTHORIZER, "AuthorizerCredentials"),
    ),
    "AWS::ApiGatewayV2::Authorizer": (
        _place("authorizer {}", "AuthorizerUri", "apigateway", _AUTHORIZER, "AuthorizerCredentialsArn"),
    ),
    "AWS::Serverless::Api": (_place("API {}", "Auth.Authorizers.{}.FunctionArn", kind=_AUTHORIZER),),
    "AWS::Serverless::HttpApi": (_place("API {}", "Auth.Authorizers.{}.FunctionArn", kind=_AUTHORIZER),),
}
"""Of each type, where it says what it invokes. SAM writes the permissions for what stands in its own types."""

_DEFINITIONS: Final = {
    "AWS::Serverless::Api": "DefinitionBody",
    "AWS::Serverless::HttpApi": "DefinitionBody",
    "AWS::ApiGateway::RestApi": "Body",
    "AWS::ApiGatewayV2::Api": "Body",
}
_API_PRINCIPAL: Final = "apigateway.amazonaws.com"


def title(target: InvocationTarget) -> str:
    """What sends the invocations, as a message names it: `EventBridge rule Nightly`."""
    return target.noun.format(target.source.logical_id)


def invocation_targets(scene: EvaluatedTemplate) -> tuple[InvocationTarget, ...]:
    """The places of all resources that certainly exist in a scene, in the order of the template."""
    return scene.remembered("invocation targets", "", lambda: tuple(_targets(scene)))


def _targets(scene: EvaluatedTemplate) -> Iterator[InvocationTarget]:
    for resource in scene.template.resources.values():
        if not _names_targets(resource) or scene.exists(resource) is not True:
            continue
        for place in PLACES.get(resource.type, ()):
            for node, around in _at(resource.properties, place.path, scene, None):
                principal = "" if place.role and around is not None and place.role in around else place.principal
                yield from _target(resource, place.kind, place.noun, principal, node, scene)
        if resource.type in _DEFINITIONS:
            yield from _of_definition(resource, _DEFINITIONS[resource.type], scene)
        elif resource.type in MACHINE_TYPES:
            for call in machine_tasks(resource, scene):
                yield InvocationTarget(InvocationKind.TASK, resource, "state machine {}", "", call.called, call.span)
        elif resource.type == "AWS::Lambda::Url":
            yield from _of_url(resource, scene)


def _names_targets(resource: Resource) -> bool:
    of_its_own = (*MACHINE_TYPES, "AWS::Lambda::Url")
    return resource.type in PLACES or resource.type in _DEFINITIONS or resource.type in of_its_own


def _target(
    source: Resource, kind: InvocationKind, noun: str, principal: str, node: Node, scene: EvaluatedTemplate
) -> Iterator[InvocationTarget]:
    invoked = invocable(scene.value(node), scene)
    if invoked is not None:
        span = place_of(invoked.written, node, scene.template.document)
        yield InvocationTarget(kind, source, noun, principal, invoked, span, node)


def _of_definition(api: Resource, key: str, scene: EvaluatedTemplate) -> Iterator[InvocationTarget]:
    for uri in named_uris(api.properties.get(key), scene):
        kind = InvocationKind.AUTHORIZER if uri.is_authorizer else InvocationKind.API
        principal = "" if uri.has_role else _API_PRINCIPAL
        yield from _target(api, kind, "API {}", principal, uri.node, scene)


def _of_url(url: Resource, scene: EvaluatedTemplate) -> Iterator[InvocationTarget]:
    """A function URL says its alias beside the function."""
    node = url.properties.get("TargetFunctionArn")
    qualifier = scene.property(url, "Qualifier")
    if node is None:
        return
    for target in _target(url, InvocationKind.URL, "function URL {}", "", node, scene):
        invoked = target.invoked
        if invoked.reach is Reach.LATEST and not isinstance(qualifier, Removed):
            name = qualifier.text if isinstance(qualifier, Literal) else None
            invoked = Invocable(invoked.logical_id, Reach.ALIAS, name, invoked.written, invoked.because)
        yield InvocationTarget(target.kind, url, target.noun, "", invoked, target.span, node)


def _at(
    node: Node | None, path: tuple[str, ...], scene: EvaluatedTemplate, around: Mapping | None
) -> Iterator[tuple[Node, Mapping | None]]:
    """The nodes at the end of a path, each with the mapping that holds it. `Fn::If` on the way is followed."""
    chosen, _ = scene.chosen(node)
    if chosen is None:
        return
    if not path:
        yield chosen, around
        return
    name, rest = path[0], path[1:]
    if name == "[]":
        items = chosen.items if isinstance(chosen, Sequence) else ()
        for item in items:
            yield from _at(item, rest, scene, around)
    elif isinstance(chosen, Mapping) and intrinsic(chosen) is None:
        entries = tuple(chosen) if name == "{}" else tuple(e for e in (chosen.entry(name),) if e is not None)
        for entry in entries:
            yield from _at(entry.value, rest, scene, chosen)
