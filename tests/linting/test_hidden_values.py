"""Values of parameters that say NoEcho, which no output repeats."""

import json
from pathlib import Path

import pytest
from command import in_process
from projects import lay_out

import samguard as library

TEMPLATE = """
    Transform: AWS::Serverless-2016-10-31
    Parameters:
      Mode: {Type: String, NoEcho: true, Default: Canary77Percent}
      Token: {Type: String, NoEcho: true, Default: changeme}
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          InlineCode: x
          Handler: index.handler
          Runtime: python3.13
          AutoPublishAlias: live
          DeploymentPreference:
            Type: !Ref Mode
"""
SAMCONFIG = """
    version = 0.1
    [prod.deploy.parameters]
    parameter_overrides = "Token=hunter22 Mode=Canary99Percent Stge=prod"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return lay_out(tmp_path, {"template.yaml": TEMPLATE, "samconfig.toml": SAMCONFIG})


def test_neither_messages_nor_trails_nor_lines_repeat_a_hidden_value(project: Path) -> None:
    findings = library.check(str(project)).findings
    said = " ".join(
        (one.message + " " + " ".join((*(step.message for step in one.because), *one.lines))) for one in findings
    )
    assert "hunter22" not in said
    assert "Canary99Percent" not in said
    (strategy,) = [one for one in findings if one.rule.id == "SG205"]
    assert strategy.message.startswith("**** is neither one of CodeDeploy's strategies")
    assert [step.message for step in strategy.because] == ["samconfig sets Mode to ****"]


def test_a_line_with_a_hidden_value_keeps_its_columns(project: Path) -> None:
    (lost,) = [one for one in library.check(str(project)).findings if one.rule.id == "SG601"]
    (line,) = lost.lines
    assert line == 'parameter_overrides = "Token=******** Mode=*************** Stge=prod"'
    assert line[lost.location.start.column - 1 : lost.location.end.column - 1] == "Stge=prod"


def test_a_default_is_hidden_as_well(project: Path) -> None:
    (project / "samconfig.toml").unlink()
    (strategy,) = [one for one in library.check(str(project)).findings if one.rule.id == "SG205"]
    assert "Canary77Percent" not in strategy.message
    assert "Mode has the Default ****" in strategy.because[0].message


@pytest.mark.parametrize("form", ["text", "json", "sarif", "rdjson", "gitlab", "junit", "checkstyle", "github"])
def test_no_format_holds_a_hidden_value(project: Path, form: str) -> None:
    text = in_process("check", "--format", form, cwd=project).stdout.decode()
    assert "SG205" in text
    assert "hunter22" not in text
    assert "Canary99Percent" not in text


def test_a_plan_shows_what_cloudformation_shows(project: Path) -> None:
    said = json.loads(in_process("plan", "--format", "json", cwd=project).stdout)
    (environment,) = said["templates"][0]["environments"]
    assert environment["parameters"]["Token"]["value"] == "****"
