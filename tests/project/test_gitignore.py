"""git is the judge of what a .gitignore leaves out: the files that a walk finds are those that `git add` would take."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from projects import lay_out

from samguard.project.discovery import walk

GIT = shutil.which("git")
FOLDERS = ("a", "a/b", "a/b/a", "b", "build", "b/a-b", "x y")
NAMES = ("a", "b", "a.yaml", "b.yaml", "ab", "a]b", "-", "x y", "!a", "#b", "ä", "A")
TREE = {f"{folder}/{name}" if folder else name: "" for folder in ("", *FOLDERS) for name in NAMES}
for folder in FOLDERS:
    TREE.pop(folder, None)

steps = st.sampled_from(
    ["a", "b", "*", "**", "***", "?", "*.yaml", "a*", "*b", "*a*", "build", "[ab]", "[!ab]*", "[^a]", "[a-b]*", "[b-a]",
     "[]a]*", "[!]]*", "[[:alpha:]]", "[![:lower:]]*", "[[:nothing:]]", "[a\\]]*", "[-a]", "[a-]*", "[\\a-b]", "a\\]b",
     "\\*", "\\", "\\a", "a]b", "x y", "x\\ y", "x[ ]y", "a b ", "?.yaml", "ä", "[ä-ö]", "A", "", ".", "-", "a\\\\ "]
)  # fmt: skip
unclosed = st.sampled_from(["[a", "*[", "[[:a]*", "[]", "[!]"])
"""Only behind the last `/`: in a bracket, git takes one for a letter that never matches."""
lines = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "", "!", "!!", "\\!", "\\#", "#", " "]),
    st.sampled_from(["", "", "/", "//"]),
    st.tuples(st.lists(steps, max_size=2), steps | unclosed).map(lambda found: "/".join([*found[0], found[1]])),
    st.sampled_from(["", "", "/", "//", " ", "\\ ", "  ", "\r", "\t", "/**", "/ "]),
)
files = st.lists(lines, max_size=5).map("\n".join)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a tree of files, and no .gitignore yet."""
    folder = lay_out(tmp_path_factory.mktemp("repository"), TREE)
    git(folder, "init", "--quiet")
    return folder


def git(folder: Path, *arguments: str) -> bytes:
    """What git prints, whatever this machine's own configuration says."""
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "HOME": str(folder)}
    environment = {key: text for key, text in os.environ.items() if not key.startswith("GIT_")} | quiet
    return subprocess.run(
        [GIT or "git", *arguments], cwd=folder, env=environment, capture_output=True, check=True
    ).stdout


def kept_by_git(folder: Path) -> set[str]:
    listed = git(folder, "ls-files", "--others", "--exclude-standard", "-z").decode().split("\0")
    return {path for path in listed if path and not path.endswith(".gitignore")}


def kept(folder: Path) -> set[str]:
    found = ((one.disk_path.relative_to(folder), name) for one in walk(folder, folder) for name in one.names)
    return {(path / name).as_posix() for path, name in found if name != ".gitignore"}


@pytest.mark.skipif(GIT is None, reason="git is not there to judge")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(top=files, below=files)
@example(top="*\n!*/\n!/a/b/a.yaml", below="")
@example(top="a.yaml", below="!a.yaml")
@example(top="/*\n!/a/", below="*\n!b/\n!/b/a/")
@example(top="a/**/a\n**/b/a.yaml", below="")
@example(top="\ufeffa.yaml\r\nb.yaml\r\n", below="")
def test_a_walk_finds_what_git_would_add(repository: Path, top: str, below: str) -> None:
    lay_out(repository, {".gitignore": top.encode(), "a/.gitignore": below.encode()})
    assert kept_by_git(repository) == kept(repository)
