"""`samguard check --fix` and `--diff` as people rely on them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from command import Ran, samguard, with_change
from fixable import RIGHT, SAMCONFIG, TEMPLATE
from projects import lay_out
from syrupy.assertion import SnapshotAssertion

posix = pytest.mark.skipif(sys.platform == "win32", reason="asks for what only POSIX systems have")
RULES = ("--select", "SG205,SG301")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A project with a safe fix and an unsafe one, to write into."""
    return lay_out(tmp_path, {"template.yaml": TEMPLATE, "samconfig.toml": SAMCONFIG})


def check(folder: Path, *arguments: str) -> Ran:
    return samguard("check", *RULES, *arguments, cwd=folder)


def template(folder: Path) -> str:
    return (folder / "template.yaml").read_bytes().decode()


def test_fix_applies_safe_fixes_and_reports_what_is_left(own: Path) -> None:
    ran = check(own, "--fix", "--format", "concise")
    assert RIGHT == template(own)
    assert 1 == ran.code
    assert "SG301" in ran.out
    assert "SG205" not in ran.out
    assert "fixed 1 of 2 findings (1 more with --unsafe-fixes)" in ran.err


def test_unsafe_fixes_are_asked_for(own: Path) -> None:
    ran = check(own, "--fix", "--unsafe-fixes")
    assert 0 == ran.code
    assert "fixed 2 of 2 findings" in ran.err
    assert "- !Ref RefundsErrorsAlarm" in template(own)


def test_a_second_run_changes_nothing(own: Path) -> None:
    check(own, "--fix", "--unsafe-fixes")
    once = template(own)
    ran = check(own, "--fix", "--unsafe-fixes")
    assert (0, once) == (ran.code, template(own))
    assert 0 == check(own, "--diff", "--unsafe-fixes").code


def test_diff_shows_what_fix_would_do_and_writes_nothing(own: Path, snapshot: SnapshotAssertion) -> None:
    ran = check(own, "--diff", "--unsafe-fixes")
    assert (1, TEMPLATE) == (ran.code, template(own))
    assert ran.out == snapshot
    assert "would fix 2 of 2 findings" in ran.err


@posix
def test_a_diff_can_be_applied(own: Path) -> None:
    (own / "template.yaml").write_bytes(TEMPLATE.rstrip("\n").replace("\n", "\r\n").encode("utf-8-sig"))
    ran = check(own, "--diff", "--unsafe-fixes", "--output", "fixes.diff")
    assert 1 == ran.code
    subprocess.run(["git", "apply", "fixes.diff"], cwd=own, check=True, capture_output=True)
    applied = template(own)
    (own / "template.yaml").write_bytes(TEMPLATE.rstrip("\n").replace("\n", "\r\n").encode("utf-8-sig"))
    check(own, "--fix", "--unsafe-fixes")
    assert applied == template(own)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encoding_and_line_ends_stay(own: Path, encoding: str, end: str) -> None:
    (own / "template.yaml").write_bytes(TEMPLATE.replace("\n", end).encode(encoding))
    assert 1 == check(own, "--fix", "template.yaml").code  # a walk looks at what is UTF-8
    assert RIGHT.replace("\n", end).encode(encoding) == (own / "template.yaml").read_bytes()


def test_json_stays_json(tmp_path: Path) -> None:
    function = {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "CodeUri": "src/",
            "Handler": "app.handler",
            "Runtime": "python3.12",
            "AutoPublishAlias": "live",
            "DeploymentPreference": {"Type": "Canary10Percent5Minute", "Hooks": {"PreTraffic": "Check"}},
        },
    }
    properties = {
        "FunctionName": "CodeDeployHook_check",
        "Role": "arn:aws:iam::111122223333:role/hooks",
        "CodeUri": "hooks/",
        "Handler": "check.handler",
    }
    check_function = {"Type": "AWS::Serverless::Function", "Properties": properties}
    wanted = {"Transform": "AWS::Serverless-2016-10-31", "Resources": {"Orders": function, "Check": check_function}}
    text = json.dumps(wanted, indent=4)
    lay_out(tmp_path, {"template.yaml": text, "samconfig.toml": SAMCONFIG})
    ran = samguard("check", "--select", "SG205,SG417", "--fix", cwd=tmp_path)
    assert "fixed 2 of 2 findings" in ran.err
    right = text.replace('5Minute"', '5Minutes"').replace('"PreTraffic": "Check"', '"PreTraffic": {"Ref": "Check"}')
    assert right == template(tmp_path)


def test_new_lines_end_as_the_others_do(own: Path) -> None:
    (own / "template.yaml").write_bytes(TEMPLATE.replace("\n", "\r\n").encode())
    check(own, "--fix", "--unsafe-fixes")
    assert "\n" not in template(own).replace("\r\n", "")
    assert "RefundsErrorsAlarm" in template(own)


def test_what_is_suppressed_is_not_fixed(own: Path) -> None:
    text = TEMPLATE.replace("# slow enough", "# samguard: ignore[SG205] it is what we call it")
    (own / "template.yaml").write_text(text)
    check(own, "--fix")
    assert text == template(own)


def test_only_what_is_selected_is_fixed(own: Path) -> None:
    ran = samguard("check", "--select", "SG301", "--fix", cwd=own)
    assert (1, TEMPLATE) == (ran.code, template(own))


def test_environments_that_are_left_out_are_not_fixed(own: Path) -> None:
    ran = check(own, "--fix", "--env", "dev")
    assert (2, TEMPLATE) == (ran.code, template(own))


def test_samconfig_is_fixed(tmp_path: Path) -> None:
    text = f"{SAMCONFIG}disable_rollback = true  # for now\n"
    lay_out(tmp_path, {"template.yaml": RIGHT, "samconfig.toml": text})
    assert 0 == samguard("check", "--select", "SG618", "--fix", cwd=tmp_path).code
    assert text.replace("true", "false") == (tmp_path / "samconfig.toml").read_text()


def test_pipelines_are_fixed(tmp_path: Path) -> None:
    workflow = """\
on: {push: {branches: [main]}}
jobs:
  prod:
    runs-on: ubuntu-latest
    environment: prod
    steps:
      - uses: actions/checkout@v4
      - run: sam deploy --config-env prod --disable-rollback  # why?
"""
    path = ".github/workflows/deploy.yml"
    lay_out(tmp_path, {"template.yaml": RIGHT, "samconfig.toml": SAMCONFIG, path: workflow})
    assert 0 == samguard("check", "--select", "SG703", "--fix", cwd=tmp_path).code
    assert workflow.replace("--disable", "--no-disable") == (tmp_path / path).read_text()


def test_the_code_of_a_hook_is_fixed(tmp_path: Path) -> None:
    code = """\
import boto3


def handler(event, context):
    boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status='Success',  # all is well
    )
"""
    hook = """
  Check:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: CodeDeployHook_check
      CodeUri: hooks/
      Handler: check.handler
      Runtime: python3.12
"""
    preference = "        Type: Linear10PercentEvery1Minute\n"
    text = RIGHT.replace(preference, f"{preference}        Hooks: {{PreTraffic: !Ref Check}}\n") + hook
    lay_out(tmp_path, {"template.yaml": text, "samconfig.toml": SAMCONFIG, "hooks/check.py": code})
    assert 0 == samguard("check", "--select", "SG410", "--fix", cwd=tmp_path).code
    assert code.replace("'Success'", "'Succeeded'") == (tmp_path / "hooks/check.py").read_text()


# what cannot be written


@posix
def test_a_read_only_file_is_told_and_the_others_are_fixed(own: Path) -> None:
    (own / "other").mkdir()
    (own / "other/template.yaml").write_text(TEMPLATE)
    (own / "template.yaml").chmod(0o444)
    ran = check(own, "--fix")
    assert 2 == ran.code
    assert "template.yaml was not changed: it is read-only" in ran.err
    assert (TEMPLATE, RIGHT) == (template(own), template(own / "other"))


@posix
def test_a_link_that_leads_out_of_the_project_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(TEMPLATE)
    inside = lay_out(tmp_path / "inside", {"samconfig.toml": SAMCONFIG})
    (inside / "template.yaml").symlink_to(outside)
    ran = check(inside, "--fix", "template.yaml")
    assert (2, TEMPLATE) == (ran.code, outside.read_text())
    assert "it is outside of the project" in ran.err


@posix
def test_a_file_with_two_names_is_fixed_once(own: Path) -> None:
    (own / "again.yaml").symlink_to(own / "template.yaml")
    ran = check(own, "--fix")
    assert RIGHT == template(own)
    assert (own / "again.yaml").is_symlink()
    assert "was not fixed" not in ran.err


@posix
def test_permissions_stay(own: Path) -> None:
    (own / "template.yaml").chmod(0o640)
    check(own, "--fix")
    assert (RIGHT, 0o640) == (template(own), (own / "template.yaml").stat().st_mode & 0o777)


def test_a_run_that_is_killed_while_it_writes_leaves_the_old_file(own: Path) -> None:
    kill = "import os\nos.replace = lambda *_: os._exit(9)\n"
    ran = with_change(kill, "check", *RULES, "--fix", cwd=own)
    assert (9, TEMPLATE) == (ran.code, template(own))


def test_a_full_disk_leaves_the_old_file_and_is_told(own: Path) -> None:
    full = "import os\ndef full(handle):\n    raise OSError(28, 'No space left on device')\nos.fsync = full\n"
    ran = with_change(full, "check", *RULES, "--fix", cwd=own)
    assert (2, TEMPLATE) == (ran.code, template(own))
    assert "template.yaml was not changed: No space left on device" in ran.err
    assert ["samconfig.toml", "template.yaml"] == sorted(path.name for path in own.iterdir())


def test_a_report_is_written_whole_or_not_at_all(own: Path) -> None:
    (own / "report.txt").write_text("old")
    kill = "import os\nos.replace = lambda *_: os._exit(9)\n"
    ran = with_change(kill, "check", *RULES, "--output", "report.txt", cwd=own)
    assert (9, "old") == (ran.code, (own / "report.txt").read_text())


# what is asked wrongly


def test_unsafe_fixes_alone_do_nothing(own: Path) -> None:
    ran = check(own, "--unsafe-fixes")
    assert (2, TEMPLATE) == (ran.code, template(own))
    assert "add --fix to apply them or --diff to see them" in ran.err


def test_stdin_can_be_shown_and_not_written(own: Path) -> None:
    ran = samguard("check", *RULES, "--fix", "-", cwd=own, stdin=TEMPLATE.encode())
    assert (2, TEMPLATE) == (ran.code, template(own))
    ran = samguard("check", *RULES, "--diff", "-", cwd=own, stdin=TEMPLATE.encode())
    assert 1 == ran.code
    assert "+        Type: Canary10Percent5Minutes  # slow enough" in ran.out


def test_a_fix_that_does_harm_is_taken_back_and_told(own: Path) -> None:
    harm = (
        "import samguard.rules.strategy.unknown_strategy as rule\n"
        "rule.LAMBDA_PREFIX = rule.LAMBDA_PREFIX\n"
        "rule.near_predefined = lambda name: '{'\n"
    )
    ran = with_change(harm, "check", "--select", "SG205", "--fix", cwd=own)
    assert TEMPLATE == template(own)
    assert "SG205 was not fixed (Write {): the file could not be read any more" in ran.err
