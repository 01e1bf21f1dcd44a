"""`samguard rehearse` as scripts and people rely on it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from command import Ran, samguard, with_change
from syrupy.assertion import SnapshotAssertion

TEMPLATE = """
    Transform: AWS::Serverless-2016-10-31
    Parameters:
      Stage: {Type: String, AllowedValues: [dev, prod]}
    Conditions:
      IsProd: !Equals [!Ref Stage, prod]
    Globals:
      Function: {CodeUri: src/, Runtime: python3.13, Handler: app.handler, AutoPublishAlias: live}
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          DeploymentPreference:
            Type: !If [IsProd, Canary10Percent5Minutes, AllAtOnce]
            Alarms: [!Ref OrdersErrors, shared-errors]
      Refunds:
        Type: AWS::Serverless::Function
        Properties:
          DeploymentPreference: {Type: Linear10PercentEvery1Minute, Alarms: [!Ref RefundsErrors]}
      Report:
        Type: AWS::Serverless::Function
        Properties: {AutoPublishAlias: ''}
      OrdersErrors:
        Type: AWS::CloudWatch::Alarm
        Properties:
          Namespace: AWS/Lambda
          MetricName: Errors
          Dimensions: [{Name: FunctionName, Value: !Ref Orders}]
          Statistic: Sum
          Period: 60
          EvaluationPeriods: 1
          Threshold: 1
          ComparisonOperator: GreaterThanOrEqualToThreshold
      RefundsErrors:
        Type: AWS::CloudWatch::Alarm
        Properties:
          Namespace: AWS/Lambda
          MetricName: Errors
          Dimensions: [{Name: FunctionName, Value: !Ref Refunds}]
          Statistic: Sum
          Period: 60
          EvaluationPeriods: 3
          Threshold: 1
          ComparisonOperator: GreaterThanOrEqualToThreshold
          TreatMissingData: notBreaching
"""
STAGES = """
    version = 0.1
    [dev.deploy.parameters]
    parameter_overrides = "Stage=dev"
    [prod.deploy.parameters]
    parameter_overrides = "Stage=prod"
"""
OBJECTIVE = "catch 5 % errors at 60 requests a minute with 95 %"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "template.yaml").write_text(dedent(TEMPLATE), encoding="utf-8")
    (tmp_path / "samconfig.toml").write_text(dedent(STAGES), encoding="utf-8")
    return tmp_path


def rehearse(folder: Path, *arguments: str) -> Ran:
    return samguard("rehearse", *arguments, cwd=folder)


def test_people_get_a_table_with_reasons(folder: Path, snapshot: SnapshotAssertion) -> None:
    ran = rehearse(folder)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == snapshot


def test_scripts_get_json(folder: Path, snapshot: SnapshotAssertion) -> None:
    ran = rehearse(folder, "--format", "json", "--env", "prod")
    assert (ran.code, ran.err) == (0, "")
    assert ran.json == snapshot


def test_an_objective_that_production_misses_fails_the_run(folder: Path) -> None:
    ran = rehearse(folder, "--objective", OBJECTIVE, "--env", "prod")
    assert ran.code == 1
    assert "met by 0 of 2 rollouts, missed by 1," in ran.out
    assert "it is not known whether they meet the objective: 1" in ran.err


def test_an_objective_is_not_asked_of_other_environments(folder: Path) -> None:
    (folder / "samconfig.toml").write_text(dedent(STAGES).partition("[prod")[0], encoding="utf-8")
    assert rehearse(folder, "--objective", OBJECTIVE).code == 0
    assert rehearse(folder, "--objective", OBJECTIVE, "--env", "dev").code == 1


def test_the_configuration_may_hold_the_objective(folder: Path) -> None:
    (folder / "samguard.toml").write_text(f'objective = "{OBJECTIVE}"\n', encoding="utf-8")
    assert rehearse(folder, "--env", "prod").code == 1
    assert rehearse(folder, "--env", "prod", "--objective", "catch 100 % errors at 9000 rpm with 99 %").code == 0
    (folder / "samguard.toml").write_text('fail-on = "error"\nobjective = "none"\n', encoding="utf-8")
    for command in ("rehearse", "check"):
        ran = samguard(command, cwd=folder)
        assert ran.code == 2
        assert "samguard.toml:2: the objective 'none' is not understood. Write it like" in ran.err


def test_a_daily_curve_and_a_file_are_traffic(folder: Path) -> None:
    (folder / "calls.csv").write_text("minute,calls\n1,50\n2,70\n", encoding="utf-8")
    for shape, mean in (("daily", 600), ("calls.csv", 60)):
        ran = rehearse(folder, "--traffic", shape, "--requests-per-minute", "600", "--format", "json", "--env", "prod")
        assert ran.code == 0
        assert ran.json["scenario"]["requests_per_minute"] == mean


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--failure", "error"), "Did you mean 'errors'?"),
        (("--error-share", "5"), "5 is no share of requests. Expected a number from 0 to 1"),
        (("--requests-per-minute", "-1"), "-1 is no number of requests in a minute"),
        (("--requests-per-minute", "nan"), "nan is no number"),
        (("--traffic", "weekly"), "neither 'constant' nor 'daily' nor a CSV file"),
        (("--objective", "be good"), "Write it like 'catch 5 % errors"),
        (("--metric-delay-seconds", "-5"), "--metric-delay-seconds"),
        (("--hook-minutes", "1000"), "--hook-minutes"),
        (("--deployments", "0"), "--deployments"),
        (("--seed", "-1"), "--seed"),
        (("--duration-ms", "0"), "durations must be positive"),
        (("nowhere",), "nowhere"),
    ],
)
def test_what_cannot_be_rehearsed_is_said(folder: Path, arguments: tuple[str, ...], message: str) -> None:
    ran = rehearse(folder, *arguments)
    assert ran.code == 2
    assert message in ran.err
    assert ran.out == ""


def test_without_numpy_it_is_counted_out(folder: Path) -> None:
    change = "import sys; sys.modules['numpy'] = None"
    plain = with_change(change, "rehearse", "--format", "json", "--env", "prod", cwd=folder)
    assert plain.json == rehearse(folder, "--format", "json", "--env", "prod").json


def test_what_takes_a_simulation_says_how_to_get_one(folder: Path) -> None:
    path = folder / "template.yaml"
    text = path.read_text(encoding="utf-8").replace("MetricName: Errors", "MetricName: Duration")
    path.write_text(text.replace("Statistic: Sum", "Statistic: Average"), encoding="utf-8")
    ran = with_change("import sys; sys.modules['numpy'] = None", "rehearse", "--env", "prod", cwd=folder)
    assert ran.code == 0
    assert "pip install 'samguard[rehearsal]'" in ran.out
    assert "unknown" in ran.out


def test_pages_and_pictures_are_written(folder: Path) -> None:
    assert rehearse(folder, "--format", "html", "--env", "prod").out.startswith("<!doctype html>")
    assert rehearse(folder, "--format", "svg", "--env", "prod").out.startswith("<svg ")


def test_metrics_and_deployments_are_asked_one_at_a_time(folder: Path) -> None:
    for arguments, message in (
        (("--metrics", "a", "--deployment", "b"), "are different questions: ask one"),
        (("--metrics", "nowhere.json"), "'nowhere.json' cannot be read"),
        (("--metrics", "template.yaml"), "it is not JSON"),
        (("--deployment", "template.yaml", "--format", "html"), "is written as text or json, not as html"),
        (("--metrics-query",), "ame it by --env: dev, prod"),
    ):
        ran = rehearse(folder, *arguments)
        assert (ran.code, ran.out) == (2, "")
        assert message in ran.err
