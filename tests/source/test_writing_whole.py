"""A file is written whole or not at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from samguard.source.writing import write_whole

posix = pytest.mark.skipif(sys.platform == "win32", reason="asks for what only POSIX systems have")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_text_is_written_as_it_is(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", "é\r\n\n".encode())
    assert "é\r\n\n".encode() == (tmp_path / "a").read_bytes()
    assert ["a"] == names(tmp_path)


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "a").write_text("old")
    monkeypatch.setattr(os if call == "fsync" else Path, call, full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(tmp_path / "a", b"new")
    assert ("old", ["a"]) == ((tmp_path / "a").read_text(), names(tmp_path))


def test_an_interrupted_run_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    (tmp_path / "a").write_text("old")
    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "a", b"new")
    assert ("old", ["a"]) == ((tmp_path / "a").read_text(), names(tmp_path))


def test_it_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(os, "fsync", lambda _: seen.append(names(tmp_path)))
    write_whole(tmp_path / "a", b"new")
    assert "a" not in seen[0]


@posix
def test_a_file_keeps_its_mode_and_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "a").chmod(0o640)
    (tmp_path / "link").symlink_to("a")
    write_whole(tmp_path / "link", b"new")
    assert (True, "new", 0o640) == (
        (tmp_path / "link").is_symlink(),
        (tmp_path / "a").read_text(),
        (tmp_path / "a").stat().st_mode & 0o777,
    )


def test_a_new_file_never_takes_the_place_of_another(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    with pytest.raises(FileExistsError):
        write_whole(tmp_path / "a", b"new", is_new=True)
    write_whole(tmp_path / "b", b"new", is_new=True)
    assert ("old", "new", ["a", "b"]) == ((tmp_path / "a").read_text(), (tmp_path / "b").read_text(), names(tmp_path))


@posix
def test_not_even_that_of_a_link_to_nowhere(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("gone")
    with pytest.raises(FileExistsError):
        write_whole(tmp_path / "a", b"new", is_new=True)
    assert ["a"] == names(tmp_path)


def test_where_there_are_no_hard_links_it_is_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", none)
    write_whole(tmp_path / "a", b"new", is_new=True)
    with pytest.raises(FileExistsError):
        write_whole(tmp_path / "a", b"newer", is_new=True)
    assert ("new", ["a"]) == ((tmp_path / "a").read_text(), names(tmp_path))
