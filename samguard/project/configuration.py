"""Where samguard's own configuration stands: samguard.toml, or [tool.samguard] of pyproject.toml."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from samguard.environments import Settings, read_settings
from samguard.errors import SamguardError
from samguard.project.discovery import read_file
from samguard.source import read_document

_OWN_NAME: Final = "samguard.toml"
_SHARED_NAME: Final = "pyproject.toml"
_SHARED_TABLE: Final = ("tool", "samguard")
_MOST_PARENTS: Final = 40


def find_settings(start: Path, named: str | None) -> Settings:
    """The configuration that holds for a path: a named file, or the nearest one from there upwards.

    The search ends at the root of the repository. Raises SamguardError where the file is not there or not right.
    """
    if named is not None:
        path = Path(named)
        if not path.is_file():
            message = f"the configuration {named!r} does not exist"
            raise SamguardError(message)
        return _read(path, named) or Settings()
    folder = start if start.is_dir() else start.parent
    for current in [folder, *folder.parents][:_MOST_PARENTS]:
        for name in (_OWN_NAME, _SHARED_NAME):
            if (current / name).is_file():
                found = _read(current / name, name)
                if found is not None:
                    return found
        if (current / ".git").exists():
            break
    return Settings()


def _read(path: Path, shown: str) -> Settings | None:
    """The settings of a file; None for a pyproject.toml that says nothing of samguard."""
    content = read_file(path, path.parent)
    if isinstance(content, str):
        message = f"the configuration cannot be read: {content}"
        raise SamguardError(message, path=shown)
    is_shared = path.name == _SHARED_NAME
    if is_shared and b"samguard" not in content:
        return None
    return read_settings(read_document(content, shown), _SHARED_TABLE if is_shared else ())
