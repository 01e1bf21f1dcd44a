"""How traffic moves to a new version: CodeDeploy's deployment configurations and those of the template.

Sources: CodeDeploy user guide, "Deployment configurations on an AWS Lambda compute platform"; SAM,
docs/safe_lambda_deployments.rst.
"""

from __future__ import annotations

import math
from enum import Enum
from typing import Final

from samguard.evaluation import EvaluatedTemplate, Literal, Reference, Trail, Value
from samguard.template import Resource
from samguard.value import field, value

LAMBDA_PREFIX: Final = "CodeDeployDefault.Lambda"


class StrategyKind(Enum):
    """The shape of a traffic shift."""

    CANARY = "canary"
    LINEAR = "linear"
    ALL_AT_ONCE = "all-at-once"
    CUSTOM = "custom"
    """A deployment configuration of the account's own."""
    UNKNOWN = "unknown"
    """A name that is neither predefined nor likely to be somebody's own."""


@value
class Strategy:
    """A deployment configuration.

    `percent` (0..100) is the share of the first shift and, for linear, of each; `interval_minutes` lies between
    two shifts; `duration_minutes` from the first shift to the last. They are None where they are not known.
    `configuration` is the template's own AWS::CodeDeploy::DeploymentConfig, where it is one.
    """

    name: str
    kind: StrategyKind
    percent: float | None = None
    interval_minutes: float | None = None
    duration_minutes: float | None = None
    shape: StrategyKind | None = None
    """Of a custom configuration of this template: canary, linear or all-at-once."""
    configuration: Resource | None = field(default=None, repr=False)
    because: Trail = field(default=(), compare=False)

    @property
    def is_all_at_once(self) -> bool:
        """Whether every user gets the new version at once."""
        return StrategyKind.ALL_AT_ONCE in (self.kind, self.shape)


def linear_duration_minutes(percent: float, interval_minutes: float) -> float:
    """Minutes from the first shift to the last: each shift stands at the start of its interval.

    SAM's document counts one interval more; with the later moment an alarm would seem to have more time than it
    may have, so the earlier one is taken.
    """
    return (math.ceil(100 / percent) - 1) * interval_minutes


def _predefined() -> dict[str, Strategy]:
    found = {"AllAtOnce": Strategy("AllAtOnce", StrategyKind.ALL_AT_ONCE, 100, 0, 0)}
    for minutes in (5, 10, 15, 30):
        name = f"Canary10Percent{minutes}Minutes"
        found[name] = Strategy(name, StrategyKind.CANARY, 10, minutes, minutes)
    for minutes in (1, 2, 3, 10):
        name = f"Linear10PercentEvery{minutes}Minute{'' if minutes == 1 else 's'}"
        found[name] = Strategy(name, StrategyKind.LINEAR, 10, minutes, linear_duration_minutes(10, minutes))
    return found


PREDEFINED: Final = _predefined()
"""The nine names that SAM knows, each with its strategy."""


def near_predefined(name: str) -> str | None:
    """The predefined name that `name` is a misspelling of, or None."""
    bare = _letters(name).removeprefix("codedeploydefault").removeprefix("lambda")
    numbers = _numbers(bare)
    ranked = ((_edit_distance(bare, known.lower()), _numbers(known) != numbers, known) for known in PREDEFINED)
    distance, _, near = min(ranked)  # of two that are as near, the one with the same numbers is meant
    return near if distance <= _TYPO else None


_TYPO: Final = 2
"""Letters that a misspelling may differ by; a name further off is somebody's own."""


def _letters(name: str) -> str:
    """A name in lower case without what people put between words."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _numbers(name: str) -> list[str]:
    return "".join(letter if letter.isdecimal() else " " for letter in name).split()


def _edit_distance(left: str, right: str) -> int:
    if abs(len(left) - len(right)) > _TYPO:
        return _TYPO + 1
    previous = list(range(len(right) + 1))
    for row, one in enumerate(left, 1):
        current = [row]
        for column, other in enumerate(right, 1):
            current.append(min(previous[column] + 1, current[-1] + 1, previous[column - 1] + (one != other)))
        previous = current
    return previous[-1]


def strategy(value: Value, scene: EvaluatedTemplate) -> Strategy | None:
    """The strategy that a deployment configuration's name stands for, or None where the value names none."""
    if isinstance(value, Reference):
        resource = scene.resource_of(value)
        if resource is None or resource.type != "AWS::CodeDeploy::DeploymentConfig":
            return Strategy(value.logical_id, StrategyKind.UNKNOWN, because=value.because)
        return _of_configuration(resource.logical_id, resource, scene, value.because)
    if not isinstance(value, Literal) or value.value is None:
        return None
    name = value.text.removeprefix(LAMBDA_PREFIX)
    known = PREDEFINED.get(name)
    if known is not None:
        return Strategy(
            known.name,
            known.kind,
            known.percent,
            known.interval_minutes,
            known.duration_minutes,
            because=value.because,
        )
    for resource in scene.template.of_type("AWS::CodeDeploy::DeploymentConfig"):
        own_name = scene.property(resource, "DeploymentConfigName")
        if isinstance(own_name, Literal) and own_name.text == value.text:
            return _of_configuration(value.text, resource, scene, value.because)
    is_text = isinstance(value.value, str)
    is_custom = is_text and near_predefined(value.text) is None and not value.text.startswith("CodeDeployDefault.")
    return Strategy(name, StrategyKind.CUSTOM if is_custom else StrategyKind.UNKNOWN, because=value.because)


def _of_configuration(name: str, resource: Resource, scene: EvaluatedTemplate, because: Trail) -> Strategy:
    """A template's own configuration, as far as its numbers are known."""
    shape = scene.property(resource, "TrafficRoutingConfig", "Type")
    text = shape.text if isinstance(shape, Literal) else ""
    if text == "AllAtOnce":
        return Strategy(name, StrategyKind.CUSTOM, 100, 0, 0, StrategyKind.ALL_AT_ONCE, resource, because)
    if text == "TimeBasedCanary":
        percent = number(scene.property(resource, "TrafficRoutingConfig", text, "CanaryPercentage"))
        interval = number(scene.property(resource, "TrafficRoutingConfig", text, "CanaryInterval"))
        canary = StrategyKind.CANARY
        return Strategy(name, StrategyKind.CUSTOM, percent, interval, interval, canary, resource, because)
    if text == "TimeBasedLinear":
        percent = number(scene.property(resource, "TrafficRoutingConfig", text, "LinearPercentage"))
        interval = number(scene.property(resource, "TrafficRoutingConfig", text, "LinearInterval"))
        duration = None
        if percent is not None and interval is not None and percent > 0:
            duration = linear_duration_minutes(percent, interval)
        linear = StrategyKind.LINEAR
        return Strategy(name, StrategyKind.CUSTOM, percent, interval, duration, linear, resource, because)
    return Strategy(name, StrategyKind.CUSTOM, configuration=resource, because=because)


def number(value: Value) -> float | None:
    """A value as a number; None where it is none or not known. Texts count: parameters are texts."""
    if not isinstance(value, Literal) or isinstance(value.value, bool):
        return None
    try:
        found = float(value.text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None
