"""One-defect projects: a good project gives nothing, and each thing broken in it is found where it is to be mended."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from defects.cases import CASES as FIRST_CASES
from defects.cases import Case, text_with_one
from defects.team_cases import TEAM_CASES
from defects.variants import VARIANTS, Variant

import samguard
from samguard.linting import Level

BASES = Path(__file__).parent / "bases"
CASES = (*FIRST_CASES, *TEAM_CASES)


class Found(NamedTuple):
    """What is compared of a finding."""

    rule: str
    path: str
    line: int
    level: Level
    message: str
    fingerprint: str


def findings(folder: Path) -> tuple[Found, ...]:
    """The findings of a project, which samguard could check as a whole."""
    report = samguard.check(str(folder))
    assert not report.notifications
    return tuple(
        Found(f.rule.id, f.location.path, f.location.start.line, f.level, f.message, f.fingerprint)
        for f in report.findings
    )


@cache
def of_base(name: str) -> tuple[Found, ...]:
    """The findings of a base as it stands."""
    with TemporaryDirectory() as folder:
        copy = Path(folder) / name
        shutil.copytree(BASES / name, copy)
        return findings(copy)


def new_findings(base: str, folder: Path) -> list[Found]:
    """The findings that a changed project gives and its base does not. Those of the base may have moved."""
    known = {found.fingerprint for found in of_base(base)}
    return [found for found in findings(folder) if found.fingerprint not in known]


FALSE_ALARMS: dict[str, str] = {}
"""The bases that are good, and complained about."""


def gap(reason: str) -> tuple[pytest.MarkDecorator, ...]:
    """The mark of what samguard does not do yet, if there is a reason to give."""
    return (pytest.mark.xfail(strict=True, reason=reason),) if reason else ()


@pytest.mark.parametrize(
    "name",
    [pytest.param(path.name, marks=gap(FALSE_ALARMS.get(path.name, ""))) for path in sorted(BASES.iterdir())],
)
def test_a_good_project_gives_nothing(name: str) -> None:
    assert [found for found in of_base(name) if found.level.weight >= Level.WARNING.weight] == []


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: f"{variant.base}: {variant.name}")
def test_a_good_variant_gives_nothing_new(variant: Variant, tmp_path: Path) -> None:
    folder = tmp_path / variant.base
    shutil.copytree(BASES / variant.base, folder)
    for old, new in variant.edits:
        text = text_with_one(folder / variant.path, old)
        (folder / variant.path).write_text(text.replace(old, new), encoding="utf-8")
    for path, text in variant.files:
        (folder / path).write_text(text, encoding="utf-8")
    assert [f for f in new_findings(variant.base, folder) if f.level.weight >= Level.WARNING.weight] == []


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{case.family} {case.base}: {case.name}", marks=gap(case.gap)) for case in CASES]
)
def test_a_defect_is_found_where_it_is(case: Case, tmp_path: Path) -> None:
    folder = tmp_path / case.base
    shutil.copytree(BASES / case.base, folder)
    places = case.break_project(folder)
    new = new_findings(case.base, folder)
    assert any(found.path == path and abs(found.line - line) <= 1 for found in new for path, line in places), new
    loud = [found for found in new if found.level.weight >= Level.WARNING.weight]
    assert len(loud) <= 1, "one defect, one finding"


def test_bases_and_cases_are_many_and_named_once() -> None:
    names = [(case.family, case.base, case.name) for case in CASES]
    assert len(set(names)) == len(names)
    assert {case.base for case in CASES} == {path.name for path in BASES.iterdir()}
