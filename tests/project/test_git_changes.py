"""What git says has changed, asked so that nothing of the repository is run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from repositories import committed, run_git

from samguard.errors import SamguardError
from samguard.project.git_changes import changes_since

posix = pytest.mark.skipif(sys.platform == "win32", reason="asks for what only POSIX systems have")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with two files, and one commit on main."""
    folder = tmp_path.resolve() / "repository"
    folder.mkdir()
    (folder / "a").write_text("1\n")
    (folder / "b").write_text("1\n")
    return committed(folder)


def changed(folder: Path, revision: str = "main") -> list[str]:
    """Of the files that are there, those that changed."""
    top = next(path for path in (folder, *folder.parents) if (path / ".git").exists())
    changes = changes_since(folder, revision)
    files = (path for path in top.rglob("*") if ".git" not in path.parts and (path.is_symlink() or path.is_file()))
    return sorted(path.relative_to(top).as_posix() for path in files if changes.touches(path))


def test_nothing_changed(repository: Path) -> None:
    assert [] == changed(repository)


def test_what_is_committed_staged_written_or_untracked_changed(repository: Path) -> None:
    run_git(repository, "checkout", "-q", "-b", "work")
    (repository / "committed").write_text("x")
    run_git(repository, "add", ".")
    run_git(repository, "commit", "-m", "two")
    (repository / "staged").write_text("x")
    run_git(repository, "add", ".")
    (repository / "a").write_text("written\n")
    (repository / "un tracked é\n").write_text("x")
    assert ["a", "committed", "staged", "un tracked é\n"] == changed(repository)


def test_what_the_other_branch_did_since_is_no_change_of_ours(repository: Path) -> None:
    run_git(repository, "checkout", "-q", "-b", "work")
    (repository / "ours").write_text("x")
    run_git(repository, "add", ".")
    run_git(repository, "commit", "-m", "ours")
    run_git(repository, "checkout", "-q", "main")
    (repository / "theirs").write_text("x")
    run_git(repository, "add", ".")
    run_git(repository, "commit", "-m", "theirs")
    run_git(repository, "checkout", "-q", "work")
    assert ["ours"] == changed(repository)


def test_what_is_deleted_is_known(repository: Path) -> None:
    (repository / "a").unlink()
    assert (str(repository / "a"),) == changes_since(repository, "main").deleted


def test_a_file_outside_of_the_repository_did_not_change(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    assert not changes_since(repository, "main").touches(tmp_path / "a")


def test_the_line_breaks_of_windows_are_no_change(repository: Path) -> None:
    (repository / "a").write_bytes(b"1\r\n")
    assert [] == changed(repository)


@posix
def test_where_a_link_leads_may_have_changed(repository: Path) -> None:
    (repository / "link").symlink_to("a")
    (repository / "folder").symlink_to(".")
    run_git(repository, "add", ".")
    run_git(repository, "commit", "-m", "links")
    (repository / "a").write_text("2\n")
    changes = changes_since(repository, "main")
    assert [True, True, False] == [changes.touches(repository / path) for path in ("link", "folder/a", "folder/b")]


def test_a_file_with_another_time_and_the_same_content_did_not_change(repository: Path) -> None:
    os.utime(repository / "a", (1, 1))
    assert [] == changed(repository)


def test_a_change_that_was_taken_back_is_none(repository: Path) -> None:
    (repository / "a").write_text("2\n")
    run_git(repository, "add", ".")
    (repository / "a").write_text("1\n")
    assert [] == changed(repository)


@posix
def test_a_link_that_leads_elsewhere_changed(repository: Path) -> None:
    (repository / "link").symlink_to("a")
    run_git(repository, "add", ".")
    run_git(repository, "commit", "-m", "link")
    run_git(repository, "checkout", "-q", "-b", "work")
    os.utime(repository / "link", (1, 1), follow_symlinks=False)
    assert [] == changed(repository)
    (repository / "link").unlink()
    (repository / "link").symlink_to("b")
    assert ["link"] == changed(repository)


def test_a_folder_of_the_repository_gives_the_same(repository: Path) -> None:
    (repository / "deep/er").mkdir(parents=True)
    (repository / "deep/er/new").write_text("x")
    (repository / "a").write_text("2")
    assert ["a", "deep/er/new"] == changed(repository / "deep") == changed(repository / "deep/er")
    assert changes_since(repository / "deep/er/new", "main").touches(repository / "a")


def test_variables_of_a_hook_do_not_lead_elsewhere(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere")
    (repository / "a").write_text("2")
    assert ["a"] == changed(repository)


# what cannot be told


@pytest.mark.parametrize(
    "revision", ["nope", "", "-x", "--output=stolen", "main:a", "main..main", "HEAD^{tree}", "a\0b"]
)
def test_what_is_no_revision_is_told(repository: Path, revision: str) -> None:
    with pytest.raises(SamguardError, match="revision") as caught:
        changes_since(repository, revision)
    assert caught.value.hint is not None
    assert ["a", "b"] == sorted(path.name for path in repository.iterdir() if path.name != ".git")


def test_a_folder_outside_of_any_repository_is_told(tmp_path: Path) -> None:
    with pytest.raises(SamguardError, match="--changed-since main needs a git repository"):
        changes_since(tmp_path, "main")


def test_without_git_that_is_told(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SamguardError, match="--changed-since needs git, and there is none"):
        changes_since(repository, "main")


def test_branches_without_a_common_commit_are_told(repository: Path) -> None:
    run_git(repository, "checkout", "-q", "--orphan", "other")
    run_git(repository, "commit", "-m", "other")
    with pytest.raises(SamguardError, match="'main' and HEAD have no commit in common"):
        changes_since(repository, "main")


def test_a_shallow_clone_is_told_with_how_to_fetch_the_rest(repository: Path, tmp_path: Path) -> None:
    (repository / "a").write_text("2\n")
    run_git(repository, "commit", "-a", "-m", "two")
    run_git(repository, "branch", "old", "HEAD^")
    clone = tmp_path / "clone"
    run_git(tmp_path, "clone", "-q", "--depth", "1", "--no-single-branch", repository.as_uri(), str(clone))
    with pytest.raises(SamguardError, match="no commit in common") as caught:
        changes_since(clone, "origin/old")
    assert "git fetch --unshallow" in str(caught.value)
    with pytest.raises(SamguardError, match="knows no revision") as caught:
        changes_since(clone, "HEAD~1")
    assert "fetch-depth: 0" in str(caught.value)


# a repository that would run something


@posix
def test_nothing_of_the_repositorys_configuration_is_run(repository: Path) -> None:
    trap = repository / ".git/trap"
    trap.write_text('#!/bin/sh\ntouch "$(dirname "$0")/sprung"\ncat\n')
    trap.chmod(0o755)
    hooks = repository / ".git/hooks"
    for hook in ("post-index-change", "fsmonitor-watchman", "pre-commit", "post-checkout", "reference-transaction"):
        (hooks / hook).write_bytes(trap.read_bytes().replace(b"/sprung", b"/../sprung"))
        (hooks / hook).chmod(0o755)
    (repository / ".gitattributes").write_text("* filter=evil diff=evil\n")
    for key in (
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "core.editor",
        "core.askPass",
        "core.gitProxy",
        "diff.external",
        "diff.evil.textconv",
        "diff.evil.command",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "credential.helper",
        "gpg.program",
        "pager.diff-index",
        "pager.rev-parse",
    ):
        with (repository / ".git/config").open("a", encoding="utf-8") as stream:
            section, _, name = key.rpartition(".")
            head, dot, sub = section.partition(".")
            stream.write(f"[{head}{f' {chr(34)}{sub}{chr(34)}' if dot else ''}]\n\t{name} = {trap}\n")
    os.utime(repository / "a", (1, 1))
    (repository / "b").write_text("2\n")
    assert [".gitattributes", "b"] == changed(repository)
    assert not (repository / ".git/sprung").exists()
    # git's own ways of asking step into it
    subprocess.run(["git", "diff"], cwd=repository, check=False, capture_output=True)
    assert (repository / ".git/sprung").exists()


def test_a_repository_whose_files_are_elsewhere_is_refused(repository: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    run_git(repository, "config", "core.worktree", str(elsewhere))
    with pytest.raises(SamguardError, match="elsewhere"):
        changes_since(repository, "main")


def test_a_bare_repository_within_the_files_is_not_taken_for_theirs(repository: Path) -> None:
    run_git(repository, "clone", "-q", "--bare", str(repository), "inner")
    with pytest.raises(SamguardError):
        changes_since(repository / "inner", "main")
