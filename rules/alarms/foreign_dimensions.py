"""Dimensions by which other services publish their metrics, and values that they cannot have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import EvaluatedTemplate, Literal, Reference
from samguard.rollout.alarm import Dimension, Metric
from samguard.rollout.lambda_metrics import FUNCTION
from samguard.rules.alarms.failure_metrics import API_GATEWAY, STATES
from samguard.source import Span
from samguard.value import value

_NAMES: Final = {
    "AWS/SQS": ("QueueName",),
    API_GATEWAY: ("ApiName", "Stage", "Method", "Resource", "ApiId", "Route"),
    STATES: (
        "StateMachineArn",
        "ActivityArn",
        "LambdaFunctionArn",
        "ServiceIntegrationResourceArn",
        "APIName",
        "ServiceMetric",
    ),
}
"""The names of the dimensions of services whose sets are few. `StateMachineArn` is joined by others of new kinds."""
_HTTP_ONLY: Final = frozenset({"5xx", "4xx", "DataProcessed"})
_REST_ONLY: Final = frozenset({"5XXError", "4XXError", "CacheHitCount", "CacheMissCount"})
_REST_TYPES: Final = frozenset({"AWS::Serverless::Api", "AWS::ApiGateway::RestApi"})
_QUEUE: Final = "AWS::SQS::Queue"
_MACHINES: Final = frozenset({"AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine"})


@value
class ForeignFault:
    """A dimension by which there is no data: its place, and what is wrong."""

    span: Span
    message: str


def foreign_faults(metric: Metric, scene: EvaluatedTemplate) -> Iterator[ForeignFault]:
    """What is wrong with the dimensions of a metric of SQS, API Gateway or Step Functions."""
    namespace, name = metric.names
    if namespace not in _NAMES or metric.dimensions is None or metric.dimension(FUNCTION) is not None:
        return  # of a function's dimension SG335 speaks
    for dimension in metric.dimensions:
        if namespace != STATES and dimension.name not in _NAMES[namespace]:
            known = ", ".join(_NAMES[namespace])
            yield ForeignFault(dimension.span, f"{namespace} has no dimension {dimension.name}, but {known}")
            return
        said = _wrong_value(dimension, scene)
        if said is not None:
            yield ForeignFault(dimension.value_span, said)
            return
    names = {dimension.name for dimension in metric.dimensions}
    api = next((one for one in metric.dimensions if one.name in ("ApiName", "ApiId")), None)
    if api is None or namespace != API_GATEWAY:
        return
    if "ApiId" in names and name in _REST_ONLY:
        yield ForeignFault(api.span, f"{name} is a REST API's metric, and published by ApiName")
    elif "ApiName" in names and name in _HTTP_ONLY:
        yield ForeignFault(_name_place(metric, api), f"{name} is an HTTP API's metric, and ApiName is of a REST API")
    else:
        yield from _wrong_stage(metric, api, scene)


def _name_place(metric: Metric, api: Dimension) -> Span:
    return metric.span_of("MetricName", api.span)


def _wrong_value(dimension: Dimension, scene: EvaluatedTemplate) -> str | None:
    """What is wrong with a reference to a resource of the template."""
    found = dimension.value
    target = scene.resource_of(found) if isinstance(found, Reference) else None
    if target is None or not isinstance(found, Reference):
        return None
    match dimension.name:
        case "QueueName" if target.type == _QUEUE and found.attribute != "QueueName":
            what = "ARN" if found.attribute == "Arn" else "URL"
            return f"this is the queue's {what}; its name is !GetAtt {target.logical_id}.QueueName"
        case "ApiName" if target.type in _REST_TYPES:
            return "this is the API's id; ApiName is its name"
        case "StateMachineArn" if target.type in _MACHINES and found.attribute == "Name":
            return f"this is the state machine's name; its ARN is !Ref {target.logical_id}"
        case _:
            return None


def _wrong_stage(metric: Metric, api: Dimension, scene: EvaluatedTemplate) -> Iterator[ForeignFault]:
    """A stage that the API of this name, where the template has it, has not."""
    stage = metric.dimension("Stage")
    if api.name != "ApiName" or stage is None or not isinstance(stage.value, Literal):
        return
    for resource in scene.template.of_type("AWS::Serverless::Api"):
        own, name = scene.property(resource, "StageName"), scene.property(resource, "Name")
        if name == api.value and isinstance(own, Literal) and own.text != stage.value.text:
            others = scene.template.of_type("AWS::ApiGateway::Stage")
            if not any(True for _ in others) and stage.value.text != "Stage":
                yield ForeignFault(stage.value_span, f"{resource.logical_id} has the stage {own.text} alone")
