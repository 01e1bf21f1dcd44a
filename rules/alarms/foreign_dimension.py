"""An alarm of the list watches another service's metric by dimensions that it does not have.

What goes wrong: SQS publishes by the queue's name, not by its ARN or its URL, which is what `!Ref Queue` gives; a REST API
by its name and not its id, an HTTP API by its id; Step Functions by the state machine's ARN. By anything else there is no
data: the alarm stays as it is, and stops nothing.
Silent when: a value is not known, or refers to nothing of the template; the namespace is another one; no gradual rollout
lists the alarm. Of AWS/Lambda's own dimensions SG310 speaks.
Fix: write what the message names.
Source: Amazon SQS developer guide, "Available CloudWatch metrics for Amazon SQS"; API Gateway developer guide, "Amazon API
Gateway dimensions and metrics"; Step Functions developer guide, "Monitoring Step Functions metrics using CloudWatch".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.foreign_dimensions import foreign_faults
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders
from samguard.rules.alarms.relied_on import relied_on

RULE = Rule("SG347", "foreign-dimension", Level.ERROR, since="0.1.0")

_RESOURCES = """
  Work:
    Type: AWS::SQS::Queue
  Shop:
    Type: AWS::Serverless::Api
    Properties: {Name: shop, StageName: v1}
"""


def _example(metric: str, dimensions: str, namespace: str = "AWS/ApiGateway") -> Example:
    other = alarm("OrdersOther", Namespace=namespace, MetricName=metric, Dimensions=dimensions)
    template = orders(alarm(), other, _RESOURCES, wired="[!Ref OrdersErrors, !Ref OrdersOther]")
    return Example(template=template, samconfig=SAMCONFIG)


def _queue(dimension: str) -> Example:
    return _example("ApproximateNumberOfMessagesVisible", dimension, "AWS/SQS")


_NAME = "\n        - {Name: ApiName, Value: shop}"

BAD = (
    _queue("\n        - {Name: QueueName, Value: !Ref Work}  # SG347"),
    _queue("\n        - {Name: QueueName, Value: !GetAtt Work.Arn}  # SG347"),
    _queue("\n        - {Name: Queue, Value: !GetAtt Work.QueueName}  # SG347"),
    _example("5XXError", "\n        - {Name: ApiName, Value: !Ref Shop}  # SG347"),
    _example("5XXError", "\n        - {Name: ApiId, Value: !Ref Shop}  # SG347"),
    _example("5xx  # SG347", _NAME),
    _example("5XXError", f"{_NAME}\n        - {{Name: Stage, Value: Prod}}  # SG347"),
)

GOOD = (
    _queue("\n        - {Name: QueueName, Value: !GetAtt Work.QueueName}"),
    _queue("\n        - {Name: QueueName, Value: work}"),
    _example("5XXError", f"{_NAME}\n        - {{Name: Stage, Value: v1}}"),
    _example("5xx", "\n        - {Name: ApiId, Value: abc123}"),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each metric of a listed alarm by whose dimensions there is no data."""
    for relied in relied_on(rollout):
        for metric in relied.alarm.metrics or ():
            for fault in foreign_faults(metric, rollout.scene):
                yield relied.finding(
                    fault.span,
                    f"{relied.name} gets no data, so it never stops a bad version of {{resource}}: {fault.message}",
                )
