"""How safely teams deploy, and whether it gets better."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from samguard.errors import SamguardError
from samguard.fleet import Fleet, Gathered, ReadReport, fleet, gather
from samguard.fleet.gathering import Dated

OLD, NEW = date(2026, 8, 24), date(2026, 11, 24)


def dated(
    repository: str,
    rollouts: int,
    at_risk: int,
    *,
    team: str = "payments",
    day: date | None = NEW,
    is_before: bool = False,
    errors: int = 0,
) -> Dated:
    rules = {("SG301", "error"): errors} if errors else {}
    path = f"{team}/{repository}/{day}.json"
    return Dated(path, repository, team, day, is_before, ReadReport((rollouts, at_risk, 0), rules))


def of(*reports: Dated, since: date | None = None, until: date | None = None) -> Fleet:
    return fleet(Gathered(reports), since, until)


def names(found: Fleet) -> list[str]:
    return [one.repository for one in found.repositories]


def test_the_coverage_is_the_share_of_rollouts_to_production_without_an_error() -> None:
    found = of(dated("orders", 3, 1), dated("ledger", 1, 0))
    assert (4, 1, 0.75) == (found.total.now.rollouts, found.total.now.at_risk, found.total.now.coverage)


def test_the_worst_come_first_and_those_without_production_last() -> None:
    found = of(dated("none", 0, 0, errors=9), dated("good", 2, 0), dated("bad", 2, 2), dated("worse", 4, 4))
    assert ["worse", "bad", "good", "none"] == names(found)
    assert found.repositories[-1].now.coverage is None


def test_of_each_repository_the_newest_report_counts() -> None:
    found = of(dated("orders", 2, 0), dated("orders", 2, 2, day=OLD))
    assert (1, 1.0) == (found.total.repositories, found.total.now.coverage)


def test_a_trend_compares_the_oldest_day_with_the_newest() -> None:
    found = of(dated("orders", 4, 1), dated("orders", 4, 3, day=OLD, errors=3))
    assert found.total.change is not None
    assert 0.5 == found.total.change.coverage
    assert (OLD, NEW) == (found.since, found.until)
    assert [(OLD, 0.25), (NEW, 0.75)] == [(day, standing.coverage) for day, standing in found.course]
    assert [("SG301", 3, 0)] == [(use.rule, use.before, use.after) for use in found.rules]


def test_a_repository_that_is_new_makes_nobody_better_or_worse() -> None:
    found = of(dated("orders", 2, 1, day=OLD), dated("orders", 2, 1), dated("new", 10, 0))
    assert found.total.change is not None
    assert 0.0 == found.total.change.coverage
    assert 12 == found.total.now.rollouts


def test_the_days_may_be_said() -> None:
    between = date(2026, 10, 1)
    reports = (dated("o", 4, 4, day=OLD), dated("o", 4, 2, day=between), dated("o", 4, 0))
    found = of(*reports, since=OLD, until=between)
    assert 0.5 == found.total.now.coverage
    assert found.total.change is not None
    assert 0.5 == found.total.change.coverage
    with pytest.raises(SamguardError, match="is not before"):
        of(*reports, since=NEW, until=OLD)


def test_reports_that_were_given_as_earlier_ones_are_compared_with_whatever_their_day() -> None:
    found = of(dated("orders", 2, 0, day=None), dated("orders", 2, 2, day=None, is_before=True))
    assert found.total.change is not None
    assert 1.0 == found.total.change.coverage
    assert found.is_compared


def test_two_reports_of_one_repository_and_day_are_told() -> None:
    (problem,) = of(dated("orders", 2, 0), dated("orders", 2, 1)).problems
    assert "of the same repository and day" in problem.message


def test_what_was_not_counted_at_both_days_is_in_no_trend() -> None:
    old = Dated("p", "orders", "payments", OLD, is_before=False, report=ReadReport(None))
    found = of(old, dated("orders", 2, 0))
    assert found.total.change is None


def test_folders_are_looked_through_and_broken_files_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "payments" / "orders"
    folder.mkdir(parents=True)
    good = '{"tool": {"name": "samguard"}, "findings": [], "production": {"rollouts": 1, "at_risk": 0}}'
    (folder / "2026-11-24.json").write_text(good)
    (folder / "2026-11-23.json").write_text("{")
    (folder / "notes.txt").write_text("no report")
    gathered = gather([str(tmp_path), str(folder / "2026-11-24.json")])
    (report,) = gathered.reports
    assert (("payments", "orders"), NEW) == (report.key, report.day)
    assert [("2026-11-23.json", True)] == [(Path(one.path).name, one.is_unread) for one in gathered.problems]


def test_a_link_in_a_circle_ends(tmp_path: Path) -> None:
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "gone.json").symlink_to(tmp_path / "nowhere.json")
    assert Gathered(()) == gather([str(tmp_path)])


def test_a_path_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(SamguardError, match="does not exist"):
        gather(["no/such"])
