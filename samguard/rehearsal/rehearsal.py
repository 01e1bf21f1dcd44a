"""A rehearsal of one rollout: is a bad version caught, when, and at what cost."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from enum import Enum
from typing import Final

from samguard.evaluation import Unknown
from samguard.rehearsal.deployment_course import Rehearsed, Scenario, rehearsed
from samguard.rehearsal.detection import Detection, Method
from samguard.rehearsal.exact import Effort, exact
from samguard.rehearsal.explanation import explained
from samguard.rehearsal.failure import FailureKind
from samguard.rehearsal.objective import Objective
from samguard.rehearsal.schedule import Schedule, schedule
from samguard.rehearsal.watch import Watch, watch
from samguard.rollout import Rollout, RolloutKind
from samguard.value import field, replace, value

CONFIDENCE: Final = 0.95
_RARELY: Final = 0.05
_HALF: Final = 0.5
_BINS: Final = 24
_SEARCH_DEPLOYMENTS: Final = 2_000
_LEAST_SHARE: Final = 1e-4
_RATES: Final = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0, 30_000.0, 100_000.0)
_PRECISION: Final = 1.05
"""Searches end when the bounds are within this factor."""
_QUICK: Final = Effort(followers=3_000, steps=300_000)
_BIG: Final = Effort(minute_cases=200_000, cases=60_000, steps=20_000_000, followers=1_000_000)
"""What is tried where nothing can be simulated."""


class Verdict(Enum):
    """What a rollout does with a bad version."""

    CAUGHT = "caught"
    """It is turned back in 95 of 100 deployments, or more."""
    BY_LUCK = "by luck"
    MISSED = "missed"
    """It reaches everyone in 95 of 100 deployments, or more."""
    BLOCKED = "blocked"
    """Good versions are turned back, too: in most deployments."""
    UNKNOWN = "unknown"


@value
class Means:
    """How rehearsals are worked out where they cannot be exact."""

    deployments: int = 10_000
    seed: int = 0
    effort: Effort | None = field(default_factory=Effort)
    """How much is counted out before it is simulated; None: everything is simulated."""
    searches: bool = True
    """Whether to look for the smallest share and the smallest traffic that are caught: 30 times the work."""


@value
class Rehearsal:
    """What happens when a bad version is shipped through a rollout.

    - `schedule` is Unknown, with the reason, where nothing can be said; then there is no `detection`.
    - `false_alarms` is the same for a healthy version.
    - `smallest_share` (0..1) is the smallest share of failing requests that is caught with 95 %, at this traffic;
      `smallest_requests_per_minute` the smallest traffic at which this failure is. None: there is none, or it was not
      looked for.
    - `reasons` are sentences without an end: why the verdict is what it is.
    - With an objective, `objective_met` says whether it is: None where that is not known.
    """

    rollout: Rollout
    scenario: Scenario
    watch: Watch
    schedule: Schedule | Unknown
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    detection: Detection | None = None
    false_alarms: Detection | None = None
    smallest_share: float | None = None
    smallest_requests_per_minute: float | None = None
    objective: Objective | None = None
    objective_met: bool | None = None

    @property
    def is_lower_bound(self) -> bool:
        """Whether other alarms than the modelled ones may catch more."""
        return bool(self.watch.unmodelled)


def rehearse(
    rollout: Rollout, scenario: Scenario, means: Means | None = None, objective: Objective | None = None
) -> Rehearsal:
    """The rehearsal of one rollout. With an objective, its failure and traffic are those that are rehearsed."""
    means = means or Means()
    scenario = asked_for(scenario, objective)
    watched, planned = watch(rollout), schedule(rollout, scenario.timing)
    if isinstance(planned, Unknown):
        return Rehearsal(rollout, scenario, watched, planned, Verdict.UNKNOWN, (planned.reason,), objective=objective)
    detection = detect(watched, planned, scenario, means)
    healthy = detect(watched, planned, healthy_scenario(scenario), means)
    if detection is None or healthy is None:
        reason = "it takes a simulation, which needs numpy: pip install 'samguard[rehearsal]'"
        return Rehearsal(rollout, scenario, watched, planned, Verdict.UNKNOWN, (reason,), objective=objective)
    may_help = bool(watched.unmodelled) and _is_open_long(rollout, planned, scenario)
    verdict = _verdict(detection, healthy, may_help=may_help)
    smallest_share: float | None = None
    smallest_rate: float | None = None
    if means.searches and verdict is not Verdict.BLOCKED and watched.wired:
        quick = replace(
            means,
            deployments=min(means.deployments, _SEARCH_DEPLOYMENTS),
            effort=_QUICK if detection.method is Method.EXACT else None,
        )
        smallest_share, smallest_rate = _smallest(watched, planned, scenario, quick)
    return Rehearsal(
        rollout,
        scenario,
        watched,
        planned,
        verdict,
        explained(rollout, watched, planned, scenario, detection),
        detection,
        healthy,
        smallest_share,
        smallest_rate,
        objective,
        None if objective is None else _met(objective, detection, healthy, may_help=may_help),
    )


def asked_for(scenario: Scenario, objective: Objective | None) -> Scenario:
    """A scenario with the failure and the traffic of an objective."""
    if objective is None:
        return scenario
    load = scenario.load.scaled(objective.requests_per_minute)
    failing = replace(objective.failure, latency_factor=scenario.failure.latency_factor)
    service = scenario.service
    if objective.base_error_share is not None:
        service = replace(service, base_error_share=objective.base_error_share)
    return replace(scenario, load=load, failure=failing, service=service)


def detect(watched: Watch, planned: Schedule, scenario: Scenario, means: Means | None = None) -> Detection | None:
    """When the alarms turn the traffic back: exactly where that is possible, else simulated.

    None where it takes a simulation and numpy is not installed.
    """
    means = means or Means()
    counted = rehearsed(watched, planned, scenario)
    found = exact(counted, means.effort) if means.effort is not None else None
    if found is not None:
        return found
    try:
        from samguard.rehearsal.simulation import simulated  # noqa: PLC0415 - numpy takes 100 ms, and is optional
    except ImportError:
        return exact(counted, _BIG)
    return simulated(_in_bins(watched, planned, scenario, counted), means.deployments, means.seed)


def _in_bins(watched: Watch, planned: Schedule, scenario: Scenario, counted: Rehearsed) -> Rehearsed:
    """The same, with durations told apart finely where their values matter."""
    if all(alarm.is_exactly_countable for alarm in counted.alarms):
        return counted
    return rehearsed(watched, planned, scenario, bins=_BINS)


def healthy_scenario(scenario: Scenario) -> Scenario:
    """The same with a version that is as good as the one before."""
    kind = FailureKind.ERRORS
    return replace(scenario, failure=replace(scenario.failure, kind=kind, share=0.0))


def _is_open_long(rollout: Rollout, planned: Schedule, scenario: Scenario) -> bool:
    """Whether a deployment is watched for long enough that any alarm at all could fire."""
    return rollout.kind is not RolloutKind.FUNCTION or planned.open_seconds >= scenario.timing.delay_seconds


def _verdict(detection: Detection, healthy: Detection, *, may_help: bool) -> Verdict:
    """The verdict; `may_help` says that alarms which are not modelled may catch the version."""
    if healthy.probability > _HALF:
        return Verdict.BLOCKED
    if detection.probability >= CONFIDENCE:
        return Verdict.CAUGHT
    if may_help:
        return Verdict.UNKNOWN
    return Verdict.MISSED if detection.probability < _RARELY else Verdict.BY_LUCK


def _met(objective: Objective, detection: Detection, healthy: Detection, *, may_help: bool) -> bool | None:
    """Whether an objective is met: never by alarms that turn back every version."""
    if healthy.probability > (_HALF if objective.most_false is None else objective.most_false):
        return False
    if detection.probability >= objective.confidence:
        return True
    return None if may_help else False


def _smallest(watched: Watch, planned: Schedule, scenario: Scenario, means: Means) -> tuple[float | None, float | None]:
    """The smallest share and the smallest traffic that are caught with 95 %, if more of either is never caught less."""

    def is_caught(changed: Scenario) -> bool:
        found = detect(watched, planned, changed, means)
        return found is not None and found.probability >= CONFIDENCE

    def by_share(share: float) -> bool:
        return is_caught(replace(scenario, failure=replace(scenario.failure, share=share)))

    def by_rate(rate: float) -> bool:
        return is_caught(replace(scenario, load=scenario.load.scaled(rate)))

    share = _least(by_share, _LEAST_SHARE, 1.0) if by_share(1.0) else None
    place = bisect_left(_RATES, x=True, key=by_rate)
    if place == len(_RATES):
        return share, None
    return share, _least(by_rate, _RATES[place - 1], _RATES[place]) if place else _RATES[0]


def _least(holds: Callable[[float], bool], low: float, high: float) -> float:
    """The smallest number that a condition holds for, if it holds for all above; it holds for `high`."""
    if holds(low):
        return low
    while high > low * _PRECISION:
        middle = (low * high) ** 0.5
        if holds(middle):
            high = middle
        else:
            low = middle
    return high
