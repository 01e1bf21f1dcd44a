"""Every key of the configuration is documented, and what the documentation shows is right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from samguard.cli.first_configuration import first_configuration
from samguard.environments import read_settings
from samguard.environments.settings_schema import SCHEMA
from samguard.linting import configured
from samguard.project import load_project
from samguard.source import parse_document

ROOT = Path(__file__).parents[2]
PAGES = ("docs/configuration.md", "README.md")


def shown(page: str) -> list[str]:
    return re.findall(r"^```toml\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_what_is_shown_is_right(page: str) -> None:
    (text,) = shown(page)
    configured(read_settings(parse_document(text, "samguard.toml"), ()))


def test_every_key_is_shown() -> None:
    (text,) = shown("docs/configuration.md")
    settings = parse_document(text, "samguard.toml").root
    assert settings is not None
    assert set(SCHEMA["properties"]) == {entry.name for entry in settings}  # type: ignore[union-attr]
    keys = SCHEMA["properties"]["environments"]["additionalProperties"]["properties"]
    assert all(re.search(rf"^{key} = ", text, re.MULTILINE) for key in keys)


def test_every_key_but_a_synonym_is_in_a_first_configuration(tmp_path: Path) -> None:
    text = first_configuration(load_project((str(tmp_path),)))
    missing = {key for key in SCHEMA["properties"] if not re.search(rf"^#\[?{key}\b", text, re.MULTILINE)}
    assert {"per-file-ignores"} == missing
