"""A repository that is full of traps: what is linted is data, never run, and never followed out of its folder."""

from __future__ import annotations

import json
import os
import re
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import installed, samguard, with_change

SECRET = "TOP-SECRET-0123456789"
MARK = "sprung"
SPRINGS = f"open({MARK!r}, 'w').close()\n"
MODULES = (
    *("yaml.py", "typer.py", "json.py", "re.py", "click.py", "samguard.py", "tree_sitter.py", "hashlib.py"),
    *("conftest.py", "sitecustomize.py", "usercustomize.py", "setup.py", "cfnlint.py", "pygls.py", "numpy.py"),
)
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Stage: {Type: String}}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: !!python/object/apply:os.system ["touch sprung"]
        Alarms: [!!python/name:os.system x]
        Hooks: {PreTraffic: !Ref Before, PostTraffic: !Ref After}
  Before:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ../outside, Handler: secret.handler, Runtime: python3.12}
  After:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: linked/, Handler: secret.handler, Runtime: python3.12}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: ../outside/secret.json}
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      DefinitionBody: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: ../outside/secret.yaml}}}
"""
SAMCONFIG = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
template_file = "../outside/template.yaml"
parameter_overrides = "file://../outside/secret.yaml"
[dev.deploy.parameters]
stack_name = "orders-dev"
parameter_overrides = ["file:///{outside}/secret.json", "Stage=$(touch sprung)"]
"""
JENKINSFILE = """
@Library('evil') _
evaluate(new File('../outside/secret.groovy'))
"touch sprung".execute()
pipeline { agent any
  stages { stage('deploy') { steps { sh "sam deploy --parameter-overrides Stage=`touch sprung` --config-env prod" } } } }
"""
HOSTILE_NAMES = ("new\nline.yaml", "\x1b]0;title\x07\x1b[31mred.yaml", "right\u202eleft.yaml", "::error::name.yaml")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    for name in ("secret.yaml", "secret.json", "secret.toml", "secret.py", "secret.groovy"):
        (folder / name).write_text(f'{{"Stage": "{SECRET}"}}')
    (folder / "template.yaml").write_text(TEMPLATE.replace("Orders", f"Orders{SECRET.replace('-', '')}"))
    return folder


@pytest.fixture
def trap(tmp_path: Path, outside: Path) -> Iterator[Path]:
    folder = tmp_path / "trap"
    (folder / "src").mkdir(parents=True)
    (folder / ".github" / "workflows").mkdir(parents=True)
    files = dict.fromkeys(MODULES, SPRINGS)
    files |= {
        "template.yaml": TEMPLATE,
        "samconfig.toml": SAMCONFIG.replace("{outside}", str(outside)),
        "src/app.py": SPRINGS,
        "Jenkinsfile": JENKINSFILE,
        "Makefile": "X := $(shell touch sprung)\ninclude ../outside/secret.yaml\ndeploy:\n\tsam deploy --config-env prod\n",
        "package.json": '{"scripts": {"deploy": "touch sprung; sam deploy", "postinstall": "touch sprung"}}',
        "pipeline.tf": 'locals { x = file("../outside/secret.yaml") }\nresource "aws_codepipeline" "p" { name = local.x }\n',
        ".github/workflows/deploy.yml": (
            "on: push\njobs:\n  deploy:\n    runs-on: x\n    steps:\n"
            "      - uses: ../outside/secret.yaml\n      - run: bash ../outside/secret.py; make deploy; npm run deploy\n"
        ),
        ".gitlab-ci.yml": "include: {local: ../outside/secret.yaml}\ndeploy: {script: [sam deploy]}\n",
        ".cfnlintrc": "append_rules: [.]\n",
        ".pre-commit-config.yaml": "repos: [{repo: local, hooks: [{id: x, entry: touch sprung, language: system}]}]\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    (folder / "linked").symlink_to(outside)
    (folder / "linked.yaml").symlink_to(outside / "template.yaml")
    (folder / "circle").symlink_to("circle")
    (folder / "circle.yaml").symlink_to("circle2.yaml")
    (folder / "circle2.yaml").symlink_to("circle.yaml")
    (folder / "up").symlink_to("..")
    (folder / "nowhere.yaml").symlink_to("/nowhere/at/all.yaml")
    (folder / ".gitignore").symlink_to(outside / "secret.yaml")
    os.mkfifo(folder / "fifo.yaml")
    listening = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(folder)  # a socket's path may be 108 bytes long at the most
    listening.bind("socket.yaml")
    os.chdir(here)
    for name in HOSTILE_NAMES:
        (folder / name).write_text(TEMPLATE)
    odd = Path(os.fsdecode(os.fsencode(folder) + b"/bad-\xff-utf8"))
    odd.mkdir()
    (odd / "template.yaml").write_text(TEMPLATE)
    (folder / "binary.yaml").write_bytes(b"Resources:\n  \x00\xff\xfe AWS::Serverless-2016-10-31")
    yield folder
    listening.close()


def _is_untouched(trap: Path) -> bool:
    return not list(trap.rglob(MARK))


FORMATS = "text concise json sarif github markdown gitlab junit checkstyle rdjson".split()
COMMANDS = (
    *(("check", "--format", form) for form in FORMATS),
    ("check", "-v"),
    ("plan",),
    ("plan", "--format", "json"),
    ("rehearse",),
    ("rehearse", "--format", "json"),
    ("baseline", "-o", "-"),
    ("init", "--dry-run"),
)


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_no_trap_springs_and_no_secret_is_told(trap: Path, arguments: tuple[str, ...]) -> None:
    ran = installed(*arguments, cwd=trap)
    assert ran.code in (0, 1)
    assert _is_untouched(trap)
    told = ran.stdout + ran.stderr
    assert SECRET.encode() not in told
    assert b"TOPSECRET" not in told
    assert b"Traceback" not in told


WATCHED = """
import os, sys
inside = os.getcwd()
outside = os.path.join(os.path.dirname(inside), "outside")
forbidden = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "urllib.", "ctypes.", "pty.")
def watch(event, arguments):
    if event.startswith(forbidden):
        os.write(2, f"DID {event} {arguments!r}\\n".encode())
    if event in ("open", "os.scandir", "os.listdir") and isinstance(arguments[0], (str, bytes)):
        path = os.path.realpath(os.fsdecode(arguments[0]))
        if path == outside or path.startswith(outside + os.sep):
            os.write(2, f"DID {event} {path}\\n".encode())
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if writes and path.startswith(inside + os.sep):
            os.write(2, f"DID write {path}\\n".encode())
    if event in ("exec", "compile") and inside in str(arguments):
        os.write(2, f"DID {event} {arguments!r}\\n".encode())
sys.path[:] = [path for path in sys.path if path not in ("", inside)]
import samguard.cli
sys.addaudithook(watch)
"""


@pytest.mark.parametrize(
    "words",
    [
        ("check", "--format", "json"),
        ("check", "--diff", "--unsafe-fixes"),
        ("plan", "--format", "json"),
        ("rehearse", "--format", "json"),
        ("baseline", "-o", "-"),
        ("init", "--dry-run"),
    ],
    ids=" ".join,
)
def test_nothing_is_started_no_socket_opened_and_nothing_outside_read(trap: Path, words: tuple[str, ...]) -> None:
    ran = with_change(WATCHED, *words, cwd=trap)
    assert [line for line in ran.err.splitlines() if line.startswith("DID")] == []
    assert ran.code in (0, 1)
    assert ran.out or ran.err


def test_what_is_opened_outside_would_be_noticed(trap: Path) -> None:
    """The watch of the test above sees what it is there for."""
    for done in ("open('../outside/secret.yaml').read()", "os.system('true')", "open('template.yaml', 'a').close()"):
        assert "DID" in with_change(f"{WATCHED}\n{done}", "rule", "SG301", cwd=trap).err


@pytest.mark.parametrize("form", ["text", "concise", "json", "sarif"])
def test_names_do_nothing_to_a_terminal_or_a_log(trap: Path, form: str) -> None:
    ran = installed("check", "--format", form, "-v", cwd=trap)
    told = ran.out + ran.err
    controls = re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", told)
    assert controls == []
    assert not re.search(r"(?m)^\s*::", told)


def test_the_findings_of_what_can_be_read_are_told_all_the_same(trap: Path) -> None:
    ran = installed("check", "--format", "json", cwd=trap)
    paths = {finding["path"] for finding in ran.json["findings"]}
    assert {"template.yaml", "new\nline.yaml", "binary.yaml"} <= {json.loads(json.dumps(path)) for path in paths}
    assert "linked.yaml" not in paths


def test_a_named_fifo_does_not_keep_it_waiting(trap: Path) -> None:
    ran = installed("check", "fifo.yaml", cwd=trap)
    assert ran.code == 2
    assert stat.S_ISFIFO((trap / "fifo.yaml").stat().st_mode)


def test_python_m_imports_nothing_of_samguards_from_the_current_folder(trap: Path) -> None:
    for name in ("samguard.py", "json.py", "re.py", "hashlib.py"):
        (trap / name).unlink()  # Python itself, which begins before samguard does, would run these
    ran = samguard("check", cwd=trap)
    assert ran.code == 1
    assert _is_untouched(trap)
