"""Checks many repositories with Dask, and writes the reports that `samguard report` makes one page of.

    python fleet_dask.py repositories/ reports/                                    # a cluster of this machine's processes
    python fleet_dask.py repositories/ reports/ --scheduler tcp://scheduler:8786   # any other one

Every folder below `repositories/` with a `.git` is a repository, and so is every direct subfolder without any below.
`repositories/payments/orders` becomes `reports/payments/orders/<day>.json`. On another cluster its workers must see the
same folders. A repository that cannot be checked is a row with its reason, and no other one suffers from it.

Needs: python -m pip install samguard dask distributed
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from dask.distributed import Client, LocalCluster, as_completed

BATCH = 500
"""Repositories that are on their way at once: the scheduler knows of no more, however many there are."""


@dataclass(frozen=True)
class Row:
    """What came of one repository: its counts, or the reason why there are none."""

    repository: str
    errors: int = 0
    rollouts: int = 0
    at_risk: int = 0
    problem: str = ""


def check_one(folder: str, name: str, output: str) -> Row:
    """Checks one repository on a worker, and writes its report there: whole, or not at all."""
    import samguard
    from samguard.output.findings_json import findings_json
    from samguard.source.writing import write_whole

    try:
        report = samguard.check(folder)
        target = Path(output)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, findings_json(report).encode())
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this repository's row
        return Row(name, problem=f"{type(error).__name__}: {error}")
    incomplete = [note.message for note in report.notifications if note.level.value == "error"]
    errors = sum(finding.level.value == "error" for finding in report.findings)
    production = report.production
    return Row(name, errors, production.rollouts, production.at_risk, incomplete[0] if incomplete else "")


def repositories(top: Path) -> Iterator[Path]:
    """The repositories below a folder; none inside of another one. Links to folders are not followed."""
    with os.scandir(top) as entries:
        folders = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    for name in folders:
        if name.startswith("."):
            continue
        inner = list(_with_git(top / name))
        yield from inner or [top / name]


def _with_git(folder: Path, depth: int = 0) -> Iterator[Path]:
    if (folder / ".git").exists():
        yield folder
    elif depth < 4:  # noqa: PLR2004 - team/group/subgroup/repository
        try:
            below = sorted(entry.path for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False))
        except OSError:
            return
        for path in below:
            yield from _with_git(Path(path), depth + 1)


def check_all(client: Client, top: Path, reports: Path, day: date) -> Iterator[Row]:
    """A row for each repository, as they come in."""
    waiting = iter(repositories(top))
    running = as_completed(raise_errors=False)
    names: dict[str, str] = {}

    def submit(folders: Iterable[Path]) -> None:
        for folder in folders:
            name = folder.relative_to(top).as_posix()
            output = reports / name / f"{day}.json"
            task = client.submit(check_one, str(folder), name, str(output), pure=False, retries=1)
            names[task.key] = name
            running.add(task)

    submit(folder for folder, _ in zip(waiting, range(BATCH), strict=False))
    for task in running:
        name = names.pop(task.key)
        try:
            yield task.result()
        except (Exception, CancelledError) as error:  # noqa: BLE001 - its worker died, time and again
            yield Row(name, problem=f"{type(error).__name__}: {error}")
        task.release()
        submit(folder for folder, _ in zip(waiting, range(1), strict=False))


def main() -> int:
    """Exit code 2 where a repository could not be checked; findings do not matter to it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("repositories", type=Path)
    parser.add_argument("reports", type=Path)
    parser.add_argument("--scheduler", help="the address of a cluster; by default one is started on this machine")
    parser.add_argument("--workers", type=int, help="processes of the cluster on this machine")
    parser.add_argument("--day", type=date.fromisoformat, default=datetime.now(tz=UTC).date())
    asked = parser.parse_args()
    top, reports = asked.repositories.resolve(), asked.reports.resolve()
    failed = 0
    with Client(asked.scheduler) if asked.scheduler else _local(asked.workers) as client:
        for row in check_all(client, top, reports, asked.day):
            if row.problem:
                failed += 1
                sys.stdout.write(f"{row.repository!r}: could not be checked: {row.problem!r}\n")
            else:
                safe = row.rollouts - row.at_risk
                sys.stdout.write(f"{row.repository!r}: {row.errors} errors, {safe} of {row.rollouts} rollouts safe\n")
    return 2 if failed else 0


def _local(workers: int | None) -> Client:
    """A cluster of processes on this machine, which ends with its client. A worker of one thread: samguard is pure Python."""
    cluster = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
    client = Client(cluster)
    client.cluster = cluster
    return client


if __name__ == "__main__":
    raise SystemExit(main())
