"""action.yml: its shell does what it says, and what a workflow or a checkout gives it is never run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from command import environment
from projects import ORDERS, STAGES, lay_out

ROOT = Path(__file__).parents[2]
ACTION: Any = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[Any] = ACTION["runs"]["steps"]
BASH = shutil.which("bash")

SHIM = f"""#!{BASH}
exec '{sys.executable}' -m samguard "$@"
"""


def test_inputs_reach_the_shell_by_variables_only() -> None:
    scripts = [step["run"] for step in STEPS if "run" in step]
    assert scripts
    assert not any("${{" in script for script in scripts)


def test_actions_are_pinned_by_commit() -> None:
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w.-]+(?:/[\w.-]+)+@[0-9a-f]{40}", name) for name in used)


def test_every_input_is_used_and_every_used_one_is_there() -> None:
    used = set(re.findall(r"inputs\.([\w-]+)", yaml.safe_dump(ACTION["runs"])))
    assert used == set(ACTION["inputs"])


def test_nothing_in_the_checkout_stands_in_for_a_module_of_python() -> None:
    scripts = "\n".join(step["run"] for step in STEPS if "run" in step)
    starts = re.findall(r"(?:\$PYTHON|/python)\" (\S+ \S+)", scripts)
    assert ["-I -m", "-I -m"] == starts


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A runner's temporary folder, with samguard in it as the action installs it."""
    lay_out(tmp_path, {"temp/samguard/bin/samguard": SHIM, "output": "", "summary": ""})
    (tmp_path / "temp/samguard/bin/samguard").chmod(0o755)
    lay_out(tmp_path / "checkout/orders", {"template.yaml": ORDERS, "samconfig.toml": STAGES})
    return tmp_path


def run(step: str, runner: Path, **inputs: str) -> tuple[int, str, dict[str, str]]:
    """Runs a step's script as a runner would: its exit code, what it wrote, the outputs it set."""
    (script,) = (one["run"] for one in STEPS if one.get("id") == step)
    variables = environment(
        GITHUB_ACTIONS="true",
        GITHUB_WORKSPACE=str(runner / "checkout"),
        GITHUB_OUTPUT=str(runner / "output"),
        GITHUB_STEP_SUMMARY=str(runner / "summary"),
        RUNNER_TEMP=str(runner / "temp"),
        PYTHONPATH=os.pathsep.join(sys.path),
        SAMGUARD_PATHS=inputs.get("paths", "."),
        SAMGUARD_ARGS=inputs.get("args", ""),
        SAMGUARD_FAIL_ON=inputs.get("fail_on", ""),
        SAMGUARD_FOLDER=inputs.get("folder", "."),
    )
    command = [BASH or "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    ran = subprocess.run(
        command, cwd=runner / "checkout", env=variables, capture_output=True, text=True, check=False, timeout=60
    )
    lines = (runner / "output").read_text().splitlines()
    return ran.returncode, ran.stdout + ran.stderr, dict(line.split("=", 1) for line in lines)


@pytest.mark.skipif(BASH is None, reason="bash is not installed")
def test_the_step_passes_the_exit_code_on_and_leaves_sarif_annotations_and_a_summary(runner: Path) -> None:
    code, said, outputs = run("check", runner, args="--select\nSG301")
    assert (0, "1") == (code, outputs["exit-code"])
    assert "::error file=orders/template.yaml,line=12" in said
    assert "SG301" in Path(outputs["sarif-file"]).read_text()
    assert "## samguard" in (runner / "summary").read_text()


@pytest.mark.skipif(BASH is None, reason="bash is not installed")
def test_a_folder_and_a_level_may_be_given(runner: Path) -> None:
    _, said, outputs = run("check", runner, args="--select\nSG301", fail_on="never", folder="orders")
    assert "0" == outputs["exit-code"]
    assert "::error file=orders/template.yaml,line=12" in said


@pytest.mark.skipif(BASH is None, reason="bash is not installed")
@pytest.mark.parametrize("name", ["paths", "args", "fail_on"])
def test_what_an_input_says_is_an_argument_and_no_command(runner: Path, name: str) -> None:
    code, _, outputs = run("check", runner, **{name: '$(touch owned) `touch owned` "; touch owned; " ${IFS}'})
    assert (0, "2") == (code, outputs["exit-code"])
    assert "sarif-file" not in outputs
    assert not list(runner.rglob("owned"))


@pytest.mark.skipif(BASH is None, reason="bash is not installed")
def test_a_path_may_look_like_an_option_and_hold_spaces(runner: Path) -> None:
    shutil.copytree(runner / "checkout/orders", runner / "checkout/-x y")
    _, said, outputs = run("check", runner, args="--select\nSG301", paths="-x y")
    assert "1" == outputs["exit-code"]
    assert "::error file=-x y/template.yaml,line=12" in said
