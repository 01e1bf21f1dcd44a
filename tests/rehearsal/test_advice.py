"""The nearest settings that meet an objective."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenes import rollout_of

from samguard.rehearsal import Means, Scenario, constant, objective, rehearse, schedule, watch
from samguard.rehearsal.advice import Advice, advice

DEMO = (Path(__file__).parents[2] / "docs/explanation/rehearsal/template.yaml").read_text(encoding="utf-8")
USUAL = "catch 5 % errors at 60 requests a minute with 95 %"


def advised(text: str, asked: str = USUAL) -> Advice | None:
    wanted = objective(asked)
    found = rehearse(rollout_of(text), Scenario(constant(60)), Means(searches=False), wanted)
    return advice(found, wanted)


def demo(**changes: str) -> str:
    """The demo with other values for some keys."""
    lines = []
    for line in DEMO.splitlines():
        key = line.strip().partition(":")[0]
        lines.append(f"{line.partition(':')[0]}: {changes[key]}" if key in changes else line)
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        (demo(), USUAL, "shift by Canary10Percent15Minutes instead of Canary10Percent5Minutes"),
        (
            demo(EvaluationPeriods="3"),
            "catch 20 % errors at 100 requests a minute with 99 %",
            "DemoErrors: EvaluationPeriods 1 instead of 3",
        ),
        (
            demo(EvaluationPeriods="3"),
            "catch 20 % errors at 200 requests a minute with 95 %",
            "DemoErrors: DatapointsToAlarm 2 instead of 3",
        ),
        (
            demo(Threshold="20"),
            "catch 20 % errors at 100 requests a minute with 99 %",
            "DemoErrors: Threshold 1 instead of 20",
        ),
        (
            demo(Threshold="8"),
            "catch 100 % errors at 60 requests a minute with 99 %",
            "DemoErrors: Period 180 instead of 60",
        ),
    ],
)
def test_the_nearest_setting_that_is_enough_is_advised(text: str, asked: str, expected: str) -> None:
    found = advised(text, asked)
    assert found is not None
    assert found.text == expected
    assert found.detection.probability >= objective(asked).confidence


def test_where_one_setting_is_not_enough_two_are_advised() -> None:
    found = advised(demo(Threshold="20"), USUAL)
    assert found is not None
    assert len(found.changes) == 2


def test_what_is_advised_meets_the_objective_when_it_is_written() -> None:
    wanted = objective(USUAL)
    text = demo().replace("Canary10Percent5Minutes", "Canary10Percent15Minutes")
    found = rehearse(rollout_of(text), Scenario(constant(60)), Means(searches=False), wanted)
    told = advised(demo())
    assert told is not None
    assert found.objective_met is True
    assert found.detection is not None
    assert found.detection.probability == pytest.approx(told.detection.probability)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (demo(), "catch 100 % errors at 6000 requests a minute with 95 %"),
        (demo(), "catch 1 % errors at 1 requests a minute with 99 %"),
        (demo(Alarms="[]"), USUAL),
        (demo(Alarms="[elsewhere]"), USUAL),
    ],
    ids=["it is met", "nothing is enough", "no alarm", "alarms of elsewhere"],
)
def test_there_is_no_advice_where_none_is_needed_or_helps(text: str, asked: str) -> None:
    assert advised(text, asked) is None


def test_nothing_is_advised_that_turns_back_healthy_versions() -> None:
    asked = "catch 20 % errors at 100 requests a minute with 95 %, and turn back at most 2 % of healthy versions with 0.1 % errors"
    found = advised(demo(Threshold="7"), asked)
    assert found is not None
    assert found.false_alarms.probability <= 0.02
    assert [change.setting.value for change in found.changes] != ["Threshold"] or found.changes[0].after != "1"


def test_an_objective_may_say_how_many_healthy_versions_are_turned_back() -> None:
    wanted = objective(f"{USUAL}, and turn back at most 1 % of healthy versions with 0.1 % errors")
    assert (wanted.most_false, wanted.base_error_share) == (0.01, 0.001)
    assert objective(wanted.text) == wanted
    assert objective(USUAL).most_false is None
    text = demo().replace("Canary10Percent5Minutes", "Canary10Percent30Minutes")
    found = rehearse(rollout_of(text), Scenario(constant(60)), Means(searches=False), wanted)
    assert found.detection is not None
    assert found.detection.probability > 0.95
    assert found.objective_met is False


def test_the_course_that_is_drawn_is_watched() -> None:
    from samguard.rehearsal.alarm_state import State
    from samguard.rehearsal.typical_course import typical_course

    rollout, scenario = rollout_of(demo()), Scenario(constant(6000))
    planned = schedule(rollout, scenario.timing)
    course = typical_course(watch(rollout), planned, scenario)  # type: ignore[arg-type] # known, of the demo
    assert course is not None
    (alarm,) = course.alarms
    assert (alarm.state_at(0), alarm.state_at(150)) == (State.OK, State.ALARM)
    assert course.turned_back_seconds == 120
