"""What the tests of rehearsals share: alarms, watches and scenarios by a few words, and random ones."""

from __future__ import annotations

from random import Random
from typing import Final

from samguard.rehearsal import (
    Failure,
    FailureKind,
    Load,
    Measure,
    Scenario,
    Schedule,
    Scope,
    Service,
    Shift,
    Timing,
    Watch,
    WatchedAlarm,
    WatchedComposite,
    WatchedMetric,
    constant,
)
from samguard.rehearsal.alarm_rule import alarm_rule
from samguard.rehearsal.alarm_state import MOutOfN, Treatment
from samguard.rehearsal.statistic import Statistic, statistic
from samguard.rollout.metric_math import Math, parsed

ABOVE: Final = "GreaterThanThreshold"
FROM: Final = "GreaterThanOrEqualToThreshold"
BELOW: Final = "LessThanThreshold"


def stat(name: str) -> Statistic:
    found = statistic(name)
    assert found is not None
    return found


def metric(measure: Measure, scope: Scope, name: str = "Sum", id_: str = "") -> WatchedMetric:
    return WatchedMetric(id_, scope, measure, stat(name))


def alarm(
    *metrics: WatchedMetric,
    threshold: float = 1,
    comparison: str = FROM,
    periods: int = 1,
    needed: int | None = None,
    minutes: int = 1,
    treatment: Treatment = Treatment.MISSING,
    name: str = "Errors",
    math: str = "",
    is_wall_clock: bool = False,
    ignores_few_samples: bool = False,
) -> WatchedAlarm:
    """An alarm; without metrics, one on the errors of the whole function."""
    expressions: dict[str, Math] = {}
    if math:
        found = parsed(math)
        assert found is not None
        expressions["result"] = found
    looks_along = any(word in math for word in ("RATE", "DIFF", "RUNNING_SUM", "REPEAT"))
    return WatchedAlarm(
        name,
        metrics or (metric(Measure.ERRORS, Scope.FUNCTION),),
        MOutOfN(periods, needed or periods, treatment),
        comparison,
        threshold,
        minutes,
        expressions,
        "result" if math else "",
        looks_along,
        is_wall_clock,
        ignores_few_samples,
    )


def watching(*alarms: WatchedAlarm, rule: str = "") -> Watch:
    """These alarms are wired; with a rule, a composite alarm over them is instead."""
    if not rule:
        return Watch(alarms, wired=tuple(found.name for found in alarms))
    names = {found.name: found.name for found in alarms}
    return Watch(alarms, (WatchedComposite("All", alarm_rule(rule), names),), ("All",))


def canary(percent: float = 10, minutes: float = 5, after: float = 0) -> Schedule:
    return Schedule((Shift(0.0, percent / 100), Shift(minutes * 60, 1.0)), minutes * 60 + after)


def linear(percent: int = 10, minutes: float = 1) -> Schedule:
    count = -(-100 // percent)
    shifts = tuple(Shift(index * minutes * 60, min(1.0, (index + 1) * percent / 100)) for index in range(count))
    return Schedule(shifts, shifts[-1].at_seconds)


def scenario(
    rate: float = 60,
    share: float = 0.05,
    kind: FailureKind = FailureKind.ERRORS,
    *,
    service: Service | None = None,
    timing: Timing | None = None,
    load: Load | None = None,
) -> Scenario:
    return Scenario(load or constant(rate), Failure(kind, share), service or Service(), timing or Timing())


RATE: Final = "IF(invocations > 0, 100 * errors / invocations, 0)"


def rate_alarm(scope: Scope, threshold: float = 5, **changes: object) -> WatchedAlarm:
    """An alarm on the share of failing requests, in per cent."""
    metrics = (
        metric(Measure.ERRORS, scope, id_="errors"),
        metric(Measure.INVOCATIONS, scope, id_="invocations"),
    )
    return alarm(*metrics, threshold=threshold, math=RATE, **changes)  # type: ignore[arg-type]


def random_alarm(random: Random, name: str = "Errors", *, simple: bool = False) -> WatchedAlarm:
    """Some alarm that can be counted exactly."""
    scope = random.choice([Scope.FUNCTION, Scope.ALIAS, Scope.VERSION])
    periods = random.choice([1, 1, 1, 2, 3])
    minutes = 1 if simple else random.choice([1, 1, 1, 2])
    settled = {
        "periods": periods,
        "needed": random.randint(1, periods),
        "treatment": random.choice(list(Treatment)),
        "minutes": minutes,
        "is_wall_clock": minutes > 1 and random.random() < 0.4,
        "name": name,
    }
    match random.randint(0, 4):
        case 0:
            return rate_alarm(scope, random.choice([1.0, 5.0, 20.0]), **settled)
        case 1:
            chosen = metric(Measure.DURATION, scope, random.choice(["Maximum", "p95", "p50", "Minimum"]))
            few = random.random() < 0.3 and chosen.statistic.fewest_samples > 0
            limit = random.choice([80.0, 150.0, 400.0, 1500.0])
            return alarm(chosen, threshold=limit, comparison=ABOVE, ignores_few_samples=few, **settled)  # type: ignore[arg-type]
        case 2:
            chosen = metric(Measure.ERRORS, scope, random.choice(["Average", "Maximum"]))
            return alarm(chosen, threshold=random.choice([0.02, 0.1, 0.5]), **settled)  # type: ignore[arg-type]
        case 3:
            chosen = metric(Measure.THROTTLES, Scope.FUNCTION)
            return alarm(chosen, threshold=random.choice([1, 3]), **settled)  # type: ignore[arg-type]
        case _:
            chosen = metric(Measure.ERRORS, scope)
            compared = random.choice([ABOVE, FROM])
            return alarm(chosen, threshold=random.choice([0, 1, 2, 5]), comparison=compared, **settled)  # type: ignore[arg-type]


def random_scenario(random: Random) -> Scenario:
    kind = random.choice(list(FailureKind))
    share = random.choice([0.01, 0.05, 0.2, 0.6, 1.0])
    service = Service(base_error_share=random.choice([0.0, 0.0, 0.002]))
    timing = Timing(random.choice([0.0, 45.0, 60.0, 120.0]), random.choice([0.0, 10.0, 30.0]))
    rate = random.choice([0.5, 3, 10, 40, 120])
    load = Load((rate, 2 * rate, rate / 4)) if random.random() < 0.2 else None
    return scenario(rate, share, kind, service=service, timing=timing, load=load)


def random_schedule(random: Random) -> Schedule:
    if random.random() < 0.5:
        return canary(random.choice([5, 10, 50]), random.choice([3, 5, 10]), random.choice([0, 0, 90]))
    return linear(random.choice([10, 25]), random.choice([1, 2]))


# templates

ORDERS = """
    AutoPublishAlias: live
    DeploymentPreference: {Type: Canary10Percent5Minutes, Alarms: [!Ref Errors]}
"""
BASE = {
    "Namespace": "AWS/Lambda",
    "MetricName": "Errors",
    "Dimensions": "[{Name: FunctionName, Value: !Ref Orders}]",
    "Statistic": "Sum",
    "Period": "60",
    "EvaluationPeriods": "1",
    "Threshold": "1",
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
}


def alarm_text(name: str = "Errors", /, **changes: str | None) -> str:
    said = {key: text for key, text in (BASE | changes).items() if text is not None}
    lines = "".join(f"      {key}: {text}\n" for key, text in said.items())
    return f"  {name}:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n{lines}"


def dimensions(*pairs: str) -> str:
    return (
        "["
        + ", ".join(f"{{Name: {name}, Value: {value}}}" for name, _, value in (p.partition("=") for p in pairs))
        + "]"
    )
