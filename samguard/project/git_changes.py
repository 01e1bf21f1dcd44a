"""Which files changed since a revision, as git knows it.

git is asked for names and hashes only, by commands that run nothing of what a repository may configure: no hook, no
file system monitor, no filter, no external or textual diff, no submodule, no transport. A file that git only suspects of
having changed is hashed here, since git itself would send it through the filters of the repository.

The machine's and the user's own configuration holds, as for any git command: whether a folder is safe stands there.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Final

from samguard.errors import SamguardError
from samguard.project.regular_file import read_file
from samguard.source.limits import MAX_BYTES
from samguard.value import value

_HARDENED: Final = (
    "-c", "core.fsmonitor=false",
    "-c", "core.untrackedCache=false",
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.sshCommand=false",
    "-c", "core.quotePath=false",
    "-c", "protocol.allow=never",
    "-c", "safe.bareRepository=explicit",
    "-c", "submodule.recurse=false",
)  # fmt: skip
"""Stronger than what stands in the repository's own configuration."""
_KEPT: Final = ("GIT_CONFIG", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_EXEC_PATH")
"""Of git's variables, those that the user says to every git command; others speak of one command, such as a hook's."""
_SET: Final = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
}
_LONGEST_WAIT_SECONDS: Final = 60
_MISSING_HISTORY: Final = (
    "this is a shallow clone: fetch what is missing (`git fetch --unshallow`; in GitHub's checkout, fetch-depth: 0)"
)


@value
class Changes:
    """Files that changed, were added or were deleted since a revision; untracked ones among them.

    Paths are absolute, without links on the way. `deleted` are those of them that are no more.
    """

    paths: frozenset[str]
    deleted: frozenset[str] = frozenset()

    def touches(self, path: Path) -> bool:
        """Whether a file is one of them."""
        return os.path.realpath(path) in self.paths


def changes_since(folder: Path, revision: str) -> Changes:
    """What changed in the repository of a folder (or of a file) since the merge base of its HEAD with a revision.

    Raises SamguardError where there is no git, no repository, no such revision, or no common history.
    """
    folder = Path(os.path.realpath(folder if os.path.isdir(folder) else folder.parent))
    top = Path(os.path.realpath(_text(_git(folder, "rev-parse", "--show-toplevel"), folder, revision)))
    if top != folder and top not in folder.parents:  # core.worktree
        raise SamguardError(f"the repository of {folder} says that its files are in {top}")
    base = _merge_base(top, revision)
    paths: set[str] = set()
    deleted: set[str] = set()
    # names and hashes only: unlike `diff`, it reads no file, so it calls no filter
    listed = _checked(top, revision, "diff-index", "--raw", "-z", "--no-renames", "--no-abbrev",
                      "--ignore-submodules=all", base, "--")  # fmt: skip
    fields = listed.split(b"\0")
    for about, name in zip(fields[::2], fields[1::2], strict=False):
        path = top / os.fsdecode(name)
        _, _, before, after, state = about.split(b" ")
        if state == b"D" or not os.path.lexists(path):
            deleted.add(str(path))
        elif not after.strip(b"0") and _hash(path, len(before)) == before:
            continue  # its time is another one, its content is not
        paths.add(str(path))
    others = _checked(top, revision, "ls-files", "--others", "--exclude-standard", "-z")
    paths.update(str(top / os.fsdecode(name)) for name in others.split(b"\0") if name)
    return Changes(frozenset(paths), frozenset(deleted))


def _merge_base(top: Path, revision: str) -> str:
    if not revision or revision.startswith("-") or "\0" in revision:
        raise SamguardError(f"{revision!r} is no revision of git", hint="name a branch, a tag or a commit.")
    found = _git(top, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    commit = found.stdout.decode("ascii", "replace").strip()
    if found.returncode or not commit:
        shallow = _MISSING_HISTORY if _is_shallow(top) else None
        hint = shallow or "name a branch, a tag or a commit that is here; a branch of the server is origin/NAME."
        raise SamguardError(f"git knows no revision {revision!r}", hint=hint)
    base = _git(top, "merge-base", commit, "HEAD")
    text = base.stdout.decode("ascii", "replace").strip()
    if base.returncode or not text:
        hint = _MISSING_HISTORY if _is_shallow(top) else "name a revision that HEAD comes from."
        raise SamguardError(f"{revision!r} and HEAD have no commit in common", hint=hint)
    return text


def _is_shallow(top: Path) -> bool:
    return _git(top, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    kept = {key: text for key, text in os.environ.items() if not key.startswith("GIT_") or key.startswith(_KEPT)}
    try:
        return subprocess.run(  # noqa: S603 - a list of words, and no shell
            ["git", "-C", str(folder), "--no-pager", *_HARDENED, *arguments],  # noqa: S607 - the user's own git
            env={**kept, **_SET},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_LONGEST_WAIT_SECONDS,
        )
    except FileNotFoundError:
        raise SamguardError("--changed-since needs git, and there is none", hint="install it.") from None
    except subprocess.TimeoutExpired:
        message = f"git did not answer within {_LONGEST_WAIT_SECONDS} seconds: git {arguments[0]}"
        raise SamguardError(message) from None
    except OSError as error:
        raise SamguardError(f"git cannot be started: {error.strerror or error}") from None


def _checked(top: Path, revision: str, *arguments: str) -> bytes:
    ran = _git(top, *arguments)
    if ran.returncode:
        raise _refused(ran, top, revision)
    return ran.stdout


def _text(ran: subprocess.CompletedProcess[bytes], folder: Path, revision: str) -> str:
    if ran.returncode:
        raise _refused(ran, folder, revision)
    return os.fsdecode(ran.stdout.rstrip(b"\r\n"))


def _refused(ran: subprocess.CompletedProcess[bytes], folder: Path, revision: str) -> SamguardError:
    """What git says, in a sentence."""
    said = ran.stderr.decode("utf-8", "replace")
    if "not a git repository" in said:
        return SamguardError(f"--changed-since {revision} needs a git repository, and {folder} is in none")
    if "dubious ownership" in said:
        hint = f"if it is yours: git config --global --add safe.directory {folder}"
        return SamguardError(f"git does not trust {folder}, since it belongs to someone else", hint=hint)
    lines = said.strip().splitlines() or [f"it ended with {ran.returncode}"]
    return SamguardError(f"git cannot tell what changed since {revision}: {lines[0].removeprefix('fatal: ')}")


def _hash(path: Path, digits: int) -> bytes | None:
    """The name that git would give a file's content as it stands; None where it is too large to be one of ours."""
    if os.path.islink(path):
        content: object = os.fsencode(os.readlink(path))
    else:
        content = read_file(path, None)
    if not isinstance(content, bytes) or len(content) > MAX_BYTES:
        return None
    made = hashlib.new("sha1" if digits == 40 else "sha256", usedforsecurity=False)  # noqa: PLR2004 - git's two kinds
    made.update(b"blob %d\0%s" % (len(content), content))
    return made.hexdigest().encode()
