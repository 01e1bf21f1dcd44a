"""Every place in a template that makes AWS invoke a function or start a state machine.

What SAM makes of a function's own `Events` and `FunctionUrlConfig` is not among them: that goes to the alias by itself.
Nor is what only names a function: permissions, policies, dimensions, log groups, `ServiceToken`, deployment hooks.
Sources: CloudFormation user guide, the resource types named here; SAM developer guide, AWS::Serverless::Api and
AWS::Serverless::HttpApi (Auth), AWS::Serverless::GraphQLApi.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import Final

from samguard.evaluation import ABSENT, EvaluatedTemplate, Literal, Removed
from samguard.rollout.api_definition import NamedUri, named_uris
from samguard.rollout.invocable import MACHINE_TYPES, Invocable, Reach, invocable
from samguard.rollout.machine_tasks import machine_tasks
from samguard.rollout.reference_places import place_of
from samguard.source import Document, Mapping, Node, Sequence, Span
from samguard.template import Resource, intrinsic
from samguard.template.included import API_DEFINITIONS
from samguard.value import field, replace, value


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


@value
class InvocationTarget:
    """One place that names what is invoked.

    `source` is the resource it stands in and `noun` what people call that, with `{}` for its logical id. `service` is
    the first word of the principal that needs an AWS::Lambda::Permission (`events`), "" where it invokes with a role.
    `span` is the reference itself and `node` the expression around it, in `document`: the template, or a file that it
    includes.
    """

    kind: InvocationKind
    source: Resource = field(repr=False)
    noun: str
    service: str
    invoked: Invocable
    span: Span
    document: Document = field(repr=False)
    node: Node | None = field(default=None, repr=False)


@value
class _Place:
    """Where resources of a type name what they invoke. In a path `[]` is each item, `{}` each value.

    `role` is the property beside the target that gives a role to invoke with, `qualifier` the one that gives an alias.
    """

    noun: str
    path: str
    service: str = ""
    kind: InvocationKind = InvocationKind.EVENT
    role: str = ""
    qualifier: str = ""


_AUTHORIZER: Final = InvocationKind.AUTHORIZER
_API: Final = InvocationKind.API
_USER_POOL: Final = "Cognito user pool {}"
_PROCESSOR: Final = "ProcessingConfiguration.Processors.[].Parameters.[].ParameterValue"

PLACES: Final[dict[str, tuple[_Place, ...]]] = {
    "AWS::Lambda::EventSourceMapping": (_Place("event source mapping {}", "FunctionName"),),
    "AWS::Events::Rule": (_Place("EventBridge rule {}", "Targets.[].Arn", "events"),),
    "AWS::Scheduler::Schedule": (_Place("schedule {}", "Target.Arn"),),
    "AWS::Pipes::Pipe": (_Place("pipe {}", "Target"), _Place("pipe {}", "Enrichment")),
    "AWS::SES::ReceiptRule": (_Place("mail rule {}", "Rule.Actions.[].LambdaAction.FunctionArn", "ses"),),
    "AWS::SNS::Subscription": (_Place("subscription {}", "Endpoint", "sns"),),
    "AWS::SNS::Topic": (_Place("topic {}", "Subscription.[].Endpoint", "sns"),),
    "AWS::S3::Bucket": (_Place("bucket {}", "NotificationConfiguration.LambdaConfigurations.[].Function", "s3"),),
    "AWS::Logs::SubscriptionFilter": (_Place("log subscription {}", "DestinationArn", "logs"),),
    "AWS::IoT::TopicRule": (
        _Place("IoT rule {}", "TopicRulePayload.Actions.[].Lambda.FunctionArn", "iot"),
        _Place("IoT rule {}", "TopicRulePayload.ErrorAction.Lambda.FunctionArn", "iot"),
        _Place("IoT rule {}", "TopicRulePayload.Actions.[].StepFunctions.StateMachineName"),
    ),
    "AWS::Cognito::UserPool": (
        _Place(_USER_POOL, "LambdaConfig.{}", "cognito-idp"),
        _Place(_USER_POOL, "LambdaConfig.{}.LambdaArn", "cognito-idp"),
    ),
    "AWS::AppSync::DataSource": (_Place("AppSync data source {}", "LambdaConfig.LambdaFunctionArn"),),
    "AWS::AppSync::GraphQLApi": (
        _Place("AppSync API {}", "LambdaAuthorizerConfig.AuthorizerUri", "appsync", _AUTHORIZER),
        _Place(
            "AppSync API {}",
            "AdditionalAuthenticationProviders.[].LambdaAuthorizerConfig.AuthorizerUri",
            "appsync",
            _AUTHORIZER,
        ),
    ),
    "AWS::Serverless::GraphQLApi": (
        _Place("AppSync API {}", "DataSources.Lambda.{}.FunctionArn"),
        _Place("AppSync API {}", "Auth.LambdaAuthorizer.AuthorizerUri", kind=_AUTHORIZER),
        _Place("AppSync API {}", "Auth.Additional.[].LambdaAuthorizer.AuthorizerUri", kind=_AUTHORIZER),
    ),
    "AWS::ElasticLoadBalancingV2::TargetGroup": (_Place("target group {}", "Targets.[].Id", "elasticloadbalancing"),),
    "AWS::CloudWatch::Alarm": (
        _Place("alarm {}", "AlarmActions.[]", "lambda"),
        _Place("alarm {}", "OKActions.[]", "lambda"),
    ),
    "AWS::KinesisFirehose::DeliveryStream": (
        _Place("delivery stream {}", f"ExtendedS3DestinationConfiguration.{_PROCESSOR}"),
        _Place("delivery stream {}", f"HttpEndpointDestinationConfiguration.{_PROCESSOR}"),
    ),
    "AWS::Bedrock::Agent": (_Place("agent {}", "ActionGroups.[].ActionGroupExecutor.Lambda", "bedrock"),),
    "AWS::Lambda::EventInvokeConfig": (
        _Place("the destination of {}", "DestinationConfig.OnSuccess.Destination"),
        _Place("the destination of {}", "DestinationConfig.OnFailure.Destination"),
    ),
    "AWS::Serverless::Function": (
        _Place("the destination of {}", "EventInvokeConfig.DestinationConfig.OnSuccess.Destination"),
        _Place("the destination of {}", "EventInvokeConfig.DestinationConfig.OnFailure.Destination"),
    ),
    "AWS::Lambda::Url": (
        _Place("function URL {}", "TargetFunctionArn", kind=InvocationKind.URL, qualifier="Qualifier"),
    ),
    "AWS::ApiGateway::Method": (_Place("API method {}", "Integration.Uri", "apigateway", _API, "Credentials"),),
    "AWS::ApiGatewayV2::Integration": (
        _Place("API integration {}", "IntegrationUri", "apigateway", _API, "CredentialsArn"),
    ),
    "AWS::ApiGatewayV2::Api": (_Place("API {}", "Target", "apigateway", _API, "CredentialsArn"),),
    "AWS::Serverless::WebSocketApi": (
        _Place("API {}", "Routes.{}.FunctionArn", kind=_API),
        _Place("API {}", "Auth.AuthArn", kind=_AUTHORIZER),
    ),
    "AWS::ApiGateway::Authorizer": (
        _Place("authorizer {}", "AuthorizerUri", "apigateway", _AUTHORIZER, "AuthorizerCredentials"),
    ),
    "AWS::ApiGatewayV2::Authorizer": (
        _Place("authorizer {}", "AuthorizerUri", "apigateway", _AUTHORIZER, "AuthorizerCredentialsArn"),
    ),
    "AWS::Serverless::Api": (_Place("API {}", "Auth.Authorizers.{}.FunctionArn", kind=_AUTHORIZER),),
    "AWS::Serverless::HttpApi": (_Place("API {}", "Auth.Authorizers.{}.FunctionArn", kind=_AUTHORIZER),),
}
"""Of each type, where it says what it invokes. SAM writes the permissions for what stands in its own types."""

_SWITCHES: Final = {
    "AWS::Events::Rule": ("State", "DISABLED"),
    "AWS::Scheduler::Schedule": ("State", "DISABLED"),
    "AWS::Lambda::EventSourceMapping": ("Enabled", "false"),
    "AWS::Pipes::Pipe": ("DesiredState", "STOPPED"),
}
"""What switches a source off, and the value that does."""
_INTEGRATION: Final = _Place("API {}", "uri", "apigateway", _API, "credentials")
_NAMED_AUTHORIZER: Final = _Place("API {}", "authorizerUri", "apigateway", _AUTHORIZER, "authorizerCredentials")


def title(target: InvocationTarget) -> str:
    """What sends the invocations, as a message names it: `EventBridge rule Nightly`."""
    return target.noun.format(target.source.logical_id)


def invocation_targets(scene: EvaluatedTemplate) -> tuple[InvocationTarget, ...]:
    """The places of all resources that certainly exist in a scene, in the order of the template."""
    return scene.derived("invocation targets", "", lambda: tuple(_targets(scene)))


def _targets(scene: EvaluatedTemplate) -> Iterator[InvocationTarget]:
    for resource in scene.template.resources.values():
        if scene.exists(resource) is True and not _is_switched_off(resource, scene):
            yield from _named_by(resource, scene)


def _is_switched_off(resource: Resource, scene: EvaluatedTemplate) -> bool:
    key, off = _SWITCHES.get(resource.type, ("", ""))
    value = scene.property(resource, key) if key else ABSENT
    return isinstance(value, Literal) and value.text == off


def _named_by(resource: Resource, scene: EvaluatedTemplate) -> Iterator[InvocationTarget]:
    document = scene.template.document
    for place in PLACES.get(resource.type, ()):
        for node, around in _at(resource.properties, place.path.split("."), scene, resource.properties):
            yield from _target(resource, place, NamedUri(node, around, document), scene)
    if resource.type in API_DEFINITIONS:
        for uri in named_uris(resource.properties.get(API_DEFINITIONS[resource.type]), scene):
            yield from _target(resource, _NAMED_AUTHORIZER if uri.is_authorizer else _INTEGRATION, uri, scene)
    elif resource.type in MACHINE_TYPES:
        for call in machine_tasks(resource, scene):
            what = "state machine {}"
            yield InvocationTarget(InvocationKind.TASK, resource, what, "", call.called, call.span, call.document)


def _target(source: Resource, place: _Place, uri: NamedUri, scene: EvaluatedTemplate) -> Iterator[InvocationTarget]:
    """What an expression invokes, if anything."""
    invoked = invocable(scene.value(uri.node), scene)
    if invoked is None:
        return
    qualifier = scene.value(uri.around.get(place.qualifier)) if place.qualifier else ABSENT
    if invoked.reach is Reach.LATEST and not isinstance(qualifier, Removed):
        alias = qualifier.text if isinstance(qualifier, Literal) else None
        invoked = replace(invoked, reach=Reach.ALIAS, alias=alias)
    service = "" if place.role and place.role in uri.around else place.service
    span = place_of(invoked.written, uri.node, uri.document)
    yield InvocationTarget(place.kind, source, place.noun, service, invoked, span, uri.document, uri.node)


def _at(
    node: Node | None, path: list[str], scene: EvaluatedTemplate, around: Mapping
) -> Iterator[tuple[Node, Mapping]]:
    """The nodes at the end of a path, each with the mapping that holds it. `Fn::If` on the way is followed."""
    chosen, _ = scene.chosen(node)
    if chosen is None:
        return
    if not path:
        yield chosen, around
        return
    name, *rest = path
    if name == "[]":
        for item in chosen.items if isinstance(chosen, Sequence) else ():
            yield from _at(item, rest, scene, around)
    elif isinstance(chosen, Mapping) and intrinsic(chosen) is None:
        values = [entry.value for entry in chosen] if name == "{}" else [chosen.get(name)]
        for value in values:
            yield from _at(value, rest, scene, chosen)
