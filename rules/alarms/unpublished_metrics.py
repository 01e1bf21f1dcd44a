"""Names of metrics and namespaces that AWS does not publish, though they look like its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Finding
from samguard.rollout.alarm import Metric
from samguard.rollout.lambda_metrics import DIMENSION_NAMES, FUNCTION, METRICS, NAMESPACE
from samguard.rules.alarms.failure_metrics import API_GATEWAY, STATES
from samguard.rules.alarms.relied_on import ReliedOn, scalar_fix
from samguard.rules.alarms.spelling import slip_of

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
_TIMES: Final = ("RunTime", "ScheduleTime", "Time")
_API_METRICS: Final = ("5XXError", "4XXError", "5xx", "4xx", "Count", "Latency", "IntegrationLatency")
_EXECUTIONS: Final = ("Started", "Succeeded", "Failed", "Aborted", "TimedOut")
_STATES_METRICS: Final = (
    "ExecutionTime",
    "ExecutionThrottled",
    *(f"Executions{word}" for word in _EXECUTIONS),
    *(f"RedrivenExecutions{word}" for word in _EXECUTIONS),
    *(f"Activities{word}" for word in ("Failed", "HeartbeatTimedOut", "Scheduled", "Started", "Succeeded", "TimedOut")),
    *(f"LambdaFunctions{word}" for word in ("Failed", "Scheduled", "Started", "Succeeded", "TimedOut")),
    *(f"ServiceIntegrations{word}" for word in ("Failed", "Scheduled", "Started", "Succeeded", "TimedOut")),
    *(f"{what}{word}" for what in ("Activity", "LambdaFunction", "ServiceIntegration") for word in _TIMES),
    "ExpressExecutionMemory",
    "ExpressExecutionBilledDuration",
    "ExpressExecutionBilledMemory",
    "ThrottledEvents",
    "ConsumedCapacity",
    "ProvisionedBucketSize",
    "ProvisionedRefillRate",
    "OpenExecutionCount",
    "OpenExecutionLimit",
)
_QUEUE_METRICS: Final = (
    "ApproximateAgeOfOldestMessage",
    "ApproximateNumberOfGroupsWithInflightMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesVisible",
    "NumberOfDeduplicatedSentMessages",
    "NumberOfEmptyReceives",
    "NumberOfMessagesDeleted",
    "NumberOfMessagesReceived",
    "NumberOfMessagesSent",
    "SentMessageSize",
)
_OTHERS: Final = {API_GATEWAY: _API_METRICS, STATES: _STATES_METRICS, "AWS/SQS": _QUEUE_METRICS}
"""What services beside Lambda publish."""
_NAMESPACE_WORDS: Final = frozenset(
    {"lambda", "awslambda", "amazonlambda", "awslambdas", "awslamda", "awslambdafunction"}
)


def unpublished_metrics(relied: ReliedOn) -> Iterator[Finding]:
    """A finding for each metric of an alarm that is not published under its name."""
    for metric in relied.alarm.metrics or ():
        yield from _unpublished(metric, relied)


def _unpublished(metric: Metric, relied: ReliedOn) -> Iterator[Finding]:
    namespace, name = metric.names
    if namespace == NAMESPACE:
        if name and name not in METRICS:
            near = slip_of(name, METRICS) or _OTHERS_WORDS.get(name.lower())
            if near is not None:
                yield _finding(metric, relied, "MetricName", f"AWS/Lambda publishes no metric {name!r}", near)
        return
    if _is_meant_for_lambda(namespace, metric):
        yield _finding(metric, relied, "Namespace", f"Lambda's namespace is not {namespace!r}", NAMESPACE)
    elif namespace == API_GATEWAY and metric.dimension(FUNCTION) is not None:
        yield _finding(
            metric, relied, "Namespace", "AWS/ApiGateway publishes nothing by FunctionName, only by API", NAMESPACE
        )
    elif name and namespace in _OTHERS and name not in _OTHERS[namespace]:
        near = slip_of(name, _OTHERS[namespace]) or slip_of(f"Approximate{name}", _OTHERS[namespace])
        if near is not None:
            yield _finding(metric, relied, "MetricName", f"{namespace} publishes no metric {name!r}", near)


def _is_meant_for_lambda(namespace: str, metric: Metric) -> bool:
    word = "".join(letter for letter in namespace.lower() if letter.isalnum())
    if namespace == NAMESPACE or word not in _NAMESPACE_WORDS:
        return False
    names = {dimension.name for dimension in metric.dimensions or ()}
    return namespace.upper().startswith("AWS") or (metric.names[1] in METRICS and bool(names & set(DIMENSION_NAMES)))


def _finding(metric: Metric, relied: ReliedOn, key: str, what: str, right: str) -> Finding:
    value = metric.namespace if key == "Namespace" else metric.name
    is_slip = slip_of(metric.names[0 if key == "Namespace" else 1], (right,)) is not None
    return relied.finding(
        metric.span_of(key, relied.alarm.resource.span),
        f"{relied.name} gets no data, so it never stops a bad version of {{resource}}: {what}. Write {right}",
        because=value.because,
        fixes=scalar_fix(metric.node.get(key), right) if is_slip else (),
    )
