"""What an installed samguard is made of: the wheel holds the whole tree, rules/ as samguard.rules."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import samguard

ROOT = Path(__file__).parents[2]
BUILD = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """A wheel, built without a network from a copy: setuptools writes into the folder that it builds from."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in ("samguard", "rules"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    built = subprocess.run(
        [sys.executable, "-c", BUILD, target], cwd=source, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    (path,) = target.glob("*.whl")
    return zipfile.ZipFile(path)


def files_of_the_tree() -> set[str]:
    return {
        f"{package}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder, package in (("samguard", "samguard"), ("rules", "samguard/rules"))
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def metadata(wheel: zipfile.ZipFile, name: str) -> str:
    (path,) = (path for path in wheel.namelist() if path.endswith(f".dist-info/{name}"))
    return wheel.read(path).decode()


def test_the_wheel_holds_the_tree_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    packaged = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert files_of_the_tree() == packaged


def test_types_are_shipped(wheel: zipfile.ZipFile) -> None:
    assert "samguard/py.typed" in wheel.namelist()


def test_the_licence_is_shipped(wheel: zipfile.ZipFile) -> None:
    assert metadata(wheel, "licenses/LICENSE") == (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_command_has_the_name_of_the_package(wheel: zipfile.ZipFile) -> None:
    assert metadata(wheel, "entry_points.txt").split() == ["[console_scripts]", "samguard", "=", "samguard.cli:main"]


def test_the_package_knows_the_version_it_is_published_as(wheel: zipfile.ZipFile) -> None:
    assert f"Version: {samguard.__version__}" in metadata(wheel, "METADATA").splitlines()
