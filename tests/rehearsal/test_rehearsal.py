"""What a rehearsal says of a rollout: the verdict, and in words why."""

from __future__ import annotations

import pytest
from rehearsal_scenes import ORDERS, alarm, alarm_text, canary, dimensions, linear, metric, scenario, watching
from scenes import function, rollout_of, sam

from samguard.errors import SamguardError
from samguard.evaluation import Unknown
from samguard.rehearsal import (
    FailureKind,
    Means,
    Measure,
    Rehearsal,
    Scenario,
    Scope,
    Service,
    Timing,
    Verdict,
    constant,
    daily,
    failure,
    from_csv,
    objective,
    rehearse,
    schedule,
)
from samguard.rehearsal.deployment_course import rehearsed
from samguard.rehearsal.earliest import earliest_seconds
from samguard.rehearsal.exact import exact
from samguard.rehearsal.failure import request_classes

QUICK = Means(deployments=500, searches=False)
VERSION = dimensions(
    "FunctionName=!Ref Orders", "Resource=!Sub '${Orders}:live'", "ExecutedVersion=!GetAtt Orders.Version.Version"
)


def rehearsal(*resources: str, orders: str = ORDERS, of: Scenario | None = None, means: Means = QUICK) -> Rehearsal:
    return rehearse(rollout_of(sam(function(orders), *resources)), of or scenario(), means)


def test_a_loud_failure_is_caught() -> None:
    found = rehearsal(alarm_text(), of=scenario(1000, 0.2))
    assert found.verdict is Verdict.CAUGHT
    assert found.reasons == ()


def test_a_failure_of_few_requests_is_caught_by_luck() -> None:
    found = rehearsal(alarm_text(), means=Means())
    assert found.verdict is Verdict.BY_LUCK
    assert found.reasons == (
        "Errors watches a metric of the whole function: at 10 % it sees 1/10 of the errors",
        "the new version gets 6 requests a minute at first, of which 0.3 are affected",
        "once everyone has such a version, 3 requests a minute are affected",
    )
    assert found.smallest_share == pytest.approx(0.17, abs=0.01)
    assert found.smallest_requests_per_minute == pytest.approx(206, rel=0.05)


def test_without_an_alarm_nothing_is_caught() -> None:
    found = rehearsal(orders=ORDERS.replace("[!Ref Errors]", "[]"))
    assert found.verdict is Verdict.MISSED
    assert found.reasons[0] == "no alarm is wired"


def test_an_alarm_that_is_too_slow_says_how_slow() -> None:
    found = rehearsal(alarm_text(Period="300", EvaluationPeriods="3"), of=scenario(100_000, 1))
    assert found.verdict is Verdict.MISSED
    assert found.detection is not None
    assert found.detection.probability == 0
    assert found.reasons[0] == (
        "Errors needs 3 periods of 5 minutes: it turns the traffic back after 11.5 minutes at the earliest, "
        "and the shift ends after 5 minutes"
    )


def test_everyone_at_once_is_missed() -> None:
    found = rehearsal(alarm_text(), orders=ORDERS.replace("Canary10Percent5Minutes", "AllAtOnce"), of=scenario(1000, 1))
    assert found.verdict is Verdict.MISSED
    assert found.reasons[0] == "everyone gets the new version at once"


def test_a_failure_that_lambda_does_not_count_is_not_seen() -> None:
    found = rehearsal(alarm_text(), of=scenario(1000, 1, FailureKind.HANDLED))
    assert found.verdict is Verdict.MISSED
    assert found.reasons[0] == "Errors watches Errors, which this failure does not move"


def test_missing_data_that_breaches_blocks_every_deployment() -> None:
    found = rehearsal(alarm_text(Dimensions=VERSION, TreatMissingData="breaching"))
    assert found.verdict is Verdict.BLOCKED


def test_alarms_of_elsewhere_may_catch_it() -> None:
    found = rehearsal(orders=ORDERS.replace("!Ref Errors", "shared"))
    assert found.verdict is Verdict.UNKNOWN
    assert found.is_lower_bound
    assert found.reasons[-1] == "shared is not modelled: it is not an alarm of this template"


def test_of_a_strategy_that_is_not_known_nothing_is_said() -> None:
    found = rehearsal(alarm_text(), orders=ORDERS.replace("Canary10Percent5Minutes", "SomebodysOwnConfiguration"))
    assert found.verdict is Verdict.UNKNOWN
    assert isinstance(found.schedule, Unknown)
    assert found.detection is None


def test_percentiles_of_few_samples_do_nothing_when_told_so() -> None:
    slow = {"MetricName": "Duration", "Statistic": None, "ExtendedStatistic": "p99", "Threshold": "1500"}
    failing = scenario(60, 1, FailureKind.LATENCY)
    ignoring = rehearsal(alarm_text(**slow, EvaluateLowSampleCountPercentile="ignore"), of=failing)
    taking = rehearsal(alarm_text(**slow), of=failing)
    assert taking.verdict is Verdict.CAUGHT
    assert ignoring.verdict is Verdict.MISSED
    assert "Errors does nothing while a period has fewer than 1000 requests" in ignoring.reasons


# the schedule


def test_a_canary_is_open_until_its_second_shift_and_the_hook_after_it() -> None:
    hooks = ORDERS.replace("Alarms: [!Ref Errors]", "Hooks: {PreTraffic: before, PostTraffic: after}")
    found = schedule(rollout_of(sam(function(hooks))), Timing(hook_minutes=2))
    assert not isinstance(found, Unknown)
    assert [(shift.at_seconds, shift.share) for shift in found.shifts] == [(0, 0.1), (300, 1)]
    assert (found.pre_traffic_seconds, found.open_seconds) == (120, 420)
    assert found.exposure_seconds(-60, 360) == pytest.approx(0.1 * 300 + 60)
    assert [found.share_at(seconds) for seconds in (-1, 0, 299, 300)] == [0, 0.1, 0.1, 1]


def test_a_linear_shift_moves_its_share_at_the_start_of_each_interval() -> None:
    found = schedule(
        rollout_of(
            sam(function(ORDERS.replace("Canary10Percent5Minutes", "Linear10PercentEvery1Minute")), alarm_text())
        ),
        Timing(),
    )
    assert found == linear()


def test_a_custom_configuration_shifts_as_it_says() -> None:
    custom = """  Slow:
    Type: AWS::CodeDeploy::DeploymentConfig
    Properties:
      ComputePlatform: Lambda
      TrafficRoutingConfig: {Type: TimeBasedLinear, TimeBasedLinear: {LinearPercentage: 40, LinearInterval: 3}}
"""
    own = ORDERS.replace("Canary10Percent5Minutes", "!Ref Slow")
    found = schedule(rollout_of(sam(function(own), alarm_text(), custom)), Timing())
    assert not isinstance(found, Unknown)
    assert [(shift.at_seconds, shift.share) for shift in found.shifts] == [(0, 0.4), (180, 0.8), (360, 1)]


def test_the_earliest_moment_is_never_later_than_what_happens() -> None:
    for watched_alarm in (alarm(), alarm(periods=3), alarm(minutes=5, periods=2), alarm(periods=5, needed=2)):
        loud = scenario(100_000, 1)
        found = exact(rehearsed(watching(watched_alarm), canary(minutes=30), loud))
        assert found is not None
        earliest, first = earliest_seconds(watched_alarm, loud), found.moments[0][0]
        assert earliest is not None
        assert earliest <= first < earliest + 70


def test_an_alarm_without_data_is_never_in_time() -> None:
    assert earliest_seconds(alarm(metric(Measure.ERRORS, Scope.NOTHING)), scenario()) is None


# traffic and failures


def test_a_daily_curve_has_its_mean_and_its_peak_in_the_afternoon() -> None:
    found = daily(100)
    assert found.mean_per_minute == pytest.approx(100)
    assert found.at(14 * 60) == pytest.approx(180)
    assert found.at(2 * 60) == pytest.approx(20)
    assert found.scaled(50).mean_per_minute == pytest.approx(50)
    assert len(found.starts) == 8


def test_a_file_of_invocations_is_its_last_column() -> None:
    found = from_csv("time,invocations\n2026-01-01T00:00,5\n\n2026-01-01T00:01,0\n2026-01-01T00:02,7.0\n", "calls.csv")
    assert found.requests_per_minute == (5, 0, 7)
    assert found.at(-1) == 7


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no invocations"),
        ("a\n0\n", "no invocations"),
        ("1\nx\n", "calls.csv:2: expected a number"),
        ("1\n-3\n", "calls.csv:2: -3 is no number of requests"),
        ("nan\n", "no number of requests"),
        ("1\n" * 50_001, "more than 50000 minutes"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(SamguardError) as caught:
        from_csv(text, "calls.csv")
    assert message in str(caught.value)


def test_failures_are_found_by_name() -> None:
    assert failure("poisoned").share == 0.01
    assert failure("timeout").share == 1
    assert failure("errors", 0.3).share == 0.3
    with pytest.raises(SamguardError, match="Did you mean 'latency'"):
        failure("latencyy")
    with pytest.raises(SamguardError, match="no share"):
        failure("errors", 1.5)


@pytest.mark.parametrize("kind", FailureKind)
def test_the_classes_of_requests_are_all_requests(kind: FailureKind) -> None:
    classes = request_classes(failure(kind.value, 0.3), Service(base_error_share=0.01), (50, 150, 900))
    for is_new in (False, True):
        assert sum(found.share for found in classes if found.is_new is is_new) == pytest.approx(1)
    harmed = sum(found.share for found in classes if found.is_new and found.is_harmed)
    assert harmed == pytest.approx(0.3 + 0.7 * 0.01)


def test_what_times_out_takes_as_long_as_the_function_may() -> None:
    classes = request_classes(failure("timeout"), Service(timeout_seconds=7), ())
    assert [found.duration_ms for found in classes if found.is_new] == [7000]


def test_an_objective_is_a_sentence() -> None:
    found = objective("catch 5 % errors at 60 requests a minute with 95 %")
    assert (found.failure.share, found.requests_per_minute, found.confidence) == (0.05, 60, 0.95)
    assert objective(found.text) == found
    for text, kind in (("timeouts", FailureKind.TIMEOUT), ("handled errors", FailureKind.HANDLED)):
        other = objective(f"100% {text} at 5 rpm")
        assert other.failure.kind is kind
        assert objective(other.text) == other


@pytest.mark.parametrize(
    "text", ["", "catch errors", "catch 5 % frogs at 60 requests a minute", "catch 200 % errors at 6 rpm"]
)
def test_what_is_no_objective_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SamguardError):
        objective(text)


def test_an_objective_is_met_or_missed() -> None:
    rollout = rollout_of(sam(function(ORDERS), alarm_text()))
    for share, met in ((5, False), (50, True)):
        wanted = objective(f"catch {share} % errors at 60 requests a minute with 95 %")
        assert rehearse(rollout, Scenario(constant(1)), QUICK, wanted).objective_met is met
    unknown = rollout_of(sam(function(ORDERS.replace("!Ref Errors", "shared"))))
    wanted = objective("catch 5 % errors at 60 requests a minute with 95 %")
    assert rehearse(unknown, Scenario(constant(1)), QUICK, wanted).objective_met is None
