"""The baseline: what was there before does not fail, what is new does, what is gone is told."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from projects import ORDERS, STAGES, lay_out

from samguard.errors import SamguardError
from samguard.linting import Report, configured, lint
from samguard.linting.baseline import DEFAULT_NAME, baseline_text, compared, kept, read_baseline, remembered
from samguard.linting.report import KnownDefect
from samguard.project import Options, Project, load_project

PROJECT = {"orders/template.yaml": ORDERS, "orders/samconfig.toml": STAGES}


@pytest.fixture(autouse=True)
def project_is_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, PROJECT)
    monkeypatch.chdir(tmp_path)


def run(*paths: str, **options: Any) -> tuple[Report, Project]:
    select = options.pop("select", ("SG301", "SG416"))
    project = load_project(paths, Options(**options))
    return lint(project, configured(project.settings, select)), project


def write(*paths: str, to: str = DEFAULT_NAME) -> str:
    """Writes the baseline of what is there now."""
    report, project = run(*paths)
    text = baseline_text(remembered(report.findings, project, str(Path(to).absolute().parent)))
    Path(to).write_text(text, encoding="utf-8")
    return text


def compare(*paths: str, to: str = DEFAULT_NAME, **options: Any) -> tuple[list[str], list[str], list[str]]:
    """What is new, what is known and what is resolved: rules with paths."""
    report, project = run(*paths, **options)
    report = compared(report, read_baseline(to), project)
    assert not any(finding.is_known for finding in report.findings)
    assert all(finding.is_known for finding in report.known)
    return (
        [f"{one.rule.id} {one.location.path}" for one in report.findings],
        [f"{one.rule.id} {one.location.path}" for one in report.known],
        [f"{one.rule} {one.path}{f' x{one.count}' if one.count > 1 else ''}" for one in report.resolved],
    )


OLD = ["SG301 orders/template.yaml", "SG416 orders/template.yaml"]


def change(path: str, old: str, new: str) -> None:
    text = Path(path).read_text(encoding="utf-8")
    assert old in text
    Path(path).write_text(text.replace(old, new), encoding="utf-8")


# the same defect


def test_what_was_there_is_known() -> None:
    write()
    assert ([], OLD, []) == compare()


def test_lines_above_and_a_new_environment_make_no_new_defect() -> None:
    write()
    change("orders/template.yaml", "Transform:", "# a line\n" * 20 + "Transform:")
    change("orders/samconfig.toml", "[dev.", '[live.deploy.parameters]\nstack_name = "orders-live"\n[dev.')
    assert ([], OLD, []) == compare()


def test_a_folder_may_be_renamed() -> None:
    write()
    Path("orders").rename("ordering")
    assert ([], [one.replace("orders", "ordering") for one in OLD], []) == compare()


def test_a_copy_has_defects_of_its_own() -> None:
    write()
    lay_out(Path(), {path.replace("orders", "aaa"): text for path, text in PROJECT.items()})
    assert ([one.replace("orders", "aaa") for one in OLD], OLD, []) == compare()


def test_another_defect_of_the_same_rule_is_new() -> None:
    write()
    change(
        "orders/template.yaml",
        "Resources:\n",
        "Resources:\n  Refunds:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: src/\n"
        "      Handler: a.b\n      Runtime: python3.12\n      AutoPublishAlias: live\n"
        "      DeploymentPreference: {Type: Canary10Percent5Minutes}\n",
    )
    new, known, resolved = compare()
    assert (OLD, OLD, []) == (new, known, resolved)
    report, project = run()
    report = compared(report, read_baseline(DEFAULT_NAME), project)
    assert ({"Refunds"}, {"Orders"}) == (
        {one.resource for one in report.findings},
        {one.resource for one in report.known},
    )


def test_of_equal_defects_as_many_are_known_as_there_were() -> None:
    """A list that names an alarm twice, then three times: they have one identity."""
    report, project = run()
    one = next(remembered(report.findings, project, project.root))
    Path(DEFAULT_NAME).write_text(baseline_text([one, one]), encoding="utf-8")
    assert '"count": 2' in Path(DEFAULT_NAME).read_text(encoding="utf-8")
    assert ([OLD[1]], [OLD[0]], [OLD[0]]) == compare()


# what is gone


def test_what_was_mended_is_resolved() -> None:
    write()
    change(
        "orders/template.yaml", "Type: Canary10Percent5Minutes", "Type: Canary10Percent5Minutes\n        Alarms: [a]"
    )
    assert ([], OLD[1:], OLD[:1]) == compare()


def test_what_a_run_does_not_look_at_is_not_resolved() -> None:
    lay_out(Path(), {"other/template.yaml": "Transform: AWS::Serverless-2016-10-31\nResources: {}\n"})
    write()
    change(
        "orders/template.yaml", "Type: Canary10Percent5Minutes", "Type: Canary10Percent5Minutes\n        Alarms: [a]"
    )
    assert ([], [], []) == compare("other")
    assert ([], OLD[1:], []) == compare(select=("SG416",))
    assert ([], OLD[1:], []) == compare(environment_names=("prod",))
    assert [OLD[0]] == compare()[2]


def test_what_stood_in_a_file_that_is_gone_is_resolved() -> None:
    lay_out(Path(), {"other/template.yaml": "Transform: AWS::Serverless-2016-10-31\nResources: {}\n"})
    write()
    Path("orders/template.yaml").unlink()
    assert ([], [], OLD) == compare("other")


def test_what_was_not_looked_at_is_kept_when_the_baseline_is_written_anew() -> None:
    lay_out(Path(), {"other/template.yaml": ORDERS})
    write()
    report, project = run("other")
    assert ["orders/template.yaml"] * 2 == [one.path for one in kept(read_baseline(DEFAULT_NAME), report, project)]


# where it stands


def test_paths_are_relative_to_the_baseline_wherever_samguard_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("checks").mkdir()
    text = write(to="checks/known.json")
    assert '"path": "../orders/template.yaml"' in text
    assert ([], OLD, []) == compare(to="checks/known.json")
    monkeypatch.chdir("orders")
    assert ([], ["SG301 template.yaml", "SG416 template.yaml"], []) == compare(to="../checks/known.json")


def test_each_finding_has_a_line_of_its_own_in_the_order_of_paths() -> None:
    lay_out(Path(), {"a/template.yaml": ORDERS})
    lines = write().splitlines()
    assert ["{", '  "samguard-baseline": 1,', '  "findings": ['] == lines[:3]
    assert ["  ]", "}"] == lines[-2:]
    entries = [json.loads(line.strip().rstrip(",")) for line in lines[3:-2]]
    assert [entry["path"] for entry in entries] == sorted(entry["path"] for entry in entries)
    assert ["rule", "path", "resource", "message", "fingerprint"] == list(entries[0])


def test_the_same_findings_give_the_same_bytes_in_any_order() -> None:
    report, project = run()
    found = tuple(remembered(report.findings, project, project.root))
    assert baseline_text(found) == baseline_text(reversed(found)) == write()


def test_without_findings_it_is_a_baseline_too() -> None:
    Path(DEFAULT_NAME).write_text(baseline_text(()), encoding="utf-8")
    assert () == read_baseline(DEFAULT_NAME).defects


@pytest.mark.parametrize("text", ["\u2028 and \x1b[31m", '"quoted" \\', "\ud800", "é ☃ 🙂"])
def test_any_text_survives(text: str) -> None:
    said = KnownDefect("SG301", f"{text}.yaml", text, text, "f" * 32, 3)
    Path(DEFAULT_NAME).write_text(baseline_text([said]), encoding="ascii")
    (found,) = read_baseline(DEFAULT_NAME).defects
    assert text.replace("\ud800", "\ufffd") in (found.message, found.message.replace("\ud800", "\ufffd"))
    assert (3, "SG301") == (found.count, found.rule)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
DEFECTS = st.builds(
    KnownDefect, TEXTS, TEXTS, st.none() | TEXTS, TEXTS, st.sampled_from("abc"), st.integers(min_value=1, max_value=3)
)


@given(st.lists(DEFECTS, max_size=6), st.randoms())
def test_what_is_written_is_what_is_read(defects: list[KnownDefect], random: Random) -> None:
    text = baseline_text(defects)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "known.json")
        path.write_text(text, encoding="utf-8")
        found = read_baseline(str(path)).defects
    random.shuffle(defects)
    assert text == baseline_text(defects) == baseline_text(found)
    assert sum(defect.count for defect in defects) == sum(defect.count for defect in found)


# files that are none


ENTRY = '{"rule": "SG301", "path": "a", "resource": null, "message": "m", "fingerprint": "f"%s}'


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", None, "cannot be read: there is nothing in it"),
        ("{", 1, "the baseline cannot be read"),
        ('{"samguard-baseline": 1,\n "findings": [\n}', 3, "the baseline cannot be read"),
        ("[]", 1, "this is no baseline: expected an object with 'samguard-baseline'"),
        ('{"version": "2.1.0", "runs": []}', 1, "this is no baseline"),
        ('{\n"samguard-baseline": 2, "findings": []}', 2, "a newer samguard wrote this baseline (format 2)"),
        ('{\n"samguard-baseline": "1", "findings": []}', 2, "'samguard-baseline' must be 1"),
        ('{"samguard-baseline": true, "findings": []}', 1, "'samguard-baseline' must be 1"),
        ('{"samguard-baseline": 1}', 1, "'findings' must be a list"),
        ('{"samguard-baseline": 1,\n"findings": {}}', 2, "'findings' must be a list"),
        ('{"samguard-baseline": 1, "findings": [\n1]}', 2, "expected a finding"),
        ('{"samguard-baseline": 1, "findings": [\n{"rule": "SG301"}]}', 2, "'path' of a finding must be a text"),
        ('{"samguard-baseline": 1, "findings": [\n%s]}' % (ENTRY % ', "count": 0'), 2, "'count' of a finding"),
        ('{"samguard-baseline": 1, "findings": [\n%s]}' % (ENTRY % ', "count": [1]'), 2, "'count' of a finding"),
        ('<<<<<<< ours\n{"samguard-baseline": 1, "findings": []}', 1, "a merge left its marks in the baseline"),
    ],
)
def test_what_is_no_baseline_is_refused_with_its_line(text: str, line: int | None, message: str) -> None:
    Path("known").write_text(text, encoding="utf-8")
    with pytest.raises(SamguardError) as caught:
        read_baseline("known")
    assert ("known", line) == (caught.value.path, caught.value.line)
    assert message in caught.value.message
    assert caught.value.hint is not None


def test_one_that_is_not_there_is_told_with_how_to_write_it() -> None:
    with pytest.raises(SamguardError, match=r"the baseline 'gone.json' does not exist. `samguard baseline` writes one"):
        read_baseline("gone.json")
