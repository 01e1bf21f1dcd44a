"""How a project knows production: by its words, and by what its configuration says."""

from __future__ import annotations

import pytest

from samguard.environments import ProductionNames


@pytest.mark.parametrize(
    ("name", "expected"), [("prod", True), ("prod-eu", True), ("staging", False), ("nonprod", False)]
)
def test_the_usual_words_name_production(name: str, expected: bool) -> None:
    assert expected is ProductionNames().includes(name)


def test_a_project_may_have_other_words() -> None:
    names = ProductionNames(("blue*",))
    assert names.includes("blue-eu")
    assert not names.includes("prod")


def test_what_the_configuration_says_of_an_environment_counts_more_than_its_name() -> None:
    names = ProductionNames(said={"prod-like": False, "main": True})
    assert not names.includes("prod-like")
    assert names.includes("main")


@pytest.mark.parametrize(
    ("name", "stack", "expected"),
    [
        ("aws", "orders-prod", True),  # the name says no stage
        ("staging", "orders-prod", False),
        ("prod", "orders-staging", True),
        ("aws", "orders", False),
    ],
)
def test_a_stack_says_what_the_environments_name_does_not(name: str, stack: str, expected: bool) -> None:
    assert expected is ProductionNames().include_any(name, [stack])
