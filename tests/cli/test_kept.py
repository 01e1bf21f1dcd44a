"""A second run on the same files takes up what the first one found; nobody can tell but by the time it takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import Ran, samguard, with_change
from projects import ORDERS, lay_out

LOADED = """
import atexit, sys
atexit.register(lambda: sys.stderr.write("LINTED" if "samguard.linting.engine" in sys.modules else "KEPT"))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    lay_out(tmp_path / "project", {"template.yaml": ORDERS})
    return tmp_path / "project"


def run(project: Path, *arguments: str) -> Ran:
    return samguard(*arguments, cwd=project, variables={"SAMGUARD_CACHE_DIR": str(project.parent / "cache")})


@pytest.mark.parametrize(
    "form", ["text", "concise", "json", "github", "gitlab", "junit", "checkstyle", "markdown", "rdjson"]
)
def test_every_format_is_the_same_kept_and_anew(project: Path, form: str) -> None:
    first, second = (run(project, "check", "--format", form) for _ in range(2))
    assert (first.code, first.stdout, first.stderr) == (second.code, second.stdout, second.stderr)
    assert first.stdout


def test_sarif_is_the_same_but_for_its_times(project: Path) -> None:
    first, second = (run(project, "check", "--format", "sarif").json for _ in range(2))
    assert first["runs"][0]["results"] == second["runs"][0]["results"]
    assert first["runs"][0]["tool"] == second["runs"][0]["tool"]


def test_the_second_run_loads_no_rules(project: Path) -> None:
    change = f"import os; os.environ['SAMGUARD_CACHE_DIR'] = {str(project.parent / 'cache')!r}\n{LOADED}"
    told = [with_change(change, "check", *more, cwd=project).err for more in ((), (), ("--no-cache",))]
    assert [text.rpartition("\n")[2] for text in told] == ["LINTED", "KEPT", "LINTED"]


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "template.yaml").write_text(ORDERS.replace("live", "now")),
        lambda folder: (folder / "other.yaml").write_text(ORDERS),
        lambda folder: (folder / "samguard.toml").write_text('ignore = ["ALL"]\n'),
        lambda folder: (folder / "template.yaml").unlink(),
    ],
)
def test_after_a_change_it_is_as_without_a_cache(project: Path, change: object) -> None:
    run(project, "check", "--format", "json")
    change(project)  # type: ignore[operator]
    anew = run(project, "check", "--format", "json", "--no-cache")
    assert run(project, "check", "--format", "json").stdout == anew.stdout


def test_a_configured_baseline_is_compared_each_time(project: Path) -> None:
    (project / "samguard.toml").write_text('baseline = "known.json"\n')
    run(project, "baseline", "--output", "known.json")
    assert run(project, "check").code == 0
    assert run(project, "check").code == 0
    (project / "known.json").unlink()
    assert run(project, "check").code == 2


def test_an_option_is_another_question(project: Path) -> None:
    run(project, "check")
    assert run(project, "check", "--parameter", "Stage=prod", "--format", "json").code in (0, 1)
    assert run(project, "check", "--select", "SG999").code == 2


def test_a_cache_that_cannot_be_written_stops_nothing(project: Path) -> None:
    (project.parent / "cache").write_text("")
    assert run(project, "check").code == 1
