"""Files are written whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Self

import pytest

from samguard.source.writing import write_whole

posix = pytest.mark.skipif(sys.platform == "win32", reason="asks for what only POSIX systems have")


class Killed(BaseException):
    """The run ends here, as by a signal: nothing catches it."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "template.yaml"
    path.write_bytes(b"old")
    return path


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), Killed()])
def test_whatever_stops_a_write_the_old_file_is_whole_and_nothing_lies_beside_it(
    file: Path, step: str, failure: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(type(failure)):
        write_whole(file, b"new")
    monkeypatch.undo()
    assert (b"old", [file]) == (file.read_bytes(), list(file.parent.iterdir()))


def test_a_full_disk_is_noticed_before_the_old_file_is_gone(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def __init__(self, handle: int) -> None:
            self.handle = handle

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            os.close(self.handle)

        def write(self, content: bytes) -> None:
            os.write(self.handle, content[:1])
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", lambda handle, *_: Full(handle))
    with pytest.raises(OSError, match="No space left"):
        write_whole(file, b"new")
    assert (b"old", [file]) == (file.read_bytes(), list(file.parent.iterdir()))


@posix
def test_permissions_stay(file: Path) -> None:
    file.chmod(0o640)
    write_whole(file, b"new")
    assert (b"new", 0o640) == (file.read_bytes(), stat.S_IMODE(file.stat().st_mode))


@posix
def test_a_new_file_gets_the_permissions_of_new_files(tmp_path: Path) -> None:
    write_whole(tmp_path / "report", b"new")
    (tmp_path / "other").write_bytes(b"")
    assert (tmp_path / "other").stat().st_mode == (tmp_path / "report").stat().st_mode


@posix
def test_a_link_stays_a_link(file: Path) -> None:
    link = file.parent / "link.yaml"
    link.symlink_to(file)
    write_whole(link, b"new")
    assert (True, b"new") == (link.is_symlink(), file.read_bytes())


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_whole(tmp_path / "none" / "report", b"new")
