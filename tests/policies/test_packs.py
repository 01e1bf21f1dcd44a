"""The packs that samguard brings along, and the page about policies."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from projects import lay_out

import samguard
from samguard import policies
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


def test_the_published_schema_is_the_one_that_files_are_held_against() -> None:
    published = Path(__file__).parents[2] / "schemas/policies.schema.json"
    assert (Path(policies.__file__).parent / "policy_schema.json").read_text(encoding="utf-8") == published.read_text(
        encoding="utf-8"
    )


# what a reviewer looked for

FUNCTION = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties: {CodeUri: src/, Handler: app.handler, Runtime: python3.12}
"""
OWNED = """
    version = 0.1
    [prod.deploy.parameters]
    stack_name = "orders-prod"
    tags = "cost-center=\\"42\\" Owner=\\"payments\\""
"""
APPROVED_BEFORE = """
    stages: [approve, deploy]
    approve: {stage: approve, when: manual, allow_failure: false, script: [echo]}
    deploy: {stage: deploy, needs: [approve], script: [sam deploy --config-env prod]}
"""
UNAPPROVED = """
    deploy: {stage: deploy, script: [sam deploy --config-env %s]}
"""


def regulated(folder: Path, **files: str) -> list[str]:
    lay_out(folder, {name.replace("__", "."): text for name, text in files.items()})
    found = samguard.check(str(folder), policies=["regulated"], select=["REG001", "REG002"])
    return [finding.rule.id for finding in found.findings]


def test_an_owner_may_be_a_tag_of_the_whole_stack_in_any_spelling(tmp_path: Path) -> None:
    assert [] == regulated(tmp_path, template__yaml=FUNCTION, samconfig__toml=OWNED)


def test_an_approval_may_be_a_job_of_its_own_before_the_deployment(tmp_path: Path) -> None:
    found = regulated(tmp_path, template__yaml=FUNCTION, samconfig__toml=OWNED, **{".gitlab-ci.yml": APPROVED_BEFORE})
    assert [] == found


def test_only_production_needs_an_approval(tmp_path: Path) -> None:
    for environment, expected in (("prod", ["REG001"]), ("nonprod", []), ("deliver", [])):
        folder = tmp_path / environment
        samconfig = OWNED + f'    [{environment}.deploy.parameters]\n    tags = "owner=x"\n' * (environment != "prod")
        files = {".gitlab-ci.yml": UNAPPROVED % environment}
        assert expected == regulated(folder, template__yaml=FUNCTION, samconfig__toml=samconfig, **files), environment
