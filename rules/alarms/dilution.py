"""How much of the new version's failures an alarm sees while the old version still serves most requests."""

from __future__ import annotations

from samguard.evaluation import EvaluatedTemplate, Trail
from samguard.linting.rule import Level
from samguard.rollout import Rollout, Strategy, StrategyKind
from samguard.rollout.alarm import Alarm, is_version_scoped
from samguard.rules.alarms.coverage import kinds_of
from samguard.rules.alarms.expected_values import fires_when_all_fail, fires_while_healthy
from samguard.rules.alarms.relied_on import ReliedOn
from samguard.rules.alarms.statistics import statistic_faults


def canary_share(rollout: Rollout) -> float:
    """The share (0..1) of the requests that a canary gets; 1 where the shift is no canary or that is not known."""
    strategy = rollout.strategy
    if not isinstance(strategy, Strategy) or StrategyKind.CANARY not in (strategy.kind, strategy.shape):
        return 1.0
    percent = strategy.percent
    return percent / 100 if percent is not None and 0 < percent < 100 else 1.0  # noqa: PLR2004


def is_diluted(alarm: Alarm, share: float, scene: EvaluatedTemplate) -> bool:
    """Whether an alarm fires when every request fails, but not when every request to the canary does."""
    if fires_while_healthy(alarm, scene) or any(True for _ in statistic_faults(alarm)):
        return False
    return fires_when_all_fail(alarm, scene, share) is False and fires_when_all_fail(alarm, scene) is True


def sees_canary(alarm: Alarm, share: float, scene: EvaluatedTemplate) -> bool:
    """Whether an alarm on errors sees the canary alone, and fires when all of its requests fail."""
    is_version_alone = bool(alarm.metrics) and all(is_version_scoped(metric) for metric in alarm.metrics or ())
    return is_version_alone and "Errors" in kinds_of(alarm) and fires_when_all_fail(alarm, scene, share) is True


def strategy_trail(rollout: Rollout) -> Trail:
    """Why traffic is shifted as it is."""
    return rollout.strategy.because if isinstance(rollout.strategy, Strategy) else ()


def level_beside(relied_upon: tuple[ReliedOn, ...], share: float, scene: EvaluatedTemplate) -> Level:
    """How much a diluted alarm matters beside the others: a note where one of them sees the canary alone."""
    is_seen = any(sees_canary(other.alarm, share, scene) for other in relied_upon)
    return Level.NOTE if is_seen else Level.WARNING
