"""Repositories of git, for the tests of what asks it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_WHO = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
_PLAIN = ("-c", "protocol.file.allow=always", "-c", "commit.gpgsign=false")


def run_git(folder: Path, *arguments: str) -> None:
    """Runs git as if this machine had no configuration of it."""
    environment = {key: text for key, text in os.environ.items() if not key.startswith("GIT_")}
    said = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", *_WHO, *_PLAIN, *arguments]
    subprocess.run(command, cwd=folder, env={**environment, **said}, check=True, capture_output=True)


def committed(folder: Path) -> Path:
    """Makes a repository of a folder, with all that is in it as the one commit on main."""
    run_git(folder, "init")
    run_git(folder, "add", ".")
    run_git(folder, "commit", "-m", "one")
    return folder
