"""What of a template's alarms is modelled, what is blind, and what is not modelled, with the reason."""

from __future__ import annotations

from textwrap import indent

import pytest
from rehearsal_scenes import ORDERS, alarm_text, dimensions
from scenes import deployed, function, rollout_of, sam

from samguard.rehearsal import LeftOut, Measure, Scope, Watch, watch
from samguard.rehearsal.alarm_state import Treatment


def watched(*resources: str, orders: str = ORDERS, head: str = "") -> Watch:
    return watch(rollout_of(sam(function(orders), *resources, head=head)))


def left(found: Watch) -> tuple[LeftOut, ...]:
    assert found.wired == ()
    return found.blind + found.unmodelled


WHOLE = "FunctionName=!Ref Orders"
ALIAS = "Resource=!Sub '${Orders}:live'"
VERSION = "ExecutedVersion=!GetAtt Orders.Version.Version"


@pytest.mark.parametrize(
    ("pairs", "scope"),
    [
        ((WHOLE,), Scope.FUNCTION),
        ((WHOLE, ALIAS), Scope.ALIAS),
        ((WHOLE, ALIAS, VERSION), Scope.VERSION),
        ((WHOLE, "Stage=prod"), Scope.NOTHING),
    ],
)
def test_dimensions_say_whose_requests_are_seen(pairs: tuple[str, ...], scope: Scope) -> None:
    (found,) = watched(alarm_text(Dimensions=dimensions(*pairs))).alarms
    assert [metric.scope for metric in found.metrics] == [scope]


def test_an_alarm_is_taken_as_it_is_written() -> None:
    found = watched(
        alarm_text(
            Period="300",
            EvaluationPeriods="3",
            DatapointsToAlarm="2",
            TreatMissingData="notBreaching",
            MetricName="Duration",
            Statistic=None,
            ExtendedStatistic="p99",
            EvaluateLowSampleCountPercentile="ignore",
            EvaluationWindow="{WallClockWindow: {}}",
        )
    )
    (only,) = found.alarms
    assert found.wired == ("Errors",)
    assert (only.period_minutes, only.judged.evaluation_periods, only.judged.datapoints_to_alarm) == (5, 3, 2)
    assert only.judged.treatment is Treatment.NOT_BREACHING
    assert only.metrics[0].measure is Measure.DURATION
    assert only.metrics[0].statistic.high == 99
    assert only.ignores_few_samples
    assert only.is_wall_clock


def test_the_wrong_unit_has_no_data() -> None:
    (found,) = watched(alarm_text(Unit="Percent")).alarms
    assert found.metrics[0].scope is Scope.NOTHING


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Dimensions": dimensions("FunctionName=other")}, "which function it watches is not known"),
        ({"Dimensions": dimensions(WHOLE, "Resource=!Sub '${Orders}:test'")}, "it watches 'test'"),
        ({"Dimensions": dimensions(WHOLE, "Resource=!Ref Orders")}, "name no alias"),
        (
            {"Dimensions": dimensions(WHOLE, ALIAS, "ExecutedVersion='7'")},
            "it watches version '7', whatever is deployed",
        ),
        ({"Dimensions": None}, "all functions of the account"),
        ({"Period": "10"}, "shorter than the minute"),
        ({"Period": "86400"}, "looks back 24 hours"),
        ({"Threshold": None, "ThresholdMetricId": "band"}, "anomaly detection"),
        ({"Threshold": "!Ref Limit"}, "threshold"),
        ({"MetricName": "ConcurrentExecutions"}, "AWS/Lambda ConcurrentExecutions is not known"),
        ({"Namespace": "Mine", "MetricName": "Failures"}, "Mine Failures is not known"),
        ({"Namespace": "AWS/ApiGateway", "MetricName": "5XXError"}, "AWS/ApiGateway 5XXError is not known"),
        ({"DatapointsToAlarm": "2"}, "CloudWatch refuses it"),
        ({"Statistic": "Median"}, "statistic"),
        ({"TreatMissingData": "!Ref Limit"}, "TreatMissingData"),
    ],
)
def test_what_cannot_be_said_has_its_reason(changes: dict[str, str | None], reason: str) -> None:
    (only,) = left(watched(alarm_text(**changes), head="Parameters:\n  Limit: {Type: Number}\n"))
    assert only.name == "Errors"
    assert reason in only.reason


def test_another_function_is_not_seen() -> None:
    other = function("FunctionName: other", "Other")
    text = sam(function(ORDERS), other, alarm_text(Dimensions=dimensions("FunctionName=!Ref Other")))
    orders, _ = deployed(text).rollouts
    found = watch(orders)
    assert found.blind == (LeftOut("Errors", "it watches another function"),)


def test_an_alarm_of_elsewhere_is_not_modelled() -> None:
    (only,) = left(watched(orders=ORDERS.replace("!Ref Errors", "shared-errors")))
    assert only == LeftOut("shared-errors", "it is not an alarm of this template")


def test_an_apis_errors_are_those_of_a_function_with_api_events() -> None:
    events = "Events: {Get: {Type: Api, Properties: {Path: /, Method: get}}}\n"
    found = watched(
        alarm_text(Namespace="AWS/ApiGateway", MetricName="5XXError", Dimensions=dimensions("ApiName=orders")),
        orders=f"    {events}{ORDERS}",
    )
    assert found.alarms[0].metrics[0].measure is Measure.HTTP_5XX


RATE = """
- {Id: rate, Expression: "IF(invocations > 0, errors / invocations, 0)"}
- Id: errors
  ReturnData: false
  MetricStat: {Stat: Sum, Period: 60, Metric: {Namespace: AWS/Lambda, MetricName: Errors, Dimensions: [WHOLE]}}
- Id: invocations
  ReturnData: false
  MetricStat: {Stat: Sum, Period: 60, Metric: {Namespace: AWS/Lambda, MetricName: Invocations, Dimensions: [WHOLE]}}
""".replace("WHOLE", "{Name: FunctionName, Value: !Ref Orders}")
NO_METRIC = dict.fromkeys(("Namespace", "MetricName", "Dimensions", "Statistic", "Period"))


def math_alarm(queries: str) -> str:
    return alarm_text(**NO_METRIC, Metrics="\n" + indent(queries.strip("\n"), " " * 8))


def test_metric_math_is_taken_apart() -> None:
    (found,) = watched(math_alarm(RATE)).alarms
    assert found.returned == "rate"
    assert [metric.id for metric in found.metrics] == ["errors", "invocations"]
    assert not found.looks_along


@pytest.mark.parametrize(
    ("queries", "reason"),
    [
        (RATE.replace("IF(invocations > 0, errors / invocations, 0)", "HOUR(errors)"), "time of the deployment"),
        (RATE.replace("IF(invocations > 0", "IF(calls > 0"), "'calls'"),
        (RATE.replace("  ReturnData: false\n", ""), "which of its metrics"),
        (RATE.replace("Period: 60", "Period: 300", 1), "different periods"),
    ],
)
def test_metric_math_that_is_not_modelled_has_its_reason(queries: str, reason: str) -> None:
    (only,) = left(watched(math_alarm(queries)))
    assert reason in only.reason


def composite(rule: str, name: str = "All") -> str:
    return f"  {name}:\n    Type: AWS::CloudWatch::CompositeAlarm\n    Properties:\n      AlarmRule: {rule}\n"


ALL = ORDERS.replace("!Ref Errors", "!Ref All")


@pytest.mark.parametrize(
    "rule",
    ['!Sub "ALARM(${Errors}) AND NOT OK(${Slow})"', '"ALARM(errors) OR ALARM(arn:aws:cloudwatch:x:1:alarm:slow)"'],
)
def test_a_composite_alarm_brings_its_children(rule: str) -> None:
    found = watched(alarm_text(AlarmName="errors"), alarm_text("Slow", AlarmName="slow"), composite(rule), orders=ALL)
    assert found.wired == ("All",)
    assert {one.name for one in found.alarms} == {"Errors", "Slow"}
    assert set(found.composites[0].names.values()) == {"Errors", "Slow"}


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("ALARM(", "not understood"),
        ("ALARM(elsewhere)", "'elsewhere', which is not an alarm of this template"),
        ("!Sub 'ALARM(${All})'", "watch each other"),
        ("!Ref Rule", "rule is not known"),
    ],
)
def test_a_composite_alarm_that_is_not_modelled_has_its_reason(rule: str, reason: str) -> None:
    (only,) = left(watched(composite(rule), orders=ALL, head="Parameters:\n  Rule: {Type: String}\n"))
    assert reason in only.reason
