"""pre-commit, as its users run it: the hooks of this repository, tried on a project that was made for it.

Installing the hook takes the package index, once.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command import environment
from projects import lay_out

pytestmark = [
    pytest.mark.clients,
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
    pytest.mark.skipif(
        subprocess.run([sys.executable, "-m", "pre_commit", "--version"], capture_output=True, check=False).returncode
        != 0,
        reason="pre-commit is not installed",
    ),
]

ROOT = Path(__file__).parents[2]
TEMPLATE = """
    Transform: AWS::Serverless-2016-10-31
    Parameters:
      Stage: {Type: String}
      Strategy: {Type: String}
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          InlineCode: "def handler(event, context): return {}"
          Handler: index.handler
          Runtime: python3.13
          AutoPublishAlias: live
          DeploymentPreference:
            Type: !Ref Strategy
            Alarms: [!Ref OrdersErrors]
      OrdersErrors:
        Type: AWS::CloudWatch::Alarm
        Properties:
          Namespace: AWS/Lambda
          MetricName: Errors
          Dimensions:
            - {Name: FunctionName, Value: !Ref Orders}
            - {Name: Resource, Value: !Sub "${Orders}:live"}
            - {Name: ExecutedVersion, Value: !GetAtt Orders.Version.Version}
          Statistic: Sum
          Period: 60
          EvaluationPeriods: 1
          Threshold: 1
          ComparisonOperator: GreaterThanOrEqualToThreshold
          TreatMissingData: notBreaching
"""
SAMCONFIG = """
    version = 0.1
    [dev.deploy.parameters]
    stack_name = "orders-dev"
    capabilities = "CAPABILITY_IAM"
    parameter_overrides = "Stage=dev Strategy=AllAtOnce"
    [prod.deploy.parameters]
    stack_name = "orders-prod"
    capabilities = "CAPABILITY_IAM"
    parameter_overrides = "Stage=prod Strategy=Canary10Percent5Minutes"
"""
CONFIG = """
    repos:
      - repo: {hooks}
        rev: {revision}
        hooks:
          - id: samguard
          - id: samguard-files
"""
BROKEN = SAMCONFIG.replace("Canary10Percent5Minutes", "AllAtOnce")


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", "-c", "init.defaultBranch=main")
    command = ["git", *who, "-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null", *arguments]
    return subprocess.run(command, cwd=folder, env=variables(folder), check=True, capture_output=True, text=True).stdout


def variables(folder: Path) -> dict[str, str]:
    kept = {key: text for key, text in environment().items() if not key.startswith(("GIT_", "PRE_COMMIT", "PYTHON"))}
    return kept | {"PRE_COMMIT_HOME": str(folder.parent / "pre-commit"), "GIT_CONFIG_GLOBAL": os.devnull}


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hooks' repository as it is here, with what is not committed yet."""
    folder = tmp_path_factory.mktemp("hooks") / "samguard"
    leave_out = shutil.ignore_patterns(
        ".git", ".venv", "build", "*.egg-info", "__pycache__", ".*_cache", ".hypothesis", "tests"
    )
    shutil.copytree(ROOT, folder, ignore=leave_out)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "The hooks")
    return folder


@pytest.fixture
def project(hooks: Path) -> Path:
    """A committed project with nothing to complain about. Beside the hooks, so that all tests share one installation."""
    folder = hooks.parent / "project"
    shutil.rmtree(folder, ignore_errors=True)
    config = CONFIG.format(hooks=hooks, revision=git(hooks, "rev-parse", "HEAD").strip())
    files = {"template.yaml": TEMPLATE, "samconfig.toml": SAMCONFIG, "notes.md": "# Notes\n"}
    lay_out(folder, {**files, ".pre-commit-config.yaml": config})
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "A canary for production")
    return folder


def pre_commit(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs pre-commit on what is staged."""
    command = [sys.executable, "-m", "pre_commit", *arguments, "--verbose", "--color=never"]
    return subprocess.run(
        command, cwd=project, env=variables(project), capture_output=True, text=True, check=False, timeout=1200
    )


def commit(project: Path, hook: str, files: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What a hook says of a commit of these files."""
    lay_out(project, files)
    git(project, "add", *files)
    return pre_commit(project, "run", hook)


def test_tried_from_its_repository_the_hook_fails_a_commit_that_breaks_production(project: Path, hooks: Path) -> None:
    lay_out(project, {"samconfig.toml": BROKEN})
    git(project, "add", "samconfig.toml")
    ran = pre_commit(project, "try-repo", str(hooks), "samguard")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "SG201" in ran.stdout


@pytest.mark.parametrize("hook", ["samguard", "samguard-files"])
def test_a_commit_of_samconfig_alone_that_breaks_production_fails(project: Path, hook: str) -> None:
    ran = commit(project, hook, {"samconfig.toml": BROKEN})
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "SG201" in ran.stdout
    assert "template.yaml:" in ran.stdout


@pytest.mark.parametrize("hook", ["samguard", "samguard-files"])
def test_a_commit_that_breaks_nothing_passes(project: Path, hook: str) -> None:
    ran = commit(project, hook, {"samconfig.toml": SAMCONFIG + "    # nothing else\n"})
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Passed" in ran.stdout


@pytest.mark.parametrize("hook", ["samguard", "samguard-files"])
def test_a_commit_of_nothing_that_is_deployed_does_not_run_it(project: Path, hook: str) -> None:
    ran = commit(project, hook, {"notes.md": "# More notes\n"})
    assert ran.returncode == 0
    assert "Skipped" in ran.stdout


def test_only_the_hook_for_the_whole_project_minds_what_others_broke(project: Path) -> None:
    lay_out(project, {"samconfig.toml": BROKEN})
    git(project, "commit", "--quiet", "--all", "--message", "All at once")
    stacks = SAMCONFIG.replace("orders-", "other-")
    other = {"other/template.yaml": TEMPLATE, "other/samconfig.toml": stacks}
    assert commit(project, "samguard", other).returncode == 1
    ran = commit(project, "samguard-files", other)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "nothing to do with" in ran.stdout


def test_no_hook_needs_a_network_or_a_file_list_to_be_split(hooks: Path) -> None:
    import yaml

    described = {hook["id"]: hook for hook in yaml.safe_load((hooks / ".pre-commit-hooks.yaml").read_text())}
    assert {"samguard", "samguard-files"} == described.keys()
    assert described["samguard"]["pass_filenames"] is False
    assert all(hook["require_serial"] for hook in described.values())
