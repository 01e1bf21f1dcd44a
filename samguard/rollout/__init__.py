"""What CodeDeploy does with each function in each environment. Knows nothing of how findings look."""

from samguard.rollout.deployment import HOOK_PREFIX, Deployment, deployment, deployments
from samguard.rollout.rollout import Hook, Phase, Rollout, RolloutKind, Spans, WiredAlarm, label
from samguard.rollout.strategy import PREDEFINED, Strategy, StrategyKind, near_predefined

__all__ = [
    "HOOK_PREFIX",
    "PREDEFINED",
    "Deployment",
    "Hook",
    "Phase",
    "Rollout",
    "RolloutKind",
    "Spans",
    "Strategy",
    "StrategyKind",
    "WiredAlarm",
    "deployment",
    "deployments",
    "label",
    "near_predefined",
]
