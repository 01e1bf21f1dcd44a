"""examples/fleet_dask.py: many repositories on a cluster of Dask, with processes as on any other one."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from command import samguard
from projects import ORDERS, STAGES, lay_out

pytest.importorskip("distributed")

pytestmark = pytest.mark.clients
EXAMPLE = Path(__file__).parents[2] / "examples/fleet_dask.py"
DAY = date(2026, 11, 24)


def repositories(folder: Path) -> Path:
    """A repository with an error, one that is not right, one of nobody's, and a folder that is none."""
    files = {
        "payments/orders/.git/HEAD": "ref: refs/heads/main\n",
        "payments/orders/template.yaml": ORDERS,
        "payments/orders/samconfig.toml": STAGES,
        "payments/broken/.git/HEAD": "ref: refs/heads/main\n",
        "payments/broken/samguard.toml": "selct = []\n",
        "alone/template.yaml": ORDERS,
        ".hidden/template.yaml": ORDERS,
    }
    return lay_out(folder / "repositories", files)


def test_each_repository_is_a_report_or_a_row_with_its_reason(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    command = [
        sys.executable,
        str(EXAMPLE),
        str(repositories(tmp_path)),
        str(reports),
        "--workers",
        "2",
        "--day",
        str(DAY),
    ]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (2, "") == (run.returncode, run.stderr)
    broken, *others = sorted(run.stdout.splitlines(), key=lambda line: "broken" not in line)
    assert "'payments/broken': could not be checked: \"SamguardError: samguard.toml:1: unknown key 'selct'" in broken
    assert {
        "'alone': 0 errors, 0 of 0 rollouts safe",
        "'payments/orders': 1 errors, 0 of 1 rollouts safe",
    } == set(others)
    assert ["alone", "payments/orders"] == sorted(
        path.parent.relative_to(reports).as_posix() for path in reports.rglob(f"{DAY}.json")
    )
    page = json.loads(samguard("report", "reports", "--format", "json", cwd=tmp_path).out)
    assert {"payments": 0.0, "reports": None} == {team["team"]: team["coverage"] for team in page["teams"]}


def test_a_repository_that_kills_its_worker_is_a_row_too(tmp_path: Path) -> None:
    import cloudpickle
    import dask
    from distributed import Client, LocalCluster

    example = loaded()
    check_one = example.check_one

    def killed_by_orders(folder: str, name: str, output: str) -> object:
        if name == "payments/orders":
            os._exit(1)
        return check_one(folder, name, output)

    example.check_one = killed_by_orders  # type: ignore[attr-defined]
    cloudpickle.register_pickle_by_value(example)
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    local_cluster: Any = LocalCluster  # dask has types where it is installed, and none where it is not
    connected: Any = Client
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        local_cluster(n_workers=1, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
        connected(cluster) as client,
    ):
        rows = {row.repository: row for row in example.check_all(client, repositories(tmp_path), tmp_path / "out", DAY)}
    assert {"alone", "payments/broken", "payments/orders"} == set(rows)
    assert rows["payments/orders"].problem.startswith("KilledWorker")
    assert not rows["alone"].problem


def loaded() -> ModuleType:
    """The example as a module."""
    spec = importlib.util.spec_from_file_location("fleet_dask", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["fleet_dask"] = module
    spec.loader.exec_module(module)
    return module
