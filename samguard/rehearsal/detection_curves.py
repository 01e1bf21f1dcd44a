"""The probability of detection over the share of failing requests and the traffic, to be drawn."""

from __future__ import annotations

from typing import Final

from samguard.rehearsal.deployment_course import Scenario
from samguard.rehearsal.detection import Detection, Method
from samguard.rehearsal.exact import Effort
from samguard.rehearsal.rehearsal import Means, detect
from samguard.rehearsal.schedule import Schedule
from samguard.rehearsal.watch import Watch
from samguard.value import replace, value

SHARES: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
RATES: Final = (1.0, 10.0, 100.0, 1_000.0)
_DEPLOYMENTS: Final = 1_000
_QUICK: Final = Effort(followers=3_000, steps=300_000)


@value
class Curve:
    """At one traffic, for each of the shares: the probability (0..1), and the failed requests until the end."""

    requests_per_minute: float
    probabilities: tuple[float, ...]
    failed_requests: tuple[float, ...]


@value
class DetectionCurves:
    """`curves` go from the least traffic to the most; `shares` (0..1) rise. Simulated ones are good to two digits."""

    shares: tuple[float, ...]
    curves: tuple[Curve, ...]
    is_simulated: bool = False


def detection_curves(watched: Watch, planned: Schedule, scenario: Scenario, means: Means) -> DetectionCurves | None:
    """The curves of usual shares and traffic, with those of the scenario; None where numpy would be needed for them."""
    rates = tuple(sorted({*RATES, scenario.load.mean_per_minute}))
    shares = tuple(sorted({*SHARES, *([scenario.failure.share] if scenario.failure.share > 0 else [])}))
    quick = replace(
        means, deployments=min(means.deployments, _DEPLOYMENTS), effort=_QUICK if means.effort is not None else None
    )
    curves: list[Curve] = []
    is_simulated = False
    for rate in rates:
        if rate <= 0:
            continue
        found: list[Detection] = []
        for share in shares:
            changed = replace(scenario, load=scenario.load.scaled(rate), failure=replace(scenario.failure, share=share))
            detection = detect(watched, planned, changed, quick)
            if detection is None:
                return None
            is_simulated = is_simulated or detection.method is Method.SIMULATED
            found.append(detection)
        curves.append(
            Curve(
                rate,
                tuple(detection.probability for detection in found),
                tuple(detection.failed_requests for detection in found),
            )
        )
    return DetectionCurves(shares, tuple(curves), is_simulated)
