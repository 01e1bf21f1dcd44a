"""The rules about time and the model of rehearsals do not contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rehearsal_scenes import alarm_text
from scenes import function, rollout_of, sam

from samguard.evaluation import Unknown
from samguard.linting import Level
from samguard.rehearsal import Failure, FailureKind, Scenario, Timing, constant, detect, schedule, watch
from samguard.rehearsal.earliest import earliest_seconds
from samguard.rollout import Rollout
from samguard.rules.alarms import alarm_slower_than_bake, missing_data_breaching, threshold_unreachable

STRATEGIES = (
    *(f"Canary10Percent{minutes}Minutes" for minutes in (5, 10, 15, 30)),
    *(f"Linear10PercentEvery{minutes}Minute{'s' if minutes > 1 else ''}" for minutes in (1, 2, 3)),
)
ALL_FAIL = Failure(FailureKind.ERRORS, 1.0)


@st.composite
def rollouts(draw: st.DrawFn, treatments: tuple[str, ...] = ("missing", "notBreaching", "ignore")) -> Rollout:
    """A gradual rollout with one alarm on the function's errors."""
    periods = draw(st.integers(1, 20))
    text = alarm_text(
        Period=str(draw(st.sampled_from([60, 120, 300, 600, 900]))),
        EvaluationPeriods=str(periods),
        DatapointsToAlarm=str(draw(st.integers(1, periods))),
        Statistic=draw(st.sampled_from(["Sum", "Sum", "Maximum"])),
        Threshold=draw(st.sampled_from(["1", "2"])),
        TreatMissingData=draw(st.sampled_from(treatments)),
    )
    hook = "PostTraffic: !Ref Hook" if draw(st.booleans()) else ""
    hooks = f", Hooks: {{{hook}}}" if hook else ""
    properties = f"""
        AutoPublishAlias: live
        DeploymentPreference: {{Type: {draw(st.sampled_from(STRATEGIES))}, Alarms: [!Ref Errors]{hooks}}}
    """
    return rollout_of(sam(function(properties), text))


def errors_of(findings: Iterator[object]) -> list[object]:
    return [finding for finding in findings if getattr(finding, "level", None) in (None, Level.ERROR)]


@settings(max_examples=60, deadline=None)
@given(rollouts())
def test_an_alarm_that_is_an_error_for_its_slowness_cannot_fire_in_the_model(rollout: Rollout) -> None:
    watched, planned = watch(rollout), schedule(rollout, Timing())
    assert not isinstance(planned, Unknown)
    assume(watched.alarms)
    scenario = Scenario(constant(100_000), ALL_FAIL)
    earliest = earliest_seconds(watched.alarms[0], scenario)
    is_in_time = earliest is not None and earliest <= planned.open_seconds
    if errors_of(alarm_slower_than_bake.check(rollout)):
        assert not is_in_time
        found = detect(watched, planned, scenario)
        assert found is not None
        assert found.probability == 0


@settings(max_examples=60, deadline=None)
@given(rollouts())
def test_what_the_model_says_cannot_fire_is_no_surprise_to_the_rules(rollout: Rollout) -> None:
    watched, planned = watch(rollout), schedule(rollout, Timing())
    assert not isinstance(planned, Unknown)
    assume(watched.alarms)
    earliest = earliest_seconds(watched.alarms[0], Scenario(constant(100_000), ALL_FAIL))
    if earliest is None or earliest > planned.open_seconds:
        judged = watched.alarms[0].judged
        seconds = judged.datapoints_to_alarm * watched.alarms[0].period_minutes * 60
        # the model counts in how late CloudWatch and CodeDeploy are, which no rule does
        is_told = bool(list(alarm_slower_than_bake.check(rollout)))
        assert is_told or seconds + Timing().delay_seconds > planned.last_shift_seconds


@settings(max_examples=30, deadline=None)
@given(rollouts())
def test_a_threshold_that_no_failure_reaches_is_never_reached_in_the_model(rollout: Rollout) -> None:
    watched, planned = watch(rollout), schedule(rollout, Timing())
    assert not isinstance(planned, Unknown)
    assume(watched.alarms)
    if list(threshold_unreachable.check(rollout)):
        found = detect(watched, planned, Scenario(constant(100_000), ALL_FAIL))
        assert found is not None
        assert found.probability == 0


@settings(max_examples=10, deadline=None)
@given(rollouts(treatments=("breaching",)))
def test_where_silence_is_breaching_a_service_without_requests_is_turned_back(rollout: Rollout) -> None:
    watched, planned = watch(rollout), schedule(rollout, Timing())
    assert not isinstance(planned, Unknown)
    assume(watched.alarms)
    found = detect(watched, planned, Scenario(constant(0), Failure(FailureKind.ERRORS, 0.0)))
    assert found is not None
    assert list(missing_data_breaching.check(rollout))
    assert found.probability > 1 - 1e-9
