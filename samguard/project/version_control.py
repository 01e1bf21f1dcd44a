"""What a git repository says of itself: where it comes from, which commit is checked out. Read without running git.

git runs commands that a repository's configuration names, so it is not asked. Only plain files of the `.git` folder are
read, none that a link leads to outside of it; a worktree's or submodule's `.git`, a file that points elsewhere, is not
followed. What cannot be read that way is not known.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

from samguard.disk import Unread, read_file
from samguard.pattern import pattern
from samguard.value import value

_MOST_PARENTS: Final = 50
_COMMIT: Final = pattern(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REFERENCE: Final = pattern(r"ref: (refs/[\w./@+-]+)")
_BRANCH: Final = "refs/heads/"
_SECTION: Final = pattern(r"\[remote \"(?P<remote>[^\"\\]+)\"\]")
_ADDRESS: Final = pattern(r"url\s*=\s*\"?(?P<url>[^\"\s;#]+)\"?")
_SCP: Final = pattern(r"(?:[^/@:\s]+@)?(?P<host>[\w.-]{2,}):(?P<path>[^/\s][^\s]*)")
"""`git@github.com:orders/api.git`. A host has two characters at least, or `C:` would be one."""
_SCHEMES: Final = frozenset({"https", "http", "ssh", "git"})


@value
class VersionControl:
    """A checked-out git repository.

    `prefix` leads from its top to the folder that was asked about: "" or "services/orders/". `address` is that of the
    remote repository, without credentials. `commit` and `branch` are None where they are not known.
    """

    prefix: str
    address: str | None = None
    commit: str | None = None
    branch: str | None = None


def version_control(folder: Path) -> VersionControl | None:
    """The repository that a folder is in; None where it is in none."""
    for top in (folder, *folder.parents)[:_MOST_PARENTS]:
        git = top / ".git"
        if os.path.lexists(git):
            relative = folder.relative_to(top).as_posix()
            prefix = "" if relative == "." else f"{relative}/"
            if os.path.islink(git) or not os.path.isdir(git):
                return VersionControl(prefix)
            commit, branch = _head(git)
            return VersionControl(prefix, _address(_text(git, "config")), commit, branch)
    return None


def _text(git: Path, name: str) -> str:
    content = read_file(git / name, git)
    return "" if isinstance(content, Unread) else content.decode("utf-8", "replace")


def _head(git: Path) -> tuple[str | None, str | None]:
    """The commit and the branch that are checked out."""
    head = _text(git, "HEAD").strip()
    reference = _REFERENCE.fullmatch(head)
    if reference is None:
        return (head if _COMMIT.fullmatch(head) else None), None
    name = reference[1]
    if ".." in name:
        return None, None
    branch = name.removeprefix(_BRANCH) if name.startswith(_BRANCH) else None
    commit = _text(git, name).strip()
    if not _COMMIT.fullmatch(commit):
        packed = (line.partition(" ") for line in _text(git, "packed-refs").splitlines())
        commit = next((digits for digits, _, packed_name in packed if packed_name.strip() == name), "")
    return (commit if _COMMIT.fullmatch(commit) else None), branch


def _address(config: str) -> str | None:
    """The address of the remote `origin`, or of the only one."""
    addresses: dict[str, str] = {}
    remote = ""
    for line in config.splitlines():
        text = line.strip()
        if text.startswith("["):
            section = _SECTION.match(text)
            remote = "" if section is None else section["remote"]
        elif remote and (said := _ADDRESS.match(text)) is not None:
            addresses.setdefault(remote, said["url"])
    url = addresses.get("origin") or (next(iter(addresses.values())) if len(addresses) == 1 else None)
    return None if url is None else without_credentials(url)


def without_credentials(url: str) -> str | None:
    """A repository's address as a URI, without user, password and query; None where it is none, as for a local folder."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme in _SCHEMES and host:
        where = f"[{host}]" if ":" in host else host
        return urlunsplit((parts.scheme, where if port is None else f"{where}:{port}", _quoted(parts.path), "", ""))
    scp = _SCP.fullmatch(url) if "://" not in url else None
    return None if scp is None else f"ssh://{scp['host']}/{_quoted(scp['path'])}"


def _quoted(path: str) -> str:
    return quote(path, safe="/%~:@+,=")
