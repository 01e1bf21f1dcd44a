"""What a report of one repository is read as, and what is not believed."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samguard.fleet import ReadReport, Unusable, read_report

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["samguard", "SG301"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["tool", "name", "driver", "runs", "results", "findings", "summary", "rule"]), inner
        )
    ),
    max_leaves=12,
)


def own(*findings: dict[str, Any], **more: Any) -> bytes:
    tool = {"name": "samguard", "version": "0.1.0"}
    return json.dumps({"version": "1", "tool": tool, "findings": findings, **more}).encode()


def sarif(*results: dict[str, Any], tool: str = "samguard", **run: Any) -> bytes:
    driver = {"driver": {"name": tool}}
    return json.dumps({"version": "2.1.0", "runs": [{"tool": driver, "results": results, **run}]}).encode()


def found(rule: str = "SG301", level: str = "error", **more: Any) -> dict[str, Any]:
    return {"rule": rule, "level": level, **more}


def why_not(content: bytes) -> str:
    with pytest.raises(Unusable) as raised:
        read_report(content)
    return str(raised.value)


def test_findings_are_counted_by_rule_and_level() -> None:
    report = read_report(own(found(), found(), found("SG801", "note"), production={"rollouts": 3, "at_risk": 2}))
    assert ReadReport((3, 2, 0), {("SG301", "error"): 2, ("SG801", "note"): 1}) == report
    assert 2 == report.count("error")


def test_known_findings_of_a_baseline_count_and_suppressed_ones_do_not() -> None:
    report = read_report(own(found(baseline="unchanged"), found(suppressed={"reason": "x"})))
    assert {("SG301", "error"): 1} == report.rules


def test_sarif_says_the_same_with_the_address_and_the_day() -> None:
    address = "https://github.com/acme/orders"
    content = sarif(
        {"ruleId": "SG301", "level": "error"},
        {"ruleId": "SG301", "level": "error", "suppressions": [{"kind": "inSource"}]},
        {"ruleId": "SG302", "level": "error", "baselineState": "absent"},
        {"ruleId": "SG201"},
        properties={"production": {"rollouts": 2, "at_risk": 1, "unknown": 4}},
        versionControlProvenance=[{"repositoryUri": address}],
        invocations=[{"executionSuccessful": True, "endTimeUtc": "2026-11-24T10:00:00Z"}],
    )
    rules = {("SG301", "error"): 1, ("SG201", "warning"): 1}
    assert ReadReport((2, 1, 4), rules, address, date(2026, 11, 24)) == read_report(content)


def test_a_report_of_a_samguard_that_did_not_count_rollouts_has_no_coverage() -> None:
    assert read_report(own(found(), rollouts=4)).production is None


def test_a_run_that_could_not_do_its_job_is_told() -> None:
    assert not read_report(sarif(invocations=[{"executionSuccessful": False}])).is_complete


def test_runs_of_other_tools_in_the_same_file_are_left_out_and_named() -> None:
    run = {"tool": {"driver": {"name": "other"}}, "results": [{"ruleId": "E1", "level": "error"}]}
    runs = [*json.loads(sarif())["runs"], run]
    report = read_report(json.dumps({"runs": runs}).encode())
    assert ({}, ("other",)) == (report.rules, report.left_out)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b"[1, 2", "it is no JSON (line 1); it may have been cut off"),
        (b"\xff\xfe\xff", "it is no JSON; it may have been cut off"),
        (b"[" * 100_000, "it is nested too deeply"),
        (b"[]", "it is neither the JSON nor the SARIF of `samguard check`"),
        (b'{"findings": []}', "it is neither the JSON nor the SARIF of `samguard check`"),
        (sarif(tool="semgrep"), "it is the SARIF of semgrep"),
        (b'{"runs": []}', "no run of samguard is in it"),
        (own(found("<script>")), "a finding in it has no rule or no level as samguard writes them"),
        (own(found(level="fatal")), "a finding in it has no rule or no level as samguard writes them"),
        (
            own(production={"rollouts": 1, "at_risk": 2}),
            "its numbers of rollouts to production contradict each other",
        ),
        (
            own(production={"rollouts": True, "at_risk": 0}),
            "its numbers of rollouts to production contradict each other",
        ),
    ],
)
def test_what_is_no_report_is_told_with_its_reason(content: bytes, why: str) -> None:
    assert why == why_not(content)


@given(JSON)
def test_whatever_stands_in_a_file_it_is_read_or_refused(item: object) -> None:
    content = json.dumps(item).encode()
    try:
        report = read_report(content)
    except Unusable:
        return
    assert all(rule and level in ("error", "warning", "note") for rule, level in report.rules)
