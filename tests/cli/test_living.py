"""`check --changed-since`, `--watch`, and what a shell completes."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from command import Ran, in_process, samguard
from projects import ORDERS, STAGES, lay_out
from repositories import committed

from samguard.cli.completion import environment_names, rule_words
from samguard.cli.watch import differences, run_watching, state
from samguard.errors import SamguardError


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one error of SG301, in prod."""
    return committed(lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": STAGES, "README.md": "x"}))


def check(folder: Path, *arguments: str) -> Ran:
    return in_process("check", "--select", "SG301", *arguments, cwd=folder)


# --changed-since


def test_what_no_change_can_have_caused_does_not_fail(repository: Path) -> None:
    (repository / "README.md").write_text("y")
    ran = check(repository, "--changed-since", "main")
    assert (0, "") == (ran.code, ran.out)
    assert "samguard: 1 finding not shown, which no change since main can have caused\n" in ran.err
    assert "not shown" not in check(repository, "--changed-since", "main", "-q").err


def test_a_changed_samconfig_fails_though_the_template_is_the_same(repository: Path) -> None:
    (repository / "samconfig.toml").write_text((repository / "samconfig.toml").read_text() + "# more\n")
    ran = check(repository, "--changed-since", "main", "--format", "concise")
    assert 1 == ran.code
    assert ran.out.startswith("template.yaml:12:")


def test_it_works_from_a_folder_above_the_repository(repository: Path) -> None:
    (repository / "template.yaml").write_text((repository / "template.yaml").read_text() + "# more\n")
    assert 1 == check(repository.parent, "--changed-since", "main", repository.name).code


def test_it_may_be_joined_with_a_baseline(repository: Path) -> None:
    assert 0 == in_process("baseline", cwd=repository).code
    (repository / "template.yaml").write_text((repository / "template.yaml").read_text() + "# more\n")
    assert 0 == check(repository, "--changed-since", "main", "--baseline", ".samguard-baseline.json").code


@pytest.mark.parametrize(
    ("revision", "said"),
    [
        ("mian", "git knows no revision 'mian'. Name a branch, a tag or a commit that is here"),
        ("--help", "'--help' is no revision of git"),
    ],
)
def test_an_unknown_revision_is_told(repository: Path, revision: str, said: str) -> None:
    ran = check(repository, f"--changed-since={revision}")
    assert (2, "") == (ran.code, ran.out)
    assert said in ran.err


def test_without_a_repository_that_is_told(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS})
    ran = check(tmp_path, "--changed-since", "main")
    assert 2 == ran.code
    assert "--changed-since main needs a git repository" in ran.err


def test_git_and_baselines_are_loaded_only_where_they_are_asked_for(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS})
    names = ("git_changes", "baseline", "change", "watch", "levels", "completion", "init")
    program = (
        "import sys, samguard.cli.check as c, samguard.cli.reports as r; from samguard.project import Options;"
        "c.run_check(c.Question((), Options()), r.wanted('concise', 'out.txt', ()), exit_zero=True, no_cache=True, quiet=True);"
        f"print([n for n in sys.modules if n.startswith('samguard.') and n.rpartition('.')[2] in {names}])"
    )
    import subprocess

    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()


# --watch


def codes(*given: int | Exception) -> tuple[list[int], object]:
    """Runs that end like this, and a list of those that were made."""
    left, made = list(given), list[int]()

    def once() -> int:
        made.append(len(made))
        said = left.pop(0)
        if isinstance(said, Exception):
            raise said
        return said

    return made, once


def test_it_checks_again_after_each_change(capsys: pytest.CaptureFixture[str]) -> None:
    made, once = codes(1, 0, 1)
    changes = [frozenset({"template.yaml"}), frozenset({"b", "a", "c"})]
    assert 1 == run_watching(once, (), changes=changes)  # type: ignore[arg-type]
    assert 3 == len(made)
    captured = capsys.readouterr()
    assert "samguard: template.yaml changed\nsamguard: a and 2 more changed\n" == captured.err
    assert "" == captured.out  # nothing is cleared where there is no terminal


def test_what_stops_a_run_does_not_stop_the_watch(capsys: pytest.CaptureFixture[str]) -> None:
    _, once = codes(SamguardError("broken", path="samguard.toml", line=3), 0)
    assert 0 == run_watching(once, (), changes=[frozenset({"samguard.toml"})])  # type: ignore[arg-type]
    assert "samguard: error: samguard.toml:3: broken\n" in capsys.readouterr().err


def test_ctrl_c_ends_with_the_last_exit_code() -> None:
    def changes() -> object:
        yield frozenset({"a"})
        raise KeyboardInterrupt

    _, once = codes(0, 1)
    assert 1 == run_watching(once, (), changes=changes())  # type: ignore[arg-type]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("term", "is_cleared"), [("xterm", True), ("dumb", False)])
def test_a_terminal_is_cleared(monkeypatch: pytest.MonkeyPatch, term: str, is_cleared: bool) -> None:
    monkeypatch.setenv("TERM", term)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    _, once = codes(0, 0)
    run_watching(once, (), changes=[frozenset({"a"})])  # type: ignore[arg-type]
    assert is_cleared == ("\x1b[2J" in terminal.getvalue())


def test_stdin_cannot_be_watched(tmp_path: Path) -> None:
    ran = in_process("check", "--watch", "-", cwd=tmp_path)
    assert 2 == ran.code
    assert "--watch cannot look at a template from stdin. Name its file" in ran.err


def test_files_that_come_go_or_are_written_are_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lay_out(tmp_path, {"a/b": "1", "c": "1", "d": "1", "x.log": "1", ".gitignore": "*.log\n"})
    before = state(())
    assert {"a/b", "c", "d", ".gitignore"} == {path.replace("\\", "/") for path in before}
    assert frozenset() == differences(before, state(()))
    lay_out(tmp_path, {"a/b": "22", "new": "1", "x.log": "2"})
    (tmp_path / "c").unlink()
    assert {"a/b", "c", "new"} == {path.replace("\\", "/") for path in differences(before, state(()))}


def test_beside_a_named_file_its_samconfig_is_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lay_out(tmp_path, {"template.yaml": "1", "samconfig.toml": "1", "deep/other": "1"})
    assert {"template.yaml", "samconfig.toml"} == set(state(("template.yaml",)))


# completion


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("SG30", {"SG301", "SG302"}),
        ("sg301", {"SG301"}),
        ("no-al", {"no-alarms", "no-alias"}),
        ("SG201,SG301", {"SG201,SG301"}),
        ("zzz", set()),
    ],
)
def test_rules_are_completed(typed: str, expected: set[str]) -> None:
    found = set(rule_words(typed))
    assert expected <= found
    assert all(word.lower().startswith(typed.lower()) for word in found)
    assert bool(expected) == bool(found)


def test_environments_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": STAGES}))
    assert ["dev", "prod"] == list(environment_names(""))
    assert ["prod"] == list(environment_names("p"))
    lay_out(tmp_path, {"samguard.toml": "broken"})
    assert [] == list(environment_names(""))


def complete(folder: Path, line: str) -> list[str]:
    variables = {"_SAMGUARD_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
    return samguard(cwd=folder, variables=variables).out.split()


def test_a_shell_completes_commands_rules_and_environments(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": STAGES})
    assert {"check", "baseline", "init", "plan", "rule"} <= set(complete(tmp_path, "samguard "))
    assert ["SG301"] == complete(tmp_path, "samguard rule SG301")
    assert ["prod"] == complete(tmp_path, "samguard plan --env pr")


def test_completion_can_be_installed(tmp_path: Path) -> None:
    shown = samguard("--help", cwd=tmp_path).out
    assert "--install-completion" in shown
    assert "--show-completion" in shown
