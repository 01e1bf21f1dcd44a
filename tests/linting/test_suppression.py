"""Suppressions: where they are read, what they hold for, and what becomes of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

import samguard
from samguard.errors import SamguardError
from samguard.linting import Report
from samguard.linting.suppression import Suppression, suppressions
from samguard.source import Document, Format, Position, parse_document

TODAY = date(2026, 11, 24)


def read(text: str, path: str = "template.yaml") -> tuple[Suppression, ...]:
    return suppressions(parse_document(dedent(text).lstrip("\n"), path))


def only(text: str, path: str = "template.yaml") -> Suppression:
    (found,) = read(text, path)
    return found


def lines(suppression: Suppression) -> list[int]:
    """The lines that a suppression holds for, whatever begins on them."""
    document = suppression.document
    starts = enumerate(document.line_starts, 1)
    return [number for number, start in starts if suppression.covers(start) and document.line(number).strip()]


# comments


@pytest.mark.parametrize(
    ("comment", "rules", "reason"),
    [
        ("# samguard: ignore[SG301] no traffic yet", ["SG301"], "no traffic yet"),
        ("#samguard:ignore[SG301]", ["SG301"], ""),
        ("# samguard: ignore [SG301, no-hooks ,SG2]: new service", ["SG301", "no-hooks", "SG2"], "new service"),
        ("# samguard: ignore[SG301] -- known, see 123  # yamllint", ["SG301"], "known, see 123"),
        ("# samguard: ignore", [], ""),
        ("# samguard: ignore[]", [], ""),
        ("# why: samguard is noisy  # samguard: ignore[SG301] really", ["SG301"], "really"),
    ],
)
def test_a_comment_names_rules_and_says_why(comment: str, rules: list[str], reason: str) -> None:
    found = only(f"a: 1  {comment}\n")
    assert (rules, reason) == ([named.word for named in found.rules], found.reason)


@pytest.mark.parametrize(
    ("said", "until", "reason"),
    [
        ("soon until 2027-01-31", date(2027, 1, 31), "soon"),
        ("soon, until 2027-1-5.", date(2027, 1, 5), "soon"),
        ("until 2027-01-31", date(2027, 1, 31), ""),
        ("until 2027-02-30", None, ""),
        ("until spring", None, "until spring"),
        ("until 2027-01-31 or so", None, "until 2027-01-31 or so"),
        ("until 2027-01-31 (OPS-12)", date(2027, 1, 31), "(OPS-12)"),
        ("soon until 2027-01-31, then mend it", date(2027, 1, 31), "soon then mend it"),
        ("soon until 2027-01-31 - see 12", date(2027, 1, 31), "soon see 12"),
        ("until 3.11.12", None, "until 3.11.12"),
        ("until 2027.1.0", None, "until 2027.1.0"),
        ("until 4711", None, "until 4711"),
    ],
)
def test_a_comment_may_end_with_its_last_day(said: str, until: date | None, reason: str) -> None:
    found = only(f"a: 1  # samguard: ignore[SG301] {said}\n")
    assert (until, reason) == (found.until, found.reason)


@pytest.mark.parametrize("said", ["2027-02-30", "31.01.2027", "2027/01/31", "1/31/27", "2027-01", "2027"])
def test_what_is_written_as_a_day_and_is_none_is_told(tmp_path: Path, said: str) -> None:
    report = check(tmp_path, f"  # samguard: ignore[SG004] soon until {said}")
    assert [("SG910", 9)] == told(report)
    assert f"{said} is no day" in report.findings[0].message


def test_in_a_jenkinsfile_a_comment_begins_with_slashes() -> None:
    text = "pipeline {\n  // samguard: ignore[SG704] why until 2027-01-31\n  // more\n  sh 'x'\n  sh 'y'  // samguard: ignore[SG705]\n}\n"
    first, second = suppressions(Document("Jenkinsfile", text, Format.CODE, None))
    assert ([4], ["SG704"], "why") == (lines(first), [named.word for named in first.rules], first.reason)
    assert ([5], ["SG705"]) == (lines(second), [named.word for named in second.rules])


def test_slashes_are_no_comment_in_yaml() -> None:
    assert () == read("a: b // samguard: ignore[SG301]\n")


@pytest.mark.parametrize(
    "text",
    [
        "a: 'it # samguard: ignore[SG301]'\n",
        'a: "it # samguard: ignore[SG301]"\n',
        "a: |\n  # samguard: ignore[SG301]\n  b\n",
        "a: b#samguard: ignore[SG301]\n",
        "? 'a # samguard: ignore[SG301]'\n: b\n",
        "a: 1  # samguard: ignored[SG301]\n",
        "a: 1  # samguard: ignore-files[SG301]\n",
        "a: samguard\n",
    ],
)
def test_what_only_looks_like_a_comment_is_none(text: str) -> None:
    assert () == read(text)


def test_a_comment_behind_the_bar_of_a_block_text_is_one() -> None:
    assert ["SG301"] == [named.word for named in only("a: |  # samguard: ignore[SG301]\n  b\n").rules]


def test_a_word_has_a_place() -> None:
    found = only("a: 1  # samguard: ignore[SG301, no-hooks] why\n")
    document = found.document
    assert ["SG301", "no-hooks"] == [document.text[named.span.start : named.span.end] for named in found.rules]
    assert "# samguard: ignore[SG301, no-hooks] why" == document.text[found.span.start : found.span.end]


# what a comment holds for


def test_behind_something_it_holds_for_the_line() -> None:
    assert [2] == lines(only("a: 1\nb: 2  # samguard: ignore[SG301]\nc: 3\n"))


def test_behind_a_key_it_holds_for_all_of_the_value() -> None:
    text = """
    a:
      b:  # samguard: ignore[SG301]
        - c
        - d
      e: f
    """
    assert [2, 3, 4] == lines(only(text))


def test_alone_it_holds_for_what_follows_other_comments_and_blank_lines() -> None:
    text = """
    a: 1
    # samguard: ignore[SG301]
    # what this is about

    b:
      c: 2
    d: 3
    """
    assert [5, 6] == lines(only(text))


def test_before_a_text_of_several_lines_it_holds_for_all_of_it() -> None:
    assert [2, 3, 4] == lines(only("# samguard: ignore[SG301]\na: !Sub |\n  b\n  c\nd: 1\n"))


def test_behind_an_items_first_line_it_holds_for_the_item() -> None:
    assert [2, 3] == lines(only("a:\n  - b: 1  # samguard: ignore[SG301]\n    c: 2\n  - d: 3\n"))


def test_a_mapping_does_not_begin_with_its_first_key() -> None:
    assert [1] == lines(only("Transform: a  # samguard: ignore[SG301]\nResources: b\n"))


def test_for_the_file_it_holds_everywhere() -> None:
    assert [1, 2, 3] == lines(only("# samguard: ignore-file[SG301] generated\na: 1\nb: 2\n"))


def test_at_the_end_it_holds_for_nothing_else() -> None:
    assert [2] == lines(only("a: 1\n# samguard: ignore[SG301]\n"))


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_breaks_of_all_kinds_end_a_comment(newline: str) -> None:
    found = only(newline.join(["a: 1", "b: 2  # samguard: ignore[SG301] why", "c: 3", ""]))
    assert ("why", [2]) == (found.reason, lines(found))


def test_in_toml_a_header_stands_for_its_own_table() -> None:
    text = """
    version = 0.1
    # samguard: ignore[SG603] known
    [prod.deploy.parameters]
    stack_name = "a"
    [dev.deploy.parameters]
    stack_name = "b"
    [prod.build.parameters]
    cached = "# samguard: ignore[SG1]"
    """
    assert [3, 4] == lines(only(text, "samconfig.toml"))


def test_in_toml_a_comment_may_stand_right_behind_a_value() -> None:
    assert [1] == lines(only('a = "b"# samguard: ignore[SG603]\nc = "d"\n', "samconfig.toml"))


# Metadata


def test_json_says_it_in_metadata() -> None:
    text = """
    {"Resources": {
      "A": {
        "Type": "AWS::Serverless::Function",
        "Metadata": {"samguard": {"ignore": [{"rule": "SG301", "reason": "new", "until": "2027-01-31"}]}}
      },
      "B": {"Type": "AWS::SNS::Topic"}}}
    """
    found = only(text, "template.json")
    assert (["SG301"], "new", date(2027, 1, 31)) == (
        [named.word for named in found.rules],
        found.reason,
        found.until,
    )
    assert [3, 4, 5] == lines(found)


def test_the_templates_metadata_holds_for_the_file() -> None:
    text = '{"Metadata": {"samguard": {"ignore": {"rule": ["SG301", "SG2"]}}},\n "Resources": {}}\n'
    found = only(text, "template.json")
    assert ["SG301", "SG2"] == [named.word for named in found.rules]
    assert found.covers(0)
    assert found.covers(len(text) - 2)


@pytest.mark.parametrize("said", ["SG301", "[SG301]", "[{rule: SG301}]", "{rule: SG301}"])
def test_metadata_is_read_however_it_is_written(said: str) -> None:
    text = f"Resources:\n  A:\n    Metadata: {{samguard: {{ignore: {said}}}}}\n"
    assert ["SG301"] == [named.word for named in only(text).rules]


@pytest.mark.parametrize("metadata", ["1", "{samguard: 1}", "{samguard: {ignore: }}", "{samguard: {}}", "[]"])
def test_odd_metadata_is_no_trouble(metadata: str) -> None:
    found = read(f"Metadata: {metadata}\nResources: {{A: {{Metadata: {metadata}}}, B: 1}}\n")
    assert [] == [named.word for suppression in found for named in suppression.rules]


# at work

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      DeploymentPreference:%s
        Type: Canary10Percent5Minutes
"""


def check(tmp_path: Path, comment: str = "", *, top: str = "", today: date = TODAY, **options: Any) -> Report:
    """The report on a function whose preference has no alias (SG004), with a comment there."""
    (tmp_path / "template.yaml").write_text(top + TEMPLATE % comment, encoding="utf-8")
    return samguard.check(str(tmp_path), today=today, **options)


def told(report: Report) -> list[tuple[str, int]]:
    return [(found.rule.id, found.location.start.line) for found in report.findings if found.rule.id != "SG416"]


def test_a_suppressed_finding_leaves_the_report_and_is_kept_apart(tmp_path: Path) -> None:
    report = check(tmp_path, "  # samguard: ignore[SG004] new until 2026-11-24")
    assert [] == told(report)
    assert [("SG004", Position(9, 7))] == [(one.rule.id, one.location.start) for one in report.suppressed]


@pytest.mark.parametrize("word", ["SG004", "sg004", "preference-without-alias", "SG0", "ALL"])
def test_a_rule_is_named_as_everywhere(tmp_path: Path, word: str) -> None:
    assert ["SG004"] == [one.rule.id for one in check(tmp_path, f"  # samguard: ignore[{word}] why").suppressed]


def test_a_fingerprint_does_not_change_with_the_suppression(tmp_path: Path) -> None:
    before = check(tmp_path).findings[0].fingerprint
    after = check(tmp_path, "  # samguard: ignore[SG004] why").suppressed[0].fingerprint
    assert before == after


def test_the_day_may_be_that_of_a_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    comment = "  # samguard: ignore[SG004] new until 2026-11-23"
    check(tmp_path, comment)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795392000")  # 2026-11-23
    assert [] == told(samguard.check(str(tmp_path)))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795478400")
    assert [("SG004", 9), ("SG910", 9)] == told(samguard.check(str(tmp_path)))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(
        SamguardError, match="SOURCE_DATE_EPOCH must be a number of seconds since 1970, found 'yesterday'"
    ):
        samguard.check(str(tmp_path))


def test_the_day_after_the_last_one_it_is_told_again(tmp_path: Path) -> None:
    report = check(tmp_path, "  # samguard: ignore[SG004] new until 2026-11-23")
    assert [("SG004", 9), ("SG910", 9)] == told(report)
    assert () == report.suppressed


def test_another_rule_or_another_place_is_not_suppressed(tmp_path: Path) -> None:
    report = check(tmp_path, "  # samguard: ignore[SG005] why", top="# samguard: ignore[SG004] why\n")
    assert [("SG901", 1), ("SG004", 10), ("SG901", 10)] == told(report)


def test_a_family_is_unused_when_none_of_it_is_found(tmp_path: Path) -> None:
    assert [("SG901", 9), ("SG004", 9)] == sorted(
        told(check(tmp_path, "  # samguard: ignore[SG3] why")), key=lambda found: found[0], reverse=True
    )


@pytest.mark.parametrize(
    "options",
    [
        {"select": ("SG004", "SG9")},
        {"ignore": ("SG301",)},
        {"parameters": {"Stage": "prod"}},
    ],
)
def test_nothing_is_unused_that_was_not_looked_for(tmp_path: Path, options: dict[str, Any]) -> None:
    report = check(tmp_path, "  # samguard: ignore[SG301, SG004] why", **options)
    assert [] == told(report)


def test_a_word_that_is_no_rule_is_told_with_the_nearest_one(tmp_path: Path) -> None:
    report = check(tmp_path, "  # samguard: ignore[preference-without-alais] why")
    (found,) = [one for one in report.findings if one.rule.id == "SG902"]
    assert "Did you mean preference-without-alias?" in found.message
    assert ("SG004", 9) in told(report)


def test_what_is_said_of_a_suppression_can_be_suppressed_too(tmp_path: Path) -> None:
    report = check(tmp_path, "  # samguard: ignore[SG004, SG301] why", top="# samguard: ignore-file[SG901] why\n")
    assert [] == told(report)
    assert ["SG004", "SG901"] == sorted(one.rule.id for one in report.suppressed)


def test_a_reason_is_asked_for_when_that_is_selected(tmp_path: Path) -> None:
    report = check(tmp_path, "  # samguard: ignore[SG004]", select=("ALL",))
    assert ("SG903", 9) in told(report)
    assert [] == told(check(tmp_path, "  # samguard: ignore[SG004]"))
