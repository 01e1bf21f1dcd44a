"""`check --whole-project FILE...`, as pre-commit runs it: the files select what is told, the project says what it means."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import Ran, samguard
from projects import ORDERS, STAGES, lay_out

WORKFLOW = """
    on: {push: {branches: [main]}}
    jobs:
      deploy:
        runs-on: ubuntu-latest
        steps:
          - run: sam deploy --template-file refunds/template.yaml --stack-name refunds-prod
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two services: SG301 in production in each, said by a samconfig and by a workflow."""
    return lay_out(
        tmp_path,
        {
            "orders/template.yaml": ORDERS,
            "orders/samconfig.toml": STAGES,
            "refunds/template.yaml": ORDERS,
            ".github/workflows/deploy.yml": WORKFLOW,
            "notes.json": "{}",
        },
    )


def check(folder: Path, *paths: str) -> Ran:
    return samguard("check", "--whole-project", "--select", "SG301", "--format", "concise", *paths, cwd=folder)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("orders/template.yaml", ["orders/template.yaml"]),
        ("orders/samconfig.toml", ["orders/template.yaml"]),
        ("refunds/template.yaml", ["refunds/template.yaml"]),
        (".github/workflows/deploy.yml", ["refunds/template.yaml"]),
        ("orders", ["orders/template.yaml"]),
        (".", ["orders/template.yaml", "refunds/template.yaml"]),
        ("notes.json", []),
    ],
)
def test_a_file_selects_what_stands_in_it_and_what_comes_of_it(project: Path, given: str, told: list[str]) -> None:
    ran = check(project, given)
    assert told == [line.partition(":")[0] for line in ran.out.splitlines()]
    assert (1 if told else 0) == ran.code
    assert ("nothing to do with" in ran.err) == (len(told) < 2)


def test_what_is_told_of_a_file_is_what_the_whole_project_says_of_it(project: Path) -> None:
    alone = samguard("check", "--select", "SG301", "--format", "json", "refunds/template.yaml", cwd=project).json
    whole = samguard(
        "check", "--whole-project", "--select", "SG301", "--format", "json", "refunds/template.yaml", cwd=project
    ).json
    assert ["default"] == alone["findings"][0]["environments"]
    assert ["prod"] == whole["findings"][0]["environments"]


def test_what_the_configuration_excludes_is_excluded_though_it_is_given(project: Path) -> None:
    lay_out(project, {"samguard.toml": 'exclude = ["refunds"]\n'})
    assert (0, "") == (check(project, "refunds/template.yaml").code, check(project, "refunds/template.yaml").out)


def test_a_change_of_the_configuration_concerns_everything(project: Path) -> None:
    lay_out(project, {"samguard.toml": 'production = ["prod", "*-prod"]\n'})
    assert 2 == len(check(project, "samguard.toml").out.splitlines())


def test_a_path_that_is_not_there_is_an_error(project: Path) -> None:
    ran = check(project, "no-such.yaml")
    assert (2, b"") == (ran.code, ran.stdout)
    assert "no-such.yaml" in ran.err
