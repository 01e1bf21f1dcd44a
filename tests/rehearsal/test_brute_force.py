"""Alarms over logs of requests, against an evaluator that is written from the documentation alone.

The evaluator below shares nothing with the package but the descriptions of alarms: it goes through every request, works
statistics out of lists, and judges datapoints by the sentences of the CloudWatch user guide.
"""

from __future__ import annotations

import math
from random import Random
from typing import TypeAlias

import numpy as np
import pytest
from rehearsal_scenes import alarm, metric, rate_alarm

from samguard.rehearsal import Measure, Scope, WatchedAlarm
from samguard.rehearsal.alarm_history import states
from samguard.rehearsal.alarm_state import State, Treatment
from samguard.rehearsal.simulation import STATES, _Watching  # the arrays that a simulation judges

Log: TypeAlias = list[list[tuple[bool, float]]]
"""For each minute its requests: whether one failed, and how many milliseconds it took."""


# ---- the evaluator


def statistic_of(values: list[float], name: str) -> float | None:
    if not values:
        return None
    if name == "Sum":
        return math.fsum(values)
    if name == "Average":
        return math.fsum(values) / len(values)
    if name == "Maximum":
        return max(values)
    if name == "Minimum":
        return min(values)
    if name == "SampleCount":
        return float(len(values))
    assert name[0] == "p"
    # the smallest value that so many per cent of the values do not exceed
    return min(
        value for value in values if sum(other <= value for other in values) * 100 >= float(name[1:]) * len(values)
    )


def breaching(value: float, comparison: str, threshold: float) -> bool:
    if comparison == "GreaterThanThreshold":
        return value > threshold
    if comparison == "GreaterThanOrEqualToThreshold":
        return value >= threshold
    if comparison == "LessThanThreshold":
        return value < threshold
    assert comparison == "LessThanOrEqualToThreshold"
    return value <= threshold


def judged(points: list[bool | None], periods: int, needed: int, treatment: str, before: str) -> str:
    """The state by the datapoints of the range, oldest first: True breaches, None is missing."""
    present = [point for point in points if point is not None]
    if not present:
        # "If all data points in the evaluation range are missing"
        return {"missing": "INSUFFICIENT_DATA", "ignore": before, "breaching": "ALARM", "notBreaching": "OK"}[treatment]
    if len(present) >= periods:
        # "only the most recent ones are evaluated, and the setting is not used"
        return "ALARM" if present[-periods:].count(True) >= needed else "OK"
    # "fills in as few as possible": every present one counts, the others are as the setting says
    shortfall = periods - len(present)
    if treatment == "breaching":
        return "ALARM" if present.count(True) + shortfall >= needed else "OK"
    if present.count(True) >= needed:
        return "ALARM"
    if treatment == "notBreaching":
        return "OK"
    if False in present:
        return "OK"
    # all that is there breaches, but it is too few: ignore keeps the state; missing fires where "the oldest available
    # breaching datapoint is at least as old as the value of Datapoints to Alarm, and all other more recent are breaching
    # or missing"
    oldest = next(index for index, point in enumerate(points) if point is True)
    if treatment == "missing" and len(points) - oldest >= needed:
        return "ALARM"
    return before


class Evaluator:
    def __init__(self, setting: dict[str, object], log: Log) -> None:
        self.setting = setting
        self.log = log

    def samples(self, end: int) -> list[tuple[bool, float]]:
        length = int(self.setting["minutes"])  # type: ignore[call-overload]
        return [request for minute in range(end - length + 1, end + 1) if minute >= 0 for request in self.log[minute]]

    def value(self, end: int) -> float | None:
        requests = self.samples(end)
        errors = [float(failed) for failed, _ in requests]
        match self.setting["what"]:
            case "errors":
                return statistic_of(errors, str(self.setting["statistic"]))
            case "duration":
                return statistic_of([duration for _, duration in requests], str(self.setting["statistic"]))
            case _:
                return 100 * sum(errors) / len(errors) if errors else None

    def run(self) -> list[str]:
        setting = self.setting
        periods, needed, length = int(setting["periods"]), int(setting["needed"]), int(setting["minutes"])  # type: ignore[call-overload]
        state, found = "OK", []
        for minute in range(len(self.log)):
            newest = minute
            if setting["wall"]:  # the last period that is over, when periods begin at multiples of their length
                newest = next(end for end in range(minute, minute - length, -1) if end % length == 0)
            ends = [newest - index * length for index in range(periods + 2)][::-1]
            values = [self.value(end) for end in ends]
            points = [
                None if value is None else breaching(value, str(setting["comparison"]), float(setting["threshold"]))  # type: ignore[arg-type]
                for value in values
            ]
            few = 0.0
            if setting["few"]:
                percent = float(str(setting["statistic"])[1:]) / 100
                few = 10 / (1 - percent) if percent >= 0.5 else 10 / percent
            if points[-1] is None or len(self.samples(ends[-1])) >= round(few, 6):
                state = judged(points, periods, needed, str(setting["treatment"]), state)
            found.append(state)
        return found


# ---- the comparison

COMPARISONS = [
    "GreaterThanThreshold",
    "GreaterThanOrEqualToThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
]


def some_setting(random: Random) -> dict[str, object]:
    periods = random.randint(1, 5)
    what = random.choice(["errors", "errors", "duration", "rate"])
    statistic = random.choice(["Sum", "Average", "Maximum", "Minimum", "SampleCount", "p50", "p90", "p25"])
    by_what: dict[str, list[float]] = {
        "errors": [0, 0.1, 1, 2, 5],
        "duration": [50, 100, 150, 300],
        "rate": [1, 10, 50],
    }
    limits = by_what[what]
    is_percentile = statistic[0] == "p" and what != "rate"
    return {
        "periods": periods,
        "needed": random.randint(1, periods),
        "minutes": random.choice([1, 1, 2, 5]),
        "treatment": random.choice([treatment.value for treatment in Treatment]),
        "comparison": random.choice(COMPARISONS),
        "threshold": random.choice(limits),
        "what": what,
        "statistic": "" if what == "rate" else statistic,
        "wall": random.random() < 0.2,
        "few": is_percentile and random.random() < 0.4,
    }


def as_alarm(setting: dict[str, object]) -> WatchedAlarm:
    settled: dict[str, object] = {
        "periods": setting["periods"],
        "needed": setting["needed"],
        "minutes": setting["minutes"],
        "treatment": Treatment(str(setting["treatment"])),
        "comparison": setting["comparison"],
        "is_wall_clock": setting["wall"],
        "ignores_few_samples": setting["few"],
    }
    limit = float(setting["threshold"])  # type: ignore[arg-type]
    if setting["what"] == "rate":
        found = rate_alarm(Scope.FUNCTION, limit, **settled)
    else:
        measure = Measure.ERRORS if setting["what"] == "errors" else Measure.DURATION
        found = alarm(metric(measure, Scope.FUNCTION, str(setting["statistic"])), threshold=limit, **settled)  # type: ignore[arg-type]
    return found


def some_log(random: Random) -> Log:
    rate, share = random.choice([0.3, 1, 4, 25]), random.choice([0, 0.1, 0.5, 1])
    log: Log = []
    for minute in range(random.randint(8, 16)):
        quiet = random.random() < 0.25
        count = 0 if quiet else int(random.expovariate(1 / rate) + 0.5)
        failing = share if minute > 4 else 0
        log.append([(random.random() < failing, float(random.choice([40, 80, 120, 200, 400]))) for _ in range(count)])
    return log


def samples_of(log: Log, setting: dict[str, object]) -> list[list[list[tuple[float, float]]]]:
    """The log as the package takes it: for each minute and metric, samples with their number."""
    minutes = []
    for requests in log:
        errors = [(float(failed), 1.0) for failed, _ in requests]
        durations = [(duration, 1.0) for _, duration in requests]
        match setting["what"]:
            case "errors":
                minutes.append([errors])
            case "duration":
                minutes.append([durations])
            case _:
                minutes.append([errors, [(1.0, 1.0) for _ in requests]])
    return minutes


@pytest.mark.parametrize("part", range(10))
def test_a_hundred_random_alarms_go_through_the_states_that_the_documentation_says(part: int) -> None:
    random = Random(part)
    alarms_seen = 0
    for _ in range(100):
        setting, log = some_setting(random), some_log(random)
        expected = Evaluator(setting, log).run()
        found = states(as_alarm(setting), samples_of(log, setting), State.OK)
        assert [state.value for state in found] == expected, (setting, log)
        alarms_seen += "ALARM" in expected
    assert 20 < alarms_seen < 90  # neither never nor always


class _Clock:
    """What an alarm of a simulation asks of it."""

    def __init__(self) -> None:
        from samguard.rehearsal.deployment_course import Course

        self.low = 0
        self.course = Course()


@pytest.mark.parametrize("part", range(3))
def test_the_arrays_of_a_simulation_go_through_the_same_states(part: int) -> None:
    random = Random(100 + part)
    for _ in range(40):
        setting = some_setting(random)
        judged_alarm = as_alarm(setting)
        logs = [some_log(random)[:8] for _ in range(6)]
        kinds = [(failed, duration) for failed in (False, True) for duration in (40.0, 80.0, 120.0, 200.0, 400.0)]
        counts = np.array([[[float(minute.count(kind)) for kind in kinds] for minute in log] for log in logs])
        by_kind: list[tuple[float | None, ...]] = []
        for failed, duration in kinds:
            values = {"errors": (float(failed),), "duration": (duration,), "rate": (float(failed), 1.0)}
            by_kind.append(values[str(setting["what"])])
        watching = _Watching(judged_alarm, _Clock())  # type: ignore[arg-type] # all that it asks of a simulation
        watching.take(counts, by_kind)
        rows = np.stack([watching.judge(minute) for minute in range(8)], axis=1)
        found = [[STATES[code].value for code in row] for row in rows]
        assert found == [Evaluator(setting, log).run() for log in logs], setting
