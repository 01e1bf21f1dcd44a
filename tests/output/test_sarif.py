import gzip
import json
import os
from collections.abc import Mapping
from hashlib import sha512
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from samguard.linting.explanation import Explanation
from samguard.linting.report import BecauseStep, KnownDefect, Notification, Report, ReportedFinding
from samguard.linting.rule import Level
from samguard.output import sarif as sarif_module
from samguard.output.sarif import sarif, sarif_log
from samguard.source import Location, Position
from samguard.value import replace

Explanations = Mapping[str, Explanation]
HOME = "https://example.org/samguard"


def run_of(report: Report, explanations: Explanations | None = None, home: str | None = None) -> dict[str, Any]:
    log = json.loads(sarif(report, explanations or {}, home=home))
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def result_of(report: Report, finding: ReportedFinding) -> dict[str, Any]:
    (result,) = run_of(replace(report, findings=(finding,)))["results"]
    assert isinstance(result, dict)
    return result


def test_the_log_is_what_code_scanning_takes(
    report: Report, explanations: Explanations, snapshot: SnapshotAssertion
) -> None:
    assert snapshot == sarif(report, explanations, home=HOME)


@pytest.mark.skipif("SARIF_SCHEMA" not in os.environ, reason="SARIF_SCHEMA names no sarif-schema-2.1.0.json")
def test_the_log_follows_the_schema(report: Report, clean_report: Report, explanations: Explanations) -> None:
    from jsonschema.validators import validator_for

    schema = json.loads(Path(os.environ["SARIF_SCHEMA"]).read_text(encoding="utf-8"))
    for log in (sarif(report, explanations, home=HOME), sarif(clean_report, explanations)):
        validator_for(schema)(schema).validate(json.loads(log))


def test_the_bytes_are_ascii_and_the_same_each_time(report: Report, explanations: Explanations) -> None:
    assert sarif(report, explanations).isascii()
    assert sarif(report, explanations) == sarif(report, explanations)


# ---- the run ------------------------------------------------------------------------------------------------------


def test_a_clean_run_has_an_empty_list_of_results_which_closes_alerts(clean_report: Report) -> None:
    assert [] == run_of(clean_report)["results"]


def test_every_rule_that_ran_is_listed_whatever_was_found(report: Report, clean_report: Report) -> None:
    rules = [rule["id"] for rule in run_of(clean_report)["tool"]["driver"]["rules"]]
    assert ["SG103", "SG201", "SG301", "SG404"] == rules
    assert rules == [rule["id"] for rule in run_of(report)["tool"]["driver"]["rules"]]


def test_the_rule_of_a_finding_is_listed_even_if_it_is_not_among_those_that_ran(report: Report) -> None:
    run = run_of(replace(report, rules=()))
    rules = run["tool"]["driver"]["rules"]
    assert [result["ruleId"] for result in run["results"]] == [rules[r["ruleIndex"]]["id"] for r in run["results"]]


def test_the_category_ends_with_a_slash(clean_report: Report) -> None:
    assert run_of(clean_report)["automationDetails"] == {"id": "samguard/"}


def test_columns_are_code_points(clean_report: Report) -> None:
    assert run_of(clean_report)["columnKind"] == "unicodeCodePoints"


@pytest.mark.parametrize(
    ("version", "key"), [("1.2.3", "semanticVersion"), ("1.2.3-rc.1", "semanticVersion"), ("1.2rc1", "version")]
)
def test_only_a_semantic_version_is_called_one(
    clean_report: Report, monkeypatch: pytest.MonkeyPatch, version: str, key: str
) -> None:
    monkeypatch.setattr(sarif_module, "__version__", version)
    assert run_of(clean_report)["tool"]["driver"][key] == version


def test_a_run_is_successful_unless_samguard_failed(report: Report, clean_report: Report) -> None:
    warned = replace(clean_report, notifications=(Notification(Level.WARNING, "big.yaml was not checked"),))
    successful = [run_of(run)["invocations"][0]["executionSuccessful"] for run in (clean_report, warned, report)]
    assert [True, True, False] == successful


def test_what_samguard_says_of_its_run_is_a_notification(report: Report) -> None:
    crash, note = run_of(report)["invocations"][0]["toolExecutionNotifications"]
    assert crash["level"] == "error"
    assert crash["associatedRule"] == {"id": "SG103", "index": 0}
    assert crash["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "template.yaml"
    assert note == {"level": "note", "message": {"text": "Pipelines are not read yet."}}


def test_the_findings_that_github_does_not_take_are_left_out_mildest_and_last_first(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sarif_module, "_MAX_RESULTS", 3)
    note, error, other_error, warning = report.findings
    run = run_of(replace(report, findings=(note, warning, error, warning, other_error), notifications=()))
    assert [result["level"] for result in run["results"]] == ["warning", "error", "error"]
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert "the 2 of the lowest level" in notification["message"]["text"]
    assert run["invocations"][0]["executionSuccessful"]


# ---- rules --------------------------------------------------------------------------------------------------------


def test_a_rule_says_what_github_shows(report: Report, explanations: Explanations) -> None:
    rule = run_of(report, explanations)["tool"]["driver"]["rules"][1]
    assert rule["name"] == "all-at-once"
    assert rule["shortDescription"]["text"] == "Every user gets a new version of a function at once."
    assert rule["helpUri"] == "https://docs.aws.amazon.com/serverless/preference.html"
    assert "**Fix:** choose a canary." in rule["help"]["markdown"]
    assert "Fix: choose a canary." in rule["help"]["text"]
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert rule["properties"] == {
        "tags": ["aws-sam", "deployment-safety", "strategy"],
        "precision": "high",
        "problem.severity": "error",
    }


def test_a_note_is_a_recommendation(report: Report) -> None:
    assert run_of(report)["tool"]["driver"]["rules"][0]["properties"]["problem.severity"] == "recommendation"


def test_a_long_description_is_cut_between_words(report: Report, explanations: Explanations) -> None:
    text = run_of(report, explanations)["tool"]["driver"]["rules"][2]["fullDescription"]["text"]
    assert len(text) <= 1024
    assert text.split()[-1] in {"With...", "none,...", "it...", "never...", "does...."}


def test_a_rule_without_an_explanation_is_described_by_its_name(report: Report) -> None:
    rule = run_of(report)["tool"]["driver"]["rules"][1]
    assert rule["shortDescription"]["text"] == rule["fullDescription"]["text"] == "All at once."
    assert rule["help"]["text"]
    assert "helpUri" not in rule


def test_samguards_page_helps_where_a_rule_names_none(report: Report, explanations: Explanations) -> None:
    driver = run_of(report, explanations, HOME)["tool"]["driver"]
    assert driver["informationUri"] == driver["rules"][2]["helpUri"] == HOME
    assert driver["rules"][1]["helpUri"] != HOME


# ---- results ------------------------------------------------------------------------------------------------------


def test_a_result_has_one_location_with_its_whole_region(report: Report) -> None:
    (location,) = run_of(report)["results"][0]["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "services/pay%20ments/template.json", "uriBaseId": "%SRCROOT%"},
        "region": {
            "startLine": 2,
            "startColumn": 13,
            "endLine": 2,
            "endColumn": 25,
            "snippet": {"text": '"Properties"'},
        },
    }


def test_a_region_of_several_lines_has_a_snippet_where_all_are_known(report: Report) -> None:
    location = Location("template.yaml", Position(4, 3), Position(5, 6))
    finding = replace(report.findings[0], location=location, lines=("a: bc", "  d: e"))
    region = result_of(report, finding)["locations"][0]["physicalLocation"]["region"]
    assert region["snippet"]["text"] == " bc\n  d: "
    shortened = result_of(report, replace(finding, lines=("a: bc",)))
    assert "snippet" not in shortened["locations"][0]["physicalLocation"]["region"]


@pytest.mark.parametrize(
    ("column", "line", "expected"),
    [(1, "ab", (1, 2)), (2, "ab", (2, 3)), (3, "ab", (2, 3)), (1, "", (1, 1))],
    ids=["at the start", "inside", "at the end", "of an empty line"],
)
def test_a_place_without_a_length_becomes_a_character(
    report: Report, column: int, line: str, expected: tuple[int, int]
) -> None:
    place = Position(1, column)
    finding = replace(report.findings[0], location=Location("template.yaml", place, place), lines=(line,))
    region = result_of(report, finding)["locations"][0]["physicalLocation"]["region"]
    assert expected == (region["startColumn"], region["endColumn"])


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/#1?.yaml", "a%20b/%231%3F.yaml"),
        ("größe/100%.yaml", "gr%C3%B6%C3%9Fe/100%25.yaml"),
        ("back\\slash:colon.yaml", "back%5Cslash%3Acolon.yaml"),
        ("bytes-\udcff.yaml", "bytes-%FF.yaml"),
        ("half-\ud800.yaml", "half-%ED%A0%80.yaml"),
    ],
)
def test_paths_are_percent_encoded(report: Report, path: str, uri: str) -> None:
    finding = replace(report.findings[0], location=replace(report.findings[0].location, path=path))
    location = result_of(report, finding)["locations"][0]
    assert uri == location["physicalLocation"]["artifactLocation"]["uri"]


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("It has no alarm", "It has no alarm."),
        (" Is it live? ", "Is it live?"),
        ("Alarms: [] of [a](1).", r"Alarms: \[\] of \[a\](1)."),
        ("A \\[ b.", r"A \\\[ b."),
    ],
)
def test_a_message_is_a_sentence_without_links_of_its_own(report: Report, message: str, text: str) -> None:
    assert text == result_of(report, replace(report.findings[0], message=message))["message"]["text"]


def test_the_message_links_to_each_step_of_the_trail(report: Report) -> None:
    result = run_of(report)["results"][2]
    assert result["message"]["text"].endswith(
        "Choose a canary or a linear strategy. Because: [samconfig.toml sets Stage to prod](1); "
        "[the mapping (ByStage) gives AllAtOnce for prod](2); the command line says nothing else."
    )
    assert [(related["id"], related["message"]["text"]) for related in result["relatedLocations"]] == [
        (1, "samconfig.toml sets Stage to prod."),
        (2, r"the mapping \[ByStage\] gives AllAtOnce for prod."),
    ]


def test_the_code_flow_is_the_trail_and_then_the_finding(report: Report) -> None:
    result = run_of(report)["results"][2]
    ((thread,),) = [flow["threadFlows"] for flow in result["codeFlows"]]
    regions = [step["location"]["physicalLocation"]["region"]["startLine"] for step in thread["locations"]]
    assert [3, 6, 13] == regions
    assert all(step["location"]["message"]["text"] for step in thread["locations"])


def test_a_long_trail_keeps_to_what_github_shows(report: Report) -> None:
    step = report.findings[2].because[0]
    result = result_of(report, replace(report.findings[2], because=(step,) * 1500))
    assert len(result["relatedLocations"]) == 100
    assert result["message"]["text"].count("](") == 100
    assert len(result["codeFlows"][0]["threadFlows"][0]["locations"]) == 1000


def test_a_trail_without_places_is_told_in_the_message_only(report: Report) -> None:
    result = result_of(report, replace(report.findings[2], because=(BecauseStep("--parameter sets [Stage].", None),)))
    assert result["message"]["text"].endswith(r" Because: --parameter sets \[Stage\].")
    assert not {"relatedLocations", "codeFlows"} & result.keys()


def test_fingerprints_are_githubs_and_samguards(report: Report) -> None:
    finding = report.findings[0]
    assert run_of(report)["results"][0]["partialFingerprints"] == {
        "primaryLocationLineHash": finding.line_hash,
        "samguard/v1": "SG103-fingerprint",
    }


def test_a_fix_groups_its_edits_by_file(report: Report) -> None:
    fix = report.findings[3].fixes[0]
    elsewhere = replace(fix.edits[0], location=replace(fix.edits[0].location, path="samconfig.toml"))
    finding = replace(report.findings[3], fixes=(replace(fix, edits=(fix.edits[0], elsewhere, fix.edits[0])),))
    (shown,) = result_of(report, finding)["fixes"]
    changes = [(c["artifactLocation"]["uri"], len(c["replacements"])) for c in shown["artifactChanges"]]
    assert [("template.yaml", 2), ("samconfig.toml", 1)] == changes
    assert shown["description"]["text"] == "Set its Timeout to 60."


def test_a_deletion_inserts_nothing(report: Report) -> None:
    _, removal = run_of(report)["results"][3]["fixes"]
    (replacement,) = removal["artifactChanges"][0]["replacements"]
    assert {"deletedRegion"} == replacement.keys()


# ---- limits of GitHub, and what only some readers want -----------------------------------------------------------


def test_a_rule_about_who_may_change_production_is_a_security_rule(clean_report: Report) -> None:
    rule = replace(clean_report.rules[0], security_severity=7.5)
    (shown,) = run_of(replace(clean_report, rules=(rule,)))["tool"]["driver"]["rules"]
    assert shown["properties"]["security-severity"] == "7.5"
    assert "security" in shown["properties"]["tags"]


def test_a_rule_that_is_off_by_default_says_so(clean_report: Report) -> None:
    rule = replace(clean_report.rules[0], on_by_default=False)
    (shown,) = run_of(replace(clean_report, rules=(rule,)))["tool"]["driver"]["rules"]
    assert shown["defaultConfiguration"] == {"level": "note", "enabled": False}


def test_what_github_takes_but_does_not_show_is_told(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif_module, "_SHOWN_RESULTS", 3)
    log = sarif_log(replace(report, notifications=()), {})
    (run,) = json.loads(log.text)["runs"]
    assert len(run["results"]) == 4
    (said,) = log.left_out
    assert said.message == "GitHub shows the 3 worst of these 4 findings."
    assert run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"] == said.message


def test_a_log_that_github_would_find_too_large_holds_the_worst_that_fit(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = 20_000
    many = tuple(
        replace(report.findings[index % 4], message=sha512(str(index).encode()).hexdigest()) for index in range(400)
    )
    monkeypatch.setattr(sarif_module, "_MAX_BYTES", limit)
    log = sarif_log(replace(report, findings=many), {})
    assert len(gzip.compress(log.text.encode())) <= limit * 1.01
    results = json.loads(log.text)["runs"][0]["results"]
    assert 50 < len(results) < 400
    levels = [result["level"] for result in results]
    assert levels.count("error") == min(200, len(levels))
    (said,) = log.left_out
    assert f"the {400 - len(results)} of the lowest level" in said.message


def test_findings_of_a_baseline_are_marked_where_they_are_asked_for(report: Report) -> None:
    old, *new = report.findings
    compared = replace(report, findings=tuple(new), known=(replace(old, is_known=True),))
    left_out = run_of(compared)["results"]
    assert (3, False) == (len(left_out), any("baselineState" in result for result in left_out))
    (run,) = json.loads(sarif_log(compared, {}, with_suppressed=True).text)["runs"]
    states = {result["ruleId"]: result["baselineState"] for result in run["results"]}
    assert states == {"SG103": "unchanged", "SG301": "new", "SG201": "new", "SG404": "new"}


def test_suppressed_findings_are_marked_where_they_are_asked_for(report: Report) -> None:
    hidden, *others = report.findings
    suppressed = (replace(hidden, suppression="nobody [waits]"), replace(others[0], suppression=""))
    split = replace(report, findings=tuple(others[1:]), suppressed=suppressed)
    assert all("suppressions" not in result for result in run_of(split)["results"])
    (run,) = json.loads(sarif_log(split, {}, with_suppressed=True).text)["runs"]
    marked = {result["ruleId"]: result.get("suppressions") for result in run["results"]}
    said = {"kind": "inSource", "justification": "nobody [waits]"}
    assert marked == {"SG103": [said], "SG301": [{"kind": "inSource"}], "SG201": None, "SG404": None}


def test_what_is_gone_from_the_baseline_is_absent_where_it_is_asked_for(report: Report) -> None:
    defects = (
        KnownDefect("SG301", "template.yaml", "Orders", "nobody [waits]", "abc", 2),
        KnownDefect("SG301", "../elsewhere.yaml", "Orders", "not of this project", "def"),
    )
    compared = replace(report, resolved=defects)
    assert len(run_of(compared)["results"]) == len(report.findings)
    (run,) = json.loads(sarif_log(compared, {}, with_suppressed=True).text)["runs"]
    assert [result["baselineState"] for result in run["results"]] == ["new"] * len(report.findings) + ["absent"]
    absent = run["results"][-1]
    assert (absent["occurrenceCount"], absent["partialFingerprints"]) == (2, {"samguard/v1": "abc"})
    assert absent["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "template.yaml"
