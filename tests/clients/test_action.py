"""action.yml as a runner would run it: installed from the repository, then asked. It takes the package index."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from command import environment
from projects import ORDERS, STAGES, lay_out

pytestmark = [
    pytest.mark.clients,
    pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed"),
]

ROOT = Path(__file__).parents[2]


def test_the_action_installs_samguard_and_runs_it(tmp_path: Path) -> None:
    left_out = shutil.ignore_patterns(".git", ".venv", "build", "*.egg-info", "__pycache__", ".*_cache", "tests")
    shutil.copytree(ROOT, tmp_path / "action", ignore=left_out)
    # what a pull request may try: modules that stand in for Python's own
    hostile = dict.fromkeys(("pip.py", "venv.py", "json.py"), "open('owned', 'w')\n")
    lay_out(tmp_path / "checkout", {"template.yaml": ORDERS, "samconfig.toml": STAGES, **hostile})
    lay_out(tmp_path, {"output": "", "summary": "", "temp/.keep": ""})
    variables = {key: text for key, text in environment().items() if not key.startswith("PYTHON")} | {
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(tmp_path / "checkout"),
        "GITHUB_ACTION_PATH": str(tmp_path / "action"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "PYTHON": sys.executable,
        "SAMGUARD_PATHS": ".",
        "SAMGUARD_ARGS": "--select\nSG301",
        "SAMGUARD_FAIL_ON": "",
        "SAMGUARD_FOLDER": ".",
    }
    steps: list[Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"]
    install, check, fail = (step["run"] for step in steps if "run" in step)

    def run(script: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=tmp_path / "checkout",
            env=variables | more,
            capture_output=True,
            text=True,
            check=False,
            timeout=1200,
        )

    installed = run(install)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    checked = run(check)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "::error file=template.yaml,line=12" in checked.stdout
    outputs = dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())
    assert "1" == outputs["exit-code"]
    assert "SG301" in Path(outputs["sarif-file"]).read_text()
    assert 1 == run(fail, SAMGUARD_EXIT_CODE=outputs["exit-code"]).returncode
    assert not list(tmp_path.rglob("owned"))
