"""Builds what would be released, twice, and tries it as its users will: `make release-check`.

From the commit that is checked out, not from the working tree: a clone is made, sdist and wheel are built in it, the wheel
of the sdist's own content. A second clone must give the same bytes. Then the wheel is installed in an environment of its
own, and the demo must find what fixtures/demo/expected.json says. What passed lies in dist/, with its hashes.

The times in the archives are the commit's (SOURCE_DATE_EPOCH), so that anybody can build the same from the same commit.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class ReleaseError(Exception):
    """What is about to be released is not right."""


def main() -> int:
    """Builds, compares, installs, runs. 0 where all is well, 1 where something is not."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            _check(Path(folder))
        except (ReleaseError, subprocess.CalledProcessError) as error:
            print(f"release-check: {error}", file=sys.stderr)
            return 1
    return 0


def _check(folder: Path) -> None:
    if _run("git", "status", "--porcelain", cwd=ROOT):
        print("release-check: there are changes that are not committed; they are not part of this", file=sys.stderr)
    epoch = int(_run("git", "log", "-1", "--format=%ct", cwd=ROOT))
    built = [build(_clone(folder / name), folder / f"built-{name}", epoch) for name in ("one", "two")]
    first, second = ({path.name: sha256(path) for path in paths} for paths in built)
    if first != second:
        raise ReleaseError(f"two builds differ: {first} and {second}")
    sdist, wheel = built[0]
    version = installed_version(wheel)
    _is_told(folder / "one", version)
    _tried(wheel, folder, version)
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    dist.mkdir()
    for path in (sdist, wheel):
        shutil.copy(path, dist)
        print(f"{first[path.name]}  dist/{path.name}")


def build(source: Path, target: Path, epoch: int) -> tuple[Path, Path]:
    """The sdist of a source tree and the wheel of that sdist, in `target`. Changes nothing but the tree's build folders."""
    variables = os.environ | {"SOURCE_DATE_EPOCH": str(epoch)}
    _run(sys.executable, "-m", "build", "--no-isolation", "--sdist", "--outdir", str(target), cwd=source, env=variables)
    (sdist,) = target.glob("*.tar.gz")
    sdist.write_bytes(repacked(sdist.read_bytes(), epoch))
    unpacked = target / "unpacked"
    with tarfile.open(sdist) as archive:
        archive.extractall(unpacked, filter="data")
    (inner,) = unpacked.iterdir()
    _run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(target), cwd=inner, env=variables)
    shutil.rmtree(unpacked)
    (wheel,) = target.glob("*.whl")
    return sdist, wheel


def repacked(sdist: bytes, epoch: int) -> bytes:
    """A source distribution with nothing in it of when, where and by whom it was packed: setuptools leaves that in."""
    packed = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(sdist)) as given,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tidy,
    ):
        for member in sorted(given.getmembers(), key=lambda one: one.name):
            if not (member.isfile() or member.isdir()):
                raise ReleaseError(f"{member.name} is neither a file nor a folder")
            one = tarfile.TarInfo(member.name)
            one.type, one.size, one.mtime = member.type, member.size, epoch
            one.mode = 0o755 if member.isdir() else 0o644
            tidy.addfile(one, given.extractfile(member) if member.isfile() else None)
    return gzip.compress(packed.getvalue(), mtime=epoch)


def installed_version(wheel: Path) -> str:
    """The version that a wheel's name says."""
    return wheel.name.split("-")[1]


def sha256(path: Path) -> str:
    """The hash by which people compare."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _clone(target: Path) -> Path:
    _run("git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(target), cwd=ROOT)
    return target


def _is_told(source: Path, version: str) -> None:
    changelog = (source / "CHANGELOG.md").read_text(encoding="utf-8")
    if not re.search(rf"^## {re.escape(version)}\b", changelog, re.MULTILINE):
        raise ReleaseError(f"CHANGELOG.md does not tell of {version}")


def _tried(wheel: Path, folder: Path, version: str) -> None:
    """Installs the wheel with what it depends on, and runs the demo in a folder that has nothing to do with the clone."""
    home = folder / "installed"
    venv.create(home, with_pip=True)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    python, samguard = str(scripts / "python"), str(scripts / "samguard")
    _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel), cwd=folder)
    _run(python, "-m", "pip", "check", cwd=folder)
    said = _run(samguard, "--version", cwd=folder)
    if said.split() != ["samguard", version]:
        raise ReleaseError(f"the version of {wheel.name} is said to be {said!r}")
    demo = folder / "demo"
    shutil.copytree(folder / "one" / "fixtures" / "demo", demo)
    expected = json.loads((demo / "expected.json").read_text(encoding="utf-8"))
    report = json.loads(_run(samguard, "check", "--exit-zero", "--format", "json", cwd=demo))
    found = [[one["rule"], one["path"], one["start"]["line"], one["environments"]] for one in report["findings"]]
    if found != expected["check"]:
        raise ReleaseError(f"the demo has other findings: {found}")
    if json.loads(_run(samguard, "plan", "--format", "json", cwd=demo))["templates"] != expected["plan"]:
        raise ReleaseError("the demo has another plan")
    _run(samguard, "rehearse", cwd=demo)
    _run(samguard, "rule", "SG301", cwd=demo)


def _run(*command: str, cwd: Path, env: dict[str, str] | None = None) -> str:
    """What a command writes. Raises CalledProcessError, after showing what it said, where it fails."""
    ran = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if ran.returncode:
        print(ran.stdout, ran.stderr, sep="\n", file=sys.stderr)
        ran.check_returncode()
    return ran.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
