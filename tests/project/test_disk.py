"""What a run saw of the disk, and whether it is still the same."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samguard.disk import (
    Unread,
    folder_names,
    is_as_seen,
    is_file,
    is_folder,
    is_link,
    is_named,
    is_there,
    lies_in,
    read_file,
    remembered,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_text("text")
    (tmp_path / "inner").mkdir()
    (tmp_path / "link").symlink_to("file")
    return tmp_path


LOOKS: dict[str, Callable[[Path], object]] = {
    "reading": lambda folder: read_file(folder / "file", folder),
    "reading what is not there": lambda folder: read_file(folder / "new", folder),
    "listing": folder_names,
    "asking for a file": lambda folder: is_file(folder / "new"),
    "asking for a folder": lambda folder: is_folder(folder / "new"),
    "asking for anything": lambda folder: is_there(folder / "new"),
    "asking for a name": lambda folder: is_named(folder / "new"),
    "asking for a link": lambda folder: is_link(folder / "new"),
    "asking where a link leads": lambda folder: lies_in(folder / "new", folder),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_nothing_changed_is_as_seen(folder: Path, look: Any) -> None:
    with remembered() as seen:
        look(folder)
    assert len(seen) == 1
    assert is_as_seen(seen)


@pytest.mark.parametrize(
    ("look", "change"),
    [
        ("reading", lambda folder: (folder / "file").write_text("TEXT")),
        ("reading", lambda folder: (folder / "file").unlink()),
        ("reading what is not there", lambda folder: (folder / "new").write_text("")),
        ("listing", lambda folder: (folder / "new").write_text("")),
        ("listing", lambda folder: (folder / "file").rename(folder / "other")),
        ("listing", lambda folder: [(folder / "file").unlink(), (folder / "file").mkdir()]),
        ("asking for a file", lambda folder: (folder / "new").write_text("")),
        ("asking for a folder", lambda folder: (folder / "new").mkdir()),
        ("asking for anything", lambda folder: (folder / "new").mkdir()),
        ("asking for a name", lambda folder: (folder / "new").symlink_to("nowhere")),
        ("asking for a link", lambda folder: (folder / "new").symlink_to("nowhere")),
        ("asking where a link leads", lambda folder: (folder / "new").symlink_to("/")),
    ],
)
def test_every_change_of_what_was_seen_is_noticed(folder: Path, look: Any, change: Any) -> None:
    with remembered() as seen:
        LOOKS[look](folder)
    change(folder)
    assert not is_as_seen(seen)


def test_a_change_that_keeps_size_and_time_is_noticed(folder: Path) -> None:
    file = folder / "file"
    before = file.stat()
    with remembered() as seen:
        read_file(file, folder)
    file.write_text("TEXT")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not is_as_seen(seen)


def test_what_was_not_looked_at_may_change(folder: Path) -> None:
    with remembered() as seen:
        read_file(folder / "file", folder)
    (folder / "new").write_text("")
    assert is_as_seen(seen)


def test_a_kind_of_look_that_does_not_exist_is_not_as_seen(folder: Path) -> None:
    assert not is_as_seen({("eval", str(folder), ""): "yes"})


def test_outside_of_the_block_nothing_is_remembered(folder: Path) -> None:
    with remembered() as seen:
        pass
    is_file(folder / "file")
    assert seen == {}


def test_a_link_out_of_the_folder_is_not_followed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("elsewhere") / "secret"
    secret.write_text("secret")
    (folder / "out").symlink_to(secret)
    found = read_file(folder / "out", folder)
    assert isinstance(found, Unread)
    assert "leads out" in found.why
    assert read_file(folder / "out", None) == b"secret"
