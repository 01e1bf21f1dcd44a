"""`samguard init`: a configuration that changes nothing yet, and what to add to CI."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from command import in_process
from projects import ORDERS, STAGES, lay_out
from repositories import run_git

from samguard.cli.app import CheckFormat
from samguard.cli.ci_snippets import snippets
from samguard.cli.first_configuration import first_configuration
from samguard.environments import read_settings
from samguard.linting import configured
from samguard.project import load_project
from samguard.source import parse_document

posix = pytest.mark.skipif(sys.platform == "win32", reason="asks for what only POSIX systems have")
SYSTEMS = ("GitHub Actions", "GitLab CI", "Bitbucket Pipelines", "Jenkins", "CodeBuild")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": STAGES})
    run_git(tmp_path, "init")
    return tmp_path


def files(folder: Path) -> list[str]:
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in found if path.parts[0] != ".git")


def findings(folder: Path) -> object:
    return in_process("check", "--format", "json", cwd=folder).json["findings"]


def uncommented(text: str) -> str:
    """The configuration with every setting taken out of its comment."""
    return re.sub(r"^#(?=\S)", "", text, flags=re.MULTILINE)


# the configuration


def test_it_changes_nothing(project: Path) -> None:
    before = findings(project)
    ran = in_process("init", "--write", cwd=project)
    assert 0 == ran.code
    assert "wrote samguard.toml: all of it is commented out, so it changes nothing yet" in ran.err
    assert [".pre-commit-config.yaml", "samconfig.toml", "samguard.toml", "template.yaml"] == files(project)
    assert before == findings(project)


def test_every_setting_in_it_is_right(project: Path) -> None:
    text = uncommented(first_configuration(load_project((str(project),))))
    settings = read_settings(parse_document(text, "samguard.toml"), ())
    configured(settings)
    assert {"dev": False, "prod": True} == {name: said.production for name, said in settings.environments.items()}
    assert settings.baseline is not None
    assert settings.levels
    assert settings.per_path


def test_its_environments_say_what_is_so_anyway(project: Path) -> None:
    before = findings(project)
    text = first_configuration(load_project((str(project),)))
    head, _, environments = text.partition("# Environments")
    (project / "samguard.toml").write_text(f"{head}# {uncommented(environments)}", encoding="utf-8")
    assert before == findings(project)


def test_without_environments_it_says_how_to_describe_them(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS})
    text = first_configuration(load_project((str(tmp_path),)))
    assert "No file of this project describes an environment" in text
    assert ["prod"] == list(tomllib.loads(uncommented(text))["environments"])


@pytest.mark.parametrize("name", ["a.b", "ä", 'q"u', "x y", "line\\u000abreak", "esc\\u001b[31m", "#"])
def test_an_environment_of_any_name_is_written_as_a_key(tmp_path: Path, name: str) -> None:
    quoted = name if "\\" in name else json.dumps(name, ensure_ascii=False)[1:-1]
    config = f'version = 0.1\n["{quoted}".deploy.parameters]\nstack_name = "x"\n'
    lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": config})
    text = first_configuration(load_project((str(tmp_path),)))
    (expected,) = set(tomllib.loads(config)) - {"version"}
    assert text.isprintable() or "\x1b" not in text
    assert [expected] == list(tomllib.loads(uncommented(text))["environments"])
    assert {} == tomllib.loads(text)


# what is there


def test_a_second_time_nothing_is_written(project: Path) -> None:
    in_process("init", "--write", cwd=project)
    before = {name: (project / name).read_bytes() for name in files(project)}
    ran = in_process("init", "--write", cwd=project)
    assert 0 == ran.code
    assert "configured by samguard.toml already; left as it is" in ran.err
    assert before == {name: (project / name).read_bytes() for name in files(project)}


@pytest.mark.parametrize(
    ("path", "text"),
    [("samguard.toml", 'fail-on = "error"\n'), ("pyproject.toml", "[tool.samguard]\n"), ("samguard.toml", "")],
)
def test_a_configuration_that_is_there_is_left_as_it_is(project: Path, path: str, text: str) -> None:
    lay_out(project, {path: text})
    before = files(project)
    ran = in_process("init", cwd=project)
    assert f"configured by {path} already; left as it is" in ran.err
    assert (before, text) == (files(project), (project / path).read_text())


def test_one_above_is_not_hidden_by_a_new_one(project: Path) -> None:
    lay_out(project, {"samguard.toml": "", "sub/template.yaml": ORDERS})
    ran = in_process("init", cwd=project / "sub")
    assert "configured by ../samguard.toml already" in ran.err
    assert ["template.yaml"] == files(project / "sub")


def test_a_pyproject_without_a_word_of_samguard_is_none(project: Path) -> None:
    lay_out(project, {"pyproject.toml": "[project]\n"})
    in_process("init", cwd=project)
    assert "samguard.toml" in files(project)


def test_a_dry_run_writes_nothing(project: Path) -> None:
    before = files(project)
    ran = in_process("init", "--write", "--dry-run", cwd=project)
    assert (0, before) == (ran.code, files(project))
    assert "would write samguard.toml" in ran.err
    assert "would write .pre-commit-config.yaml" in ran.err
    assert "#fail-on" in ran.out


def test_no_name_of_the_project_acts_in_a_log(tmp_path: Path) -> None:
    config = 'version = 0.1\n["##vso[task.x]"]\n["##vso[task.x]".deploy.parameters]\nstack_name = "x"\n'
    lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": config})
    ran = in_process("init", "--dry-run", cwd=tmp_path)
    assert "vso[task.x]" in ran.out
    assert "##vso" not in ran.out + ran.err


def test_a_folder_that_is_none_is_told(project: Path) -> None:
    for folder in ("gone", "template.yaml"):
        ran = in_process("init", folder, cwd=project)
        assert 2 == ran.code
        assert f"'{folder}' is no folder" in ran.err


@posix
def test_nothing_is_written_through_a_link_that_leads_out(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (project / ".github").symlink_to(outside)
    ran = in_process("init", "--write", cwd=project)
    assert ".github/workflows/samguard.yml was not written: a link leads out of the repository" in ran.err
    assert [] == [path for path in outside.rglob("*") if path.is_file()]


# snippets


def of(folder: Path, *systems: str, formats: tuple[str, ...] = tuple(CheckFormat)) -> dict[str, str]:
    return {snippet.title: snippet.text for snippet in snippets(folder, folder, systems, formats)}


@pytest.mark.parametrize(
    ("path", "system"),
    [
        (".github/CODEOWNERS", "GitHub Actions"),
        (".gitlab-ci.yml", "GitLab CI"),
        ("bitbucket-pipelines.yml", "Bitbucket Pipelines"),
        ("Jenkinsfile", "Jenkins"),
        ("buildspec.yml", "CodeBuild"),
    ],
)
def test_the_ci_that_is_there_gets_its_snippet(tmp_path: Path, path: str, system: str) -> None:
    assert {"pre-commit"} == set(of(tmp_path))
    lay_out(tmp_path, {path: "x"})
    assert {"pre-commit", system} == set(of(tmp_path))


def test_a_pipeline_of_the_project_counts_wherever_it_stands(tmp_path: Path) -> None:
    assert {"pre-commit", "CodeBuild"} == set(of(tmp_path, "CodePipeline"))


@pytest.mark.parametrize("formats", [("text",), ("text", "gitlab", "junit")])
def test_each_snippet_runs_check_in_formats_that_there_are(tmp_path: Path, formats: tuple[str, ...]) -> None:
    found = of(tmp_path, *SYSTEMS, formats=formats)
    assert {"pre-commit", *SYSTEMS} == set(found)
    for title, text in found.items():
        assert "samguard check" in text
        used = set(re.findall(r"--format (\w+)", text)) - {"sarif"}
        assert used <= set(formats)
        if title != "Jenkins":
            assert yaml.safe_load(text)


def test_a_folder_below_the_top_is_what_is_checked(tmp_path: Path) -> None:
    folder = tmp_path / "services/orders"
    folder.mkdir(parents=True)
    texts = [snippet.text for snippet in snippets(tmp_path, folder, SYSTEMS, ())]
    assert all("samguard check services/orders" in text for text in texts)


@pytest.mark.parametrize("name", ["a; rm -rf ~", "$(id)", "a b", "-x", "a\nb", "`id`"])
def test_a_name_that_a_shell_would_not_take_as_it_is_stays_out(tmp_path: Path, name: str) -> None:
    texts = [snippet.text for snippet in snippets(tmp_path, tmp_path / name, SYSTEMS, ())]
    assert not any(name in text for text in texts)


def test_what_is_written_brings_no_finding(project: Path) -> None:
    lay_out(
        project, {".github/CODEOWNERS": "x", "buildspec.yml": "version: 0.2\nphases: {build: {commands: [make]}}\n"}
    )
    before = findings(project)
    ran = in_process("init", "--write", cwd=project)
    assert {".github/workflows/samguard.yml", "buildspec-samguard.yml", ".pre-commit-config.yaml"} <= set(
        files(project)
    )
    assert before == findings(project)
    assert "" == ran.out


def test_a_file_of_ours_that_is_there_is_left_and_told(project: Path) -> None:
    lay_out(project, {".github/workflows/samguard.yml": "name: own\n"})
    ran = in_process("init", "--write", cwd=project)
    assert ".github/workflows/samguard.yml is there already; left as it is" in ran.err
    assert "name: own\n" == (project / ".github/workflows/samguard.yml").read_text()


def test_hooks_that_are_there_are_not_overwritten_but_the_hook_is_shown(project: Path) -> None:
    lay_out(project, {".pre-commit-config.yaml": "repos: []\n"})
    ran = in_process("init", "--write", cwd=project)
    assert "# pre-commit: .pre-commit-config.yaml (add the hook to the repositories that are there)" in ran.out
    assert "repos: []\n" == (project / ".pre-commit-config.yaml").read_text()
