"""Keys of a DeploymentPreference that SAM passes over, and what they are meant for."""

from __future__ import annotations

import pytest

from samguard.rollout.preference_keys import stands_for, unread_keys
from samguard.source import Mapping, parse_document


def preference(text: str) -> Mapping:
    root = parse_document(text, "preference.yaml").root
    assert isinstance(root, Mapping)
    return root


@pytest.mark.parametrize(
    ("text", "meant", "place"),
    [
        ("Alarm: [a]", "Alarms", "DeploymentPreference"),
        ("CloudWatchAlarms: [a]", "Alarms", "DeploymentPreference"),
        ("Tpye: AllAtOnce", "Type", "DeploymentPreference"),
        ("DeploymentConfigName: AllAtOnce", "Type", "DeploymentPreference"),
        ("Hook: {}", "Hooks", "DeploymentPreference"),
        ("Enable: false", "Enabled", "DeploymentPreference"),
        ("Triggers: []", "TriggerConfigurations", "DeploymentPreference"),
        ("PreTraffic: a", "PreTraffic", "Hooks"),
        ("BeforeAllowTraffic: a", "PreTraffic", "Hooks"),
        ("PostTrafficHook: a", "PostTraffic", "Hooks"),
        ("AutoPublishAlias: live", "AutoPublishAlias", "Properties"),
        ("Interval: 5", None, "DeploymentPreference"),
        ("AutoRollbackConfiguration: {}", None, "DeploymentPreference"),
        ("Hooks: {PreTrafic: a}", "PreTraffic", "Hooks"),
        ("Hooks: {Alarms: [a]}", "Alarms", "DeploymentPreference"),
        ("Hooks: {During: a}", None, "Hooks"),
    ],
)
def test_a_key_that_is_not_read_is_meant_for_one_that_is(text: str, meant: str | None, place: str) -> None:
    (unread,) = unread_keys(preference(text))
    assert (meant, place) == (unread.meant, unread.place)


@pytest.mark.parametrize(
    "text",
    [
        "{Type: a, Alarms: [a], Hooks: {PreTraffic: a, PostTraffic: b}, Enabled: true, Role: r}",
        "{PassthroughCondition: true, TriggerConfigurations: []}",
        "Fn::If: [C, {Alarm: [a]}, {}]",
        "Hooks: {'Fn::If': [C, {Before: a}, {}]}",
    ],
)
def test_what_is_read_or_made_by_a_function_is_passed(text: str) -> None:
    assert [] == list(unread_keys(preference(text)))


def test_a_key_stands_for_another_only_where_that_is_missing() -> None:
    found = stands_for(preference("Alarm: [a]"), "Alarms")
    assert found is not None
    assert "Alarm" == found.name
    assert stands_for(preference("{Alarm: [a], Alarms: [b]}"), "Alarms") is None
    assert stands_for(None, "Alarms") is None
