"""A latency alarm whose threshold is meant in another unit than milliseconds.

What goes wrong: Duration, Latency and IntegrationLatency are in milliseconds. With a threshold of 3, meant for three
seconds, every request is too slow: the alarm is in ALARM always, and each deployment is rolled back. An expression that
makes seconds of them is above a threshold in milliseconds never, and a slow version passes.
Silent when: the threshold or the expression is not known; the statistic is one of a count or the Minimum (SG316); a
Duration without an expression is held against the Timeout (SG318); no gradual rollout lists the alarm.
Fix: write the threshold in milliseconds, or in what the expression makes of them.
Source: Lambda developer guide, "Types of metrics for Lambda functions"; API Gateway developer guide, "Amazon API Gateway
dimensions and metrics".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.milliseconds import QUICK_MS, is_below_every_request, is_beyond_timeout_in_other_unit
from samguard.rules.alarms.orders_example import DIMENSIONS, SAMCONFIG, alarm, orders
from samguard.rules.alarms.relied_on import relied_on

RULE = Rule("SG346", "latency-in-seconds", Level.WARNING, since="0.1.0")


def _slow(threshold: str, statistic: str = "p90", function: str = "Timeout: 30") -> Example:
    slow = alarm(
        "OrdersSlow",
        MetricName="Duration",
        Statistic="",
        ExtendedStatistic=statistic,
        Threshold=threshold,
        ComparisonOperator="GreaterThanThreshold",
    )
    template = orders(alarm(), slow, wired="[!Ref OrdersErrors, !Ref OrdersSlow]", function=function)
    return Example(template=template, samconfig=SAMCONFIG)


def _seconds(expression: str, threshold: str) -> Example:
    dimensions = DIMENSIONS.replace("\n", "\n        ")
    slow = f"""
  OrdersSlow:
    Type: AWS::CloudWatch::Alarm
    Properties:
      EvaluationPeriods: 2
      Threshold: {threshold}
      ComparisonOperator: GreaterThanThreshold
      TreatMissingData: notBreaching
      Metrics:
        - Id: ms
          ReturnData: false
          MetricStat:
            Period: 60
            Stat: p90
            Metric:
              Namespace: AWS/Lambda
              MetricName: Duration
              Dimensions:{dimensions}
        - Id: seconds
          Expression: {expression}
"""
    template = orders(alarm(), slow, wired="[!Ref OrdersErrors, !Ref OrdersSlow]", function="Timeout: 30")
    return Example(template=template, samconfig=SAMCONFIG)


BAD = (
    _slow("3  # SG346"),
    _slow("2.5  # SG346"),
    _seconds("ms", "15  # SG346"),
    _seconds("ms / 1000", "15000  # SG346"),
)

GOOD = (
    _slow("3000"),
    _slow("20"),
    _seconds("ms / 1000", "15"),
    _seconds("ms", "15000"),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each listed alarm on a latency whose threshold is of another unit."""
    for relied in relied_on(rollout):
        alarm, scene = relied.alarm, rollout.scene
        if is_below_every_request(alarm, scene):
            said = (
                f"is in ALARM for requests of {QUICK_MS:g} ms already, so deployments of {{resource}} are rolled back "
                "whatever they bring. The metric is in milliseconds: write the threshold in its unit"
            )
        elif is_beyond_timeout_in_other_unit(alarm, scene):
            said = (
                "does not see a slow version of {resource}: requests are cut off before the threshold is reached. The "
                "metric is in milliseconds: write the threshold in what the expression makes of them"
            )
        else:
            continue
        yield relied.finding(alarm.span_of("Threshold"), f"{relied.name} {said}", because=alarm.threshold.because)
