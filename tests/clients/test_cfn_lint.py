"""The real cfn-lint: asked by samguard, and with samguard's rules inside of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from command import Ran, environment, samguard
from projects import ORDERS, STAGES, lay_out

pytestmark = [pytest.mark.clients, pytest.mark.slow]

WRONG = f"{ORDERS}          MemorySize: big\n"
"""MemorySize on line 14 is no number, for cfn-lint alone; a canary without an alarm, for samguard alone."""
NO_NUMBER = "E3012"


def both(folder: Path, *arguments: str) -> Ran:
    return samguard("check", "--cfn-lint", *arguments, cwd=folder)


def found(ran: Ran) -> list[tuple[str, str, int]]:
    return [(one["rule"], one["path"], one["start"]["line"]) for one in ran.json["findings"]]


def cfn_lint(folder: Path, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and findings of cfn-lint with samguard's rules."""
    command = [sys.executable, "-c", "from cfnlint.runner import main; main()", "-a", "samguard.cfn_lint_rules"]
    ran = subprocess.run(
        [*command, "--format", "json", *arguments],
        cwd=folder,
        env=environment(PYTHONWARNINGS="ignore"),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.stderr == ""
    return ran.returncode, json.loads(ran.stdout)


def named(findings: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
    starts = ((one["Rule"]["Id"], one["Location"]["Start"]) for one in findings)
    return [(rule, start["LineNumber"], start["ColumnNumber"]) for rule, start in starts if "SG" in rule]


# asked by samguard


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {"template.yaml": WRONG, "samconfig.toml": STAGES}
    return lay_out(tmp_path_factory.mktemp("project"), files)


def test_one_report_holds_the_findings_of_both(project: Path) -> None:
    ran = both(project, "--format", "json", "--select", "SG301,E")
    assert [("SG301", "template.yaml", 12), (NO_NUMBER, "template.yaml", 14)] == sorted(
        found(ran), key=lambda one: one[2]
    )
    (number,) = [one for one in ran.json["findings"] if one["rule"] == NO_NUMBER]
    assert ("cfn-lint", "error", "Orders") == (number["name"], number["level"], number["resource"])
    assert (14, 7, 14, 17) == (*number["start"].values(), *number["end"].values())
    assert 1 == ran.code


def test_a_text_on_stdin_is_checked_too(project: Path) -> None:
    ran = samguard(
        "check",
        "--cfn-lint",
        "--format",
        "json",
        "--select",
        "E",
        "-",
        cwd=project,
        stdin=b"""\
Resources:
  Topic:
    Type: AWS::SNS::Topc
""",
    )
    assert [("E3006", "template.yaml", 3)] == found(ran)


def test_what_both_see_is_told_once(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS.replace("src/", "!Ref Nobody")})
    ran = both(tmp_path, "--format", "json", "--select", "SG003,E1020")
    assert [("SG003", "template.yaml", 8)] == found(ran)


def test_a_template_that_breaks_cfn_lint_breaks_nothing_else(tmp_path: Path) -> None:
    breaks = "Transform: AWS::Serverless-2016-10-31\nResources:\n"  # cfn-lint 1.58: 'NoneType' has no 'items'
    lay_out(
        tmp_path,
        {
            "a.yaml": WRONG,
            "b.yaml": breaks,
            "c.yaml": "Metadata: {cfn-lint: {config: {regions: [x]}}}\nResources: {A: {Type: 'AWS::SNS::Topic'}}\n",
        },
    )
    ran = both(tmp_path, "--format", "json", "--select", "E3012")
    assert [(NO_NUMBER, "a.yaml", 14)] == found(ran)
    assert 1 == ran.code
    assert "cfn-lint did not check c.yaml: it ended with 32" in ran.err


def test_code_in_the_repository_is_not_run(tmp_path: Path) -> None:
    evil = "from pathlib import Path\nPath('ran').touch()\n"
    files = {
        "template.yaml": WRONG,
        ".cfnlintrc": "append_rules: [rules]\n",
        "rules/Evil.py": evil,
        "json.py": evil,
        "cfnlint/__init__.py": evil,
        "sitecustomize.py": evil,
    }
    lay_out(tmp_path, files)
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "samguard", "check", "--cfn-lint", "--select", "E"],
        cwd=tmp_path, env=environment(), capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert (1, False) == (ran.returncode, (tmp_path / "ran").exists())
    assert b"append_rules of .cfnlintrc is left out" in ran.stderr


def test_a_nested_template_is_found_beside_and_nowhere_else(tmp_path: Path) -> None:
    nested = "Parameters: {Size: {Type: String}}\nResources: {A: {Type: 'AWS::SNS::Topic', Properties: {TopicName: !Ref Size}}}\n"
    outer = "Resources:\n  N:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: %s\n      Parameters: {Sise: a}\n"
    lay_out(tmp_path, {"in/template.yaml": outer % "nested.yaml", "in/nested.yaml": nested, "secret.yaml": nested})
    found_beside = found(both(tmp_path / "in", "--format", "json", "--select", "E3043"))
    assert {("E3043", "template.yaml")} == {one[:2] for one in found_beside}
    lay_out(tmp_path, {"in/template.yaml": outer % "../secret.yaml"})
    assert [] == found(both(tmp_path / "in", "--format", "json", "--select", "E3043"))


# with samguard's rules inside


def test_samguards_findings_stand_where_they_do_in_samguard(project: Path) -> None:
    code, findings = cfn_lint(project, "template.yaml")
    ours = samguard("check", "--format", "json", "--exit-zero", cwd=project).json["findings"]
    letters = {"error": "E", "warning": "W", "note": "I"}
    expected = [
        (f"{letters[one['level']]}{one['rule']}", one["start"]["line"], one["start"]["column"])
        for one in ours
        if one["path"] == "template.yaml" and one["level"] != "note"
    ]
    assert ("ESG301", 12, 7) in expected
    assert sorted(expected) == sorted(named(findings))
    assert 2 == code & 2


def test_notes_are_shown_where_they_are_asked_for(project: Path) -> None:
    _, findings = cfn_lint(project, "-c", "ISG", "--", "template.yaml")
    assert [rule for rule, *_ in named(findings) if rule.startswith("ISG")]


def test_without_an_environment_it_is_a_warning(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS})
    code, findings = cfn_lint(tmp_path, "template.yaml")
    assert ("WSG301", 12, 7) in named(findings)
    assert 4 == code & 6


def test_cfn_lint_ignores_them_as_its_own(project: Path, tmp_path: Path) -> None:
    assert [] == named(cfn_lint(project, "-i", "ESG", "WSG", "--", "template.yaml")[1])
    of_one = ORDERS.replace(
        "        Properties:\n",
        "        Metadata: {cfn-lint: {config: {ignore_checks: [WSG301]}}}\n        Properties:\n",
    )
    lay_out(tmp_path, {"template.yaml": of_one})
    assert "WSG301" not in [rule for rule, *_ in named(cfn_lint(tmp_path, "template.yaml")[1])]


def test_samguards_own_suppressions_and_configuration_hold(tmp_path: Path) -> None:
    suppressed = ORDERS.replace(
        "DeploymentPreference:", "DeploymentPreference:  # samguard: ignore[SG301] for the test"
    )
    lay_out(tmp_path, {"template.yaml": suppressed, "samconfig.toml": STAGES, "samguard.toml": 'ignore = ["SG4"]\n'})
    rules = {rule[1:6] for rule, *_ in named(cfn_lint(tmp_path, "-c", "ISG", "--", "template.yaml")[1])}
    assert set() == {"SG301", "SG416"} & rules


def test_a_broken_configuration_is_told_once(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS, "samguard.toml": "selec = []\n"})
    _, findings = cfn_lint(tmp_path, "template.yaml")
    assert [("ESG000", 1, 1)] == named(findings)


def test_what_is_no_file_is_left_alone(tmp_path: Path) -> None:
    lay_out(tmp_path, {"odd.yaml": "Resources: [1]\n", "not.json": "{}"})
    for name in ("odd.yaml", "not.json"):
        _, findings = cfn_lint(tmp_path, name)
        assert [] == [one for one in findings if "SG" in one["Message"] or one["Rule"]["Id"] == "ESG000"]
