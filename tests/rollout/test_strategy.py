"""Deployment configurations: predefined ones, the template's own, and names that are neither."""

from __future__ import annotations

import pytest
from scenes import function, rollout_of, sam

from samguard.rollout import PREDEFINED, Strategy, StrategyKind, near_predefined


def strategy(type_: str, extra: str = "", **parameters: str) -> Strategy:
    text = sam(
        function(f"AutoPublishAlias: live\nDeploymentPreference: {{Type: {type_}, Alarms: [a]}}"),
        extra,
        head="Parameters: {Kind: {Type: String, Default: AllAtOnce}}\n",
    )
    found = rollout_of(text, **parameters).strategy
    assert isinstance(found, Strategy)
    return found


def own(configuration: str, head: str = "") -> str:
    properties = f"{{ComputePlatform: Lambda, {head}TrafficRoutingConfig: {configuration}}}"
    return f"  Own:\n    Type: AWS::CodeDeploy::DeploymentConfig\n    Properties: {properties}\n"


@pytest.mark.parametrize(
    ("name", "kind", "percent", "interval", "duration"),
    [
        ("AllAtOnce", "all-at-once", 100, 0, 0),
        ("Canary10Percent5Minutes", "canary", 10, 5, 5),
        ("Canary10Percent30Minutes", "canary", 10, 30, 30),
        ("Linear10PercentEvery1Minute", "linear", 10, 1, 9),
        ("Linear10PercentEvery10Minutes", "linear", 10, 10, 90),
    ],
)
def test_a_predefined_strategy_has_its_share_and_its_times(
    name: str, kind: str, percent: float, interval: float, duration: float
) -> None:
    found = strategy(name)
    assert (found.kind.value, found.percent, found.interval_minutes, found.duration_minutes) == (
        kind,
        percent,
        interval,
        duration,
    )


def test_sam_knows_nine_strategies() -> None:
    assert len(PREDEFINED) == 9


def test_the_full_name_of_a_strategy_is_the_same_strategy() -> None:
    assert strategy("CodeDeployDefault.LambdaAllAtOnce") == strategy("AllAtOnce")


def test_a_parameter_s_value_is_the_strategy() -> None:
    assert strategy("!Ref Kind", Kind="Canary10Percent5Minutes").name == "Canary10Percent5Minutes"


@pytest.mark.parametrize(
    ("configuration", "shape", "percent", "interval", "duration"),
    [
        ("{Type: TimeBasedCanary, TimeBasedCanary: {CanaryPercentage: 25, CanaryInterval: 15}}", "canary", 25, 15, 15),
        ("{Type: TimeBasedLinear, TimeBasedLinear: {LinearPercentage: 30, LinearInterval: 2}}", "linear", 30, 2, 6),
        ("{Type: AllAtOnce}", "all-at-once", 100, 0, 0),
    ],
)
def test_the_template_s_own_configuration_is_custom_with_its_numbers(
    configuration: str, shape: str, percent: float, interval: float, duration: float
) -> None:
    found = strategy("!Ref Own", own(configuration))
    assert found.kind is StrategyKind.CUSTOM
    assert found.name == "Own"
    assert found.shape is not None
    assert (found.shape.value, found.percent, found.interval_minutes, found.duration_minutes) == (
        shape,
        percent,
        interval,
        duration,
    )


def test_a_custom_configuration_is_found_by_its_name() -> None:
    found = strategy("mine", own("{Type: AllAtOnce}", "DeploymentConfigName: mine, "))
    assert (found.name, found.is_all_at_once) == ("mine", True)


def test_a_name_of_somebody_s_own_is_custom_and_a_misspelling_unknown() -> None:
    assert strategy("my-team-canary").kind is StrategyKind.CUSTOM
    assert strategy("Canary10Percent5Minute").kind is StrategyKind.UNKNOWN


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Canary10Percent5Minute", "Canary10Percent5Minutes"),
        ("canary10percent5minutes", "Canary10Percent5Minutes"),
        ("LambdaCanary10Percent5Minutes", "Canary10Percent5Minutes"),
        ("Linear10PercentEvery1Minutes", "Linear10PercentEvery1Minute"),
        ("all-at-once", "AllAtOnce"),
        ("Canary50PercentTwoHours", None),
        ("blue-green", None),
    ],
)
def test_a_misspelling_is_near_to_one_name_and_a_name_of_its_own_to_none(name: str, near: str | None) -> None:
    assert near_predefined(name) == near
