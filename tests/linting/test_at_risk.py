"""How many rollouts to production there are, and in how many of them an error was found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from projects import lay_out

import samguard
from samguard.cache.plain import plain, valued
from samguard.linting.report import ProductionRollouts, Report
from samguard.output.findings_json import findings_json
from samguard.output.sarif import sarif

PROD = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
"""
DEV = """
[dev.deploy.parameters]
stack_name = "orders-dev"
"""


def function(name: str, *more: str) -> str:
    lines = ("CodeUri: src/", "Handler: app.handler", "Runtime: python3.12", *more)
    return f"  {name}:\n    Type: AWS::Serverless::Function\n    Properties:\n" + "".join(
        f"      {line}\n" for line in lines
    )


SAFE = ("AutoPublishAlias: live", "DeploymentPreference: {Type: Canary10Percent5Minutes, Alarms: [orders-errors]}")
UNWATCHED = ("AutoPublishAlias: live", "DeploymentPreference: {Type: Canary10Percent5Minutes}")
HEAD = "Transform: AWS::Serverless-2016-10-31\nResources:\n"


@pytest.fixture(autouse=True)
def project_is_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def checked(template: str, samconfig: str = PROD, **files: str) -> Report:
    named = {name.replace("__", "."): text for name, text in files.items()}
    lay_out(Path(), {"template.yaml": template, "samconfig.toml": samconfig, **named})
    return samguard.check()


def counts(template: str, samconfig: str = PROD, **files: str) -> tuple[int, int, int]:
    found = checked(template, samconfig, **files).production
    return found.rollouts, found.at_risk, found.unknown


def test_a_rollout_with_an_error_is_at_risk_and_one_without_is_not() -> None:
    assert (2, 1, 0) == counts(HEAD + function("Orders", *SAFE) + function("Stock", *UNWATCHED))


def test_what_goes_to_other_environments_only_does_not_count() -> None:
    assert (0, 0, 0) == counts(HEAD + function("Orders", *UNWATCHED), "version = 0.1\n" + DEV)


def test_a_function_counts_once_for_each_production_that_it_goes_to() -> None:
    other = PROD + '[prod-eu.deploy.parameters]\nstack_name = "orders-prod-eu"\n'
    assert (2, 2, 0) == counts(HEAD + function("Orders", *UNWATCHED), other + DEV)


def test_where_no_environment_is_known_it_is_not_known_what_goes_to_production() -> None:
    assert (0, 0, 1) == counts(HEAD + function("Orders", *UNWATCHED), "")


def test_a_suppressed_error_puts_nothing_at_risk() -> None:
    assert (1, 0, 0) == counts(HEAD + function("Orders", UNWATCHED[0], "# samguard: ignore[SG301]", UNWATCHED[1]))


def test_an_error_that_the_configuration_takes_for_less_puts_nothing_at_risk() -> None:
    configuration = '[levels]\nSG301 = "warning"\n'
    assert (1, 0, 0) == counts(HEAD + function("Orders", *UNWATCHED), samguard__toml=configuration)


def test_an_error_that_is_in_the_baseline_still_puts_its_rollout_at_risk() -> None:
    report = checked(HEAD + function("Orders", *UNWATCHED), samguard__toml='baseline = ".samguard-baseline.json"\n')
    assert ProductionRollouts(1, 1, 0) == report.production


def test_a_function_that_sam_refuses_counts_and_is_at_risk() -> None:
    refused = function("Orders", "DeploymentPreference: {Type: Canary10Percent5Minutes}")
    assert (2, 1, 0) == counts(HEAD + refused + function("Stock", *SAFE))


def test_an_error_of_the_whole_template_puts_all_of_it_at_risk() -> None:
    both = function("Orders", *SAFE) + function("Stock", *SAFE)
    broken = "Parameters:\n  Size: {Type: String, AllowedValues: [small]}\n"
    samconfig = PROD + 'parameter_overrides = "Size=big"\n'
    assert (2, 2, 0) == counts(HEAD.replace("Resources", broken + "Resources") + both, samconfig)


def test_a_hook_is_part_of_the_rollout_it_serves_and_counts_for_nothing_itself() -> None:
    preference = (
        "DeploymentPreference: {Type: Linear10PercentEvery1Minute, Alarms: [a], Hooks: {PreTraffic: !Ref Check}}"
    )
    hook = function("Check", "FunctionName: CodeDeployHook_check", "DeploymentPreference: {Enabled: false}")
    report = checked(HEAD + function("Orders", SAFE[0], preference) + hook, src__app__py="")
    assert 1 == report.production.rollouts


def test_a_template_without_rollouts_has_none_at_risk() -> None:
    assert (0, 0, 0) == counts("Resources: [")


def test_scripts_find_the_counts_in_json_and_in_sarif() -> None:
    report = checked(HEAD + function("Orders", *UNWATCHED))
    expected = {"rollouts": 1, "at_risk": 1, "unknown": 0}
    assert expected == json.loads(findings_json(report))["production"]
    assert expected == json.loads(sarif(report, {}))["runs"][0]["properties"]["production"]


def test_a_kept_report_has_the_counts() -> None:
    report = checked(HEAD + function("Orders", *UNWATCHED))
    assert report.production == valued(plain(report)).production
