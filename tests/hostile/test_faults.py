"""What befalls a run from outside: signals, full disks, closed streams, missing folders; and bugs of single parts.

A run ends with its findings, or with exit code 2 and a sentence, or by the signal; never with a traceback, and never with
half a file.
"""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from command import Ran, environment, in_process, samguard, with_change
from projects import ORDERS, STAGES, lay_out

FULL = Path("/dev/full")
COMMANDS = (
    ("check", "--format", "json"),
    ("plan",),
    ("rehearse",),
    ("baseline", "-o", "-"),
    ("rule",),
    ("--help",),
)
"""What writes to stdout, by each of the ways that there are."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return lay_out(tmp_path / "project", {"template.yaml": ORDERS, "samconfig.toml": STAGES})


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def started(*arguments: str, cwd: Path, **options: object) -> Ran:
    """Runs `samguard` with other streams or variables than tests.command gives it."""
    given: dict[str, object] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    given |= {"env": environment(), "timeout": 120} | options
    command = [sys.executable, "-m", "samguard", *arguments]
    ran = subprocess.run(command, cwd=cwd, check=False, **given)  # type: ignore[call-overload]
    return Ran(ran.returncode, ran.stdout or b"", ran.stderr or b"")


# signals

WHILE_WRITING = """
import os, signal
def interrupted(handle):
    os.kill(os.getpid(), signal.{name})
os.fsync = interrupted
"""
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
WRITING = (("baseline",), ("check", "--output", "report.json", "--format", "json"), ("init",))


@pytest.mark.parametrize(
    ("name", "arguments"), [*(("SIGTERM", words) for words in WRITING), ("SIGINT", WRITING[0]), ("SIGHUP", WRITING[0])]
)
def test_a_signal_while_a_file_is_written_leaves_no_piece_of_it(
    project: Path, name: str, arguments: tuple[str, ...]
) -> None:
    before = tree(project)
    ran = with_change(WHILE_WRITING.format(name=name), *arguments, cwd=project)
    assert (128 + getattr(signal, name), b"") == (ran.code, ran.stdout)
    assert "Traceback" not in ran.err
    assert before == tree(project)


WHILE_LINTING = """
import os, signal, samguard.linting.engine as engine
lint = engine._Run.documents
def interrupted(run):
    os.kill(os.getpid(), signal.{name})
    lint(run)
engine._Run.documents = interrupted
"""


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_ends_a_check_without_a_word(project: Path, tmp_path: Path, name: str) -> None:
    cache = {"SAMGUARD_CACHE_DIR": str(tmp_path / "cache")}
    ran = with_change(WHILE_LINTING.format(name=name), "check", cwd=project, variables=cache)
    assert (128 + getattr(signal, name), b"", b"") == (ran.code, ran.stdout, ran.stderr)
    assert not (tmp_path / "cache").exists()


def test_a_signal_ends_it_while_it_is_still_being_loaded(project: Path) -> None:
    loading = (
        "import builtins, os, signal\nreal = builtins.__import__\n"
        "def slow(name, *rest, **more):\n"
        "    if name == 'samguard.cli.app': os.kill(os.getpid(), signal.SIGINT)\n"
        "    return real(name, *rest, **more)\n"
        "builtins.__import__ = slow"
    )
    ran = with_change(loading, "check", cwd=project)
    assert (130, b"", b"") == (ran.code, ran.stdout, ran.stderr)


@pytest.fixture(autouse=True)
def _a_hangup_is_not_ignored() -> Iterator[None]:
    """Whoever runs the tests under nohup ignores it, and what they start would too."""
    previous = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, previous)


def test_a_signal_that_is_ignored_by_who_started_it_stays_so(project: Path) -> None:
    nohup = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n" + WHILE_LINTING.format(name="SIGHUP")
    ran = with_change(nohup, "check", cwd=project)
    assert 1 == ran.code
    assert "SG301" in ran.out


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_watch_ends_when_it_is_told_to(project: Path, number: signal.Signals, code: int) -> None:
    command = [sys.executable, "-m", "samguard", "check", "--watch"]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=project, env=environment(), **pipes) as watching:  # type: ignore[call-overload]
        try:
            assert watching.stderr.readline().startswith(b"Found")
            watching.send_signal(number)
            assert (code, b"") == (watching.wait(60), watching.stderr.read())
        finally:
            watching.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_language_server_ends_when_it_is_told_to(project: Path, number: signal.Signals) -> None:
    """It used to wait for its client, which says nothing any more."""
    body = b'{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}'
    command = [sys.executable, "-m", "samguard", "lsp"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=project, env=environment(), **pipes) as server:  # type: ignore[call-overload]
        server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        server.stdin.flush()
        assert server.stdout.readline().startswith(b"Content-Length")
        server.send_signal(number)
        assert -number == server.wait(60)
        assert b"Traceback" not in server.stderr.read()


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_reader_who_has_seen_enough_is_no_error(project: Path, arguments: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ran = started(*arguments, cwd=project, stdout=writer)
    finally:
        os.close(writer)
    assert ran.code in (0, 1)
    assert "cannot" not in ran.err
    assert "rror:" not in ran.err


def test_a_reader_of_an_output_file_may_have_seen_enough_too(project: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ran = started("check", "--output", "/dev/stdout", cwd=project, stdout=writer)
    finally:
        os.close(writer)
    assert (1, "Found 1 error") == (ran.code, ran.err[:13])


# a full disk


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_full_disk_behind_stdout_is_told(project: Path, arguments: tuple[str, ...]) -> None:
    with FULL.open("wb") as full:
        ran = started(*arguments, cwd=project, stdout=full)
    assert 2 == ran.code
    assert "samguard: error: stdout cannot be written: No space left on device" == ran.err.splitlines()[-1]


def _full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        (("check", "--output", "out.txt"), "out.txt"),
        (("check", "--also", "sarif=out.sarif"), "out.sarif"),
        (("check", "--diff", "--unsafe-fixes", "--output", "out.patch"), "out.patch"),
        (("plan", "--output", "out.txt"), "out.txt"),
        (("rehearse", "--output", "out.json", "--format", "json"), "out.json"),
        (("baseline",), ".samguard-baseline.json"),
        (("init",), "samguard.toml"),
        (("check", "--fix", "--unsafe-fixes"), "template.yaml"),
    ],
    ids=lambda given: given if isinstance(given, str) else " ".join(given),
)
def test_a_full_disk_leaves_every_file_as_it_was(project: Path, arguments: tuple[str, ...], file: str) -> None:
    before = tree(project)
    with mock.patch("os.fsync", _full):
        ran = in_process(*arguments, cwd=project)
    assert 2 == ran.code
    (said,) = (line for line in ran.err.splitlines() if "No space left on device" in line)
    assert file in said
    assert "Please report" not in ran.err
    assert before == tree(project)


def test_where_nobody_can_be_told_the_exit_code_says_it(project: Path) -> None:
    if not FULL.exists():
        pytest.skip("there is no /dev/full here")
    with FULL.open("wb") as full:
        ran = started("check", cwd=project, stderr=full)
        assert 1 == ran.code
        assert "SG301" in ran.out
        assert 2 == started("check", "--select", "nothing", cwd=project, stderr=full).code


# streams and folders that are not there


def _closes(*handles: int) -> Callable[[], None]:
    def close() -> None:
        for handle in handles:
            os.close(handle)

    return close


@pytest.mark.parametrize(
    ("command", "handles"),
    [*(("check", handles) for handles in ((0,), (1,), (2,), (0, 1, 2))), ("plan", (0, 1, 2)), ("rehearse", (0, 1, 2))],
)
def test_closed_streams_change_nothing_but_what_can_be_read(
    project: Path, command: str, handles: tuple[int, ...]
) -> None:
    wanted = in_process(command, "--format", "json", cwd=project)
    ran = started(command, "--format", "json", cwd=project, preexec_fn=_closes(*handles), close_fds=True)
    assert wanted.code == ran.code
    assert ran.stdout == (b"" if 1 in handles else wanted.stdout)
    assert ran.stderr == (b"" if 2 in handles else wanted.stderr)


def test_a_template_from_a_closed_stdin_is_no_silence(project: Path) -> None:
    ran = started("check", "-", cwd=project, preexec_fn=_closes(0))
    assert (2, "samguard: error: - reads a template from stdin, which is closed\n") == (ran.code, ran.err)


def test_without_a_home_nothing_is_kept_and_nothing_missed(project: Path) -> None:
    known = {key: text for key, text in environment().items() if key not in {"HOME", "SAMGUARD_CACHE_DIR"}}
    ran = started("check", cwd=project, env=known | {"HOME": "", "XDG_CACHE_HOME": ""})
    assert 1 == ran.code
    assert "SG301" in ran.out


@pytest.mark.parametrize("arguments", [("check", "--output", "out.txt"), ("baseline",)])
def test_no_folder_for_temporary_files_is_needed(project: Path, arguments: tuple[str, ...]) -> None:
    ran = samguard(*arguments, cwd=project, variables={"TMPDIR": "/nowhere/at/all"})
    assert ran.code in (0, 1)
    assert "error:" not in ran.err


def test_a_current_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    ran = with_change("import os; os.rmdir(os.getcwd())", "check", cwd=gone)
    assert (2, "samguard: error: the current folder is not there any more\n") == (ran.code, ran.err)


@pytest.mark.parametrize("why", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_cache_that_cannot_be_written_costs_nothing_but_the_time(project: Path, tmp_path: Path, why: int) -> None:
    (tmp_path / "cache").mkdir()
    variables = {"SAMGUARD_CACHE_DIR": str(tmp_path / "cache")}
    with mock.patch("tempfile.mkstemp", side_effect=OSError(why, os.strerror(why))):
        assert in_process("check", cwd=project) == in_process("check", cwd=project, variables=variables)
    assert {} == tree(tmp_path / "cache")


def test_a_cache_that_is_no_folder_costs_nothing_but_the_time(project: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    variables = {"SAMGUARD_CACHE_DIR": str(tmp_path / "cache" / "below")}
    assert in_process("check", cwd=project) == in_process("check", cwd=project, variables=variables)


# several runs at once


@pytest.mark.parametrize(
    "arguments",
    [("baseline", "-q"), ("check", "--fix", "--unsafe-fixes", "-q")],
    ids=" ".join,
)
def test_runs_at_once_leave_what_one_run_leaves(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    alone, shared = (
        lay_out(tmp_path / name / "project", {"template.yaml": ORDERS, "samconfig.toml": STAGES})
        for name in ("alone", "shared")
    )
    samguard(*arguments, cwd=alone)
    command = [sys.executable, "-m", "samguard", *arguments]
    cache = environment(SAMGUARD_CACHE_DIR=str(tmp_path / "cache"))
    runs = [
        subprocess.Popen(command, cwd=shared, env=cache, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    said = b"".join(run.communicate(timeout=120)[1] for run in runs)
    assert b"Traceback" not in said
    assert b"internal error" not in said
    assert tree(alone) == tree(shared)


# bugs

CRASH = """
import samguard.linting.rule_modules as rules
from samguard.value import replace
load = rules.load_rule
def broken(model):
    raise {error}
    yield
def loaded(name):
    rule = load(name)
    return replace(rule, check=broken) if rule is not None and rule.rule.id == "SG416" else rule
rules.load_rule = loaded
"""


@pytest.mark.parametrize("error", ["MemoryError()", "RecursionError('deep')"])
def test_a_rule_that_breaks_down_costs_its_own_findings_only(project: Path, error: str) -> None:
    whole = in_process("check", "--format", "json", cwd=project)
    ran = with_change(CRASH.format(error=error), "check", "--format", "json", cwd=project)
    assert 2 == ran.code
    assert "the rule SG416 (no-hooks) failed on template.yaml" in ran.err
    assert 1 == ran.err.count("Please report this")
    kept = [finding for finding in whole.json["findings"] if finding["rule"] != "SG416"]
    assert kept == ran.json["findings"]
    assert kept != whole.json["findings"]


def test_a_policy_that_breaks_down_costs_its_own_findings_only(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("cel_expr_python")
    import samguard.policies.rules as policies

    real = policies._holds

    def broken(policy: Any, subject: Any) -> bool:
        if policy.id == "COURSE003":
            raise MemoryError
        return real(policy, subject)

    arguments = ("check", "--format", "json", "--policy", "course")
    whole = in_process(*arguments, cwd=project)
    monkeypatch.setattr(policies, "_holds", broken)
    ran = in_process(*arguments, cwd=project)
    assert (1, 2) == (whole.code, ran.code)
    assert "the rule COURSE003" in ran.err
    kept = [finding for finding in whole.json["findings"] if finding["rule"] != "COURSE003"]
    assert kept == ran.json["findings"]
