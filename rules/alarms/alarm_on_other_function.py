"""A listed alarm watches another function than the one that is shifted.

What goes wrong: the alarm was copied, and its dimensions still name the function it was copied from; or the list names
the alarm of the neighbour. The neighbour's errors roll this function back, and its own do not. An alarm without
dimensions watches every function of the account and region.
Silent when: the dimensions are not known; one of the alarm's metrics is the function's own; the alarm is one of a
function that this one is meant to be judged by as well: it has that function's name, and the list has an alarm of its
own beside it; the list stands in Globals, shared by all; an AWS service or the application publishes the metric, not
AWS Lambda.
Fix: let the dimensions name the function, or list the function's own alarm.
Source: Lambda developer guide, "Types of metrics for Lambda functions" (dimensions).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rules.alarms.foreign_alarms import foreign_alarms
from samguard.rules.alarms.orders_example import DIMENSIONS, SAMCONFIG, alarm, orders, rate_alarm

RULE = Rule("SG308", "alarm-on-other-function", Level.ERROR, since="0.1.0")

_PAYMENTS_DIMENSIONS = DIMENSIONS.replace("Orders", "Payments")
_PAYMENTS = """  Payments:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: payments/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [!Ref PaymentsErrors]
""" + alarm("PaymentsErrors", Dimensions=_PAYMENTS_DIMENSIONS)

_COPIED = _PAYMENTS_DIMENSIONS.replace("!Ref Payments", "!Ref Payments  # SG308")

_SHARED = (
    """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    CodeUri: src/
    Runtime: python3.12
    AutoPublishAlias: live
    DeploymentPreference:
      Type: Canary10Percent5Minutes
      Alarms: [!Ref OrdersErrors, !Ref PaymentsErrors]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties: {Handler: orders.handler}
  Payments:
    Type: AWS::Serverless::Function
    Properties: {Handler: payments.handler}
"""
    + alarm()
    + alarm("PaymentsErrors", Dimensions=_PAYMENTS_DIMENSIONS)
)

BAD = (
    Example(template=orders(alarm(Dimensions=_COPIED), _PAYMENTS), samconfig=SAMCONFIG),
    Example(  # beside an alarm of its own
        template=orders(
            alarm(Dimensions=_COPIED),
            alarm("OrdersThrottles", MetricName="Throttles"),
            _PAYMENTS,
            wired="[!Ref OrdersErrors, !Ref OrdersThrottles]",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(template=orders(alarm(), _PAYMENTS, wired="[!Ref PaymentsErrors]  # SG308"), samconfig=SAMCONFIG),
    Example(  # the neighbour's alarm in place of its own
        template=orders(
            alarm(),
            alarm("OrdersThrottles", MetricName="Throttles"),
            _PAYMENTS,
            wired="[!Ref PaymentsErrors, !Ref OrdersThrottles]  # SG308",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # one list for all, and in it an alarm that is not its function's
        template=_SHARED.replace("!Ref Orders\n", "!Ref Payments  # SG308\n", 1).replace("Orders}", "Payments}", 1),
        samconfig=SAMCONFIG,
    ),
    Example(  # names as texts
        template=orders(
            alarm(Dimensions="[{Name: FunctionName, Value: shop-order}]  # SG308"),
            function="FunctionName: shop-orders",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(template=orders(alarm(MetricName="Errors  # SG308", Dimensions="")), samconfig=SAMCONFIG),
    Example(  # the errors of one function, divided by the invocations of another
        template=orders(
            rate_alarm("IF(invocations > 0, errors / invocations, 0)")
            .replace("!Ref Orders\n", "!Ref Payments  # SG308\n", 1)
            .replace("${Orders}:live", "${Payments}:live", 1),
            _PAYMENTS,
            wired="[!Ref OrdersErrorRate]",
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(  # judged by its neighbour, too
        template=orders(alarm(), _PAYMENTS, wired="[!Ref OrdersErrors, !Ref PaymentsErrors]"), samconfig=SAMCONFIG
    ),
    Example(  # by the function behind it, which is not shifted
        template=orders(
            alarm(),
            alarm("ArchiveErrors", Dimensions="[{Name: FunctionName, Value: !Ref Archive}]"),
            """  Archive:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: archive/, Handler: app.handler, Runtime: python3.12}
""",
            wired="[!Ref OrdersErrors, !Ref ArchiveErrors]",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # one list for all
        template=_SHARED,
        samconfig=SAMCONFIG,
    ),
    Example(  # errors of all functions together
        template=orders(
            rate_alarm("errors + invocations", Threshold="5")
            .replace("MetricName: Invocations", "MetricName: Errors")
            .replace("Orders}:live", "Payments}:live", 1)
            .replace("!Ref Orders\n", "!Ref Payments\n", 1),
            _PAYMENTS,
            wired="[!Ref OrdersErrorRate]",
        ),
        samconfig=SAMCONFIG,
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each listed alarm that is another function's."""
    yield from foreign_alarms(deployment)
