"""What is released can be built again by anybody, byte for byte."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
EPOCH = 1_795_000_000


def load() -> ModuleType:
    spec = spec_from_file_location("release_check", ROOT / "release" / "check.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


release = load()


def tree(folder: Path, touched: int) -> Path:
    """A copy of what a distribution is made of, as if it had been checked out at another time, by somebody else."""
    folder.mkdir()
    for name in ("samguard", "rules"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (*ROOT.glob("*.md"), ROOT / "pyproject.toml", ROOT / "MANIFEST.in", ROOT / "LICENSE"):
        shutil.copy(path, folder)
    for path in folder.rglob("*"):
        os.utime(path, (touched, touched))
    return folder


@pytest.mark.slow
def test_two_builds_are_the_same_byte_for_byte(tmp_path: Path) -> None:
    pytest.importorskip("build")
    built = [
        release.build(tree(tmp_path / f"tree-{touched}", touched), tmp_path / f"built-{touched}", EPOCH)
        for touched in (1_600_000_000, 1_700_000_000)
    ]
    (first_sdist, first_wheel), (second_sdist, second_wheel) = built
    assert first_wheel.read_bytes() == second_wheel.read_bytes()
    assert first_sdist.read_bytes() == second_sdist.read_bytes()


def packed(order: tuple[str, ...], time: int, owner: str) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as archive:
        for name in order:
            one = tarfile.TarInfo(name)
            one.size, one.mtime, one.uname = len(name), time, owner
            archive.addfile(one, io.BytesIO(name.encode()))
    return written.getvalue()


def test_a_source_distribution_says_nothing_of_who_packed_it_when() -> None:
    one = release.repacked(packed(("a/x.py", "a/y.py"), 1, "anna"), EPOCH)
    other = release.repacked(packed(("a/y.py", "a/x.py"), 2, "otto"), EPOCH)
    assert one == other
    with tarfile.open(fileobj=io.BytesIO(one)) as archive:
        assert ["a/x.py", "a/y.py"] == archive.getnames()
        assert {EPOCH} == {member.mtime for member in archive}
        inner = archive.extractfile("a/y.py")
        assert inner is not None
        assert inner.read() == b"a/y.py"


def test_a_link_in_a_source_distribution_is_refused() -> None:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as archive:
        link = tarfile.TarInfo("a/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(release.ReleaseError, match="a/link"):
        release.repacked(written.getvalue(), EPOCH)


def test_a_command_that_fails_ends_the_check(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        release._run(sys.executable, "-c", "raise SystemExit(3)", cwd=tmp_path)
