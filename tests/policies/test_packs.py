"""The packs that samguard brings along, and the page about policies."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from samguard.policies import Policy, load_policies, tried
from samguard.policies.loading import packs
from samguard.policies.reference import model_reference

PACKS = {name: load_policies([name], Path()) for name in packs()}
PAGE = Path(__file__).parents[2] / "docs/reference/policies.md"


def test_there_are_packs() -> None:
    assert {"aws-well-architected", "course", "regulated", "strict"} == set(PACKS)


@pytest.mark.parametrize("policy", [one for found in PACKS.values() for one in found], ids=lambda policy: policy.id)
def test_a_policy_finds_its_bad_examples_and_not_its_good_ones(policy: Policy) -> None:
    trials = tried(policy)
    assert {"bad", "good"} == {trial.kind for trial in trials}
    assert [] == [(trial.kind, trial.number, trial.problem) for trial in trials if trial.problem]


@pytest.mark.parametrize("policy", [one for found in PACKS.values() for one in found], ids=lambda policy: policy.id)
def test_a_policy_says_why_and_what_to_do(policy: Policy) -> None:
    assert policy.why
    assert policy.fix
    assert policy.source.startswith("https://")


def test_all_packs_may_be_used_together() -> None:
    assert sum(map(len, PACKS.values())) == len(load_policies(PACKS, Path()))


@pytest.mark.parametrize("policy", PACKS["aws-well-architected"], ids=lambda policy: policy.id)
def test_a_policy_of_the_framework_names_its_question(policy: Policy) -> None:
    assert re.match(r"(OPS|REL|SEC) \d, How do you .*\? BP\d\d: ", policy.why)


def test_the_page_has_the_model_as_it_is() -> None:
    _, begin, rest = PAGE.read_text(encoding="utf-8").partition("<!-- model: begin -->\n")
    found, end, _ = rest.partition("<!-- model: end -->")
    assert begin
    assert end
    assert model_reference().strip() == found.strip(), "python -m samguard.policies.reference writes it"
