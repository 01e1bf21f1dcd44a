import pytest
from syrupy.assertion import SnapshotAssertion

from samguard.linting.report import Notification, Report, ReportedFix
from samguard.linting.rule import Level
from samguard.output.findings_text import findings_concise, findings_text, summary_text
from samguard.output.printable import cells
from samguard.source import Location, Position
from samguard.value import replace

HOSTILE = "\x1b]0;owned\x07 \u202egnp.exe ##vso[task.setvariable variable=a]b \r\n::set-output name=a::b"


@pytest.fixture
def hostile_report(report: Report) -> Report:
    """A finding of which every text was chosen by somebody who means no good."""
    finding = report.findings[2]
    step = replace(finding.because[0], message=HOSTILE)
    hostile = replace(
        finding,
        message=HOSTILE,
        location=Location("::error::\x1b[2J.yaml", Position(1, 3), Position(1, 8)),
        lines=(HOSTILE,),
        environments=("prod\x1b[31m",),
        because=(step,),
        fixes=(replace(report.findings[3].fixes[0], title=HOSTILE),),
    )
    return replace(report, findings=(hostile,))


@pytest.mark.parametrize("width", [80, 200])
def test_findings_are_grouped_by_file(report: Report, width: int, snapshot: SnapshotAssertion) -> None:
    assert snapshot == findings_text(report, width=width, colour=False)


def test_levels_and_places_are_coloured(report: Report, snapshot: SnapshotAssertion) -> None:
    assert snapshot == findings_text(report, width=80, colour=True).replace("\x1b", "<esc>")


def test_colour_adds_nothing_but_escape_sequences(report: Report) -> None:
    import re

    coloured = findings_text(report, width=60, colour=True)
    assert findings_text(report, width=60, colour=False) == re.sub("\x1b\\[[0-9;]*m", "", coloured)


def test_a_finding_takes_one_line_when_concise(report: Report, snapshot: SnapshotAssertion) -> None:
    assert snapshot == findings_concise(report)


@pytest.mark.parametrize("width", [40, 60, 100])
def test_only_places_are_wider_than_the_terminal(report: Report, width: int) -> None:
    for line in findings_text(report, width=width, colour=False, summary=False).splitlines():
        assert cells(line) <= width or line.startswith(("services/", "template.yaml"))


def test_nothing_hostile_reaches_the_terminal(hostile_report: Report, snapshot: SnapshotAssertion) -> None:
    text = findings_text(hostile_report, width=80, colour=False)
    assert snapshot == text
    assert text.replace("\n", "").isprintable()
    assert "##vso[" not in text
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())


def test_a_hostile_finding_takes_one_line_when_concise(hostile_report: Report) -> None:
    assert findings_concise(hostile_report).count("\n") == 1


def test_many_environments_stand_below_the_heading(report: Report) -> None:
    environments = tuple(f"environment-{number}" for number in range(9))
    finding = replace(report.findings[2], environments=environments)
    lines = findings_text(replace(report, findings=(finding,)), width=80, colour=False).splitlines()
    assert lines[2] == "template.yaml:13:15: error SG201[all-at-once]"
    assert lines[3].startswith("  in environment-0, environment-1,")


def test_a_finding_without_lines_has_no_excerpt(report: Report) -> None:
    finding = replace(report.findings[0], lines=())
    text = findings_text(replace(report, findings=(finding,)), width=80, colour=False, summary=False)
    assert "|" not in text


def test_the_summary_can_be_had_alone(report: Report) -> None:
    both = findings_text(report, width=80, colour=False)
    findings = findings_text(report, width=80, colour=False, summary=False)
    assert both == findings + summary_text(report, colour=False)


def test_the_summary_counts_what_was_found_in_what(report: Report) -> None:
    assert summary_text(report, colour=False, with_fixable=False) == (
        "Found 2 errors, 1 warning and 1 note in 2 templates (5 rollouts in 3 environments).\n"
    )


def test_a_clean_run_says_what_was_checked(clean_report: Report) -> None:
    assert findings_text(clean_report, width=80, colour=False) == (
        "Nothing to complain about in 2 templates (5 rollouts in 3 environments), checked by 4 rules.\n"
    )


def test_a_run_with_an_error_is_not_called_clean(clean_report: Report) -> None:
    broken = replace(clean_report, notifications=(Notification(Level.ERROR, "a rule failed"),))
    assert summary_text(broken, colour=False).startswith("Nothing found, but not everything could be")


def test_a_run_without_templates_does_not_sound_like_a_clean_one(clean_report: Report) -> None:
    assert summary_text(replace(clean_report, templates=0), colour=False) == (
        "There is no template here, so nothing was checked.\n"
    )


def test_a_clean_run_has_no_concise_lines(clean_report: Report) -> None:
    assert findings_concise(clean_report) == ""


@pytest.mark.parametrize(
    ("safe", "said"),
    [
        ((), ""),
        ((True,), " 1 fixable with --fix."),
        ((False, False), " 2 fixable with --fix --unsafe-fixes."),
        ((True, False, True), " 2 fixable with --fix, 1 more with --unsafe-fixes."),
    ],
)
def test_the_summary_tells_what_can_be_fixed(report: Report, safe: tuple[bool, ...], said: str) -> None:
    fixes: list[tuple[ReportedFix, ...]] = [(ReportedFix("Write it", is_safe, ()),) for is_safe in safe]
    fixes += [()] * (len(report.findings) - len(fixes))
    findings = tuple(replace(one, fixes=fix) for one, fix in zip(report.findings, fixes, strict=True))
    text = summary_text(replace(report, findings=findings), colour=False)
    assert text.endswith(f"(5 rollouts in 3 environments).{said}\n")
