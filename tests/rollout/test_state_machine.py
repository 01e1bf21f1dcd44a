"""State machines: aliases that CloudFormation shifts itself."""

from __future__ import annotations

import pytest
from scenes import deployed, rollout_of, sam

from samguard.evaluation import Removed
from samguard.rollout import RolloutKind, Strategy, label
from samguard.template import RefusalKind


def machine(properties: str) -> str:
    return f"  Flow:\n    Type: AWS::Serverless::StateMachine\n    Properties: {{DefinitionUri: flow.json, {properties}}}\n"


def test_without_an_alias_nothing_is_published() -> None:
    found = rollout_of(sam(machine("Name: flow")))
    assert found.kind is RolloutKind.STATE_MACHINE
    assert isinstance(found.alias, Removed)


def test_an_alias_alone_moves_at_once() -> None:
    found = rollout_of(sam(machine("AutoPublishAlias: live")))
    assert isinstance(found.strategy, Strategy)
    assert (found.strategy.name, found.strategy.is_all_at_once) == ("ALL_AT_ONCE", True)


def test_a_preference_has_its_share_interval_and_alarms() -> None:
    preference = "{Type: LINEAR, Percentage: 20, Interval: 3, Alarms: [!Ref A, b]}"
    alarm = "  A: {Type: 'AWS::CloudWatch::Alarm', Properties: {Threshold: 1}}\n"
    found = rollout_of(sam(machine(f"AutoPublishAlias: live, DeploymentPreference: {preference}"), alarm))
    assert isinstance(found.strategy, Strategy)
    assert isinstance(found.alarms, tuple)
    assert (found.strategy.percent, found.strategy.interval_minutes, found.strategy.duration_minutes) == (20, 3, 12)
    assert [label(alarm.value) for alarm in found.alarms] == ["A", "b"]


@pytest.mark.parametrize(
    ("properties", "kind"),
    [
        ("DeploymentPreference: {Type: CANARY}", RefusalKind.PREFERENCE_WITHOUT_ALIAS),
        ("UseAliasAsEventTarget: true", RefusalKind.STATE_MACHINE_ALIAS),
        ("AutoPublishAlias: !Ref AWS::Region", RefusalKind.STATE_MACHINE_ALIAS),
        ("AutoPublishAlias: my-live", RefusalKind.STATE_MACHINE_ALIAS),
    ],
)
def test_what_the_transform_refuses_is_a_refusal(properties: str, kind: RefusalKind) -> None:
    assert [refusal.kind for refusal in deployed(sam(machine(properties))).refusals] == [kind]
