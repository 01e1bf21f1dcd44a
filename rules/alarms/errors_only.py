"""Only errors are watched.

What goes wrong: AWS/Lambda Errors counts requests that end with an exception, a timeout or a crash of the runtime. A
version that uses up the concurrency (Throttles), that has become slow (Duration), or that catches everything and
answers with HTTP 500 (5XXError of the API) has no Errors, and goes through.
Silent when: some alarm in the list is not in this template or reads another metric; an alarm for more exists and is
only not listed (SG334 speaks of that); the environment is not production.
Fix: list an alarm on Throttles, on a percentile of Duration, or on the API's 5XXError as well.
Source: Lambda developer guide, "Types of metrics for Lambda functions".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.alarm_list import list_span
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders, rate_alarm
from samguard.rules.alarms.unlisted import sees_errors_only

RULE = Rule("SG325", "errors-only", Level.NOTE, since="0.1.0", about_production=True)

BAD = (
    Example(template=orders(alarm(), wired="[!Ref OrdersErrors]  # SG325 in prod"), samconfig=SAMCONFIG),
    Example(
        template=orders(
            rate_alarm("IF(invocations > 0, errors / invocations, 0)"), wired="[!Ref OrdersErrorRate]  # SG325 in prod"
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(
        template=orders(
            alarm(), alarm("OrdersThrottles", MetricName="Throttles"), wired="[!Ref OrdersErrors, !Ref OrdersThrottles]"
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # what the other one watches is not known
        template=orders(alarm(), wired="[!Ref OrdersErrors, orders-api-5xx]"),
        samconfig=SAMCONFIG,
    ),
    Example(template=orders(alarm()), samconfig=SAMCONFIG.replace("prod", "test")),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each gradual rollout of a function that is watched for errors and nothing else."""
    if sees_errors_only(rollout):
        yield Finding(
            list_span(rollout),
            "the alarms of {resource} see exceptions and timeouts only: a version that is slow, throttled, or "
            "answers with HTTP 500 goes through {where}. Watch Throttles, Duration or the API's 5XXError, too",
            resource=rollout.function,
        )
