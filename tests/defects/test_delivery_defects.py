"""One-defect pipelines: the same service delivered well by each CI system, and each thing broken in it is found."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from defects.cases import Case
from defects.delivery_cases import CASES
from defects.test_defects import Found, findings, gap

from samguard.linting import Level

DELIVERY = Path(__file__).parent / "delivery"
COMMON = DELIVERY / "common"
"""The service and its environments, which every system delivers."""
SYSTEMS = tuple(sorted(path.name for path in DELIVERY.iterdir() if path != COMMON))


def lay_out(system: str, folder: Path) -> None:
    """The service with the pipeline of one system."""
    shutil.copytree(COMMON, folder)
    shutil.copytree(DELIVERY / system, folder, dirs_exist_ok=True)


@cache
def of_system(system: str) -> tuple[Found, ...]:
    """The findings of a good delivery."""
    with TemporaryDirectory() as place:
        folder = Path(place) / system
        lay_out(system, folder)
        return findings(folder)


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_good_delivery_gives_nothing(system: str) -> None:
    assert [found for found in of_system(system) if found.level.weight >= Level.WARNING.weight] == []


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{case.family} {case.base}: {case.name}", marks=gap(case.gap)) for case in CASES]
)
def test_a_defect_of_a_delivery_is_found_where_it_is(case: Case, tmp_path: Path) -> None:
    folder = tmp_path / case.base
    lay_out(case.base, folder)
    places = case.break_project(folder)
    known = {found.fingerprint for found in of_system(case.base)}
    new = [found for found in findings(folder) if found.fingerprint not in known]
    assert any(found.path == path and abs(found.line - line) <= 1 for found in new for path, line in places), new
    loud = [found for found in new if found.level.weight >= Level.WARNING.weight]
    assert len(loud) <= 1, "one defect, one finding"


def test_the_cases_of_deliveries_are_named_once_and_cover_each_system() -> None:
    names = [(case.family, case.base, case.name) for case in CASES]
    assert len(set(names)) == len(names)
    assert {case.base for case in CASES} == set(SYSTEMS)
