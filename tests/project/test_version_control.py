"""Where a project comes from, without asking git: it would run what the repository's configuration names."""

from pathlib import Path

import pytest
from projects import lay_out

from samguard.project.version_control import VersionControl, version_control, without_credentials

COMMIT = "0123456789abcdef0123456789abcdef01234567"
CONFIG = """
    [core]
        bare = false
        fsmonitor = "touch /tmp/never"
    [remote "origin"]
        url = https://user:secret@example.org/team/orders.git
        fetch = +refs/heads/*:refs/remotes/origin/*
"""


def repository(folder: Path, **files: str) -> Path:
    return lay_out(folder, {".git/HEAD": "ref: refs/heads/main\n", ".git/config": CONFIG} | dict(files.items()))


def test_a_branch_names_its_commit(tmp_path: Path) -> None:
    lay_out(repository(tmp_path), {".git/refs/heads/main": f"{COMMIT}\n", "services/orders/template.yaml": "a: b\n"})
    address = "https://example.org/team/orders.git"
    assert VersionControl("", address, COMMIT, "main") == version_control(tmp_path)
    assert VersionControl("services/orders/", address, COMMIT, "main") == version_control(tmp_path / "services/orders")


def test_a_packed_branch_names_its_commit(tmp_path: Path) -> None:
    packed = f"# pack-refs with: peeled\n{'f' * 40} refs/heads/main2\n{COMMIT} refs/heads/main\n^{'e' * 40}\n"
    found = version_control(lay_out(repository(tmp_path), {".git/packed-refs": packed}))
    assert found is not None
    assert COMMIT == found.commit


def test_a_commit_may_be_checked_out_without_a_branch(tmp_path: Path) -> None:
    found = version_control(lay_out(repository(tmp_path), {".git/HEAD": f"{COMMIT}\n"}))
    assert found is not None
    assert (COMMIT, None) == (found.commit, found.branch)


def test_a_folder_without_a_repository_has_none(tmp_path: Path) -> None:
    found = version_control(tmp_path)
    assert found is None or found.prefix  # the machine's own temporary folder may lie in one


@pytest.mark.parametrize(
    "head",
    ["ref: refs/heads/../../../secret\n", "ref: /etc/passwd\n", "", "hello\n", "ref: refs/heads/none\n", "\x1b[2J"],
)
def test_what_is_no_commit_is_not_known(tmp_path: Path, head: str) -> None:
    lay_out(tmp_path, {"secret": COMMIT})
    found = version_control(lay_out(repository(tmp_path), {".git/HEAD": head}))
    assert found is not None
    assert found.commit is None


def test_neither_links_nor_pointers_out_of_the_repository_are_followed(tmp_path: Path) -> None:
    elsewhere = repository(tmp_path / "elsewhere")
    lay_out(elsewhere, {".git/refs/heads/main": COMMIT})
    inside = lay_out(tmp_path / "inside", {".git/HEAD": "ref: refs/heads/main\n"})
    (inside / ".git/config").symlink_to(elsewhere / ".git/config")
    assert VersionControl("", branch="main") == version_control(inside)
    pointing = lay_out(tmp_path / "pointing", {".git": f"gitdir: {elsewhere}/.git\n"})
    assert VersionControl("") == version_control(pointing)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://token@github.com/a/b.git", "https://github.com/a/b.git"),
        ("https://x:y@example.org:8443/a/b?token=z#f", "https://example.org:8443/a/b"),
        ("git@github.com:a/b.git", "ssh://github.com/a/b.git"),
        ("ssh://git@example.org/a/b.git", "ssh://example.org/a/b.git"),
        ("https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/a b", "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/a%20b"),
        ("/srv/git/orders.git", None),
        ("C:/repositories/orders", None),
        ("file:///srv/git/orders.git", None),
        ("javascript:alert(1)", "ssh://javascript/alert%281%29"),
        ("https://[::1/a", None),
        ("", None),
    ],
)  # fmt: skip
def test_an_address_is_a_uri_without_secrets(url: str, address: str | None) -> None:
    assert address == without_credentials(url)
