"""The formats that CI systems read: whatever stands in a template, each of them holds it as text and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from samguard.linting.report import Report, ReportedFinding, ReportedFix, TextEdit
from samguard.linting.rule import Level
from samguard.output.checkstyle_xml import checkstyle_xml
from samguard.output.findings_json import findings_json
from samguard.output.findings_text import findings_concise, findings_text
from samguard.output.github_annotations import github_annotations
from samguard.output.gitlab_code_quality import gitlab_code_quality
from samguard.output.junit_xml import junit_xml
from samguard.output.markdown_text import code, markdown_table, plain
from samguard.output.printable import CI_COMMAND
from samguard.output.rdjson import rdjson
from samguard.output.sarif import sarif
from samguard.output.summary_markdown import summary_markdown
from samguard.output.xml_text import element, xml_text
from samguard.rollout.plan import Plan
from samguard.source import Document, Location, Position, read_document
from samguard.value import replace

FORMATS: dict[str, Callable[[Report], str]] = {
    "text": lambda report: findings_text(report, width=100, colour=False),
    "concise": findings_concise,
    "json": findings_json,
    "sarif": lambda report: sarif(report, {}),
    "github": github_annotations,
    "markdown": lambda report: summary_markdown(report, Plan()),
    "gitlab": gitlab_code_quality,
    "junit": junit_xml,
    "checkstyle": checkstyle_xml,
    "rdjson": lambda report: rdjson(report, {}),
}
NEW = ("github", "markdown", "gitlab", "junit", "checkstyle", "rdjson")
ACTING = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\ud800-\udfff]"
)


@pytest.mark.parametrize("form", NEW)
def test_each_format_shows_the_findings(report: Report, form: str, snapshot: SnapshotAssertion) -> None:
    assert snapshot == FORMATS[form](report)


@pytest.mark.parametrize("form", NEW)
def test_each_format_has_a_way_to_say_that_nothing_was_found(
    clean_report: Report, form: str, snapshot: SnapshotAssertion
) -> None:
    assert snapshot == FORMATS[form](clean_report)


@pytest.mark.parametrize("form", FORMATS)
def test_what_a_template_says_is_shown_and_does_nothing(
    hostile_report: Report, form: str, snapshot: SnapshotAssertion
) -> None:
    written = FORMATS[form](hostile_report)
    assert [] == ACTING.findall(written)
    assert CI_COMMAND.search(written) is None
    if form != "github":
        assert not any(line.lstrip().startswith("::") for line in written.splitlines())
    assert snapshot == written


def with_levels(report: Report, **counts: int) -> Report:
    """A report with so many findings of each level, each in a line of its own."""
    levels = [level for level in reversed(Level) for _ in range(counts.get(level.value, 0))]
    (pattern,) = (finding for finding in report.findings if finding.rule.id == "SG301")
    places = (Location("template.yaml", Position(line, 1), Position(line, 5)) for line in range(1, len(levels) + 1))
    findings = (
        replace(pattern, level=level, location=place, fingerprint=f"f{place.start.line}")
        for level, place in zip(levels, places, strict=True)
    )
    return replace(report, findings=tuple(findings))


# ---- GitHub: workflow commands ------------------------------------------------------------------------------------

COMMAND = re.compile(r"::(?P<command>error|warning|notice) (?P<properties>[^:]*)::(?P<message>.*)")


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as GitHub's runner reads it."""
    match = COMMAND.fullmatch(line)
    assert match is not None, line
    properties = dict(part.split("=", 1) for part in match["properties"].split(","))
    read = {name: text.replace("%3A", ":").replace("%2C", ",").replace("%25", "%") for name, text in properties.items()}
    return match["command"], read, match["message"].replace("%0A", "\n").replace("%25", "%")


def test_an_annotation_names_file_and_range(report: Report) -> None:
    command, properties, message = parsed(github_annotations(report).splitlines()[0])
    assert command == "error"
    assert properties["file"] == "template.yaml"
    assert properties["title"].startswith("SG")
    assert message


def test_columns_are_only_told_of_a_range_in_one_line(report: Report) -> None:
    for line in github_annotations(report).splitlines():
        _, properties, _ = parsed(line)
        assert ("col" in properties) == (properties["line"] == properties["endLine"])
        assert ("col" in properties) == ("endColumn" in properties)


def test_the_worst_annotations_come_first(report: Report) -> None:
    commands = [parsed(line)[0] for line in github_annotations(report).splitlines()]
    assert ["error", "error", "warning", "notice"] == commands


def test_a_notice_tells_how_many_github_does_not_show(report: Report) -> None:
    lines = github_annotations(with_levels(report, error=12, warning=3, note=10), only_shown=True).splitlines()
    commands = [parsed(line)[0] for line in lines]
    assert (10, 3, 10) == tuple(commands.count(command) for command in ("error", "warning", "notice"))
    (notice,) = (line for line in lines if "title=samguard::" in line)
    assert "3 findings more than GitHub shows" in notice


def test_alone_annotations_tell_every_finding(report: Report) -> None:
    lines = github_annotations(with_levels(report, error=12, warning=3, note=10)).splitlines()
    assert 12 + 3 + 10 + 1 == len(lines)


# ---- GitHub: job summary ------------------------------------------------------------------------------------------


def test_the_summary_shows_findings_by_environment_and_the_plan(
    report: Report, plan: Plan, snapshot: SnapshotAssertion
) -> None:
    assert snapshot == summary_markdown(report, plan)


def test_production_comes_first(report: Report, plan: Plan) -> None:
    in_dev = replace(report.findings[0], environments=("dev",))
    written = summary_markdown(replace(report, findings=(in_dev, *report.findings)), plan)
    headings = [line for line in written.splitlines() if line.startswith("### ")]
    assert ["### prod (production)", "### dev, staging, prod (production)"] == headings[:2]
    assert headings.index("### dev") < headings.index("### About the project")


def test_a_summary_of_very_many_findings_says_how_many_it_leaves_out(report: Report) -> None:
    written = summary_markdown(with_levels(report, error=150, note=100), Plan())
    assert "50 findings more are in the full report." in written
    assert written.count("red_circle") == 150
    assert len(written.encode()) < 2**20


def test_a_table_has_as_many_cells_in_every_row_whatever_they_hold(hostile_report: Report) -> None:
    rows = [line for line in summary_markdown(hostile_report, Plan()).splitlines() if line.startswith("|")]
    assert {5} == {len(re.findall(r"(?<!\\)\|", row)) for row in rows}


@given(st.text())
def test_no_text_is_markup(text: str) -> None:
    cell = plain(text)
    assert "\n" not in cell
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]|~]", cell.replace("&#8288;", ""))
    assert not re.search(r"<|>|https?://(?!&#8288;)\w", cell)


@given(st.text())
def test_no_text_ends_its_code(text: str) -> None:
    (row,) = markdown_table(("a",), [(code(text),)])[2:]
    assert row.count("|") == 2
    fence = re.match(r"`*", code(text))
    assert fence is not None
    assert not fence[0] or code(text).count(fence[0] + "`") == 0


# ---- GitLab -------------------------------------------------------------------------------------------------------


def test_gitlab_gets_unique_fingerprints_whatever_the_findings_have(report: Report) -> None:
    twice = replace(report, findings=(*report.findings, *report.findings))
    fingerprints = [issue["fingerprint"] for issue in json.loads(gitlab_code_quality(twice))]
    assert 8 == len(set(fingerprints))
    assert [finding.fingerprint for finding in report.findings] == fingerprints[:4]


# ---- JUnit and Checkstyle -----------------------------------------------------------------------------------------


def kinds(root: Element) -> list[str]:
    return [case[0].tag if len(case) else "passed" for case in root.iter("testcase")]


def test_counts_of_suites_add_up(report: Report, hostile_report: Report, clean_report: Report) -> None:
    for one in (report, hostile_report, clean_report):
        root = fromstring(junit_xml(one))
        for suites in ([root], list(root)):
            cases = list(root.iter("testcase"))
            assert len(cases) == sum(int(suite.attrib["tests"]) for suite in suites)
            assert kinds(root).count("failure") == sum(int(suite.attrib["failures"]) for suite in suites)
            assert kinds(root).count("error") == sum(int(suite.attrib["errors"]) for suite in suites)


@pytest.mark.parametrize(
    ("least", "expected"),
    [
        (Level.NOTE, ["failure", "failure", "failure", "failure", "error"]),
        (Level.WARNING, ["skipped", "failure", "failure", "failure", "error"]),
        (Level.ERROR, ["skipped", "failure", "failure", "skipped", "error"]),
        (None, ["skipped", "skipped", "skipped", "skipped", "error"]),
    ],
)
def test_a_test_fails_where_the_finding_makes_the_run_fail(
    report: Report, least: Level | None, expected: list[str]
) -> None:
    assert expected == kinds(fromstring(junit_xml(report, least=least)))


def test_no_two_cases_of_a_class_have_one_name(report: Report) -> None:
    root = fromstring(junit_xml(with_levels(report, error=3, note=2)))
    named = [(case.attrib["classname"], case.attrib["name"]) for case in root.iter("testcase")]
    assert len(named) == len(set(named))


def test_a_case_keeps_its_name_when_its_line_moves(report: Report) -> None:
    moved = [
        replace(finding, location=replace(finding.location, start=Position(90, 1), end=Position(90, 2)))
        for finding in report.findings
    ]
    names = [
        [case.attrib["name"] for case in fromstring(junit_xml(one)).iter("testcase")]
        for one in (report, replace(report, findings=tuple(moved)))
    ]
    assert names[0] == names[1]


@given(st.text(), st.text())
def test_any_text_is_xml(text: str, attribute: str) -> None:
    root = element("root")
    root.append(element("leaf", text, name=attribute))
    written = xml_text(root)
    assert written.isascii()
    leaf = fromstring(written)[0]
    assert without_controls(attribute) == leaf.attrib["name"]
    assert without_controls(text).replace("\r", "\n").strip() == (leaf.text or "").replace("\r", "\n").strip()


def without_controls(text: str) -> str:
    return re.sub("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)


def test_checkstyle_has_a_file_for_each_path(report: Report) -> None:
    root = fromstring(checkstyle_xml(report))
    assert ["services/pay ments/template.json", "template.yaml"] == [file.attrib["name"] for file in root]
    assert ["info", "error", "error", "warning"] == [error.attrib["severity"] for error in root.iter("error")]


# ---- reviewdog ----------------------------------------------------------------------------------------------------


def diagnostic(finding: ReportedFinding, report: Report, document: Document) -> Any:
    written = rdjson(replace(report, findings=(finding,)), {document.path: document})
    (shown,) = json.loads(written)["diagnostics"]
    return shown


TEXT = "Resources:\n  Größe: 🎉 x\n  Other: y\n"


@pytest.fixture
def document() -> Document:
    return read_document(TEXT.encode(), "template.yaml")


def at(start: tuple[int, int], end: tuple[int, int]) -> Location:
    return Location("template.yaml", Position(*start), Position(*end))


def test_columns_count_bytes(report: Report, document: Document) -> None:
    finding = replace(report.findings[1], location=at((2, 12), (2, 13)), because=())
    shown = diagnostic(finding, report, document)
    # two bytes more for ö and ß, three for the emoji
    assert {"line": 2, "column": 17} == shown["location"]["range"]["start"]
    assert {"line": 2, "column": 18} == shown["location"]["range"]["end"]


def applied(text: str, suggestion: Any) -> str:
    """What a reader of the format makes of a text."""
    lines = [line.encode() for line in text.splitlines(keepends=True)]
    start: dict[str, int] = suggestion["range"]["start"]
    end: dict[str, int] = suggestion["range"]["end"]
    head = b"".join(lines[: start["line"] - 1]) + lines[start["line"] - 1][: start["column"] - 1]
    tail = lines[end["line"] - 1][end["column"] - 1 :] + b"".join(lines[end["line"] :])
    inserted: str = suggestion["text"]
    return (head + inserted.encode() + tail).decode()


def test_a_fix_of_several_edits_is_one_suggestion(report: Report, document: Document) -> None:
    edits = (TextEdit(at((3, 10), (3, 11)), "z"), TextEdit(at((2, 12), (2, 13)), "ü"))
    finding = replace(report.findings[1], fixes=(ReportedFix("Mend it", safe=True, edits=edits),), because=())
    (suggestion,) = diagnostic(finding, report, document)["suggestions"]
    assert "Resources:\n  Größe: 🎉 ü\n  Other: z\n" == applied(TEXT, suggestion)


@pytest.mark.parametrize(
    ("safe", "location"),
    [(False, at((2, 1), (2, 2))), (True, replace(at((1, 1), (1, 1)), path="samconfig.toml"))],
    ids=["unsafe", "in another file"],
)
def test_a_fix_that_may_not_be_clicked_on_is_no_suggestion(
    report: Report, document: Document, safe: bool, location: Location
) -> None:
    fix = ReportedFix("Mend it", safe=safe, edits=(TextEdit(location, "x"),))
    shown = diagnostic(replace(report.findings[1], fixes=(fix,), because=()), report, document)
    assert "suggestions" not in shown
