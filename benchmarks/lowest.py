"""The lowest version of each dependency that pyproject.toml allows, as constraints for pip: `python benchmarks/lowest.py`."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def main() -> None:
    """Prints a line for each."""
    extras = PROJECT["optional-dependencies"]
    for said in (*PROJECT["dependencies"], *extras["policies"], *extras["rehearsal"], *extras["test"]):
        name, version = re.fullmatch(r"([\w.-]+)(?:>=|==)([\w.]+)(?:,.*)?", said).groups()  # type: ignore[union-attr]
        print(f"{name}=={version}")


if __name__ == "__main__":
    main()
