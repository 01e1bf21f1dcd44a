"""What a change can have caused: findings in what it touched, and those elsewhere that come of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from projects import ORDERS, STAGES, lay_out
from repositories import committed

from samguard.linting import configured, lint
from samguard.linting.change import caused_by
from samguard.project import load_project
from samguard.project.git_changes import changes_since

WORKFLOW = """
    on: push
    jobs:
      deploy:
        runs-on: ubuntu-latest
        environment: prod
        steps:
          - run: sam deploy --stack-name other-prod --template other/template.yaml --parameter-overrides Stage=prod
"""
PROJECT = {
    "orders/template.yaml": ORDERS,
    "orders/samconfig.toml": STAGES,
    "other/template.yaml": ORDERS,
    ".github/workflows/deploy.yml": WORKFLOW,
}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    lay_out(tmp_path, PROJECT)
    monkeypatch.chdir(tmp_path)
    return committed(tmp_path)


def append(path: str, text: str = "\n# a remark\n") -> None:
    with Path(path).open("a", encoding="utf-8") as stream:
        stream.write(text)


def caused(*paths: str, select: str = "SG301") -> list[str]:
    found = load_project(paths)
    report = lint(found, configured(found.settings, (select,)))
    shown = caused_by(changes_since(Path(), "main"), report, found)
    return [finding.location.path for finding in shown.findings]


def test_without_a_change_nothing_is_caused() -> None:
    assert [] == caused()


def test_what_stands_in_a_changed_file_may_be_caused() -> None:
    append("orders/template.yaml")
    assert ["orders/template.yaml"] == caused()


def test_what_stands_in_a_new_file_may_be_caused() -> None:
    lay_out(Path(), {"new/template.yaml": ORDERS})
    assert ["new/template.yaml"] == caused()


def test_a_samconfig_causes_what_is_found_in_its_environments() -> None:
    append("orders/samconfig.toml")
    assert ["orders/template.yaml"] == caused()


def test_a_pipeline_causes_what_is_found_where_it_deploys_to() -> None:
    append(".github/workflows/deploy.yml")
    assert ["other/template.yaml"] == caused()


def test_a_change_that_has_nothing_to_do_with_it_causes_nothing() -> None:
    lay_out(Path(), {"README.md": "hello", "orders/src/app.py": "pass"})
    assert [] == caused()


def test_a_samconfig_that_is_gone_may_have_held_something_back() -> None:
    os.remove("orders/samconfig.toml")  # noqa: PTH107
    assert ["orders/template.yaml"] == caused()


def test_a_pipeline_that_is_gone_may_have_deployed_anything() -> None:
    Path(".github/workflows/deploy.yml").unlink()
    assert ["orders/template.yaml", "other/template.yaml"] == caused()


def test_the_code_of_a_hook_causes_what_is_said_of_it() -> None:
    hook = """
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Check:
            Type: AWS::Serverless::Function
            Properties:
              FunctionName: CodeDeployHook_check
              CodeUri: src/
              Handler: check.handler
              Runtime: python3.12
              Environment: {Variables: {A: b}}
          Orders:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: src/
              Handler: app.handler
              Runtime: python3.12
              AutoPublishAlias: live
              DeploymentPreference: {Type: Canary10Percent5Minutes, Alarms: [a], Hooks: {PreTraffic: !Ref Check}}
    """
    code = "def handler(event, context):\n    return 1\n"
    folder = Path("hooks").absolute()
    folder.mkdir()
    lay_out(folder, {"template.yaml": hook, "src/check.py": code})
    os.chdir(folder)
    committed(folder)
    assert [] == caused(select="SG4")
    append("src/check.py")
    assert caused(select="SG4")


def test_samguards_own_configuration_may_cause_anything() -> None:
    lay_out(Path(), {"samguard.toml": 'production = ["prod"]\n'})
    assert ["orders/template.yaml", "other/template.yaml"] == caused()
