"""Policies on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command import samguard
from projects import ORDERS, STAGES, lay_out

ACME = """
    policies:
      - id: ACME001
        name: ten-minutes
        level: error
        for: rollout
        environments: production
        assert: rollout.strategy.duration_minutes >= 10
        message: "{rollout.function} takes {rollout.strategy.duration_minutes} minutes"
        examples:
          bad:
            - template: |
                Transform: AWS::Serverless-2016-10-31
                Resources:
                  F:
                    Type: AWS::Serverless::Function
                    Properties:
                      CodeUri: a/
                      Handler: a.b
                      Runtime: python3.12
                      AutoPublishAlias: live
                      DeploymentPreference: {Type: Canary10Percent5Minutes}
          good: [{template: "Resources: {T: {Type: 'AWS::SNS::Topic'}}\\n"}]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": STAGES, "policies/acme.yaml": ACME})


def test_a_file_of_policies_is_named(project: Path) -> None:
    ran = samguard("check", "--policy", "policies/acme.yaml", "--select", "ACME001", "--format", "concise", cwd=project)
    assert 1 == ran.code
    assert "template.yaml:12:7: error ACME001[ten-minutes] Orders takes 5 minutes.\n" == ran.out


def test_a_configuration_names_policies(project: Path) -> None:
    lay_out(project, {"samguard.toml": 'policies = ["policies/acme.yaml", "strict"]\nselect = ["ACME", "STRICT003"]'})
    ran = samguard("check", "--format", "json", cwd=project)
    assert ["ACME001", "STRICT003"] == sorted(one["rule"] for one in ran.json["findings"])


def test_a_configuration_names_none_outside_of_its_project(project: Path) -> None:
    lay_out(project, {"in/template.yaml": ORDERS, "in/samguard.toml": 'policies = ["../policies/acme.yaml"]'})
    ran = samguard("check", cwd=project / "in")
    assert (2, b"") == (ran.code, ran.stdout)
    assert "leads out of the project" in ran.err


def test_a_typo_in_a_policy_ends_with_2_and_its_place(project: Path) -> None:
    lay_out(
        project, {"policies/acme.yaml": ACME.replace("rollout.strategy.duration_minutes >=", "rollout.stratgy.x >=")}
    )
    ran = samguard("check", "--policy", "policies/acme.yaml", cwd=project)
    assert (2, b"") == (ran.code, ran.stdout)
    assert "policies/acme.yaml:7: column 21: Rollout has no field 'stratgy'. Did you mean 'strategy'?" in ran.err


def test_policy_test_runs_the_examples(project: Path) -> None:
    ran = samguard("policy", "test", "policies/acme.yaml", cwd=project)
    assert (0, "policies/acme.yaml:2: ok ACME001[ten-minutes]\n") == (ran.code, ran.out)
    assert "1 policy, 2 examples, 0 failed." in ran.err
    lay_out(project, {"policies/acme.yaml": ACME.replace("Canary10Percent5Minutes", "Canary10Percent30Minutes")})
    ran = samguard("policy", "test", "policies/acme.yaml", cwd=project)
    assert 1 == ran.code
    assert "  bad example 1: nothing is found in it\n" in ran.out


def test_policy_schema_is_a_schema(tmp_path: Path) -> None:
    ran = samguard("policy", "schema", cwd=tmp_path)
    assert "https://json-schema.org/draft/2020-12/schema" == json.loads(ran.out)["$schema"]
