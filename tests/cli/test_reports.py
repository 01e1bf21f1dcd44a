"""Where reports go: several at once, and what a CI system gets by itself."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from command import Ran, samguard
from projects import ORDERS, STAGES, lay_out

NO_ALARMS = ("--select", "SG301")
COMMIT = "0123456789abcdef0123456789abcdef01234567"
ACTIONS = {"GITHUB_ACTIONS": "true"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return lay_out(tmp_path / "orders", {"template.yaml": ORDERS, "samconfig.toml": STAGES})


def check(folder: Path, *arguments: str, **variables: str) -> Ran:
    return samguard("check", *NO_ALARMS, *arguments, cwd=folder, variables=variables)


# ---- several at once


def test_text_goes_to_the_log_and_other_formats_to_files(project: Path) -> None:
    ran = check(project, "--also", "sarif=out.sarif", "--also", "junit=out.xml", "--also", "gitlab=quality.json")
    assert ran.code == 1
    assert "SG301" in ran.out
    (run,) = json.loads((project / "out.sarif").read_bytes())["runs"]
    assert ["SG301"] == [result["ruleId"] for result in run["results"]]
    assert fromstring((project / "out.xml").read_text()).attrib["failures"] == "1"
    assert ["SG301"] == [issue["check_name"] for issue in json.loads((project / "quality.json").read_bytes())]


@pytest.mark.parametrize("form", ["json", "sarif", "github", "markdown", "gitlab", "junit", "checkstyle", "rdjson"])
def test_a_file_beside_holds_what_stdout_would(project: Path, form: str) -> None:
    alone = check(project, "--format", form)
    beside = check(project, "-q", "--also", f"{form}=out")
    assert alone.stdout == (project / "out").read_bytes()
    assert (1, 1) == (alone.code, beside.code)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--also", "sarif"), "FORMAT=FILE"),
        (("--also", "sarif="), "FORMAT=FILE"),
        (("--also", "sarfi=x"), "Did you mean 'sarif'?"),
        (("--also", "sarif=x", "--also", "json=x"), "'x'"),
        (("--output", "x", "--also", "json=x"), "'x'"),
        (("--also", "sarif=no/such/folder/x"), "no/such/folder"),
    ],
)
def test_what_is_no_report_is_told_before_anything_is_written(
    project: Path, arguments: tuple[str, ...], said: str
) -> None:
    ran = check(project, *arguments)
    assert (2, b"") == (ran.code, ran.stdout)
    assert said in ran.err
    assert not (project / "x").exists()


# ---- by itself


def test_in_github_actions_annotations_follow_the_text_and_the_job_gets_a_summary(
    project: Path, tmp_path: Path
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("# An earlier command's\n")
    ran = check(project, **ACTIONS, GITHUB_STEP_SUMMARY=str(summary))
    alone = check(project, "--format", "text")
    assert ran.out.startswith(alone.out)
    (annotation,) = ran.out.removeprefix(alone.out).splitlines()
    assert annotation.startswith("::error file=template.yaml,line=12,")
    assert summary.read_text().startswith("# An earlier command's\n## samguard\n")
    assert "What is deployed" in summary.read_text()
    assert "GITHUB_ACTIONS is set" in ran.err
    assert "--format text" in ran.err
    assert alone.code == ran.code == 1


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (("--format", "text"), ACTIONS),
        (("--format", "json"), ACTIONS),
        (("--output", "x"), ACTIONS),
        ((), {"GITHUB_ACTIONS": "false"}),
        ((), {"GITLAB_CI": "true"}),
        ((), {"JENKINS_URL": "https://example.org", "CI": "true"}),
    ],
)
def test_nothing_is_added_where_a_format_is_asked_for_or_no_variable_asks_for_it(
    project: Path, tmp_path: Path, arguments: tuple[str, ...], variables: dict[str, str]
) -> None:
    summary = tmp_path / "summary.md"
    ran = check(project, *arguments, **variables, GITHUB_STEP_SUMMARY=str(summary))
    assert check(project, *arguments).stdout == ran.stdout
    assert not summary.exists()
    assert "GITHUB_ACTIONS" not in ran.err


def test_a_summary_that_cannot_be_written_stops_nothing(project: Path, tmp_path: Path) -> None:
    ran = check(project, **ACTIONS, GITHUB_STEP_SUMMARY=str(tmp_path))
    assert ran.code == 1
    assert "the summary of the job cannot be written" in ran.err
    assert "::error file=" in ran.out


def test_a_full_summary_is_left_as_it_is(project: Path, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_bytes(b"x" * (1024 * 1024))
    ran = check(project, **ACTIONS, GITHUB_STEP_SUMMARY=str(summary))
    assert "no room" in ran.err
    assert summary.stat().st_size == 1024 * 1024


# ---- paths


def test_paths_are_relative_to_the_checkout_where_a_variable_says_where_that_is(project: Path, tmp_path: Path) -> None:
    github = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(tmp_path)}
    assert "::error file=orders/template.yaml," in check(project, "--format", "github", **github).out
    results = check(project, "--format", "sarif", **github).json["runs"][0]["results"]
    artifact = results[0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert "orders/template.yaml" == artifact["uri"]
    gitlab = check(project, "--format", "gitlab", GITLAB_CI="true", CI_PROJECT_DIR=str(tmp_path)).json
    assert "orders/template.yaml" == gitlab[0]["location"]["path"]
    jenkins = {"JENKINS_URL": "https://example.org", "WORKSPACE": str(tmp_path)}
    assert '<file name="orders/template.yaml">' in check(project, "--format", "checkstyle", **jenkins).out
    assert "template.yaml" == check(project, "--format", "json", **github).json["findings"][0]["path"]


@pytest.mark.parametrize("top", ["elsewhere", "orders"])
def test_paths_stay_as_they_are_where_the_checkout_is_the_project_or_elsewhere(
    project: Path, tmp_path: Path, top: str
) -> None:
    ran = check(project, "--format", "github", **ACTIONS, GITHUB_WORKSPACE=str(tmp_path / top))
    assert "::error file=template.yaml," in ran.out


def in_a_repository(folder: Path) -> Path:
    return lay_out(
        folder,
        {
            ".git/HEAD": f"{COMMIT}\n",
            ".git/config": '[remote "origin"]\n\turl = https://user:secret@example.org/team/orders.git\n',
        },
    )


def test_sarif_says_which_commit_of_which_repository_was_checked(project: Path) -> None:
    run = check(in_a_repository(project), "--format", "sarif").json["runs"][0]
    (details,) = run["versionControlProvenance"]
    assert details == {
        "repositoryUri": "https://example.org/team/orders.git",
        "mappedTo": {"uriBaseId": "%SRCROOT%"},
        "revisionId": COMMIT,
    }
    assert {"%SRCROOT%"} == run["originalUriBaseIds"].keys()


def test_sarif_of_a_folder_says_where_in_the_repository_it_is_and_that_github_wants_its_top(
    project: Path, tmp_path: Path
) -> None:
    in_a_repository(tmp_path)
    ran = check(project, "--format", "sarif")
    run = ran.json["runs"][0]
    assert "orders/" == run["originalUriBaseIds"]["%SRCROOT%"]["uri"]
    assert "REPOROOT" == run["originalUriBaseIds"]["%SRCROOT%"]["uriBaseId"]
    assert {"uriBaseId": "REPOROOT"} == run["versionControlProvenance"][0]["mappedTo"]
    assert "relative to orders/" in ran.err
    actions = {**ACTIONS, "GITHUB_WORKSPACE": str(tmp_path)}
    from_top = check(project, "--format", "sarif", **actions)
    assert {"%SRCROOT%"} == from_top.json["runs"][0]["originalUriBaseIds"].keys()
    assert "relative to" not in from_top.err


# ---- suppressed


def test_suppressed_findings_are_in_sarif_only_on_request(project: Path) -> None:
    text = (project / "template.yaml").read_text()
    commented = text.replace("DeploymentPreference:", "DeploymentPreference:  # samguard: ignore[SG301] nobody waits")
    (project / "template.yaml").write_text(commented)
    ran = check(project, "--format", "sarif")
    assert (0, []) == (ran.code, ran.json["runs"][0]["results"])
    shown = check(project, "--format", "sarif", "--show-suppressed")
    (result,) = shown.json["runs"][0]["results"]
    assert "SG301" == result["ruleId"]
    assert [{"kind": "inSource", "justification": "nobody waits"}] == result["suppressions"]
    assert shown.code == 0
