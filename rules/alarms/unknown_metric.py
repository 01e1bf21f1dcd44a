"""A metric, or a namespace, that AWS does not publish.

What goes wrong: CloudWatch takes an alarm on any name. On `Error`, `Latency` or `AWS/lambda` it waits for data that
never comes and stays in INSUFFICIENT_DATA, which stops no deployment.
Silent when: the name is neither one that is known nor nearly one (AWS adds metrics); the namespace may be the
application's own; no gradual rollout lists the alarm.
Fix: write the name as it is published, such as Errors in AWS/Lambda, 5XXError in AWS/ApiGateway.
Source: Lambda developer guide, "Types of metrics for Lambda functions"; API Gateway developer guide, "Amazon API
Gateway dimensions and metrics"; Step Functions developer guide, "Monitoring Step Functions using CloudWatch"; SQS
developer guide, "Available CloudWatch metrics for Amazon SQS".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders, rate_alarm
from samguard.rules.alarms.relied_on import relied_on
from samguard.rules.alarms.unpublished_metrics import unpublished_metrics

RULE = Rule("SG335", "unknown-metric", Level.ERROR, since="0.1.0")


def _beside(namespace: str, name: str) -> Example:
    """The alarm on errors, and one on something else."""
    other = alarm("Beside", Namespace=namespace, MetricName=name, Dimensions="[{Name: QueueName, Value: orders}]")
    return Example(template=orders(alarm(), other, wired="[!Ref OrdersErrors, !Ref Beside]"), samconfig=SAMCONFIG)


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
    _beside("AWS/SQS", "AgeOfOldestMessage  # SG335"),
    _beside("AWS/SQS", "ApproximateNumberOfMessageVisible  # SG335"),
    _beside("AWS/States", "ExecutionFailed  # SG335"),
)

GOOD = (
    *(_beside(namespace, name) for namespace, name in (("AWS/SQS", "NumberOfMessagesSent"), ("AWS/States", "NewOne"))),
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


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each metric of a listed alarm that is not published under its name."""
    for relied in relied_on(rollout):
        yield from unpublished_metrics(relied)
