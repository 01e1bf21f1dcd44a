"""No alarm in the list sees errors.

What goes wrong: the rollout lists alarms, but none on Errors, on their rate or on the API's 5XXError: on throttles,
duration or the number of invocations only. A version that throws an exception on every request is fast and unthrottled,
so it reaches every user.
Silent when: some alarm in the list is not in this template or reads a metric that is not AWS Lambda's; an alarm on
errors exists and is only not listed (SG334 speaks of that), or belongs to another function (SG308), or counts requests
for failures (SG337); the environment is not production.
Fix: list an alarm on AWS/Lambda Errors.
Source: Lambda developer guide, "Types of metrics for Lambda functions".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.alarm_list import list_span
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders
from samguard.rules.alarms.unlisted import is_blind_to_errors

RULE = Rule("SG341", "errors-not-watched", Level.WARNING, since="0.1.0", about_production=True)

_SLOW = alarm("OrdersSlow", MetricName="Duration", Statistic="Maximum", Threshold="2000")

BAD = (
    Example(template=orders(_SLOW, wired="[!Ref OrdersSlow]  # SG341 in prod"), samconfig=SAMCONFIG),
    Example(
        template=orders(
            _SLOW,
            alarm("OrdersThrottles", MetricName="Throttles"),
            wired="[!Ref OrdersSlow, !Ref OrdersThrottles]",
        ).replace("Alarms:", "Alarms:  # SG341 in prod\n         "),
        samconfig=SAMCONFIG,
    ),
    Example(  # the one that is not listed does not see errors either
        template=orders(
            _SLOW, alarm("OrdersThrottles", MetricName="Throttles"), wired="[!Ref OrdersSlow]  # SG341 in prod"
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=orders(_SLOW, alarm(), wired="[!Ref OrdersSlow, !Ref OrdersErrors]"), samconfig=SAMCONFIG),
    Example(  # errors of the application's own counting
        template=orders(
            _SLOW,
            alarm("OrdersFailed", Namespace="Orders", MetricName="Failed", Dimensions=""),
            wired="[!Ref OrdersSlow, !Ref OrdersFailed]",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(template=orders(_SLOW, wired="[!Ref OrdersSlow, orders-errors]"), samconfig=SAMCONFIG),
    Example(  # in test it may
        template=orders(_SLOW, wired="[!Ref OrdersSlow]"), samconfig=SAMCONFIG.replace("prod", "test")
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each gradual rollout of a function whose alarms do not see errors."""
    if is_blind_to_errors(rollout):
        yield Finding(
            list_span(rollout),
            "no alarm of {resource} sees errors, so a version that fails every request quickly reaches every user "
            "{where}. List an alarm on AWS/Lambda Errors",
            resource=rollout.function,
            fixes=_fixes(rollout),
        )


def _fixes(rollout: Rollout) -> tuple[Fix, ...]:
    """An alarm on the errors of what gets traffic. Unsafe: what may fail how often, only its owners know."""
    from samguard.mending import alarm_added

    edits = alarm_added(rollout)
    return (Fix("Add an alarm on its errors", edits, safe=False),) if edits else ()
