"""When who gets the new version: the shifts of a deployment, and how long CodeDeploy watches its alarms.

Times are seconds from the first shift. Sources: CodeDeploy user guide, "AppSpec hooks section for an AWS Lambda
deployment" and "Deployment configurations on an AWS Lambda compute platform". A linear shift moves its share at the
start of each interval. After the last shift only the post-traffic hook keeps the deployment open: no other bake time is
documented.
"""

from __future__ import annotations

from typing import Final

from samguard.evaluation import Unknown
from samguard.rollout import Rollout, Strategy, StrategyKind
from samguard.value import value

MINUTE_SECONDS: Final = 60
_ALL: Final = 100.0
_MOST_SHIFTS: Final = 200
_LONGEST_MINUTES: Final = 2880
"""Minutes from the first shift to the last: CodeDeploy's limit."""


@value
class Timing:
    """How fast things happen that AWS does not promise; each is taken in full, which is the worst case.

    - `metric_delay_seconds`: from the end of a minute until an alarm has been evaluated with its datapoint.
    - `polling_seconds`: from an alarm's change until CodeDeploy has seen it and moved the traffic back.
    - `hook_minutes`: how long a hook takes, where the rollout has one. The deployment is watched meanwhile.
    """

    metric_delay_seconds: float = 60.0
    polling_seconds: float = 30.0
    hook_minutes: float = 1.0

    @property
    def delay_seconds(self) -> float:
        """From the end of a minute until its failures have turned the traffic back."""
        return self.metric_delay_seconds + self.polling_seconds


@value
class Shift:
    """From `at_seconds` on, the new version gets `share` (0..1) of the requests."""

    at_seconds: float
    share: float


@value
class Schedule:
    """The shifts of a deployment; the last one is to all.

    `pre_traffic_seconds` lie before the first shift; `open_seconds` is when the deployment ends and nobody looks at the
    alarms any more.
    """

    shifts: tuple[Shift, ...]
    open_seconds: float
    pre_traffic_seconds: float = 0.0

    @property
    def last_shift_seconds(self) -> float:
        """When everybody has the new version."""
        return self.shifts[-1].at_seconds

    def share_at(self, seconds: float) -> float:
        """The new version's share (0..1) of the requests."""
        found = 0.0
        for shift in self.shifts:
            if shift.at_seconds > seconds:
                break
            found = shift.share
        return found

    def exposure_seconds(self, start: float, end: float) -> float:
        """Seconds of all the traffic that the new version gets between two moments."""
        total = 0.0
        for index, shift in enumerate(self.shifts):
            until = self.shifts[index + 1].at_seconds if index + 1 < len(self.shifts) else end
            total += shift.share * max(0.0, min(end, until) - max(start, shift.at_seconds))
        return total


def schedule(rollout: Rollout, timing: Timing) -> Schedule | Unknown:
    """The shifts of a rollout; Unknown, with the reason, where its strategy or its numbers are not known."""
    if isinstance(rollout.traffic_shifting, Unknown):
        return rollout.traffic_shifting
    before = timing.hook_minutes * MINUTE_SECONDS if rollout.pre_traffic is not None else 0.0
    after = timing.hook_minutes * MINUTE_SECONDS if rollout.post_traffic is not None else 0.0
    if not rollout.shifts:
        return Schedule((Shift(0.0, 1.0),), 0.0)
    strategy = rollout.strategy
    if isinstance(strategy, Unknown):
        return strategy
    if strategy is None:
        return Unknown("no deployment configuration is named")
    shifts = _shifts(strategy)
    if isinstance(shifts, Unknown):
        return shifts
    return Schedule(shifts, shifts[-1].at_seconds + after, before)


def _shifts(strategy: Strategy) -> tuple[Shift, ...] | Unknown:
    if strategy.is_all_at_once:
        return (Shift(0.0, 1.0),)
    percent, interval = strategy.percent, strategy.interval_minutes
    if percent is None or interval is None:
        return Unknown(f"the steps of {strategy.name} are not known")
    if not 0 < percent < _ALL or not 0 < interval <= _LONGEST_MINUTES:
        return Unknown(f"CodeDeploy does not take the steps of {strategy.name}")
    seconds = interval * MINUTE_SECONDS
    if StrategyKind.LINEAR not in (strategy.kind, strategy.shape):
        return (Shift(0.0, percent / _ALL), Shift(seconds, 1.0))
    shifts: list[Shift] = []
    while not shifts or shifts[-1].share < 1:
        share = min(1.0, (len(shifts) + 1) * percent / _ALL)
        shifts.append(Shift(len(shifts) * seconds, 1.0 if share > 1 - 1e-9 else share))
        if len(shifts) > _MOST_SHIFTS or shifts[-1].at_seconds > _LONGEST_MINUTES * MINUTE_SECONDS:
            return Unknown(f"{strategy.name} takes more steps or time than CodeDeploy allows")
    return tuple(shifts)
