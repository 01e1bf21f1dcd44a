"""`samguard report`, as its users meet it."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from command import Ran
from command import samguard as run_in
from syrupy.assertion import SnapshotAssertion

from samguard import __version__

HOSTILE = "<script>alert(1)</script>"


def samguard(*arguments: str) -> Ran:
    return run_in(*arguments, cwd=Path.cwd())


def put(path: str, rollouts: int, at_risk: int, *, findings: int = 0) -> None:
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    found = [{"rule": "SG301", "level": "error"}] * findings
    production = {"rollouts": rollouts, "at_risk": at_risk, "unknown": 0}
    said = {
        "version": "1",
        "tool": {"name": "samguard", "version": "0.1.0"},
        "findings": found,
        "production": production,
    }
    target.write_text(json.dumps(said))


@pytest.fixture(autouse=True)
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put("reports/payments/orders/2026-08-24.json", 4, 4, findings=4)
    put("reports/payments/orders/2026-11-24.json", 4, 1, findings=1)
    put("reports/core/login/2026-11-24.json", 2, 2, findings=2)
    put("reports/core/mail/2026-11-24.json", 0, 0)


def test_the_page_shows_teams_and_repositories_worst_first(snapshot: SnapshotAssertion) -> None:
    run = samguard("report", "reports")
    assert 0 == run.code
    assert snapshot == run.out.replace(__version__, "VERSION")


def test_markdown_says_the_same(snapshot: SnapshotAssertion) -> None:
    assert snapshot == samguard("report", "reports", "--format", "markdown").out


def test_json_is_for_scripts(snapshot: SnapshotAssertion) -> None:
    assert snapshot == samguard("report", "reports", "--format", "json").out.replace(__version__, "VERSION")


def test_a_broken_file_is_told_and_the_others_are_reported() -> None:
    Path("reports/cut-off.json").write_text('{"tool": ')
    run = samguard("report", "reports")
    assert 2 == run.code
    assert "reports/cut-off.json: it is no JSON (line 1); it may have been cut off" in run.err
    assert "reports/cut-off.json" in run.out
    assert "login" in run.out


def test_a_map_of_teams_and_a_pattern_may_be_given() -> None:
    Path("teams.yaml").write_text("identity: [login]\n")
    run = samguard(
        "report", "reports", "--teams", "teams.yaml", "--team-from", "{team}/{repo}/{date}", "--format", "json"
    )
    assert ["identity", "payments", "core"] == [team["team"] for team in json.loads(run.out)["teams"]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere",), "the path 'nowhere' does not exist"),
        (("reports", "--since", "yesterday"), "--since 'yesterday' is no day"),
        (("reports", "--since", "2026-12-01", "--until", "2026-11-01"), "is not before"),
        (("reports", "--team-from", "{tema}"), "which is not known"),
        (("reports", "--teams", "gone.yaml"), "the map of teams 'gone.yaml' cannot be read"),
    ],
)
def test_what_cannot_be_meant_is_an_error(arguments: tuple[str, ...], message: str) -> None:
    run = samguard("report", *arguments)
    assert (2, "") == (run.code, run.out)
    assert message in run.err


def test_nothing_to_report_is_told() -> None:
    Path("empty").mkdir()
    run = samguard("report", "empty")
    assert 2 == run.code
    assert "no file is a report" in run.err


def test_no_name_acts_on_the_page() -> None:
    put(f"reports/{HOSTILE.replace('/', '')}/a&b\x1b[31m\u202e/2026-11-24.json", 1, 1)
    run = samguard("report", "reports")
    started: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            started.append(tag)
            assert not [name for name, _ in attrs if name.startswith("on") or name in ("src", "href")]

    Reader().feed(run.out)
    assert "table" in started
    assert not {"script", "img", "iframe", "link", "object"} & set(started)
    assert "\x1b" not in run.out
    assert "\u202e" not in run.out
