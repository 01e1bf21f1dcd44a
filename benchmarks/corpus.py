"""What samguard finds in many projects, and what a change of it gains and loses: `python benchmarks/corpus.py FOLDER`.

FOLDER is a project, or holds one in each of its folders. With `--save FILE` the findings are kept; with `--against FILE`
those that are new and those that are gone are shown, each told by its project, rule and fingerprint:

    git switch main && python benchmarks/corpus.py projects --save before.json
    git switch change && python benchmarks/corpus.py projects --against before.json
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import samguard
from samguard.errors import SamguardError
from samguard.linting import catalogue
from samguard.project.discovery import SAMCONFIG_NAMES, TEMPLATE_ENDINGS, looks_like_template

LEVELS = ("error", "warning", "note")


@dataclass(frozen=True, order=True)
class Found:
    """A finding, as it is kept."""

    rule: str
    project: str
    path: str
    line: int
    level: str
    message: str
    fingerprint: str

    @property
    def identity(self) -> tuple[str, ...]:
        """What it has in common with the same finding of another run."""
        return (self.project, self.rule, self.fingerprint)

    def __str__(self) -> str:
        return f"{self.project}/{self.path}:{self.line}: {self.level} {self.rule} {self.message}"


@dataclass(frozen=True)
class Checked:
    """What became of one project."""

    templates: int
    findings: tuple[Found, ...]
    troubles: tuple[str, ...]


def projects(folder: Path) -> list[Path]:
    """The folder, where a template or samconfig lies in it; else the folders in it."""
    entries = sorted(folder.iterdir())
    if any(is_of_a_project(entry) for entry in entries if entry.is_file()):
        return [folder]
    return [entry for entry in entries if entry.is_dir() and not entry.name.startswith(".")]


def is_of_a_project(path: Path) -> bool:
    if path.name in SAMCONFIG_NAMES:
        return True
    return path.name.endswith(TEMPLATE_ENDINGS) and looks_like_template(path.read_bytes())


def check(project: Path) -> Checked:
    """Checks one project from within it, so that its paths are its own."""
    os.chdir(project)
    try:
        report = samguard.check()
    except SamguardError as error:
        return Checked(0, (), (f"{project.name}: {error}",))
    except Exception as error:  # noqa: BLE001 - what a corpus is for
        return Checked(0, (), (f"{project.name}: {type(error).__name__}: {error}",))
    findings = tuple(
        Found(
            rule=one.rule.id,
            project=project.name,
            path=one.location.path,
            line=one.location.start.line,
            level=one.level.value,
            message=one.message,
            fingerprint=one.fingerprint,
        )
        for one in report.findings
    )
    troubles = tuple(f"{project.name}: {note.message}" for note in report.notifications if note.level.value == "error")
    return Checked(report.templates, findings, troubles)


def show_counts(findings: Iterable[Found], names: dict[str, str]) -> None:
    """A line for each rule that found something."""
    counts = Counter((one.rule, one.level) for one in findings)
    where = Counter(rule for rule, _ in {(one.rule, one.project) for one in findings})
    print(f"\n{'rule':36} {'errors':>8} {'warnings':>8} {'notes':>8} {'projects':>8}")
    for rule in sorted({rule for rule, _ in counts}):
        numbers = " ".join(f"{counts[rule, level] or '':>8}" for level in LEVELS)
        print(f"{rule} {names.get(rule, ''):30} {numbers} {where[rule]:>8}")
    totals = " ".join(f"{sum(counts[rule, level] for rule, of in counts if of == level):>8}" for level in LEVELS)
    print(f"{'all':36} {totals} {len({one.project for one in findings}):>8}")


def show_difference(before: Iterable[Found], now: Iterable[Found]) -> None:
    """The findings that only one of two runs has."""
    old, new = ({one.identity: one for one in findings} for findings in (before, now))
    for title, only, others in (("gained", new, old), ("lost", old, new)):
        found = sorted(one for identity, one in only.items() if identity not in others)
        print(f"\n{title}: {len(found)}")
        for one in found:
            print(f"  {one}")


def main() -> int:
    """Checks, shows and keeps. Exit code 1 where samguard failed on a project."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--save", type=Path, metavar="FILE", help="keep the findings there")
    options.add_argument("--against", type=Path, metavar="FILE", help="show what is new and what is gone since then")
    options.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="projects at a time")
    chosen = options.parse_args()
    if not chosen.folder.is_dir():
        options.error(f"{chosen.folder} is no folder")
    before = [] if chosen.against is None else [Found(**one) for one in json.loads(chosen.against.read_text("utf-8"))]

    start = time.perf_counter()
    found = projects(chosen.folder.resolve())
    with ProcessPoolExecutor(chosen.jobs) as workers:
        checked = list(workers.map(check, found))
    findings = sorted(one for project in checked for one in project.findings)
    templates = sum(project.templates for project in checked)
    print(f"{len(found)} projects, {templates} templates, {time.perf_counter() - start:.1f} s")
    show_counts(findings, {loaded.rule.id: loaded.rule.name for loaded in catalogue()})
    if chosen.against is not None:
        show_difference(before, findings)
    if chosen.save is not None:
        chosen.save.write_text(json.dumps([asdict(one) for one in findings], indent=1) + "\n", "utf-8")

    troubles = [trouble for project in checked for trouble in project.troubles]
    for trouble in troubles:
        print(f"failed: {trouble}", file=sys.stderr)
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
