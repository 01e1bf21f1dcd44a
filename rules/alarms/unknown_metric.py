"""A metric, or a namespace, that AWS does not publish.

What goes wrong: CloudWatch takes an alarm on any name. On `Error`, `Latency` or `AWS/lambda` it waits for data that never
comes and stays in INSUFFICIENT_DATA, which stops no deployment.
Silent when: the name is neither one that is known nor nearly one (AWS adds metrics); the namespace may be the
application's own; no gradual rollout lists the alarm.
Fix: write the name as it is published, such as Errors in AWS/Lambda, 5XXError in AWS/ApiGateway.
Source: Lambda developer guide, "Types of metrics for Lambda functions"; API Gateway developer guide, "Amazon API Gateway
dimensions and metrics".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rollout.alarm import Metric
from samguard.rollout.lambda_metrics import DIMENSION_NAMES, FUNCTION, METRICS, NAMESPACE
from samguard.rules.alarms.failure_metrics import API_GATEWAY, named
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders, rate_alarm
from samguard.rules.alarms.relied_on import ReliedOn, relied_on, scalar_fix
from samguard.rules.alarms.spelling import slip_of

RULE = Rule("SG335", "unknown-metric", Level.ERROR, since="0.1.0")

BAD = (
    Example(template=orders(alarm(MetricName="Error  # SG335")), samconfig=SAMCONFIG),
    Example(template=orders(alarm(MetricName="errors  # SG335")), samconfig=SAMCONFIG),
    Example(
        template=orders(alarm(MetricName="Latency  # SG335", Statistic="Maximum", Threshold="2000")),
        samconfig=SAMCONFIG,
    ),
    Example(template=orders(alarm(MetricName="5XXError  # SG335")), samconfig=SAMCONFIG),
    Example(template=orders(alarm(Namespace="AWS/lambda  # SG335")), samconfig=SAMCONFIG),
    Example(template=orders(alarm(Namespace="Lambda  # SG335")), samconfig=SAMCONFIG),
    Example(template=orders(alarm(Namespace="AWS::Lambda  # SG335")), samconfig=SAMCONFIG),
    Example(  # a namespace that has other dimensions
        template=orders(alarm(Namespace="AWS/ApiGateway  # SG335", MetricName="4XXError")), samconfig=SAMCONFIG
    ),
    Example(
        template=orders(
            rate_alarm("IF(invocations > 0, errors / invocations, 0)").replace(
                "MetricName: Invocations", "MetricName: Invocation  # SG335"
            ),
            wired="[!Ref OrdersErrorRate]",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=orders(
            alarm(),
            alarm(
                "ApiErrors",
                Namespace="AWS/ApiGateway",
                MetricName="5XXErrors  # SG335",
                Dimensions="[{Name: ApiName, Value: orders}]",
            ),
            wired="[!Ref OrdersErrors, !Ref ApiErrors]",
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(  # metrics of the application's own, under a name that only looks like AWS's
        template=orders(
            alarm(Namespace="Lambda/Orders", MetricName="Error", Dimensions="[{Name: Service, Value: orders}]")
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # newer than what is known here
        template=orders(alarm(MetricName="SandboxStartFailures")), samconfig=SAMCONFIG
    ),
    Example(  # of an HTTP API
        template=orders(
            alarm(),
            alarm(
                "ApiErrors", Namespace="AWS/ApiGateway", MetricName="5xx", Dimensions="[{Name: ApiId, Value: a1b2c3}]"
            ),
            wired="[!Ref OrdersErrors, !Ref ApiErrors]",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(template=orders(alarm(), alarm("ForPeople", MetricName="Error")), samconfig=SAMCONFIG),
)

_OTHERS_WORDS: Final = {
    "latency": "Duration",
    "executiontime": "Duration",
    "responsetime": "Duration",
    "5xxerror": "Errors",
    "5xxerrors": "Errors",
    "5xx": "Errors",
    "4xxerror": "Errors",
    "4xxerrors": "Errors",
    "4xx": "Errors",
    "errorcount": "Errors",
    "errorrate": "Errors",
    "failures": "Errors",
    "failed": "Errors",
    "exceptions": "Errors",
    "timeouts": "Errors",
    "timeout": "Errors",
    "executionsfailed": "Errors",
    "invocationerrors": "Errors",
    "functionerrors": "Errors",
    "throttledrequests": "Throttles",
    "throttledevents": "Throttles",
    "throttling": "Throttles",
    "throttlecount": "Throttles",
    "count": "Invocations",
    "requests": "Invocations",
    "requestcount": "Invocations",
    "invocationcount": "Invocations",
    "concurrency": "ConcurrentExecutions",
}
"""Other services' and everyday words for what Lambda counts, in lower case."""
_API_METRICS: Final = ("5XXError", "4XXError", "5xx", "4xx", "Count", "Latency", "IntegrationLatency")
_NAMESPACE_WORDS: Final = frozenset(
    {"lambda", "awslambda", "amazonlambda", "awslambdas", "awslamda", "awslambdafunction"}
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each metric of a listed alarm that is not published under its name."""
    for relied in relied_on(rollout):
        for metric in relied.alarm.metrics or ():
            yield from _metric(metric, relied)


def _metric(metric: Metric, relied: ReliedOn) -> Iterator[Finding]:
    namespace, name = named(metric)
    if namespace == NAMESPACE:
        if name and name not in METRICS:
            near = slip_of(name, METRICS) or _OTHERS_WORDS.get(name.lower())
            if near is not None:
                yield _finding(metric, relied, "MetricName", f"AWS/Lambda publishes no metric {name!r}", near)
        return
    if _is_meant_for_lambda(namespace, metric):
        yield _finding(metric, relied, "Namespace", f"Lambda's namespace is not {namespace!r}", NAMESPACE)
    elif namespace == API_GATEWAY:
        if metric.dimension(FUNCTION) is not None:
            yield _finding(
                metric, relied, "Namespace", "AWS/ApiGateway publishes nothing by FunctionName, only by API", NAMESPACE
            )
        elif name and name not in _API_METRICS:
            near = slip_of(name, _API_METRICS)
            if near is not None:
                yield _finding(metric, relied, "MetricName", f"AWS/ApiGateway publishes no metric {name!r}", near)


def _is_meant_for_lambda(namespace: str, metric: Metric) -> bool:
    word = "".join(letter for letter in namespace.lower() if letter.isalnum())
    if namespace == NAMESPACE or word not in _NAMESPACE_WORDS:
        return False
    names = {dimension.name for dimension in metric.dimensions or ()}
    return namespace.upper().startswith("AWS") or (named(metric)[1] in METRICS and bool(names & set(DIMENSION_NAMES)))


def _finding(metric: Metric, relied: ReliedOn, key: str, what: str, right: str) -> Finding:
    value = metric.namespace if key == "Namespace" else metric.name
    is_slip = slip_of(named(metric)[0 if key == "Namespace" else 1], (right,)) is not None
    return relied.finding(
        metric.span_of(key, relied.alarm.resource.span),
        f"{relied.name} gets no data, so it never stops a bad version of {{resource}}: {what}. Write {right}",
        because=value.because,
        fixes=scalar_fix(metric.node.get(key), right) if is_slip else (),
    )
