"""The same files give the same bytes, whatever else differs from one run to the next."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from command import environment, in_process
from projects import lay_out

FIXTURES = Path(__file__).parents[2] / "fixtures"
FORMATS = "text concise json sarif github markdown gitlab junit checkstyle rdjson".split()
COMMANDS = (
    *(("check", "--format", form) for form in FORMATS),
    ("check", "--diff", "--unsafe-fixes"),
    ("plan",),
    ("plan", "--format", "json"),
    ("rehearse",),
    ("rehearse", "--format", "json"),
    ("baseline", "-o", "-"),
    ("init", "--dry-run"),
    ("rule",),
)
RUN_ALL = """
import io, json, sys
from samguard.cli.app import run
real, told = sys.stdout, []
for words in json.loads(sys.argv[1]):
    sys.argv = ["samguard", *words]
    sys.stdout = io.TextIOWrapper(io.BytesIO(), real.encoding, write_through=True)
    try:
        run()
    except SystemExit as ended:
        code = ended.code
    told.append([words, code, sys.stdout.buffer.getvalue().decode()])
real.write(json.dumps(told))
"""
REVERSED = """
import os
class Reversed:
    def __init__(self, entries):
        with entries:
            self.entries = iter(sorted(entries, key=lambda entry: entry.name, reverse=True))
    def __enter__(self):
        return self
    def __exit__(self, *_):
        pass
    def __iter__(self):
        return self.entries
    def __next__(self):
        return next(self.entries)
scandir, listdir = os.scandir, os.listdir
os.scandir = lambda path=".": Reversed(scandir(path))
os.listdir = lambda path=".": sorted(listdir(path), reverse=True)
"""
TWO = """
    Transform: AWS::Serverless-2016-10-31
    Description: größer als 漢字 🎉
    Parameters: {Kind: {Type: String, Default: "größer", AllowedValues: [größer, kleiner]}}
    Resources:
      Zähler:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: src/
          Handler: app.handler
          Runtime: python3.12
          AutoPublishAlias: live
          DeploymentPreference: {Type: !Ref Kind}  # größer
"""
Told = tuple[list[object], str]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("same") / "project"
    shutil.copytree(FIXTURES / "demo", folder / "demo")
    shutil.copytree(Path(__file__).parents[1] / "defects" / "delivery" / "github", folder / "delivery")
    lay_out(folder, {"b/template.yaml": TWO, "a/template.yaml": TWO, "a/samconfig.toml": "version = 0.1\n[dev]\n"})
    folder.with_name("linked").symlink_to("project")
    return folder


def told(
    folder: Path,
    change: str = "",
    variables: Mapping[str, str] | None = None,
    commands: tuple[tuple[str, ...], ...] = COMMANDS,
) -> Told:
    """What each command tells on stdout, and all of them on stderr."""
    program = [sys.executable, "-c", change + RUN_ALL, json.dumps(commands)]
    known = environment(PYTHONHASHSEED="0", PWD=str(folder)) | dict(variables or {})
    ran = subprocess.run(program, cwd=folder, env=known, capture_output=True, check=True, timeout=300)
    return json.loads(ran.stdout), ran.stderr.decode()


@pytest.fixture(scope="module")
def wanted(project: Path) -> Told:
    first = told(project)
    runs: list[Any] = first[0]
    assert {0, 1} == {run[1] for run in runs}
    assert all(run[2] for run in runs)
    return first


OTHER_LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""In which Python would write ASCII."""


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONHASHSEED": "1"},
        pytest.param({"PYTHONHASHSEED": "random"}, marks=pytest.mark.slow),
        OTHER_LOCALE,
        {"LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de", "TZ": "Pacific/Kiritimati"},
        pytest.param({"TERM": "xterm-256color", "LINES": "3"}, marks=pytest.mark.slow),
    ],
    ids=" ".join,
)
def test_what_surrounds_it_changes_nothing(project: Path, wanted: Told, variables: dict[str, str]) -> None:
    assert wanted == told(project, variables=variables)


def test_the_order_of_a_folders_entries_changes_nothing(project: Path, wanted: Told) -> None:
    assert wanted == told(project, REVERSED)


@pytest.mark.slow
def test_the_name_by_which_a_folder_is_reached_changes_nothing(project: Path, wanted: Told) -> None:
    assert wanted == told(project.with_name("linked"))


@pytest.mark.slow
def test_what_was_run_before_changes_nothing(project: Path, wanted: Told) -> None:
    backwards, said = told(project, commands=COMMANDS[::-1])
    assert wanted[0] == backwards[::-1]
    assert sorted(wanted[1].splitlines()) == sorted(said.splitlines())


def test_what_was_kept_changes_nothing(project: Path, tmp_path: Path, wanted: Told) -> None:
    cache = {"SAMGUARD_CACHE_DIR": str(tmp_path / "cache")}
    assert wanted == told(project, variables=cache)
    assert list((tmp_path / "cache").iterdir())
    assert wanted == told(project, variables=cache)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_order_in_which_paths_are_named_changes_nothing(project: Path, words: tuple[str, ...]) -> None:
    if words[0] in {"init", "rule"}:
        pytest.skip("takes no paths")
    first, second = (in_process(*words, *paths, cwd=project) for paths in (("a", "b"), ("b", "a")))
    assert first == second
    assert first.stdout or first.stderr


def test_the_order_in_which_files_were_made_changes_nothing(project: Path, tmp_path: Path) -> None:
    files = [path for path in project.rglob("*") if path.is_file()]
    for name, order in (("one", files), ("two", files[::-1])):
        lay_out(tmp_path / name / "project", {str(path.relative_to(project)): path.read_bytes() for path in order})
    one, two = (told(tmp_path / name / "project", commands=COMMANDS[2:3]) for name in ("one", "two"))
    assert one == two
    assert os.sep not in one[1]
