"""Where a client's documents are: addresses and paths, and the folder or file that a document belongs to."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from pygls.uris import from_fs_path, to_fs_path

from samguard.pattern import pattern
from samguard.value import value

_UNSAFE = pattern(r"[^\w.-]+")
_MOST_PARENTS = 40


@value
class Target:
    """What is looked at together: a folder, or, for a document that no folder of the workspace holds, that file.

    `root` is what nothing is read from outside of.
    """

    root: str
    file: str | None = None

    @property
    def path(self) -> str:
        """The path to look at."""
        return self.root if self.file is None else self.file


def path_of(uri: str, folder: str) -> str | None:
    """The path of a document; None for one that is no file of this machine.

    A document that was never saved (`untitled:Untitled-1`) is taken for a file of the `folder`.
    """
    scheme = urlsplit(uri).scheme
    if scheme == "untitled":
        name = _UNSAFE.sub("-", unquote(uri.partition(":")[2])).strip("-") or "untitled"
        has_ending = name.endswith((".yaml", ".yml", ".json", ".template", ".toml"))
        return os.path.join(folder, name if has_ending else f"{name}.yaml")
    found = to_fs_path(uri) if scheme == "file" else None
    return os.path.abspath(found) if found and "\0" not in found else None


def uri_of(path: str) -> str:
    """The address of a file."""
    return from_fs_path(path) or f"file://{quote(path)}"


def target_of(path: str, folders: Iterable[str], too_large: Collection[str] = ()) -> Target:
    """What a document is looked at with: the innermost folder of the workspace that holds it.

    Where a repository begins below that folder, it is the repository: somebody who opened a folder of many has not
    asked to look at all of them. Without a folder of the workspace, or where that is `too_large`, it is the file, with
    what is said beside and above it, up to the repository's top.
    """
    holding = [folder for folder in folders if _holds(folder, path)]
    if holding:
        folder = max(holding, key=len)
        root = _repository(path, folder) or folder
        if root not in too_large:
            return Target(root)
    parent = os.path.dirname(path)
    return Target(_repository(path, None) or parent, path)


def _holds(folder: str, path: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def _repository(path: str, below: str | None) -> str | None:
    """The innermost folder with a `.git` that a path lies in, not above the folder `below`."""
    for count, parent in enumerate(Path(path).parents):
        if count >= _MOST_PARENTS:
            return None
        if os.path.lexists(parent / ".git"):
            return str(parent)
        if below is not None and str(parent) == below:
            return None
    return None
