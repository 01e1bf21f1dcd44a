"""docs/howto/ci.md: each snippet is what its system reads, and each of its command lines runs."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from command import samguard
from projects import ORDERS, STAGES, lay_out

PAGE = (Path(__file__).parents[2] / "docs" / "howto" / "ci.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
YAML = [text for language, text in BLOCKS if language == "yaml"]


def texts(value: Any) -> Iterator[str]:
    """Every text in a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def commands() -> list[str]:
    """The command lines that run `samguard check`."""
    lines = [line for text in YAML for line in texts(yaml.safe_load(text)) if line.startswith("samguard check")]
    for language, text in BLOCKS:
        if language == "groovy":
            lines += re.findall(r"sh '(?:\.venv/bin/)?(samguard check[^']*)'", text)
        elif language == "sh":
            lines += [line.partition("|")[0].strip() for line in text.splitlines() if line.startswith("samguard check")]
    lines += re.findall(r"^    (samguard check.*)$", PAGE, re.MULTILINE)
    return list(dict.fromkeys(lines))


def test_the_page_shows_every_system() -> None:
    titles = re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
    assert ["GitHub", "GitLab", "Jenkins", "Bitbucket", "CodeBuild", "reviewdog", "pre-commit"] == titles
    assert len(commands()) >= 6


@pytest.mark.parametrize("text", YAML)
def test_yaml_is_a_mapping(text: str) -> None:
    assert isinstance(yaml.safe_load(text), dict)


@pytest.mark.parametrize("command", commands())
def test_each_command_line_runs_and_leaves_its_files(command: str, tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": STAGES, "test-results/.keep": ""})
    ran = samguard(*shlex.split(command)[1:], "--select", "SG301", cwd=tmp_path)
    assert ran.code == 1, ran.err
    assert "SG301" in ran.out
    for file in re.findall(r"--also \w+=(\S+)", command):
        assert (tmp_path / file).stat().st_size


def test_the_page_names_every_format() -> None:
    from samguard.cli.reports import FORMATS

    (table,) = re.findall(r"^\| format .*?\n\n", PAGE, re.MULTILINE | re.DOTALL)
    named = re.findall(r"`(\w+)`", "".join(row.split("|")[1] for row in table.splitlines()[2:] if row))
    assert sorted(FORMATS) == sorted(named)
    for example in re.findall(r"--also ([a-z]+)=", PAGE):
        assert example in FORMATS


def test_the_formats_of_the_option_are_those_of_also() -> None:
    from samguard.cli.app import CheckFormat
    from samguard.cli.reports import FORMATS

    assert [form.value for form in CheckFormat] == list(FORMATS)
