"""Which files of a folder are templates or say how templates are deployed: names and first looks, no contents.

A repository is hostile data: links that lead out of the folder are not followed, only regular files are opened, and
no more of one is read than `samguard.source` would take.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from samguard.source.limits import MAX_BYTES

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

TEMPLATE_ENDINGS: Final = (".yaml", ".yml", ".json", ".template")
SAMCONFIG_NAMES: Final = ("samconfig.toml", "samconfig.yaml", "samconfig.yml")
"""In the order in which SAM CLI looks for them; the first one found is read, the others are not."""
LEFT_OUT: Final = frozenset({".aws-sam", "node_modules", ".venv", "venv", "cdk.out", ".git", ".tox", ".mypy_cache"})
"""Folders that are not searched unless they are named."""

_LOOKS_LIKE_TEMPLATE: Final = re.compile(
    rb"AWS::Serverless-2016-10-31|^\s*[\"']?Resources[\"']?\s*:|[\"']Resources[\"']\s*:", re.MULTILINE
)
_AWS_TYPE: Final = re.compile(rb"\b(?:AWS|Alexa|Custom)::[A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class Found:
    """A file that was found: its path on disk, its path for people, and its bytes.

    `was_named` is true for a file that the user named; such a file is read whatever it is.
    """

    disk_path: Path
    path: str
    content: bytes = field(repr=False)
    was_named: bool = False


@dataclass(frozen=True, slots=True)
class NotRead:
    """A file or folder that could not be read, and why."""

    path: str
    why: str


def looks_like_template(content: bytes) -> bool:
    """Whether bytes are worth parsing as a template: they name AWS types under Resources, or the SAM transform."""
    return bool(_AWS_TYPE.search(content)) and bool(_LOOKS_LIKE_TEMPLATE.search(content))


def read_file(disk_path: Path, root: Path) -> bytes | str:
    """A file's bytes (one more than the limit at the most), or a sentence saying why it was not read."""
    try:
        if disk_path.is_symlink() and not _is_inside(disk_path.resolve(), root.resolve()):
            return "a link that leads out of the project; not followed"
        with open(os.open(disk_path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                return "not a regular file"
            return stream.read(MAX_BYTES + 1)
    except (OSError, RuntimeError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)


def _is_inside(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents


def walk(folder: Path, root: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Every folder below `folder`, itself included, with the names of its files, sorted; ignored ones left out."""
    waiting: list[tuple[Path, tuple[tuple[Path, GitIgnoreSpec], ...]]] = [(folder, _ignored_above(folder, root))]
    while waiting:
        current, specs = waiting.pop()
        try:
            entries = sorted(os.scandir(current), key=lambda entry: entry.name)
        except OSError:
            yield current, ()
            continue
        own = _gitignore(current)
        if own is not None:
            specs = (*specs, (current, own))
        names: list[str] = []
        folders: list[Path] = []
        for entry in entries:
            try:
                is_folder = entry.is_dir(follow_symlinks=False)
            except OSError:
                continue
            if is_folder:
                if entry.name not in LEFT_OUT and not _is_ignored(current / entry.name, specs, is_folder=True):
                    folders.append(current / entry.name)
            elif not specs or not _is_ignored(current / entry.name, specs, is_folder=False):
                names.append(entry.name)
        yield current, tuple(names)
        waiting.extend((path, specs) for path in reversed(folders))


def _ignored_above(folder: Path, root: Path) -> tuple[tuple[Path, GitIgnoreSpec], ...]:
    found: list[tuple[Path, GitIgnoreSpec]] = []
    if root != folder and root in folder.parents:
        above = [root, *reversed([parent for parent in folder.parents if root in parent.parents])]
        for parent in above:
            spec = _gitignore(parent)
            if spec is not None:
                found.append((parent, spec))
    return tuple(found)


def _gitignore(folder: Path) -> GitIgnoreSpec | None:
    path = folder / ".gitignore"
    if not path.is_file():
        return None
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - 35 ms, and few folders have one

    content = read_file(path, folder)
    if isinstance(content, str):
        return None
    try:
        return GitIgnoreSpec.from_lines(content.decode("utf-8", "replace").splitlines())
    except ValueError:
        return None


def _is_ignored(path: Path, specs: tuple[tuple[Path, GitIgnoreSpec], ...], *, is_folder: bool) -> bool:
    for base, spec in specs:
        relative = path.relative_to(base).as_posix()
        if spec.match_file(f"{relative}/" if is_folder else relative):
            return True
    return False
