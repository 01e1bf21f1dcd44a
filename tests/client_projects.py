"""The projects that clients are tried on: the fixtures, and what a variable names."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]


def projects() -> list[Path]:
    """The folders in fixtures/, and those in the folder that SAMGUARD_PROJECTS names."""
    folders = [path for path in (ROOT / "fixtures").iterdir() if path.is_dir()]
    named = os.environ.get("SAMGUARD_PROJECTS")
    if named:
        folders += [path for path in Path(named).iterdir() if path.is_dir()]
    return sorted(folders)
