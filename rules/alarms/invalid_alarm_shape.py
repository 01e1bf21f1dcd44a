"""An alarm that CloudWatch refuses for how its properties go together.

What goes wrong: an alarm has either one metric (MetricName, Statistic or ExtendedStatistic, Period) or Metrics, of
which exactly one entry returns data (all do, unless they say `ReturnData: false`). Dimensions is a list. CloudWatch
refuses anything else, so the stack does not deploy, and the alarm that the rollout relies on is not made.
Silent when: a part is not known; the alarm compares with a band of anomaly detection, which may return two; no gradual
rollout lists it.
Fix: say what is missing, and leave out what is too much.
Source: CloudFormation user guide, AWS::CloudWatch::Alarm; CloudWatch API reference, PutMetricAlarm and MetricDataQuery.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.alarm_shape import shape_faults
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders, rate_alarm
from samguard.rules.alarms.relied_on import relied_on

RULE = Rule("SG322", "invalid-alarm-shape", Level.ERROR, since="0.1.0")


def _rate(template: str) -> str:
    return orders(template, wired="[!Ref OrdersErrorRate]")


_RATE = rate_alarm("errors / invocations")
_BAND = rate_alarm(
    "ANOMALY_DETECTION_BAND(errors, 2)",
    Threshold="",
    ThresholdMetricId="rate",
    ComparisonOperator="GreaterThanUpperThreshold",
).replace("Id: errors\n          ReturnData: false", "Id: errors\n          ReturnData: true")

BAD = (
    Example(
        template=orders(
            alarm(ExtendedStatistic="p99")
            .replace("ExtendedStatistic", "ExtendedStatistic  # SG322\n       ")
            .replace("  # SG322\n       :", ": # SG322\n        ")
        ),
        samconfig=SAMCONFIG,
    ),
    Example(template=orders(alarm(Statistic="", MetricName="Errors  # SG322")), samconfig=SAMCONFIG),
    Example(
        template=orders(alarm(EvaluationPeriods="").replace("OrdersErrors:", "OrdersErrors:  # SG322")),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=_rate(_RATE.replace("      Metrics:", "      Unit: # SG322\n        Count\n      Metrics:")),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=_rate(_RATE.replace("Id: errors\n          ReturnData: false", "Id: errors  # SG322")),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=_rate(
            _RATE.replace(
                "Expression: errors / invocations",
                "Expression: errors / invocations\n          ReturnData: false  # SG322",
            )
        ),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=_rate(rate_alarm("Errors / invocations").replace("Id: errors", "Id: Errors  # SG322")),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=_rate(
            _RATE.replace("Period: 60", "Period: 300")
            .replace("Period: 300", "Period: 60", 1)
            .replace("Period: 300", "Period: 120  # SG322")
        ),
        samconfig=SAMCONFIG,
    ),
    Example(template=orders(alarm(ComparisonOperator="GreaterThanUpperThreshold  # SG322")), samconfig=SAMCONFIG),
    Example(
        template=orders(
            alarm(Dimensions="\n        FunctionName: !Ref Orders").replace("Dimensions:", "Dimensions:  # SG322")
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=_rate(_RATE), samconfig=SAMCONFIG),
    Example(template=_rate(_BAND), samconfig=SAMCONFIG),
    Example(template=orders(alarm(Statistic="", ExtendedStatistic="p99")), samconfig=SAMCONFIG),
    Example(  # one of them, whatever the environment
        template=orders(
            alarm(
                Statistic="!If [IsBusy, !Ref AWS::NoValue, Sum]",
                ExtendedStatistic="!If [IsBusy, p99, !Ref AWS::NoValue]",
            )
        ).replace("Resources:", "Conditions:\n  IsBusy: !Equals [a, b]\nResources:", 1),
        samconfig=SAMCONFIG,
    ),
    Example(template=orders(alarm(), alarm("ForPeople", Statistic="")), samconfig=SAMCONFIG),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each way in which a listed alarm is refused."""
    for relied in relied_on(rollout):
        for fault in shape_faults(relied.alarm, rollout.scene):
            yield relied.finding(
                fault.span,
                f"CloudWatch refuses {relied.name}, so the deployment of {{resource}} fails: {fault.message}",
            )
