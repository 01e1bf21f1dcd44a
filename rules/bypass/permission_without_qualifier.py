"""The alias is invoked, but only the function may be.

What goes wrong: a permission belongs to the function, a version or an alias, whichever its FunctionName names. When
an API, rule or topic invokes the alias while its AWS::Lambda::Permission names the function, Lambda denies every
invocation: an API answers 500, an event is lost.
Silent when: the template holds no permission for that service and function (it may be given elsewhere); one of them
names the alias, or one cannot be known; the service invokes with a role of its own; SAM makes a permission for an
event of the same service; the permission is there for another source.
Fix: name the alias in the permission: `FunctionName: !Ref Orders.Alias`.
Source: Lambda API reference, "AddPermission"; Lambda developer guide, "Lambda function aliases".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import EvaluatedTemplate, Joined, Literal, Reference, Value
from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.invocable import Invocable, Reach, invocable
from samguard.rollout.invocation_targets import InvocationKind, InvocationTarget, invocation_targets, title
from samguard.rollout.reference_places import place_of
from samguard.rules.bypass.canary_example import CANARY, PLAIN_CANARY, SAMCONFIG
from samguard.rules.bypass.past_the_alias import alias_reference
from samguard.source import Mapping, Span
from samguard.template import Resource
from samguard.value import value

RULE = Rule("SG510", "permission-without-qualifier", Level.ERROR, since="0.1.0")

_EVENT_SERVICES: Final = {
    "Api": "apigateway",
    "HttpApi": "apigateway",
    "Schedule": "events",
    "CloudWatchEvent": "events",
    "EventBridgeRule": "events",
    "S3": "s3",
    "SNS": "sns",
    "IoTRule": "iot",
    "CloudWatchLogs": "logs",
    "Cognito": "cognito-idp",
}
"""SAM gives the alias to the services of these events by itself."""

_RULE = """
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop]}
      Targets:
        - {Id: orders, Arn: !Ref Orders.Alias}
"""

_TOPIC = """
  Topic:
    Type: AWS::SNS::Topic
  Other:
    Type: AWS::SNS::Topic
  Subscription:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: lambda
      Endpoint: !Ref Orders.Alias
  OrdersMayBeInvoked:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Orders%s
      Action: lambda:InvokeFunction
      Principal: sns.amazonaws.com
      SourceArn: !Ref %s
"""

BAD = (
    Example(template=CANARY + _TOPIC % ("  # SG510", "Topic"), samconfig=SAMCONFIG),
    Example(
        template=CANARY
        + _RULE
        + """
  OrdersMayBeInvoked:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !GetAtt Orders.Arn  # SG510
      Action: lambda:InvokeFunction
      Principal: events.amazonaws.com
      SourceArn: !GetAtt Placed.Arn
""",
        samconfig=SAMCONFIG,
    ),
    Example(
        template=PLAIN_CANARY
        + """
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: abc123
      IntegrationType: AWS_PROXY
      PayloadFormatVersion: '2.0'
      IntegrationUri: !Ref OrdersLive
  OrdersMayBeInvoked:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: orders  # SG510
      Action: lambda:InvokeFunction
      Principal: !Sub apigateway.${AWS::URLSuffix}
""",
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=CANARY + _TOPIC % (".Alias", "Topic"), samconfig=SAMCONFIG),
    Example(template=CANARY + _TOPIC % ("", "Other"), samconfig=SAMCONFIG),  # for another topic
    Example(  # the alias has its permission, whatever else has one
        template=CANARY
        + _RULE
        + """
  OrdersMayBeInvoked:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Orders.Alias
      Action: lambda:InvokeFunction
      Principal: events.amazonaws.com
      SourceArn: !GetAtt Placed.Arn
  OrdersMayBeInvokedItself:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Orders
      Action: lambda:InvokeFunction
      Principal: events.amazonaws.com
  UploadsMayInvoke:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Orders
      Action: lambda:InvokeFunction
      Principal: s3.amazonaws.com
""",
        samconfig=SAMCONFIG,
    ),
    Example(  # the permission is for something else, and an API that invokes with a role needs none
        template=CANARY
        + _RULE
        + """
  OrdersMayBeInvoked:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Orders
      Action: lambda:InvokeFunction
      Principal: events.amazonaws.com
      SourceArn: !GetAtt Other.Arn
  Other:
    Type: AWS::Events::Rule
    Properties: {EventPattern: {source: [bank]}, Targets: []}
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: abc123
      IntegrationType: AWS_PROXY
      PayloadFormatVersion: '2.0'
      IntegrationUri: !Ref Orders.Alias
      CredentialsArn: arn:aws:iam::111122223333:role/api
  ApiMayInvoke:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Orders
      Action: lambda:InvokeFunction
      Principal: apigateway.amazonaws.com
""",
        samconfig=SAMCONFIG,
    ),
    Example(  # one of the permissions may be the alias's; the other allows something else
        template=CANARY.replace("Resources:", "Parameters: {Invoked: {Type: String}}\nResources:", 1)
        + _RULE
        + """
  OrdersMayBeInvoked:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Orders
      Action: lambda:InvokeFunction
      Principal: events.amazonaws.com
  InvokedMayBeInvoked:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Invoked
      Action: lambda:InvokeFunction
      Principal: events.amazonaws.com
""",
        samconfig=SAMCONFIG,
    ),
    Example(
        template=CANARY
        + _RULE
        + """
  OrdersMayBeSeen:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Orders
      Action: lambda:GetFunction
      Principal: events.amazonaws.com
""",
        samconfig=SAMCONFIG,
    ),
    Example(  # another rule invokes the function itself, which is nobody's business in dev
        template=CANARY
        + _RULE
        + """
  Returned:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop]}
      Targets: [{Id: orders, Arn: !GetAtt Orders.Arn}]
  OrdersMayBeInvoked:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Orders
      Action: lambda:InvokeFunction
      Principal: events.amazonaws.com
""",
        samconfig=SAMCONFIG.partition("[prod")[0],
    ),
    Example(  # SAM makes the permission of the definition's alias, since the function has the event
        template=CANARY
        + """
      Events:
        List:
          Type: Api
          Properties: {Path: /orders, Method: get, RestApiId: !Ref Api}
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      DefinitionBody:
        openapi: 3.0.1
        info: {title: orders, version: '1'}
        paths:
          /orders:
            get:
              responses: {}
              x-amazon-apigateway-integration:
                type: aws_proxy
                httpMethod: POST
                uri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Orders.Alias}/invocations
  ApiMayInvoke:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Orders
      Action: lambda:InvokeFunction
      Principal: apigateway.amazonaws.com
""",
        samconfig=SAMCONFIG,
    ),
)


@value
class _Permission:
    resource: Resource
    service: str
    invoked: Invocable | None
    span: Span
    sources: frozenset[str] | None
    """Resources that SourceArn names; None without a SourceArn that names one."""


_TOPICS: Final = {"AWS::SNS::Subscription": "TopicArn", "AWS::Logs::SubscriptionFilter": "LogGroupName"}
"""Resources of which not they themselves invoke, but what this property of theirs names."""


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each permission that should be the alias's."""
    scene = deployment.scene
    permissions = tuple(_permissions(scene))
    targets = invocation_targets(scene)
    direct = {(target.invoked.logical_id, target.service) for target in targets if target.invoked.reach is Reach.LATEST}
    for target in targets:
        service = target.service
        if not service or target.invoked.reach is not Reach.ALIAS or _is_sams(target, service, deployment):
            continue
        for permission in _too_narrow(target, service, permissions, scene):
            is_for_another = permission.sources is None and (target.invoked.logical_id, service) in direct
            if not is_for_another:
                yield _finding(target, permission, deployment)


def _finding(target: InvocationTarget, permission: _Permission, deployment: Deployment) -> Finding:
    return Finding(
        permission.span,
        f"{permission.resource.logical_id} lets {permission.service} invoke {{resource}} itself, but "
        f"{title(target)} invokes its alias: Lambda denies that {{where}}. Name the alias in FunctionName",
        because=target.invoked.because,
        resource=target.invoked.logical_id,
        fixes=_fixes(target, permission, deployment),
    )


def _fixes(target: InvocationTarget, permission: _Permission, deployment: Deployment) -> tuple[Fix, ...]:
    """The alias in the permission. Unsafe: whoever still invokes the function itself loses its permission."""
    from samguard.mending import value_written

    rollout = next((one for one in deployment.rollouts if one.function == target.invoked.logical_id), None)
    reference = alias_reference(rollout) if rollout is not None else None
    node = permission.resource.properties.get("FunctionName")
    if reference is None or node is None:
        return ()
    edit = value_written(deployment.template, node.span, {"Ref": reference})
    return (Fix("Name the alias", (edit,), safe=False),)


def _too_narrow(
    target: InvocationTarget, service: str, permissions: tuple[_Permission, ...], scene: EvaluatedTemplate
) -> tuple[_Permission, ...]:
    """The permissions that were meant for a target, where none of them reaches it."""
    found: list[_Permission] = []
    for permission in permissions:
        if permission.service != service:
            continue
        if permission.invoked is None:
            return ()
        if permission.invoked.logical_id != target.invoked.logical_id or not _may_be_for(permission, target, scene):
            continue
        if permission.invoked.reach is not Reach.LATEST:
            return ()
        found.append(permission)
    return tuple(found)


def _may_be_for(permission: _Permission, target: InvocationTarget, scene: EvaluatedTemplate) -> bool:
    """A permission for another source says nothing; that an API's methods are of its API is not followed."""
    is_event = target.kind is InvocationKind.EVENT
    if permission.sources is None or not is_event or target.source.logical_id in permission.sources:
        return True
    topic = _TOPICS.get(target.source.type)
    named = _sources(scene.property(target.source, topic)) if topic is not None else None
    return named is not None and bool(named & permission.sources)


def _permissions(scene: EvaluatedTemplate) -> Iterator[_Permission]:
    for resource in scene.template.of_type("AWS::Lambda::Permission"):
        node = resource.properties.get("FunctionName")
        action = scene.property(resource, "Action")
        is_other = isinstance(action, Literal) and action.text not in ("lambda:InvokeFunction", "lambda:*")
        if node is None or is_other or scene.exists(resource) is False:
            continue
        invoked = invocable(scene.value(node), scene) if scene.exists(resource) else None
        span = place_of(invoked.written if invoked is not None else "", node, scene.template.document)
        service = _service(_text(scene.property(resource, "Principal")))
        yield _Permission(resource, service, invoked, span, _sources(scene.property(resource, "SourceArn")))


def _sources(value: Value) -> frozenset[str] | None:
    parts = value.parts if isinstance(value, Joined) else (value,)
    named = frozenset(part.logical_id for part in parts if isinstance(part, Reference))
    return named or None


def _text(value: Value) -> str:
    return value.text if isinstance(value, (Literal, Joined)) else ""


def _service(principal: str) -> str:
    """The first word of a service's name: `logs` of `logs.eu-west-1.amazonaws.com`."""
    return principal.partition(".")[0]


def _is_sams(target: InvocationTarget, service: str, deployment: Deployment) -> bool:
    """Whether the function has an event for which SAM writes a permission of that service."""
    resource = deployment.template.resources[target.invoked.logical_id]
    events = resource.properties.get("Events")
    if not isinstance(events, Mapping):
        return False
    kinds = (deployment.scene.value(e.value.get("Type")) for e in events if isinstance(e.value, Mapping))
    return any(isinstance(kind, Literal) and _EVENT_SERVICES.get(kind.text) == service for kind in kinds)
