"""The command as its users run it: a process of its own, in an environment that says nothing of this machine."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

_SCRUBBED = ("AWS_", "SAM_", "GITHUB_", "GITLAB_", "RUNNER_", "TF_", "BUILD_", "JENKINS_", "CODEBUILD_", "LC_")
_SCRUBBED_NAMES = frozenset(
    "CI NO_COLOR FORCE_COLOR CLICOLOR CLICOLOR_FORCE PY_COLORS COLORTERM TERM COLUMNS LINES LANG LANGUAGE"
    " PYTHONIOENCODING PYTHONUTF8 PYTHONHASHSEED PYTHONWARNINGS".split()
)


@dataclass(frozen=True)
class Ran:
    """How a run ended, and what it wrote."""

    code: int
    stdout: bytes
    stderr: bytes

    @property
    def out(self) -> str:
        return self.stdout.decode()

    @property
    def err(self) -> str:
        return self.stderr.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)


def environment(**changes: str) -> dict[str, str]:
    """The environment variables of a run. Warnings are errors in it, and no report is kept."""
    kept = {
        key: text for key, text in os.environ.items() if key not in _SCRUBBED_NAMES and not key.startswith(_SCRUBBED)
    }
    return kept | {"PYTHONUTF8": "1", "PYTHONWARNINGS": "error", "SAMGUARD_CACHE_DIR": ""} | changes


def samguard(*arguments: str, cwd: Path, stdin: bytes = b"", variables: Mapping[str, str] | None = None) -> Ran:
    """Runs `samguard` in a folder, with these environment variables."""
    return _run("-m", "samguard", *arguments, cwd=cwd, stdin=stdin, variables=variables or {})


def installed(*arguments: str, cwd: Path, variables: Mapping[str, str] | None = None) -> Ran:
    """Runs `samguard` as its console script does: Python looks for no modules in the current folder."""
    return _run("-P", "-m", "samguard", *arguments, cwd=cwd, stdin=b"", variables=variables or {})


def in_process(*arguments: str, cwd: Path, variables: Mapping[str, str] | None = None) -> Ran:
    """Runs `samguard` in a folder, in this process: ten times as fast, for tests that run it over and over."""
    from samguard.cli.app import run  # signals stay with pytest

    out, err = io.BytesIO(), io.BytesIO()
    stdout, stderr = (io.TextIOWrapper(stream, "utf-8", write_through=True) for stream in (out, err))
    code = 0
    with (
        mock.patch.dict(os.environ, environment(**(variables or {})), clear=True),
        mock.patch.object(sys, "argv", ["samguard", *arguments]),
        mock.patch.object(sys, "stdout", stdout),
        mock.patch.object(sys, "stderr", stderr),
        chdir(cwd),
    ):
        try:
            run()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return Ran(code, out.getvalue(), err.getvalue())


def with_change(change: str, *arguments: str, cwd: Path, variables: Mapping[str, str] | None = None) -> Ran:
    """Runs `samguard` after a change of its insides: for what only a bug would bring about."""
    program = f"{change}\nimport samguard.cli\nsamguard.cli.main()\n"
    return _run("-c", program, *arguments, cwd=cwd, stdin=b"", variables=variables or {})


def _run(*arguments: str, cwd: Path, stdin: bytes, variables: Mapping[str, str]) -> Ran:
    command = [sys.executable, *arguments]
    ran = subprocess.run(
        command, cwd=cwd, input=stdin, env=environment(**variables), capture_output=True, check=False, timeout=120
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)
