"""The process that cfn-lint runs in opens nothing outside of the folder it is given. cfn-lint is a stand-in here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from samguard.cfn_lint import caged

STAND_IN = """
import os, sys

def main():
    kind, path = sys.argv[1:]
    try:
        if kind == "open":
            print(open(path, encoding="utf-8").read())
        else:
            print(sorted(os.listdir(path)))
    except PermissionError as error:
        print("refused", error.errno)
"""


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A folder with an installation that holds the stand-in, a folder to work in, and a secret."""
    package = tmp_path / "installed/cfnlint"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "runner.py").write_text(STAND_IN, encoding="utf-8")
    (tmp_path / "work").mkdir()
    (tmp_path / "work/template.yaml").write_text("inside", encoding="utf-8")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/own.yaml").write_text("outside", encoding="utf-8")
    return tmp_path


def caught(folder: Path, kind: str, path: str) -> str:
    command = [sys.executable, "-P", str(caged.__file__), str(folder / "work"), kind, path]
    variables = {"PYTHONPATH": str(folder / "installed"), "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(command, cwd=folder / "work", env=variables, capture_output=True, text=True, check=False)
    assert ran.stderr == ""
    return ran.stdout.strip()


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        ("open", "template.yaml", "inside"),
        ("open", "../secret/own.yaml", "refused 13"),
        ("open", "{folder}/secret/own.yaml", "refused 13"),
        ("open", "/dev/zero", "refused 13"),
        ("list", ".", "['template.yaml']"),
        ("list", "../secret", "refused 13"),
        ("list", "{folder}/work2", "refused 13"),
    ],
)
def test_only_the_folder_is_opened(run: Path, kind: str, path: str, expected: str) -> None:
    assert expected == caught(run, kind, path.format(folder=run))
