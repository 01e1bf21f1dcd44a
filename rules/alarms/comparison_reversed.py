"""A comparison the wrong way round: in ALARM while all is well.

What goes wrong: `LessThanThreshold` on Errors, Throttles or Duration is fulfilled by a healthy function. The alarm is
in ALARM before the deployment begins, which stops every deployment at once; and it leaves ALARM when the function
fails. The same goes for a success rate with `GreaterThanThreshold`. A rate that divides requests by failures falls
while more fails, and has no value while nothing does.
Silent when: the metric is one of traffic or success, or is not known; comparison or threshold are not known; the alarm
is a condition inside of a composite one; no gradual rollout lists it.
Fix: turn the comparison round.
Source: CloudWatch user guide, "Using Amazon CloudWatch alarms"; SAM, docs/safe_lambda_deployments.rst (an alarm that is
in ALARM already).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.expected_values import comparison_of, is_reversed, upside_down
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders, rate_alarm
from samguard.rules.alarms.relied_on import relied_on, scalar_fix

RULE = Rule("SG317", "comparison-reversed", Level.ERROR, since="0.1.0")

BAD = (
    Example(  # the rate upside down
        template=orders(
            rate_alarm("100 * invocations / errors  # SG317", Threshold="5"), wired="[!Ref OrdersErrorRate]"
        ),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=orders(alarm(ComparisonOperator="LessThanThreshold  # SG317")),
        samconfig=SAMCONFIG,
        fixed=orders(alarm(ComparisonOperator="GreaterThanThreshold  # SG317")),
    ),
    Example(
        template=orders(
            alarm(),
            alarm(
                "OrdersSlow",
                MetricName="Duration",
                Statistic="Average",
                Threshold="2000",
                ComparisonOperator="LessThanOrEqualToThreshold  # SG317",
            ),
            wired="[!Ref OrdersErrors, !Ref OrdersSlow]",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # a success rate
        template=orders(
            rate_alarm(
                "1 - errors / invocations", Threshold="0.95", ComparisonOperator="GreaterThanThreshold  # SG317"
            ),
            wired="[!Ref OrdersErrorRate]",
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(  # the right way up
        template=orders(rate_alarm("100 * errors / invocations", Threshold="5"), wired="[!Ref OrdersErrorRate]"),
        samconfig=SAMCONFIG,
    ),
    Example(  # a success rate, the right way round
        template=orders(
            rate_alarm("100 * (1 - errors / invocations)", Threshold="95", ComparisonOperator="LessThanThreshold"),
            wired="[!Ref OrdersErrorRate]",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # too little traffic
        template=orders(
            alarm(),
            alarm("OrdersQuiet", MetricName="Invocations", Threshold="10", ComparisonOperator="LessThanThreshold"),
            wired="[!Ref OrdersErrors, !Ref OrdersQuiet]",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # a condition of a composite alarm
        template=orders(
            alarm(),
            alarm("OrdersQuiet", ComparisonOperator="LessThanThreshold"),
            """  OrdersBad:
    Type: AWS::CloudWatch::CompositeAlarm
    Properties: {AlarmRule: !Sub "ALARM(${OrdersErrors}) AND NOT ALARM(${OrdersQuiet})"}
""",
            wired="[!Ref OrdersBad]",
        ),
        samconfig=SAMCONFIG,
    ),
)

_TURNED: Final = {
    "LessThanThreshold": "GreaterThanThreshold",
    "LessThanOrEqualToThreshold": "GreaterThanOrEqualToThreshold",
    "LessThanLowerThreshold": "GreaterThanUpperThreshold",
    "GreaterThanThreshold": "LessThanThreshold",
    "GreaterThanOrEqualToThreshold": "LessThanOrEqualToThreshold",
}


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each listed alarm that is in ALARM while all is well, and not when it fails."""
    for relied in relied_on(rollout):
        expression = upside_down(relied.alarm, rollout.scene)
        if expression is not None:
            node = expression.node.get("Expression")
            yield relied.finding(
                node.span if node is not None else expression.node.span,
                f"{relied.name} falls the more requests to {{resource}} fail: its rate is upside down. Divide what "
                "failed by all requests",
                because=expression.text.because,
            )
        if is_reversed(relied.alarm, rollout.scene):
            right = _TURNED[comparison_of(relied.alarm)]
            yield relied.finding(
                relied.alarm.span_of("ComparisonOperator"),
                f"{relied.name} is in ALARM while all is well with {{resource}}, and not when requests fail: every "
                f"deployment is rolled back. Use {right}",
                because=relied.alarm.comparison.because,
                fixes=scalar_fix(relied.node("ComparisonOperator"), right, safe=False),
            )
