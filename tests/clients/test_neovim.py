"""A headless neovim with the language server: what its user sees, and what an action does to the buffer."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import command
import pytest
from projects import ORDERS, STAGES, lay_out

SCRIPT = Path(__file__).with_name("neovim.lua")
TEMPLATE = ORDERS.replace("Canary10Percent5Minutes", "Canary10Percent5Minute").replace(
    "Handler: app.handler",
    'Handler: app.handler\n          Description: !Sub "🚀 in ${AWS::Region}"\n          Tags: {Stage: !Ref Stage}',
)

pytestmark = [
    pytest.mark.clients,
    pytest.mark.skipif(shutil.which("nvim") is None, reason="neovim is not installed"),
]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What neovim wrote down."""
    folder = lay_out(tmp_path_factory.mktemp("orders"), {"template.yaml": TEMPLATE, "samconfig.toml": STAGES})
    result = tmp_path_factory.mktemp("neovim") / "result.json"
    variables = command.environment(
        SAMGUARD_FOLDER=str(folder),
        SAMGUARD_COMMAND=json.dumps([sys.executable, "-m", "samguard", "lsp"]),
        SAMGUARD_RESULT=str(result),
        XDG_STATE_HOME=str(result.parent),
        XDG_CACHE_HOME=str(result.parent),
        LANG=os.environ.get("LANG", "C.UTF-8"),
    )
    ran = subprocess.run(
        ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", f"luafile {SCRIPT}"],
        env=variables,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.exists(), ran.stderr
    found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    assert "failed" not in found, (found, ran.stderr)
    return found


def test_its_diagnostics_are_shown(seen: dict[str, Any]) -> None:
    assert {"SG205"} <= set(seen["codes"])


def test_a_hover_explains_the_rule(seen: dict[str, Any]) -> None:
    assert "SG205" in seen["hover"]
    assert "What goes wrong" in seen["hover"]


def test_an_action_mends_the_buffer_and_nothing_else(seen: dict[str, Any]) -> None:
    assert seen["action"].startswith("Write Canary10Percent5Minutes")
    expected = TEMPLATE.replace("5Minute\n", "5Minutes\n")
    lines = [line[4:] for line in expected.lstrip("\n").split("\n")]
    assert seen["text"].split("\n") == lines[: len(seen["text"].split("\n"))]


def test_the_plan_stands_above_the_function(seen: dict[str, Any]) -> None:
    assert [lens["command"]["title"] for lens in seen["lenses"]] == ["dev, prod: 10 % for 5 min, then all, no alarms"]


def test_a_name_leads_to_where_it_is_said(seen: dict[str, Any]) -> None:
    assert seen["definition"].startswith("  Stage:")


def test_it_ends_with_its_editor(seen: dict[str, Any]) -> None:
    assert seen["stopped"] is True
