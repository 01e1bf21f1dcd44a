"""`samguard baseline` and `samguard check --baseline`: only what is new fails."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from command import Ran, in_process
from projects import ORDERS, STAGES, lay_out

NAME = ".samguard-baseline.json"
posix = pytest.mark.skipif(sys.platform == "win32", reason="asks for what only POSIX systems have")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one error of SG301, in prod, that is in its baseline."""
    lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": STAGES})
    assert "samguard: 1 finding written to .samguard-baseline.json\n" == write(tmp_path).err
    return tmp_path


def write(folder: Path, *arguments: str) -> Ran:
    ran = in_process("baseline", "--select", "SG301,SG416", "--ignore", "SG416", *arguments, cwd=folder)
    assert (0, b"") == (ran.code, ran.stdout) or arguments
    return ran


def check(folder: Path, *arguments: str) -> Ran:
    return in_process("check", "--select", "SG301", "--baseline", NAME, *arguments, cwd=folder)


def add_function(folder: Path) -> None:
    path = folder / "template.yaml"
    function = ORDERS[ORDERS.index("      Orders:") :].replace("Orders", "Refunds")
    text = path.read_text(encoding="utf-8")
    lay_out(folder, {"more.yaml": "A:\n" + "".join(f"{line[4:]}\n" for line in function.splitlines())})
    path.write_text(text + (folder / "more.yaml").read_text(encoding="utf-8").partition("\n")[2], encoding="utf-8")
    (folder / "more.yaml").unlink()


def test_known_findings_do_not_fail_and_are_counted(project: Path) -> None:
    ran = check(project)
    assert (0, "") == (ran.code, ran.out)
    assert (
        "Nothing new in 1 template (2 rollouts in 2 environments), checked by 1 rule. "
        "1 known finding of the baseline is not counted.\n"
    ) == ran.err


def test_verbose_shows_them(project: Path) -> None:
    assert "error SG301[no-alarms] (known) in prod" in check(project, "-v").out


def test_new_ones_fail(project: Path) -> None:
    add_function(project)
    ran = check(project, "--format", "json")
    assert 1 == ran.code
    assert [("Orders", "unchanged"), ("Refunds", "new")] == [
        (f["resource"], f["baseline"]) for f in ran.json["findings"]
    ]
    assert 1 == ran.json["summary"]["errors"]
    assert "Refunds" in check(project, "--format", "concise").out
    assert "Orders" not in check(project, "--format", "concise").out
    assert 1 == check(project, "--format", "sarif").out.count('"ruleId"')


def test_what_is_gone_is_told_and_pruned(project: Path) -> None:
    (project / "template.yaml").write_text("Transform: AWS::Serverless-2016-10-31\nResources: {}\n")
    ran = check(project)
    assert 0 == ran.code
    assert "1 finding of the baseline is gone: samguard baseline --prune." in ran.err
    assert "0 findings written to .samguard-baseline.json (before: 1)" in write(project, "--prune").err
    assert "gone" not in check(project).err


def test_pruning_adds_nothing(project: Path) -> None:
    add_function(project)
    assert "1 finding written" in write(project, "--prune").err
    assert 1 == check(project).code
    assert "2 findings written" in write(project).err
    assert 0 == check(project).code


def test_the_configuration_may_name_it(project: Path) -> None:
    lay_out(project, {"samguard.toml": 'select = ["SG301"]\nbaseline = "known/it.json"\n'})
    (project / "known").mkdir()
    (project / NAME).rename(project / "known/it.json")
    assert 0 == in_process("check", cwd=project).code
    (project / "sub").mkdir()
    (project / "template.yaml").rename(project / "sub/template.yaml")
    (project / "samconfig.toml").rename(project / "sub/samconfig.toml")
    assert 0 == in_process("check", cwd=project / "sub").code
    assert "written to ../known/it.json" in in_process("baseline", cwd=project / "sub").err


def test_the_configuration_may_not_name_one_elsewhere(project: Path) -> None:
    lay_out(project, {"samguard.toml": 'baseline = "../../it.json"\n'})
    for command in ("check", "baseline"):
        ran = in_process(command, cwd=project)
        assert 2 == ran.code
        assert "samguard.toml:1: 'baseline' must be in the folder of the configuration or below it" in ran.err


def test_it_may_go_to_stdout(project: Path) -> None:
    ran = write(project, "--output", "-")
    assert (project / NAME).read_bytes() == ran.stdout


@pytest.mark.parametrize("text", ["# a page\n", "{}", '{"samguard-baseline": 1, "findings": 1}'])
def test_another_file_is_not_overwritten(project: Path, text: str) -> None:
    lay_out(project, {"README.md": text})
    ran = in_process("baseline", "--output", "README.md", cwd=project)
    assert (2, text) == (ran.code, (project / "README.md").read_text())
    assert "samguard: error: README.md:" in ran.err


def test_a_broken_one_is_told_with_its_line(project: Path) -> None:
    text = (project / NAME).read_text(encoding="utf-8")
    (project / NAME).write_text(text.replace('"rule": "SG301"', '"rule": 7'), encoding="utf-8")
    ran = check(project)
    assert (2, "") == (ran.code, ran.out)
    assert f"{NAME}:4: 'rule' of a finding must be a text" in ran.err


def test_one_that_is_not_there_is_told(project: Path) -> None:
    (project / NAME).unlink()
    assert 2 == check(project).code
    ran = in_process("baseline", "--prune", cwd=project)
    assert (2, False) == (ran.code, (project / NAME).exists())


@posix
def test_where_not_everything_could_be_read_none_is_written(project: Path) -> None:
    (project / NAME).unlink()
    (project / "sub").mkdir()
    (project / "sub/template.yaml").symlink_to("/proc/self/mem")
    (project / "sub/other.yaml").mkdir(mode=0o000)
    ran = in_process("baseline", cwd=project)
    assert ran.code in (0, 2)
    assert (ran.code == 0) == (project / NAME).exists()


def test_no_message_acts_in_a_log(tmp_path: Path) -> None:
    text = ORDERS.replace("Parameters:", "##vso[task.x]: 1\n    Parameters:").replace(
        "##vso[task.x]", "'##vso[task.x]'"
    )
    lay_out(tmp_path, {"template.yaml": text})
    ran = in_process("baseline", "--output", "-", cwd=tmp_path)
    assert "vso[task.x]" in ran.out
    assert "##vso" not in ran.out
    assert in_process("baseline", cwd=tmp_path).code == 0
    assert in_process("check", "--baseline", NAME, cwd=tmp_path).code == 0


def test_two_branches_that_each_mend_something_merge(project: Path) -> None:
    for name in "abcdef":
        lay_out(project, {f"{name}/template.yaml": ORDERS})
    lines = (write(project, "--output", "-").out).splitlines()
    assert len(lines) == len(set(lines)) == 5 + 7
    (project / "b/template.yaml").unlink()
    left = write(project, "--output", "-").out.splitlines()
    assert [line for line in lines if '"b/' not in line] == left
