import json

from syrupy.assertion import SnapshotAssertion

from samguard.linting.report import Report
from samguard.output.findings_json import findings_json
from samguard.value import replace


def test_the_shape_is_the_one_that_scripts_rely_on(report: Report, snapshot: SnapshotAssertion) -> None:
    assert snapshot == findings_json(report)


def test_a_clean_report_has_an_empty_list(clean_report: Report) -> None:
    assert json.loads(findings_json(clean_report)) == {
        "version": "1",
        "tool": {"name": "samguard", "version": "1.2.3"},
        "findings": [],
        "summary": {
            "templates": 2,
            "environments": 3,
            "rollouts": 5,
            "errors": 0,
            "warnings": 0,
            "notes": 0,
        },
        "production": {"rollouts": 0, "at_risk": 0, "unknown": 0},
    }


def test_the_bytes_are_ascii_and_the_same_each_time(report: Report) -> None:
    assert findings_json(report).isascii()
    assert findings_json(report) == findings_json(report)


def test_any_text_survives_but_half_a_surrogate_pair(report: Report) -> None:
    message = 'quote " backslash \\ newline \n escape \x1b emoji 🎉 ##vso[a]b \\u0041 '
    finding = replace(report.findings[0], message=f"{message}\udc80")
    text = findings_json(replace(report, findings=(finding,)))
    assert json.loads(text)["findings"][0]["message"] == f"{message}\N{REPLACEMENT CHARACTER}"


def test_nothing_reads_as_a_command_of_a_ci_system(report: Report) -> None:
    finding = replace(report.findings[0], message="##vso[task.setvariable variable=a]b")
    assert "##vso[" not in findings_json(replace(report, findings=(finding,)))


def test_suppressed_findings_are_listed_with_their_reason_where_they_are_asked_for(report: Report) -> None:
    hidden, bare, *others = report.findings
    suppressed = (replace(hidden, suppression="nobody waits"), replace(bare, suppression=""))
    split = replace(report, findings=tuple(others), suppressed=suppressed)
    said = [one["suppressed"] for one in json.loads(findings_json(split))["findings"]]
    assert said == [None] * len(others)
    shown = {
        one["rule"]: one["suppressed"] for one in json.loads(findings_json(split, with_suppressed=True))["findings"]
    }
    assert shown[hidden.rule.id] == {"reason": "nobody waits"}
    assert shown[bare.rule.id] == {"reason": None}
    assert [shown[other.rule.id] for other in others] == [None] * len(others)
