"""Where samguard's own configuration stands: samguard.toml, or [tool.samguard] of pyproject.toml."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from samguard.environments import Settings, read_settings
from samguard.errors import SamguardError
from samguard.project.regular_file import read_file
from samguard.source import read_document
from samguard.value import value

_OWN_NAME: Final = "samguard.toml"
_SHARED_NAME: Final = "pyproject.toml"
_SHARED_TABLE: Final = ("tool", "samguard")
_MOST_PARENTS: Final = 40


@value
class Configuration:
    """Settings, and the folder that the paths and patterns in them are relative to."""

    settings: Settings
    folder: str
    file: str | None = None
    """The file that says so, absolute; None where none does."""

    def relative(self, path: Path) -> str:
        """A path as the configuration would write it."""
        return Path(os.path.relpath(path, self.folder)).as_posix()

    @property
    def baseline(self) -> str | None:
        """The path of the configured baseline, from the current folder. Raises SamguardError where it leads out."""
        said = self.settings.baseline
        if said is None:
            return None
        if os.path.isabs(said) or os.path.normpath(said).startswith(".."):
            place = self.settings.places["baseline",].location
            message = f"'baseline' must be in the folder of the configuration or below it, found {said!r}"
            raise SamguardError(message, path=place.path, line=place.start.line)
        return os.path.relpath(os.path.join(self.folder, said))

    def excludes(self, path: Path) -> bool:
        """Whether a file is not to be looked at."""
        patterns = self.settings.exclude
        return bool(patterns) and any(matches(self.relative(path), pattern) for pattern in patterns)

    def ignored_in(self, path: Path) -> tuple[str, ...]:
        """The words for rules that are switched off for a file."""
        by_pattern = [
            *self.settings.per_file_ignores.items(),
            *((pattern, said.ignore) for pattern, said in self.settings.per_path.items()),
        ]
        relative = self.relative(path) if by_pattern else ""
        return tuple(word for pattern, words in by_pattern if matches(relative, pattern) for word in words)

    def levels_in(self, path: Path) -> tuple[dict[str, str], ...]:
        """The levels that are said for a file only; what is said later comes first, since it holds."""
        by_pattern = [(pattern, said.levels) for pattern, said in self.settings.per_path.items() if said.levels]
        relative = self.relative(path) if by_pattern else ""
        return tuple(levels for pattern, levels in reversed(by_pattern) if matches(relative, pattern))


def matches(path: str, pattern: str) -> bool:
    """Whether a pattern means a file: its path, a folder that it is in, or, without `/`, any step of its path.

    `*` stands for anything, `/` among it.
    """
    pattern = pattern.removeprefix("./").rstrip("/")
    if "/" not in pattern and any(fnmatchcase(step, pattern) for step in path.split("/")):
        return True
    return any(
        fnmatchcase(path, f"{one}{below}") for one in (pattern, pattern.removeprefix("**/")) for below in ("", "/*")
    )


def find_configuration(start: Path, named: str | None, root: Path) -> Configuration:
    """The configuration that holds for a path: a named file, or the nearest one from there upwards.

    The search ends at the top of the repository. Its path is told relative to `root`, as all paths are. Raises
    SamguardError where the file is not there or not right.
    """
    if named is not None:
        path = Path(os.path.abspath(named))
        if not os.path.exists(path):
            message = f"the configuration {named!r} does not exist"
            raise SamguardError(message)
        return Configuration(_read(path, root, None) or Settings(), str(path.parent), str(path))
    folder = start if os.path.isdir(start) else start.parent
    chain = [folder, *folder.parents][:_MOST_PARENTS]
    top = next((current for current in chain if os.path.lexists(current / ".git")), None)
    for current in chain:
        for name in (_OWN_NAME, _SHARED_NAME):
            if os.path.isfile(current / name):
                found = _read(current / name, root, top or current)
                if found is not None:
                    return Configuration(found, str(current), str(current / name))
        if current == top:
            break
    return Configuration(Settings(), str(folder))


def _read(path: Path, root: Path, inside: Path | None) -> Settings | None:
    """The settings of a file; None for a pyproject.toml that says nothing of samguard."""
    shown = Path(os.path.relpath(path, root)).as_posix()
    content = read_file(path, inside)
    if not isinstance(content, bytes):
        message = f"the configuration cannot be read: {content.why}"
        raise SamguardError(message, path=shown)
    is_shared = path.name == _SHARED_NAME
    if is_shared and b"samguard" not in content:
        return None
    return read_settings(read_document(content, shown), _SHARED_TABLE if is_shared else ())
