"""A second run on the same files takes over what the first one found, and never anything else."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from projects import ORDERS

from samguard.cache.kept_reports import Found, cache_folder, kept_or_found
from samguard.cache.plain import plain, valued
from samguard.linting import Notification, Report, configured, lint
from samguard.linting.identity import Level
from samguard.project import load_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "template.yaml").write_text(ORDERS)
    return tmp_path / "project"


class Runs:
    """Checks a project as often as it is asked to, and counts how often it really looks."""

    def __init__(self, project: Path, folder: Path, *, keeps: bool = True) -> None:
        self.project, self.folder, self.keeps, self.count = project, folder, keeps, 0

    def find(self) -> Found:
        self.count += 1
        project = load_project([str(self.project)])
        return Found(lint(project, configured(project.settings)), str(self.project), project.settings.fail_on)

    def run(self, *asked: str) -> Found:
        return kept_or_found((str(self.project), *asked), self.find, self.folder if self.keeps else None)


@pytest.fixture
def runs(project: Path, tmp_path: Path) -> Runs:
    return Runs(project, tmp_path / "cache")


def test_the_second_run_gives_the_same_without_looking(runs: Runs) -> None:
    first, second = runs.run(), runs.run()
    assert first == second
    assert first.report.findings
    assert runs.count == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "template.yaml").write_text(ORDERS + "\n# more\n"),
        lambda folder: (folder / "samconfig.toml").write_text(
            'version = 0.1\n[prod.deploy.parameters]\nstack_name = "o"\n'
        ),
        lambda folder: (folder / "samguard.toml").write_text('fail-on = "note"\n'),
        lambda folder: (folder / ".gitignore").write_text("template.yaml\n"),
        lambda folder: [
            (folder / ".github" / "workflows").mkdir(parents=True),
            (folder / ".github" / "workflows" / "a.yml").write_text("on: push\n"),
        ],
        lambda folder: (folder / "template.yaml").rename(folder / "template.yml"),
        lambda folder: [(folder / "src").mkdir(), (folder / "src" / "app.py").write_text("")],
        lambda folder: (folder.parent / "samguard.toml").write_text('fail-on = "note"\n'),
    ],
)
def test_after_a_change_it_looks_again(runs: Runs, project: Path, change: Any) -> None:
    runs.run()
    change(project)
    assert runs.run() == runs.find()
    assert runs.count == 3


def test_other_words_are_another_question(runs: Runs) -> None:
    runs.run("--env", "prod")
    runs.run("--env", "dev")
    assert runs.count == 2


@pytest.mark.parametrize(
    "broken",
    [
        "", "{", "[]", "null", "{}", '{"seen": 1}', '{"seen": [], "report": 1, "fail-on": "error"}',
        '{"seen": [], "report": ["Report", 1], "fail-on": "error", "root": "/", "baseline": null}',
        '{"seen": [], "report": ["os.system", "true"], "fail-on": "error"}',
        '{"seen": [["read"]], "report": null, "fail-on": ""}',
        "[" * 100_000,
        "\xff",
    ],
)  # fmt: skip
def test_a_broken_entry_is_as_good_as_none(runs: Runs, broken: str) -> None:
    runs.run()
    (entry,) = runs.folder.iterdir()
    entry.write_text(broken, encoding="latin-1")
    assert runs.run() == runs.find()


def test_a_folder_that_cannot_be_made_costs_nothing_but_the_time(project: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a folder is due")
    runs = Runs(project, tmp_path / "cache")
    assert runs.run() == runs.run()
    assert runs.count == 2


def test_nowhere_keeps_nothing(project: Path) -> None:
    runs = Runs(project, project, keeps=False)
    assert runs.run() == runs.run()
    assert runs.count == 2


def test_a_full_disk_leaves_no_piece_of_an_entry(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    runs.run()
    assert list(runs.folder.iterdir()) == []


def test_a_run_with_an_internal_error_is_not_kept(runs: Runs) -> None:
    note = Notification(Level.ERROR, "a bug", is_internal_error=True)
    kept_or_found(("x",), lambda: Found(Report((), (), notifications=(note,)), "/", "warning"), runs.folder)
    assert not runs.folder.exists() or list(runs.folder.iterdir()) == []


def test_many_runs_at_once_give_the_same(runs: Runs) -> None:
    results: list[Found] = []
    threads = [threading.Thread(target=lambda: results.append(runs.run())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert all(result == results[0] for result in results)
    assert len(list(runs.folder.iterdir())) == 1


def test_the_oldest_entries_go_where_there_are_too_many(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samguard.cache.kept_reports._MOST_ENTRIES", 2)
    for number, word in enumerate("abcd"):
        runs.run(word)
        for entry in runs.folder.iterdir():
            about = entry.stat()
            os.utime(entry, (about.st_atime - 100, about.st_mtime - 100 * (4 - number)))
    assert len(list(runs.folder.iterdir())) == 2


def test_an_entry_is_for_its_owner_only(runs: Runs) -> None:
    runs.run()
    (entry,) = runs.folder.iterdir()
    assert runs.folder.stat().st_mode & 0o077 == 0
    assert entry.stat().st_mode & 0o077 == 0
    assert json.loads(entry.read_text())["fail-on"] == "warning"


def test_the_folder_is_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMGUARD_CACHE_DIR", "/somewhere")
    assert cache_folder() == Path("/somewhere")
    monkeypatch.setenv("SAMGUARD_CACHE_DIR", "")
    assert cache_folder() is None
    monkeypatch.delenv("SAMGUARD_CACHE_DIR")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    assert cache_folder() == Path("/xdg/samguard")


NESTED = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner).map(tuple))


@given(NESTED)
def test_what_is_written_is_read_back(item: object) -> None:
    assert valued(json.loads(json.dumps(plain(item)))) == item


@pytest.mark.parametrize("item", [[], object(), b"", {1}, 1j])
def test_what_is_no_part_of_a_report_is_refused(item: object) -> None:
    with pytest.raises(TypeError):
        plain(item)
