"""The pictures of the README and the documentation: what samguard writes, as it is."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree as ET

import pytest
from command import in_process
from pages import ROOT

FOLDER = ROOT / "docs" / "pictures"


def load() -> ModuleType:
    spec = spec_from_file_location("terminal", FOLDER / "terminal.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


terminal = load()


@pytest.mark.parametrize("name", terminal.PICTURES)
def test_a_picture_shows_what_the_command_writes(name: str) -> None:
    arguments = terminal.PICTURES[name]
    ran = in_process(*arguments, cwd=terminal.PROJECT, variables=terminal.VARIABLES)
    drawn = terminal.picture(arguments, ran.out)
    assert (FOLDER / name).read_text(encoding="utf-8") == drawn, "python docs/pictures/terminal.py draws them anew"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.svg")), ids=lambda path: path.name)
def test_a_picture_loads_nothing_and_says_what_it_shows(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    root = ET.fromstring(text)
    assert root.get("role") == "img"
    assert root.get("aria-label")
    for foreign in ("<script", "href", "url(", "@import"):
        assert foreign not in text


def test_markup_in_what_is_written_is_shown_as_text() -> None:
    drawn = terminal.picture(("check",), "\x1b[1;31m<script>&\x1b[0m end\n")
    shown = [element.text for element in ET.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")]
    assert ["$ samguard check", "<script>&", "end"] == shown
