"""What AWS Lambda publishes in CloudWatch: metrics, their units, and the dimension sets they come with.

Sources: Lambda developer guide, "Types of metrics for Lambda functions"; CloudWatch user guide, "Dimensions": every
combination of dimensions is a metric of its own, and one that is not published has no data, ever.
"""

from __future__ import annotations

from typing import Final

NAMESPACE: Final = "AWS/Lambda"

COUNTS: Final = frozenset(
    {
        "Invocations",
        "Errors",
        "Throttles",
        "DeadLetterErrors",
        "DestinationDeliveryFailures",
        "ProvisionedConcurrencyInvocations",
        "ProvisionedConcurrencySpilloverInvocations",
        "RecursiveInvocationsDropped",
        "AsyncEventsReceived",
        "AsyncEventsDropped",
        "OversizedRecordCount",
    }
)
"""Metrics of which each request counts one: their Sum is what matters. Unit Count."""
DURATIONS: Final = frozenset({"Duration", "PostRuntimeExtensionsDuration", "IteratorAge", "AsyncEventAge"})
"""Metrics in milliseconds."""
LEVELS: Final = frozenset(
    {
        "ConcurrentExecutions",
        "ProvisionedConcurrentExecutions",
        "ProvisionedConcurrencyUtilization",
        "UnreservedConcurrentExecutions",
        "ClaimedAccountConcurrency",
        "OffsetLag",
    }
)
"""Metrics that stand at a level: their Maximum or Average is what matters."""
METRICS: Final = COUNTS | DURATIONS | LEVELS
"""The metrics that a template of today names. Others exist for event source mappings (`PolledEventCount`, …) and may
come: a name outside this set is only wrong when it is nearly one of it."""

FUNCTION: Final = "FunctionName"
RESOURCE: Final = "Resource"
EXECUTED_VERSION: Final = "ExecutedVersion"
EVENT_SOURCE: Final = "EventSourceMappingUUID"
DIMENSION_NAMES: Final = (FUNCTION, RESOURCE, EXECUTED_VERSION, EVENT_SOURCE)
PUBLISHED_SETS: Final = frozenset(
    {
        frozenset[str](),
        frozenset({FUNCTION}),
        frozenset({FUNCTION, RESOURCE}),
        frozenset({FUNCTION, RESOURCE, EXECUTED_VERSION}),
        frozenset({EVENT_SOURCE}),
        frozenset({FUNCTION, EVENT_SOURCE}),
    }
)
"""Names of dimensions that come together."""
