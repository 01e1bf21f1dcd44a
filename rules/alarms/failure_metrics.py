"""Metrics that stand at zero, or low, while all is well: what an alarm for a rollout watches.

Sources: Lambda developer guide, "Types of metrics for Lambda functions"; API Gateway developer guide, "Amazon API
Gateway dimensions and metrics"; Step Functions developer guide, "Monitoring Step Functions using CloudWatch".
"""

from __future__ import annotations

from typing import Final

from samguard.evaluation import Literal
from samguard.rollout.alarm import Metric
from samguard.rollout.lambda_metrics import DURATIONS, NAMESPACE

API_GATEWAY: Final = "AWS/ApiGateway"
STATES: Final = "AWS/States"

FAILURES: Final = {
    NAMESPACE: frozenset(
        {
            "Errors",
            "Throttles",
            "DeadLetterErrors",
            "DestinationDeliveryFailures",
            "AsyncEventsDropped",
            "RecursiveInvocationsDropped",
            "OversizedRecordCount",
        }
    ),
    API_GATEWAY: frozenset({"5XXError", "4XXError", "5xx", "4xx"}),
    STATES: frozenset({"ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted", "ExecutionThrottled"}),
}
"""Counts of what went wrong."""
LATENCIES: Final = {
    NAMESPACE: DURATIONS,
    API_GATEWAY: frozenset({"Latency", "IntegrationLatency"}),
    STATES: frozenset({"ExecutionTime"}),
}
"""Times in milliseconds: the longer, the worse."""
_NEVER_NOTHING: Final = frozenset({"Duration", "ExecutionTime"})
REQUESTS: Final = {NAMESPACE: "Invocations", API_GATEWAY: "Count", STATES: "ExecutionsStarted"}
"""What the failures are a part of."""


def counts_failures(metric: Metric) -> bool:
    """Whether a metric counts what went wrong."""
    namespace, name = metric.names
    return name in FAILURES.get(namespace, ())


def is_latency(metric: Metric) -> bool:
    """Whether a metric tells how long something took."""
    namespace, name = metric.names
    return name in LATENCIES.get(namespace, ())


def takes_time(metric: Metric) -> bool:
    """Whether a metric tells how long requests took, which is never nothing (an age or a mock's latency may be)."""
    return is_latency(metric) and metric.names[1] in _NEVER_NOTHING


def is_from_requests(metric: Metric) -> bool:
    """Whether a metric has points only where there were requests: without them it is missing, not zero."""
    namespace, _ = metric.names
    return namespace in REQUESTS and (
        counts_failures(metric) or is_latency(metric) or metric.names[1] == REQUESTS[namespace]
    )


def statistic_of(metric: Metric) -> str:
    """The statistic of a metric, "" where it is not known."""
    return metric.statistic.text if isinstance(metric.statistic, Literal) else ""
