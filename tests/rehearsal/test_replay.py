"""Exported metrics replayed, and a deployment against its plan."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from rehearsal_scenes import ORDERS, alarm_text
from scenes import function, rollout_of, sam

from samguard.errors import SamguardError
from samguard.rehearsal import Scenario, Timing, constant, rehearse
from samguard.rehearsal.codedeploy_record import against_plan, deployment_record, of_rollout, record_words
from samguard.rehearsal.metric_export import Export, metric_export
from samguard.rehearsal.metric_query import metric_query
from samguard.rehearsal.replay import Replay, replay
from samguard.rollout import Rollout

START = datetime(2026, 1, 1, tzinfo=UTC)
DEMO = (Path(__file__).parents[2] / "docs/explanation/rehearsal/template.yaml").read_text(encoding="utf-8")


def orders(*alarms: str, wired: str = "[!Ref Errors]") -> Rollout:
    return rollout_of(sam(function(ORDERS.replace("[!Ref Errors]", wired)), *alarms))


def exported(minutes: int, bad: set[int], label: str = "Errors", step: int = 1, **result: object) -> dict[str, object]:
    """A metric that is 1 in some minutes, and 0 in the others."""
    moments = range(0, minutes, step)
    return {
        "Id": "any",
        "Label": label,
        "Timestamps": [(START + timedelta(minutes=minute)).isoformat() for minute in moments],
        "Values": [float(minute in bad) for minute in moments],
        "StatusCode": "Complete",
        **result,
    }


def export(*results: dict[str, object]) -> Export:
    return metric_export(json.dumps({"MetricDataResults": results}), "metrics.json")


def minutes(found: Replay, alarm: int = 0) -> list[tuple[float, float]]:
    """When an alarm was in ALARM, in minutes from the start of the export."""
    return [((a - found.start) / 60, (b - found.start) / 60) for a, b in found.alarms[alarm].in_alarm]


def test_an_alarm_is_in_alarm_from_when_its_datapoint_is_judged_until_the_next_good_one_is() -> None:
    found = replay(orders(alarm_text()), export(exported(1000, {100})), Timing(60, 30))
    assert minutes(found) == [(102, 103)]


def test_the_share_is_of_the_moments_from_which_a_deployment_would_meet_the_alarm() -> None:
    found = replay(orders(alarm_text()), export(exported(1000, {100})), Timing(60, 30))
    # from 4.5 minutes before it, as CodeDeploy takes half a minute of the five, until it is over
    assert found.turned_back_share == pytest.approx((103 - (102 - 4.5)) / (1000 - 5))


def test_two_alarms_close_to_each_other_are_not_counted_twice() -> None:
    found = replay(orders(alarm_text()), export(exported(1000, {100, 102})), Timing(60, 30))
    assert minutes(found) == [(102, 103), (104, 105)]
    assert found.turned_back_share == pytest.approx((105 - 97.5) / (1000 - 5))


def test_a_quiet_service_turns_nothing_back() -> None:
    found = replay(orders(alarm_text()), export(exported(1000, set())))
    assert (found.turned_back_share, found.alarms[0].in_alarm) == (0, ())


def test_an_alarm_on_any_metric_is_replayed() -> None:
    queue = alarm_text("Depth", Namespace="AWS/SQS", MetricName="ApproximateNumberOfMessagesVisible", Dimensions=None)
    found = replay(orders(queue, wired="[!Ref Depth]"), export(exported(100, {50}, "Depth")))
    assert len(minutes(found)) == 1
    assert found.left_out == ()


def test_an_expression_is_worked_out_from_its_metrics() -> None:
    metrics = (
        "[{Id: rate, Expression: 'IF(calls > 0, errors / calls, 0)'}, "
        "{Id: errors, ReturnData: false, MetricStat: {Metric: {Namespace: AWS/Lambda, MetricName: Errors, "
        "Dimensions: [{Name: FunctionName, Value: !Ref Orders}]}, Period: 60, Stat: Sum}}, "
        "{Id: calls, ReturnData: false, MetricStat: {Metric: {Namespace: AWS/Lambda, MetricName: Invocations, "
        "Dimensions: [{Name: FunctionName, Value: !Ref Orders}]}, Period: 60, Stat: Sum}}]"
    )
    nothing = dict.fromkeys(("Namespace", "MetricName", "Dimensions", "Statistic", "Period"))
    rollout = orders(alarm_text(Metrics=metrics, Threshold="0.1", **nothing))
    many = exported(100, set(), "Errors.calls") | {"Values": [4.0] * 50 + [40.0] * 50}
    found = replay(rollout, export(exported(100, {20, 70}, "Errors.errors"), many))
    assert [round(start) for start, _ in minutes(found)] == [22]


def test_a_composite_alarm_fires_when_its_rule_holds() -> None:
    rule = "{AlarmRule: !Sub 'ALARM(${Errors}) AND ALARM(${Other})'}"
    composite = f"  Both:\n    Type: AWS::CloudWatch::CompositeAlarm\n    Properties: {rule}\n"
    rollout = orders(alarm_text(), alarm_text("Other"), composite, wired="[!Ref Both]")
    apart = replay(rollout, export(exported(500, {100}), exported(500, {200}, "Other")))
    together = replay(rollout, export(exported(500, {100}), exported(500, {100}, "Other")))
    assert apart.turned_back_share == 0
    assert together.turned_back_share is not None
    assert together.turned_back_share > 0


def test_a_metric_is_known_by_its_label_or_its_id() -> None:
    rollout = orders(alarm_text())
    by_id = exported(100, {50}, "something else", Id="a_Errors")
    assert len(replay(rollout, export(by_id)).alarms) == 1
    (left,) = replay(rollout, export(exported(100, {50}, "other"))).left_out
    assert left.reason == "it is not in the file: expected a result with the Label 'Errors' or the Id 'a_Errors'"


def test_what_is_not_in_the_file_makes_the_share_a_lower_bound() -> None:
    rollout = orders(alarm_text(), alarm_text("Other"), wired="[!Ref Errors, !Ref Other]")
    found = replay(rollout, export(exported(100, {50})))
    assert found.turned_back_share is None
    assert found.least_share is not None
    assert found.least_share > 0


def test_datapoints_of_another_period_are_told() -> None:
    slow = orders(alarm_text(Period="300"))
    (left,) = replay(slow, export(exported(100, set()))).left_out
    assert "closer than its period of 300 s" in left.reason
    (coarse,) = replay(orders(alarm_text()), export(exported(500, set(), step=5))).alarms
    assert coarse.notes == ("all datapoints are 5 minutes apart: was it exported with its period of 60 s?",)
    (partial,) = replay(orders(alarm_text()), export(exported(50, set(), StatusCode="PartialData"))).alarms
    assert "partial" in partial.notes[0]


def test_an_export_that_is_shorter_than_a_deployment_says_nothing() -> None:
    assert replay(orders(alarm_text()), export(exported(3, {1}))).least_share is None


def test_pages_and_both_kinds_of_times_are_read() -> None:
    first, second = exported(50, set()), exported(50, set())
    second["Timestamps"] = [START.timestamp() + 60 * minute for minute in range(50, 100)]
    text = "\n".join(json.dumps({"MetricDataResults": [page]}) for page in (first, second))
    found = metric_export(text, "metrics.json")
    assert [len(series.points) for series in found.series] == [100]
    assert found.end - found.start == 99 * 60


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it is empty"),
        ("no", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[]", "there are no MetricDataResults in it"),
        ('{"Datapoints": []}', "get-metric-statistics prints Datapoints"),
        ('{"MetricDataResults": []}', "there is no datapoint in it"),
        ('{"MetricDataResults": [1]}', "MetricDataResults[0] is no metric"),
        ('{"MetricDataResults": [{"Timestamps": [1], "Values": []}]}', "not as many Values as Timestamps"),
        ('{"MetricDataResults": [{"Timestamps": ["soon"], "Values": [1]}]}', "'soon' is no time"),
        ('{"MetricDataResults": [{"Timestamps": [1], "Values": ["1"]}]}', "'1' is no number"),
        ('{"MetricDataResults": [{"Timestamps": [1], "Values": [NaN]}]}', "nan is no number"),
    ],
)
def test_a_file_that_is_no_export_says_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(SamguardError) as caught:
        metric_export(text, "metrics.json")
    assert message in str(caught.value)
    assert "metrics.json" in str(caught.value)


def test_the_query_asks_for_what_the_replay_needs() -> None:
    rollout = orders(alarm_text(Period="300", Statistic=None, ExtendedStatistic="p99", MetricName="Duration"))
    found = metric_query([rollout], date(2026, 1, 31))
    assert found.request == {
        "MetricDataQueries": [
            {
                "Id": "a_Errors",
                "Label": "Errors",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/Lambda",
                        "MetricName": "Duration",
                        "Dimensions": [{"Name": "FunctionName", "Value": "REPLACE-Orders"}],
                    },
                    "Period": 300,
                    "Stat": "p99",
                },
            }
        ],
        "StartTime": "2026-01-17T00:00:00Z",
        "EndTime": "2026-01-31T00:00:00Z",
        "ScanBy": "TimestampAscending",
    }
    assert found.placeholders == ("REPLACE-Orders",)


# a deployment

STOPPED = {
    "deploymentId": "d-A1",
    "status": "Stopped",
    "deploymentConfigName": "CodeDeployDefault.LambdaCanary10Percent5Minutes",
    "deploymentGroupName": "shop-DemoDeploymentGroup-1A2B",
    "applicationName": "shop-ServerlessDeploymentApplication-3C4D",
    "computePlatform": "Lambda",
    "createTime": 1767261600.5,
    "startTime": "2026-01-01T10:00:02+00:00",
    "completeTime": "2026-01-01T10:03:22+00:00",
    "errorInformation": {"code": "ALARM_ACTIVE", "message": "One or more alarms have been activated"},
    "rollbackInfo": {"rollbackDeploymentId": "d-B2", "rollbackMessage": ""},
    "deploymentOverview": {"Pending": 0, "Failed": 1},
}


def told(**changes: object) -> tuple[list[str], list[str]]:
    record = deployment_record(json.dumps({"deploymentInfo": STOPPED | changes}), "deployment.json")
    rehearsal = rehearse(rollout_of(DEMO), Scenario(constant(60)))
    return list(record_words(record)), list(against_plan(record, rehearsal))


def test_a_deployment_that_an_alarm_stopped_is_told_in_words() -> None:
    happened, planned = told()
    assert happened == [
        "deployment d-A1 was stopped after 3 min 20 s, begun 2026-01-01 10:00:02 UTC",
        "an alarm went into ALARM (ALARM_ACTIVE: One or more alarms have been activated)",
        "the traffic was turned back by deployment d-B2",
        "targets: 1 Failed",
    ]
    assert planned[:3] == [
        "planned and run with Canary10Percent5Minutes",
        "planned: all of the traffic after 5 min",
        "by plan the new version had 10 % of the traffic when it ended",
    ]
    assert "of deployments with 5 % errors the model has half turned back after 4 min" in planned[3]


def test_what_was_not_as_planned_is_said() -> None:
    done = {"status": "Succeeded", "errorInformation": None, "rollbackInfo": None}
    assert (
        "it ran with AllAtOnce, and the template plans Canary10Percent5Minutes"
        in told(**done, deploymentConfigName="CodeDeployDefault.LambdaAllAtOnce")[1]
    )
    early = told(**done)[1]
    assert any(said.startswith("it ended 1 min 40 s earlier than planned") for said in early)
    late = told(**done, completeTime="2026-01-01T10:30:02+00:00")[1]
    assert any(said.startswith("it took 25 min longer than planned") for said in late)
    assert told(**done, completeTime="2026-01-01T10:05:20+00:00")[1][-1] == "planned: all of the traffic after 5 min"


def test_a_deployment_without_a_roll_back_and_a_roll_back_itself_are_told_apart() -> None:
    assert "no deployment that turns the traffic back is named" in told(rollbackInfo=None)[0]
    back = told(rollbackInfo={"rollbackTriggeringDeploymentId": "d-0"}, creator="codeDeployRollback")[0]
    assert "it is itself the roll-back of d-0" in back


def test_a_deployment_is_found_by_its_group() -> None:
    record = deployment_record(json.dumps({"deploymentInfo": STOPPED}), "deployment.json")
    demo, other = rollout_of(DEMO), orders(alarm_text())
    assert [rollout.function for rollout in of_rollout(record, [demo, other])] == ["Demo"]
    elsewhere = deployment_record(
        json.dumps({"deploymentInfo": STOPPED | {"deploymentGroupName": "by-hand"}}), "deployment.json"
    )
    assert of_rollout(elsewhere, [demo, other]) == ()
    assert of_rollout(elsewhere, [demo]) == (demo,)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"deploymentInfo": {}}', '{"deploymentInfo": {"status": 1}}'])
def test_a_file_that_is_no_deployment_says_what_was_expected(text: str) -> None:
    with pytest.raises(SamguardError, match=r"aws deploy get-deployment"):
        deployment_record(text, "deployment.json")
