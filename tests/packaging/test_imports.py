"""What the command loads before it has anything to say: start-up time is what a pre-commit user feels."""

import subprocess
import sys
from pathlib import Path

import pytest

SLOW = ("asyncio", "cfnlint", "importlib.metadata", "jsonschema", "pygls", "rich", "ruamel.yaml", "tree_sitter")
"""What a plain check needs nothing of. Measured: 370 ms for pygls, 71 for jsonschema, 45 for asyncio, 38 for rich."""

LOADED = """
import sys
before = set(sys.modules)
{statement}
print(*sorted(set(sys.modules) - before), sep="\\n", file=sys.stderr)
"""

CHECK = """
from samguard.cli import main
sys.argv = ["samguard", "check", "template.yaml", "--exit-zero"]
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
"""

TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.13
      InlineCode: "def handler(event, context): return event"
"""


def loaded_by(statement: str, folder: Path) -> set[str]:
    """Names of the modules that a fresh interpreter loads for `statement`."""
    command = [sys.executable, "-c", LOADED.format(statement=statement)]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return set(ran.stderr.split())


@pytest.mark.parametrize(
    "statement", ["import samguard", "import samguard.cli", CHECK], ids=["the-library", "the-command", "a-check"]
)
def test_nothing_slow_is_loaded(statement: str, tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    assert set() == loaded_by(statement, tmp_path).intersection(SLOW)


def test_a_check_reads_the_rules(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    assert "samguard.rules" in loaded_by(CHECK, tmp_path)
