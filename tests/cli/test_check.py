"""`samguard check` as scripts and people rely on it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from command import Ran, environment, samguard, with_change
from projects import ORDERS, STAGES, lay_out

posix = pytest.mark.skipif(sys.platform == "win32", reason="asks for what only POSIX systems have")

NO_ALARMS = ("--select", "SG301")
BROKEN = f"{ORDERS}  ]: oops\n"
DEMO = Path(__file__).parents[2] / "fixtures/demo"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one error of SG301, in prod. No test writes into it."""
    return lay_out(tmp_path_factory.mktemp("project"), {"template.yaml": ORDERS, "samconfig.toml": STAGES})


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The same, to write into."""
    return lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": STAGES})


def check(folder: Path, *arguments: str, **variables: str) -> Ran:
    return samguard("check", *NO_ALARMS, *arguments, cwd=folder, variables=variables)


# exit codes


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 1),
        (("--env", "dev"), 0),
        (("--env", "prod"), 1),
        (("--parameter", "Stage=dev", "--env", "dev"), 0),
        (("--exit-zero",), 0),
        (("--fail-on", "error"), 1),
        (("--fail-on", "never"), 0),
        (("--fail-on", "never", "--exit-zero"), 0),
        (("--format", "json"), 1),
        (("--format", "sarif"), 1),
        (("--format", "concise"), 1),
        (("--ignore", "no-alarms"), 0),
        (("template.yaml",), 1),
        (("samconfig.toml",), 1),
    ],
)
def test_the_exit_code_says_whether_there_are_findings(project: Path, arguments: tuple[str, ...], code: int) -> None:
    assert code == check(project, *arguments).code


@pytest.mark.parametrize(("fail_on", "code"), [("error", 0), ("warning", 1), ("note", 1), ("never", 0)], ids=str)
def test_fail_on_is_the_least_level_that_counts(tmp_path: Path, fail_on: str, code: int) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS})  # without an environment, it is a warning
    assert code == check(tmp_path, "--fail-on", fail_on).code
    lay_out(tmp_path, {"samguard.toml": f'fail-on = "{fail_on}"'})
    assert code == check(tmp_path).code
    assert 1 == check(tmp_path, "--fail-on", "warning").code


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gone.yaml",), "the path 'gone.yaml' does not exist"),
        (("template.yaml", "gone"), "the path 'gone' does not exist"),
        (("",), "the path '' does not exist"),
        (("--no-such-option",), "No such option"),
        (("--format", "xml"), "'xml'"),
        (("--fail-on", "fatal"), "'fatal'"),
        (("--env",), "--env"),
        (("--env", "prdo"), "no environment is called 'prdo'"),
        (("--parameter", "Stage"), "--parameter 'Stage' is not of the form KEY=VALUE"),
        (("--parameter", "=prod"), "--parameter '=prod' is not of the form KEY=VALUE"),
        (("--ignore", "no-alarm"), "no rule is called 'no-alarm'. Did you mean 'no-alarms'?"),
        (("--select", "SG3,SG999"), "no rule is called 'SG999'"),
        (("--config", "gone.toml"), "the configuration 'gone.toml' does not exist"),
        (("--output", "gone/report.txt"), "'gone/report.txt' cannot be written: No such file or directory"),
        (("--output", "."), "'.' cannot be written"),
    ],
)
def test_what_samguard_cannot_do_ends_with_2_and_a_sentence(
    project: Path, arguments: tuple[str, ...], said: str
) -> None:
    ran = check(project, "--exit-zero", *arguments)
    assert (2, b"") == (ran.code, ran.stdout)
    assert said in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("samguard.toml", "fail_on = 'error'", "samguard.toml:1: unknown key 'fail_on'"),
        ("samguard.toml", "fail-on = \n", "samguard.toml:1: "),
        ("samguard.toml", "\nignore = ['SG998']\n", "samguard.toml:1: no rule is called 'SG998'"),
        ("samguard.toml", b"\xff\xfe\x00", "samguard.toml:1: "),
        ("pyproject.toml", "[tool.samguard]\nselect = 'SG3'\n", "pyproject.toml:2: 'select'"),
    ],
)
def test_a_broken_configuration_ends_with_2_and_its_place(
    own: Path, name: str, content: str | bytes, said: str
) -> None:
    lay_out(own, {name: content})
    ran = check(own)
    assert (2, b"") == (ran.code, ran.stdout)
    assert ran.err.startswith(f"samguard: error: {said}")


def test_a_template_that_cannot_be_parsed_is_a_finding(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": BROKEN})
    ran = samguard("check", "--format", "concise", cwd=tmp_path)
    assert 1 == ran.code
    assert ran.out.startswith("template.yaml:")
    assert "Traceback" not in ran.err


@posix
def test_a_file_that_cannot_be_read_ends_with_2_when_it_is_named(own: Path) -> None:
    os.mkfifo(own / "pipe.yaml")
    ran = check(own, "pipe.yaml")
    assert (2, "samguard: error: pipe.yaml: cannot be read: not a regular file\n") == (ran.code, ran.err)


def test_a_file_that_should_have_been_read_ends_with_2_after_the_findings(own: Path) -> None:
    lay_out(own, {"other.yaml": ORDERS})
    change = """
import os
opened = os.open
def open_or_fail(path, *rest):
    if os.path.basename(path) == "other.yaml":
        raise OSError(5, "Input/output error")
    return opened(path, *rest)
os.open = open_or_fail
"""
    ran = with_change(change, "check", *NO_ALARMS, "--format", "concise", cwd=own)
    assert 2 == ran.code
    assert "samguard: other.yaml was not checked: Input/output error\n" in ran.err
    assert ran.out.startswith("template.yaml:12:7: error SG301")


# where what is written


def test_findings_go_to_stdout_and_the_summary_to_stderr(project: Path) -> None:
    ran = check(project, "--format", "concise")
    assert re.fullmatch(r"template\.yaml:12:7: error SG301\[no-alarms\] No alarm .* in prod\. .*\n", ran.out)
    assert (
        "Found 1 error in 1 template (2 rollouts in 2 environments). 1 fixable with --fix --unsafe-fixes.\n" == ran.err
    )


def test_nothing_found_is_said_in_the_summary(project: Path) -> None:
    ran = check(project, "--env", "dev")
    assert (b"", "Nothing to complain about in 1 template (1 rollout in 1 environment), checked by 1 rule.\n") == (
        ran.stdout,
        ran.err,
    )


def test_quiet_leaves_the_summary_out(project: Path) -> None:
    ran = check(project, "-q")
    assert (1, b"") == (ran.code, ran.stderr)
    assert "SG301" in ran.out


def test_a_folder_without_templates_is_said_to_be_one(tmp_path: Path) -> None:
    ran = check(tmp_path)
    assert (0, b"", "There is no template here, so nothing was checked.\n") == (ran.code, ran.stdout, ran.err)


def test_what_is_named_and_no_template_is_told_of(own: Path) -> None:
    lay_out(own, {"sub/compose.yaml": "services: {}\n"})
    why = "no template: it has neither a SAM Transform nor AWS resources"
    said = f"samguard: sub/compose.yaml was not checked: {why}\n"
    assert said in check(own, "./sub/compose.yaml").err
    assert "" == check(own, "sub/compose.yaml", "--quiet").err
    assert said not in check(own, ".").err


@posix
def test_verbose_tells_what_was_passed_by(own: Path) -> None:
    (own / "dangling.yaml").symlink_to("nowhere.yaml")
    said = "samguard: dangling.yaml was not checked: No such file or directory\n"
    assert said in check(own, "-v").err
    assert said not in check(own).err


# --output


def test_a_report_is_written_to_a_file(own: Path) -> None:
    to_stdout = check(own, "--format", "json")
    to_file = check(own, "--format", "json", "--output", "report.json")
    assert (1, b"", to_stdout.stderr) == (to_file.code, to_file.stdout, to_file.stderr)
    assert to_stdout.stdout == (own / "report.json").read_bytes()


def test_a_report_in_a_file_has_no_colours(own: Path) -> None:
    check(own, "-o", "report.txt", FORCE_COLOR="1")
    assert b"\x1b" not in (own / "report.txt").read_bytes()


def test_an_existing_file_is_kept_when_the_run_fails(own: Path) -> None:
    lay_out(own, {"report.json": "the last one"})
    names = sorted(path.name for path in own.iterdir())
    assert 2 == check(own, "--output", "report.json", "gone.yaml").code
    assert 2 == check(own, "--output", "report.json", "--ignore", "SG998").code
    assert "the last one" == (own / "report.json").read_text()
    assert names == sorted(path.name for path in own.iterdir())


def test_an_existing_file_is_replaced_as_a_whole(own: Path) -> None:
    lay_out(own, {"report.json": "x" * 100_000})
    check(own, "--output", "report.json", "--format", "json")
    assert 1 == json.loads((own / "report.json").read_text())["summary"]["errors"]
    assert ["report.json", "samconfig.toml", "template.yaml"] == sorted(path.name for path in own.iterdir())


@posix
def test_a_file_is_written_with_the_permissions_that_it_has(own: Path) -> None:
    lay_out(own, {"report.txt": ""})
    (own / "report.txt").chmod(0o640)
    check(own, "--output", "report.txt")
    assert 0o640 == (own / "report.txt").stat().st_mode & 0o777


@posix
def test_a_link_is_written_through(own: Path) -> None:
    lay_out(own, {"reports/nothing": ""})
    (own / "report.txt").symlink_to("reports/today.txt")
    check(own, "--output", "report.txt")
    assert (own / "report.txt").is_symlink()
    assert "SG301" in (own / "reports/today.txt").read_text()


@posix
def test_a_device_is_written_to_and_stays_one(project: Path) -> None:
    assert 1 == check(project, "--output", os.devnull).code
    assert Path(os.devnull).is_char_device()


# --format json


def test_json_has_the_shape_that_scripts_rely_on(project: Path) -> None:
    found = check(project, "--format", "json").json
    finding = found["findings"][0]
    assert found == {
        "version": "1",
        "tool": {"name": "samguard", "version": samguard("--version", cwd=project).out.split()[1]},
        "findings": [
            {
                "rule": "SG301",
                "name": "no-alarms",
                "level": "error",
                "message": finding["message"],
                "path": "template.yaml",
                "start": {"line": 12, "column": 7},
                "end": {"line": 12, "column": 27},
                "resource": "Orders",
                "environments": ["prod"],
                "because": [],
                "fixes": finding["fixes"],
                "suppressed": None,
                "baseline": "new",
                "fingerprint": finding["fingerprint"],
            }
        ],
        "summary": {"templates": 1, "environments": 2, "rollouts": 2, "errors": 1, "warnings": 0, "notes": 0},
        "production": {"rollouts": 1, "at_risk": 1, "unknown": 0},
    }
    assert "in prod" in finding["message"]
    (fix,) = finding["fixes"]
    assert {"title", "safe", "edits"} == set(fix)
    assert all({"path", "start", "end", "text"} == set(edit) for edit in fix["edits"])
    assert re.fullmatch(r"[0-9a-f]{32}", finding["fingerprint"])


def test_a_trail_in_json_says_what_and_where(tmp_path: Path) -> None:
    text = ORDERS.replace("Canary10Percent5Minutes", "!Ref Strategy").replace("Stage:", "Strategy:")
    overrides = STAGES.replace("Stage=prod", "Strategy=AllAtOnce")
    lay_out(tmp_path, {"template.yaml": text, "samconfig.toml": overrides})
    ran = samguard("check", "--select", "SG201", "--format", "json", cwd=tmp_path)
    steps = ran.json["findings"][0]["because"]
    assert ("samconfig.toml", {"line": 7, "column": 24}) in [(step["path"], step["start"]) for step in steps]
    for step in steps:
        assert {"message", "path", "start", "end"} == set(step)


def test_nothing_found_in_json_is_an_empty_list(tmp_path: Path) -> None:
    ran = check(tmp_path, "--format", "json", "-q")
    assert (0, [], b"") == (ran.code, ran.json["findings"], ran.stderr)


# stdin


def test_a_template_is_read_from_stdin(tmp_path: Path) -> None:
    content = "\n".join(line[4:] for line in ORDERS.splitlines()[1:]).encode()
    ran = samguard("check", *NO_ALARMS, "-", "--format", "json", cwd=tmp_path, stdin=content)
    assert [("template.yaml", "warning")] == [(one["path"], one["level"]) for one in ran.json["findings"]]


def test_a_template_on_stdin_has_the_name_and_the_environments_that_it_is_said_to_have(project: Path) -> None:
    content = (project / "template.yaml").read_bytes().replace(b"Orders:", b"Payments:")
    for folder, name in ((project, "template.yaml"), (project.parent, str(project / "template.yaml"))):
        arguments = ("check", *NO_ALARMS, "-", "--format", "json", "--stdin-filename", name)
        (finding,) = samguard(*arguments, cwd=folder, stdin=content).json["findings"]
        path = (project / "template.yaml").relative_to(folder).as_posix()
        assert ("Payments", path, ["prod"]) == (finding["resource"], finding["path"], finding["environments"])


# terminals and encodings


def test_a_pipe_gets_no_colours_unless_they_are_forced(project: Path) -> None:
    assert b"\x1b[" not in check(project).stdout
    assert b"\x1b[" in check(project, FORCE_COLOR="1").stdout


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (("--no-color",), {}),
        ((), {"NO_COLOR": "1"}),
        ((), {"TERM": "dumb"}),
        (("--format", "json"), {}),
        (("--format", "sarif"), {}),
        (("--format", "concise"), {}),
    ],
)
def test_there_are_no_colours(project: Path, arguments: tuple[str, ...], variables: dict[str, str]) -> None:
    assert b"\x1b" not in check(project, *arguments, FORCE_COLOR="1", **variables).stdout


@pytest.mark.parametrize("form", ["text", "concise", "json", "sarif"])
def test_a_reader_that_goes_away_changes_nothing(project: Path, form: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "samguard", "check", *NO_ALARMS, "--format", form]
    try:
        ran = subprocess.run(
            command, cwd=project, env=environment(), stdout=writer, stderr=subprocess.PIPE, check=False, timeout=120
        )
    finally:
        os.close(writer)
    assert (
        1,
        b"Found 1 error in 1 template (2 rollouts in 2 environments). 1 fixable with --fix --unsafe-fixes.\n",
    ) == (ran.returncode, ran.stderr)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_no_success(project: Path) -> None:
    command = [sys.executable, "-m", "samguard", "check", *NO_ALARMS, "--exit-zero"]
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            command, cwd=project, env=environment(), stdout=full, stderr=subprocess.PIPE, check=False, timeout=120
        )
    assert (2, b"samguard: error: stdout cannot be written: No space left on device\n") == (ran.returncode, ran.stderr)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-16"])
def test_a_stdout_that_is_not_utf_8_gets_what_it_can_take(tmp_path: Path, encoding: str) -> None:
    text = ORDERS.replace("DeploymentPreference:", "DeploymentPreference:  # größer als 漢字 🎉")
    lay_out(tmp_path, {"template.yaml": text, "samconfig.toml": STAGES})
    ran = check(tmp_path, PYTHONIOENCODING=encoding)
    assert 1 == ran.code
    assert "SG301" in ran.stdout.decode(encoding)


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_machines_get_the_same_bytes_in_every_encoding(project: Path, form: str) -> None:
    expected = check(project, "--format", form).stdout
    assert expected.isascii()
    assert expected == check(project, "--format", form, PYTHONIOENCODING="ascii").stdout


@pytest.mark.parametrize("line_break", ["\r\n", "\r"])
def test_every_line_break_gives_the_same_places(tmp_path: Path, line_break: str) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": STAGES})
    places = [one["start"] for one in check(tmp_path, "--format", "json").json["findings"]]
    text = (tmp_path / "template.yaml").read_bytes()
    (tmp_path / "template.yaml").write_bytes(text.replace(b"\n", line_break.encode()))
    assert places == [one["start"] for one in check(tmp_path, "--format", "json").json["findings"]]
    assert b"\r" not in check(tmp_path).stdout


@pytest.mark.skipif(sys.platform != "linux", reason="such file names exist on Linux only")
@pytest.mark.parametrize("arguments", [("check",), ("check", "--format", "concise"), ("check", "-v"), ("plan", "-v")])
def test_nothing_in_a_repository_acts_on_a_terminal(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    red, title, bad = "\x1b[31mred", "\x1b]0;title\x07", os.fsdecode(b"\xff\xfe")
    lay_out(
        tmp_path,
        {
            f"{red}/{title}.yaml": ORDERS,
            f"{red}/samconfig.toml": STAGES.replace("[prod", '["prod\\u001b[31m"'),
            f"{title}.yaml": BROKEN,
            f"{bad}.yaml": ORDERS.replace("Orders:", f'"Or{chr(0x202E)}ders":'),
            f"a\n::error::{red}.yaml": BROKEN,
            "##vso[task.complete]x.yaml": BROKEN,
        },
    )
    (tmp_path / f"{red}.yaml").symlink_to("nowhere")
    os.mkfifo(tmp_path / f"{title}.json")
    ran = samguard(*arguments, cwd=tmp_path)
    written = ran.stdout + ran.stderr
    assert written
    for acting in (b"\x1b", b"\x07", "\u202e".encode(), b"##vso["):
        assert acting not in written
    assert not [line for line in written.splitlines() if line.lstrip().startswith(b"::")]


@pytest.mark.skipif(sys.platform != "linux", reason="such file names exist on Linux only")
@pytest.mark.parametrize(
    "arguments",
    [
        ("\x1b[31mgone.yaml",),
        ("pipe\x1b[31m.yaml",),
        ("--\x1b[31m",),
        ("--config", "\x1b[31mred.toml"),
        ("--env", "\x1b[31mred"),
        ("--output", "\x1b[31mgone/x"),
        ("--ignore", "\x1b[31mred"),
    ],
)
def test_nothing_in_an_error_acts_on_a_terminal(own: Path, arguments: tuple[str, ...]) -> None:
    os.mkfifo(own / "pipe\x1b[31m.yaml")
    lay_out(own, {"\x1b[31mred.toml": "x = 1"})
    ran = check(own, *arguments)
    assert 2 == ran.code
    assert b"\x1b" not in ran.stderr


# the same each time


@pytest.mark.parametrize(
    "arguments", [("check", "--format", "json"), ("check",), ("check", "--format", "sarif"), ("plan",)]
)
def test_the_same_files_give_the_same_bytes(arguments: tuple[str, ...]) -> None:
    first, *others = (samguard(*arguments, cwd=DEMO, variables={"PYTHONHASHSEED": seed}) for seed in ("0", "1", "2"))
    assert first.stdout
    assert [first, first] == others


# bugs of samguard's own

BROKEN_COMMAND = """
import samguard.cli.check
def broken(*_, **__):
    raise {error}
samguard.cli.check.run_check = broken
"""


def test_a_bug_is_told_in_one_line(project: Path) -> None:
    ran = with_change(BROKEN_COMMAND.format(error="ValueError('three \\x1b wishes')"), "check", cwd=project)
    report = "Please report this; -v shows where it arose."
    assert (2, b"", f"samguard: internal error: ValueError: three \\x1b wishes. {report}\n") == (
        ran.code,
        ran.stdout,
        ran.err,
    )


def test_verbose_shows_where_a_bug_arose(project: Path) -> None:
    ran = with_change(BROKEN_COMMAND.format(error="ValueError('three wishes')"), "check", "-v", cwd=project)
    assert 0 != ran.code
    assert "Traceback" in ran.err


def test_a_bug_in_a_rule_ends_with_2_after_the_other_findings(project: Path) -> None:
    change = """
import sys
import samguard.linting
rules = samguard.linting.catalogue()
def crash(rollout):
    raise ValueError(rollout.function)
    yield
changed = tuple(samguard.linting.LoadedRule(r.rule, r.model, crash if r.rule.id == "SG201" else r.check, "", (), ())
                for r in rules if r.rule.id in ("SG201", "SG301"))
object.__setattr__(changed[0], "model", "Rollout")
sys.modules["samguard.linting.rule_modules"].catalogue = lambda *_: changed
"""
    ran = with_change(change, "check", "--format", "concise", "--exit-zero", cwd=project)
    assert 2 == ran.code
    assert ran.out.startswith("template.yaml:12:7: error SG301")
    assert ran.err.startswith(
        "samguard: the rule SG201 (all-at-once-in-production) failed on template.yaml: ValueError: Orders."
    )
    assert "Traceback" not in ran.err


def test_who_interrupts_a_run_sees_no_traceback(project: Path) -> None:
    ran = with_change(BROKEN_COMMAND.format(error="KeyboardInterrupt"), "check", cwd=project)
    assert (130, b"", b"") == (ran.code, ran.stdout, ran.stderr)


# help


def test_the_version_is_told(project: Path) -> None:
    assert re.fullmatch(r"samguard \d+\.\d+\.\d+\S*\n", samguard("--version", cwd=project).out)


@pytest.mark.parametrize("arguments", [("-h",), ("--help",), ("check", "-h"), ("plan", "--help"), ("rule", "-h")])
def test_help_names_the_command_and_its_options(project: Path, arguments: tuple[str, ...]) -> None:
    ran = samguard(*arguments, cwd=project)
    assert (0, b"") == (ran.code, ran.stderr)
    assert ran.out.startswith("Usage: samguard ")


def test_an_unknown_command_ends_with_2(project: Path) -> None:
    assert 2 == samguard("chekc", cwd=project).code


# cfn-lint


def test_rules_of_cfn_lint_are_selected_only_where_it_is_asked(project: Path) -> None:
    ran = samguard("check", "--select", "SG301,E3012", cwd=project)
    assert (2, b"") == (ran.code, ran.stdout)
    assert "'E3012' names rules of cfn-lint, which is not asked. Give --cfn-lint as well" in ran.err


def test_rules_of_cfn_lint_may_be_ignored_anyway(own: Path) -> None:
    lay_out(own, {"samguard.toml": 'ignore = ["W3005", "cfn-lint"]'})
    assert 1 == check(own, "--ignore", "E3012").code


def test_cfn_lint_is_not_asked_where_none_of_its_rules_is_selected(project: Path) -> None:
    ran = check(project, "--cfn-lint", "--format", "concise")
    assert 1 == len(ran.out.splitlines())
    assert "cfn-lint is not asked, since none of its rules is selected" in ran.err
    assert 1 == ran.code
