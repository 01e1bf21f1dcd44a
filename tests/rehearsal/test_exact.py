"""Rehearsals worked out exactly, against closed forms by scipy, to 1e-9; and against simulation."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from random import Random

import pytest
from rehearsal_scenes import (
    ABOVE,
    alarm,
    canary,
    linear,
    metric,
    random_alarm,
    random_scenario,
    random_schedule,
    rate_alarm,
    scenario,
    watching,
)
from scipy import integrate, stats

from samguard.rehearsal import Failure, FailureKind, Load, Measure, Method, Scope, Service, Timing, daily
from samguard.rehearsal.alarm_state import Treatment
from samguard.rehearsal.deployment_course import rehearsed
from samguard.rehearsal.detection import Detection
from samguard.rehearsal.exact import Effort, exact
from samguard.rehearsal.poisson import at_most, counts, lognormal_cdf, lognormal_quantile
from samguard.rehearsal.simulation import simulated
from samguard.value import replace

NINE = 1e-9
QUIET = Treatment.NOT_BREACHING


def certainly(found: Detection | None) -> Detection:
    assert found is not None
    assert found.method is Method.EXACT
    return found


def over_phases(probability: Callable[[float], float], *breaks: float) -> float:
    """The mean over the phase of the clock, by scipy."""
    edges = sorted({0.0, 60.0, *breaks})
    parts = [integrate.quad(probability, low, high, epsabs=1e-13, epsrel=1e-12)[0] for low, high in pairwise(edges)]
    return math.fsum(parts) / 60


# distributions


@pytest.mark.parametrize("mean", [1e-4, 0.3, 1, 7.5, 60, 900, 20_000])
def test_counts_are_poisson(mean: float) -> None:
    found = dict(counts(mean))
    assert math.fsum(found.values()) == pytest.approx(1, abs=1e-12)
    for count in {0, 1, int(mean), int(mean + math.sqrt(mean)), int(mean + 3 * math.sqrt(mean))}:
        assert found.get(count, 0) == pytest.approx(stats.poisson.pmf(count, mean), abs=NINE)
        assert at_most(count, mean) == pytest.approx(stats.poisson.cdf(count, mean), abs=NINE)


@pytest.mark.parametrize("mean", [0.3, 7.5, 900])
@pytest.mark.parametrize("cap", [1, 3, 20])
def test_counts_above_a_cap_are_told_as_the_cap(mean: float, cap: int) -> None:
    found = dict(counts(mean, cap))
    assert max(found) <= cap
    assert found.get(cap, 0) == pytest.approx(stats.poisson.sf(cap - 1, mean), abs=NINE)
    assert found.get(0, 0) == pytest.approx(stats.poisson.pmf(0, mean), abs=NINE)


def test_durations_are_lognormal() -> None:
    for number in (1.0, 50.0, 100.0, 900.0):
        expected = stats.lognorm.cdf(number, 0.6, scale=100)
        assert lognormal_cdf(number, 100, 0.6) == pytest.approx(expected, abs=NINE)
        assert lognormal_quantile(expected, 100, 0.6) == pytest.approx(number)


# closed forms


@pytest.mark.parametrize("rate", [1, 10, 100, 1000])
@pytest.mark.parametrize("share", [0.01, 0.05, 0.2, 1])
def test_one_period_with_an_error_is_an_exponential(rate: float, share: float) -> None:
    """With a delay of 90 seconds, failures up to 210 seconds or less before the shift to all are in time."""

    def caught(phase: float) -> float:
        seen_seconds = phase + 60 * math.floor((210 - phase) / 60)
        return float(stats.poisson.sf(0, rate / 60 * 0.1 * share * seen_seconds))

    found = certainly(exact(rehearsed(watching(alarm(treatment=QUIET)), canary(), scenario(rate, share))))
    assert found.probability == pytest.approx(over_phases(caught, 30), abs=NINE)


def test_a_threshold_counts_errors_of_one_minute() -> None:
    """Minute by minute on its own: nothing before is remembered."""

    def caught(phase: float) -> float:
        full = math.floor((210 - phase) / 60)
        rate = 60 * 0.1 * 0.3
        missed = stats.poisson.cdf(2, rate * phase / 60) * stats.poisson.cdf(2, rate) ** full
        return float(1 - missed)

    found = certainly(exact(rehearsed(watching(alarm(threshold=3)), canary(), scenario(60, 0.3))))
    assert found.probability == pytest.approx(over_phases(caught, 30), abs=NINE)


def test_a_base_rate_of_errors_turns_healthy_versions_back() -> None:
    """Every minute may fire: the three before and within the deployment, and the one that stood when it began."""

    def fired(phase: float) -> float:
        first = math.floor((-60 - phase) / 60)
        last = math.floor((210 - phase) / 60)
        return float(1 - stats.poisson.cdf(0, 100 * 0.001) ** (last - first + 1))

    service = Service(base_error_share=0.001)
    found = certainly(exact(rehearsed(watching(alarm()), canary(), scenario(100, 0, service=service))))
    assert found.probability == pytest.approx(over_phases(fired, 30), abs=NINE)


def test_two_periods_of_three_are_counted_through() -> None:
    """Two of three minutes, with clocks that begin with the deployment: three full minutes are seen in time."""
    timing = Timing(0.0, 0.0)
    breach = float(stats.poisson.sf(0, 60 * 0.1 * 0.2))

    def caught(phase: float) -> float:
        first = float(stats.poisson.sf(0, 60 * 0.1 * 0.2 * phase / 60))
        minutes = [first, *[breach] * math.floor((180 - phase) / 60 + NINE)]
        missed = 0.0
        for pattern in range(2 ** len(minutes)):
            bits = [bool(pattern >> index & 1) for index in range(len(minutes))]
            if any(sum(bits[max(0, end - 2) : end + 1]) >= 2 for end in range(len(bits))):
                continue
            missed += math.prod(one if bit else 1 - one for one, bit in zip(minutes, bits, strict=True))
        return 1 - missed

    watched = watching(alarm(periods=3, needed=2, treatment=QUIET))
    found = certainly(exact(rehearsed(watched, canary(minutes=3), scenario(60, 0.2, timing=timing))))
    assert found.probability == pytest.approx(over_phases(caught), abs=NINE)


def test_a_rate_of_the_version_alone_is_a_binomial_of_each_count() -> None:
    """At least 20 % of the new version's requests of a minute fail."""
    watched = watching(rate_alarm(Scope.VERSION, 20))

    def breaches(mean: float) -> float:
        return math.fsum(
            stats.poisson.pmf(count, mean) * stats.binom.sf(math.ceil(count / 5) - 1, count, 0.1)
            for count in range(1, 60)
        )

    def caught(phase: float) -> float:
        full = math.floor((210 - phase) / 60)
        return float(1 - (1 - breaches(6 * phase / 60)) * (1 - breaches(6)) ** full)

    # a minute without a request is missing: the newest one before it decides again, and it did not breach
    found = certainly(exact(rehearsed(watched, canary(), scenario(60, 0.1))))
    assert found.probability == pytest.approx(over_phases(caught, 30), abs=NINE)


def test_a_percentile_counts_the_slow_requests() -> None:
    """p50 is above 150 ms when fewer than half of the requests are faster: they are 5 times as slow."""
    failing = replace(scenario(40, 1, FailureKind.LATENCY), failure=Failure(FailureKind.LATENCY, 1, 5))
    watched = watching(alarm(metric(Measure.DURATION, Scope.VERSION, "p50"), threshold=700, comparison=ABOVE))
    slow = float(stats.lognorm.sf(700, 0.6, scale=500))

    def breaches(mean: float) -> float:
        return math.fsum(
            stats.poisson.pmf(count, mean) * stats.binom.cdf(math.ceil(count / 2) - 1, count, 1 - slow)
            for count in range(1, 60)
        )

    def caught(phase: float) -> float:
        return float(1 - (1 - breaches(4 * phase / 60)) * (1 - breaches(4)) ** math.floor((210 - phase) / 60))

    found = certainly(exact(rehearsed(watched, canary(), failing)))
    assert found.probability == pytest.approx(over_phases(caught, 30), abs=NINE)


def test_five_minutes_slide_from_minute_to_minute() -> None:
    """One error within five minutes: the same as one error at all, seen as early."""
    one = certainly(exact(rehearsed(watching(alarm()), canary(minutes=10), scenario(20))))
    five = certainly(exact(rehearsed(watching(alarm(minutes=5)), canary(minutes=10), scenario(20))))
    assert five.probability == pytest.approx(one.probability, abs=NINE)
    assert five.quantile(0.3) == pytest.approx(one.quantile(0.3))


def test_periods_by_the_wall_clock_are_seen_at_their_ends() -> None:
    watched = watching(alarm(minutes=5, is_wall_clock=True))
    sliding = certainly(exact(rehearsed(watching(alarm(minutes=5)), canary(minutes=10), scenario(20))))
    aligned = certainly(exact(rehearsed(watched, canary(minutes=10), scenario(20))))
    assert aligned.probability < sliding.probability
    low, high = simulated(rehearsed(watched, canary(minutes=10), scenario(20)), 10_000, 3).interval()
    assert low <= aligned.probability <= high


def test_missing_data_that_breaches_turns_every_version_back_at_once() -> None:
    watched = watching(alarm(metric(Measure.ERRORS, Scope.VERSION), treatment=Treatment.BREACHING))
    found = certainly(exact(rehearsed(watched, canary(), scenario(60, 0))))
    assert found.probability == pytest.approx(1)
    assert found.quantile(0.95) == pytest.approx(30)


def test_failed_requests_are_those_before_the_traffic_is_turned_back() -> None:
    """All fail, and the first minute's end is seen 90 seconds later: on average after 30 + 90 seconds, or a minute more."""
    found = certainly(exact(rehearsed(watching(alarm()), canary(), scenario(6000, 1))))
    assert found.failed_requests == pytest.approx(6000 / 60 * 0.1 * (30 + 90), rel=0.01)
    nothing = certainly(exact(rehearsed(watching(), canary(), scenario(60, 0.5))))
    assert nothing.probability == 0
    assert nothing.failed_requests == pytest.approx(60 * 0.1 * 0.5 * 5)


def test_requests_that_time_out_are_seen_when_they_end() -> None:
    fast = certainly(exact(rehearsed(watching(alarm()), canary(), scenario(600, 1))))
    timing_out = scenario(600, 1, FailureKind.TIMEOUT, service=Service(timeout_seconds=20))
    late = certainly(exact(rehearsed(watching(alarm()), canary(), timing_out)))
    one, other = fast.quantile(0.5), late.quantile(0.5)
    assert one is not None
    assert other is not None
    assert other - one == pytest.approx(20, abs=3)


def test_a_composite_alarm_asks_for_both() -> None:
    errors = alarm(name="Errors")
    slow = alarm(metric(Measure.DURATION, Scope.FUNCTION, "Maximum"), threshold=300, comparison=ABOVE, name="Slow")
    either = certainly(exact(rehearsed(watching(errors, slow), canary(), scenario(10, 0.2))))
    both = certainly(
        exact(rehearsed(watching(errors, slow, rule="ALARM(Errors) AND ALARM(Slow)"), canary(), scenario(10, 0.2)))
    )
    each = certainly(exact(rehearsed(watching(errors), canary(), scenario(10, 0.2))))
    assert both.probability < each.probability < either.probability


def test_a_load_that_changes_is_averaged_over_the_day() -> None:
    day = scenario(load=daily(30), share=0.2)
    found = certainly(exact(rehearsed(watching(alarm()), canary(), day)))
    flat = certainly(exact(rehearsed(watching(alarm()), canary(), scenario(30, 0.2))))
    assert 0 < found.probability < flat.probability  # an average of something concave
    assert found.failed_requests == pytest.approx(flat.failed_requests, rel=0.25)
    two = Load((30.0, 30.0, 30.0))
    assert certainly(exact(rehearsed(watching(alarm()), canary(), scenario(load=two, share=0.2)))).probability == (
        pytest.approx(flat.probability)
    )


def test_too_many_cases_are_left_to_simulation() -> None:
    watched = watching(alarm(minutes=5, periods=5, threshold=40))
    assert exact(rehearsed(watched, linear(), scenario(400))) is None
    assert exact(rehearsed(watched, linear(), scenario(400)), Effort(10, 10, 10)) is None


def test_what_looks_along_is_left_to_simulation() -> None:
    errors = metric(Measure.ERRORS, Scope.FUNCTION, id_="errors")
    found = rehearsed(watching(alarm(errors, math="RATE(errors) * 60", threshold=1)), canary(), scenario(600, 1))
    assert exact(found) is None
    assert simulated(found, 500, 1).probability > 0.9


# against simulation


def test_the_same_seed_gives_the_same() -> None:
    found = rehearsed(watching(alarm()), canary(), scenario())
    assert simulated(found, 500, 7) == simulated(found, 500, 7)
    assert simulated(found, 500, 7) != simulated(found, 500, 8)


def compare(seed: int) -> bool:
    """Whether a random rollout could be worked out exactly; and then it is within the simulation's interval."""
    random = Random(seed)
    count = random.choice([1, 1, 2])
    alarms = [random_alarm(random, f"A{index}", simple=count > 1) for index in range(count)]
    rule = random.choice(["", "ALARM(A0) AND ALARM(A1)", "ALARM(A0) OR NOT OK(A1)"]) if count > 1 else ""
    found = rehearsed(watching(*alarms, rule=rule), random_schedule(random), random_scenario(random))
    worked_out = exact(found)
    if worked_out is None:
        return False
    drawn = simulated(found, 10_000, seed)
    low, high = drawn.interval()
    assert low - NINE <= worked_out.probability <= high + NINE, (seed, found)
    assert worked_out.failed_requests == pytest.approx(drawn.failed_requests, rel=0.1, abs=0.3), (seed, found)
    for share in (0.25, 0.5, 0.75):
        one, other = worked_out.quantile(share), drawn.quantile(share)
        if abs(share - worked_out.probability) > 0.03 and (one is None) != (other is None):
            pytest.fail(f"{seed}: {one} against {other}")
    return True


@pytest.mark.parametrize("seed", range(12))
def test_exact_and_simulated_agree_on_random_rollouts(seed: int) -> None:
    compare(seed)


@pytest.mark.slow
def test_exact_and_simulated_agree_on_two_hundred_random_rollouts() -> None:
    compared = sum(compare(seed) for seed in range(1000, 1260))
    assert compared >= 200
