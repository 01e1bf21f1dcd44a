"""Which files changed since a revision, as git knows it.

git is asked for names and hashes of a commit only; files are hashed here. So git never looks at the files themselves, and
runs nothing of what a repository may configure: no filter, no file system monitor, no hook, no external or textual diff,
no submodule, no transport. (`git diff` does, and even `git diff-index` sends a file through the repository's filters
where it was written in the same second as the index.)

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
from samguard.value import field, value

_HARDENED: Final = (
    "-c", "core.fsmonitor=false",
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.sshCommand=false",
    "-c", "protocol.allow=never",
    "-c", "safe.bareRepository=explicit",
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
    """What a repository's files are compared with: the hash of each one in a commit, by its path from the top.

    `deleted` are the absolute paths of those that are no more.
    """

    top: str
    before: dict[str, str] = field(repr=False)
    deleted: tuple[str, ...] = ()

    def touches(self, path: Path) -> bool:
        """Whether a file changed, is new or is gone; of a link, the link or where it leads. Files elsewhere never changed."""
        there = Path(os.path.realpath(path.parent), path.name)
        return self._differs(there) or (os.path.islink(there) and self._differs(Path(os.path.realpath(there))))

    def _differs(self, path: Path) -> bool:
        top = Path(self.top)
        if top not in path.parents:
            return False
        before = self.before.get(path.relative_to(top).as_posix())
        if before is None:
            return os.path.lexists(path)
        return before not in _hashes(path, len(before))


def changes_since(folder: Path, revision: str) -> Changes:
    """What changed in the repository of a folder (or of a file) since the merge base of its HEAD with a revision.

    Raises SamguardError where there is no git, no repository, no such revision, or no common history.
    """
    folder = Path(os.path.realpath(folder if os.path.isdir(folder) else folder.parent))
    top = Path(os.path.realpath(_text(_git(folder, "rev-parse", "--show-toplevel"), folder, revision)))
    if top != folder and top not in folder.parents:  # core.worktree
        raise SamguardError(f"the repository of {folder} says that its files are in {top}")
    base = _merge_base(top, revision)
    listed = _git(top, "ls-tree", "-r", "-z", "--full-tree", base)
    if listed.returncode:
        raise _refused(listed, top, revision)
    before: dict[str, str] = {}
    for line in listed.stdout.split(b"\0"):
        about, _, name = line.partition(b"\t")
        if name:  # mode, kind and hash
            before[os.fsdecode(name)] = about.split(b" ")[2].decode("ascii")
    deleted = tuple(str(top / name) for name in before if not os.path.lexists(top / name))
    return Changes(str(top), before, deleted)


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


def _hashes(path: Path, digits: int) -> frozenset[str]:
    """The names that git may have given to a file's content: as it stands, and with its line breaks as on Unix.

    Empty for a file that cannot be read, or is too large to be one of ours.
    """
    content: object = os.fsencode(os.readlink(path)) if os.path.islink(path) else read_file(path, None)
    if not isinstance(content, bytes) or len(content) > MAX_BYTES:
        return frozenset()
    return frozenset(_hash(one, digits) for one in {content, content.replace(b"\r\n", b"\n")})


def _hash(content: bytes, digits: int) -> str:
    made = hashlib.new("sha1" if digits == 40 else "sha256", usedforsecurity=False)  # noqa: PLR2004 - git's two kinds
    made.update(b"blob %d\0%s" % (len(content), content))
    return made.hexdigest()
