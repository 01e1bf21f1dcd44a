"""Names and properties that the SAM transform refuses: each a reason at its place."""

from __future__ import annotations

import pytest
from scenes import HEAD, function, template_of

from samguard.template import RefusalKind, Template


def of_function(properties: str, name: str = "Orders") -> Template:
    return template_of(f"{HEAD}Resources:\n{function(properties, name)}")


def refused(template: Template) -> list[tuple[RefusalKind, str]]:
    text = template.document.text
    return [(refusal.kind, text[refusal.span.start : refusal.span.end]) for refusal in template.refusals]


@pytest.mark.parametrize(
    ("properties", "place"),
    [
        ("AutoPublishAlais: live", "AutoPublishAlais"),
        ("Alarms: [a]", "Alarms"),
        ("PreTraffic: a", "PreTraffic"),
        ("DependsOn: a", "DependsOn"),
        ("Code: src", "Code"),
        ("AliasName: live", "AliasName"),
        ("UseAliasAsEventTarget: true", "UseAliasAsEventTarget"),
    ],
)
def test_a_property_meant_for_another_is_refused(properties: str, place: str) -> None:
    assert [(RefusalKind.UNKNOWN_PROPERTY, place)] == refused(of_function(properties))


@pytest.mark.parametrize("properties", ["NewInSam: 1", "'Fn::Transform': {Name: a}", "SnapStartOptions: {}"])
def test_a_property_like_none_is_left_to_others(properties: str) -> None:
    assert [] == refused(of_function(properties))


@pytest.mark.parametrize(
    ("properties", "place"),
    [
        ("Events: {a-b: {Type: Schedule}}", "a-b"),
        ("Events: {A: {Type: Schedule, Properties: {DeadLetterConfig: {QueueLogicalId: a_b}}}}", "a_b"),
    ],
)
def test_names_that_become_logical_ids_are_refused(properties: str, place: str) -> None:
    assert [(RefusalKind.LOGICAL_ID, place)] == refused(of_function(properties))


def test_a_logical_id_has_letters_and_digits() -> None:
    assert [(RefusalKind.LOGICAL_ID, "my-orders")] == refused(of_function("Timeout: 3", "my-orders"))
    assert [] == refused(of_function("Timeout: 3", "${Name}Orders"))


def test_a_resource_has_a_type() -> None:
    assert [(RefusalKind.STRUCTURE, "T")] == refused(template_of(f"{HEAD}Resources: {{T: {{Properties: {{}}}}}}"))
    assert [] == refused(template_of(f"{HEAD}Resources: {{T: {{'Fn::Transform': {{Name: a}}}}}}"))


def test_a_refusal_names_its_resource_where_it_is_read() -> None:
    (refusal,) = of_function("Events: {a-b: {Type: Schedule}}").refusals
    assert "{resource}" in refusal.message
    assert "Orders" in refusal.text
