"""Whole projects in fixtures/: what is found in each, and what is planned for it, stands in its expected.json.

`python tests/test_fixtures.py` writes these anew; read the diff. In fixtures/broken are files that nobody can deploy: each
must give a finding, and never a traceback.
"""

from __future__ import annotations

import json
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

import samguard
from samguard.linting import Level
from samguard.output.plan_json import plan_json

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
CASES = sorted(path.parent for path in FIXTURES.glob("*/expected.json"))
BROKEN = sorted(path for path in (FIXTURES / "broken").iterdir() if not path.name.startswith("."))


def name(path: Path) -> str:
    return path.name


def found(folder: Path) -> list[Any]:
    """Each finding as rule, path, line and environments."""
    with chdir(folder):
        report = samguard.check()
    assert () == report.notifications
    return [
        [one.rule.id, one.location.path, one.location.start.line, list(one.environments)] for one in report.findings
    ]


def planned(folder: Path) -> Any:
    with chdir(folder):
        return json.loads(plan_json(samguard.plan()))["templates"]


@pytest.mark.parametrize("folder", CASES, ids=name)
def test_a_project_has_the_findings_that_are_expected(folder: Path) -> None:
    assert json.loads((folder / "expected.json").read_text("utf-8"))["check"] == found(folder)


@pytest.mark.parametrize("folder", CASES, ids=name)
def test_a_project_has_the_plan_that_is_expected(folder: Path) -> None:
    assert json.loads((folder / "expected.json").read_text("utf-8"))["plan"] == planned(folder)


def test_every_folder_is_a_case() -> None:
    assert {path for path in FIXTURES.iterdir() if path.is_dir()} == {*CASES, FIXTURES / "broken"}


@pytest.mark.parametrize("path", BROKEN, ids=name)
def test_what_is_broken_gives_findings(path: Path) -> None:
    report = samguard.check(str(path))
    assert () == report.notifications
    assert any(finding.level is not Level.NOTE for finding in report.findings)


@pytest.mark.parametrize("path", BROKEN, ids=name)
def test_what_is_broken_can_be_planned(path: Path) -> None:
    assert plan_json(samguard.plan(str(path))).isascii()


def write() -> None:
    """Writes what is found and planned now into each expected.json."""
    for folder in CASES:
        rows = ",\n".join(f"    {json.dumps(row)}" for row in found(folder))
        plan = json.dumps(planned(folder), indent=2).replace("\n", "\n  ")
        text = f'{{\n  "check": [\n{rows}\n  ],\n  "plan": {plan}\n}}\n'
        (folder / "expected.json").write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    write()
