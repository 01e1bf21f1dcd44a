"""A finding keeps its fingerprint while its defect stays the same, whatever else happens to its file."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import samguard
from examples import selection, write
from samguard.linting import Example, LoadedRule, catalogue

LINES = "# a line\n" * 20
_RESOURCES = re.compile(r"^Resources:[^\n]*\n(?P<body>(?:[ \t#][^\n]*\n|\n)*)", re.MULTILINE)
_WITH_COMMENTS = (".yaml", ".yml", ".toml", ".tf")
_ALIAS = re.compile(r"[:\s]\*\w")
"""An alias may not stand before its anchor: reversed, such a template is another one."""


def cases() -> list[object]:
    """The bad examples; not those of suppressions, since a comment belongs to what follows it."""
    return [
        pytest.param(loaded, example, id=f"{loaded.rule.id}-{number}")
        for loaded in catalogue()
        for number, example in enumerate(loaded.bad, 1)
        if loaded.model != "SuppressionUse"
    ]


def fingerprints(folder: Path, loaded: LoadedRule) -> Counter[str]:
    report = samguard.check(str(folder), select=selection(loaded))
    return Counter(finding.fingerprint for finding in report.findings if finding.rule == loaded.rule)


def reversed_resources(text: str) -> str:
    """A template with its resources in the opposite order."""
    match = _RESOURCES.search(text)
    if match is None:
        return text
    head, *blocks = re.split(r"(?m)^(?=  \S)", match["body"])
    return text[: match.start("body")] + head + "".join(reversed(blocks)) + text[match.end("body") :]


@pytest.mark.slow
@pytest.mark.parametrize(("loaded", "example"), cases())
def test_a_fingerprint_outlives_new_lines_another_order_and_another_folder(
    loaded: LoadedRule, example: Example, tmp_path: Path
) -> None:
    write(example, tmp_path / "before")
    before = fingerprints(tmp_path / "before", loaded)
    assert before

    write(example, tmp_path / "lines")
    for path in (tmp_path / "lines").rglob("*"):
        if path.is_file() and path.suffix in _WITH_COMMENTS:
            path.write_text(LINES + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert before == fingerprints(tmp_path / "lines", loaded), "twenty lines above"

    write(example, tmp_path / "order")
    if not example.template_path.endswith(".json") and not _ALIAS.search(example.template):
        template = tmp_path / "order" / example.template_path
        template.write_text(reversed_resources(template.read_text(encoding="utf-8")), encoding="utf-8")
        assert before == fingerprints(tmp_path / "order", loaded), "resources in another order"

    write(example, tmp_path / "renamed" / "deeper")
    assert before == fingerprints(tmp_path / "renamed" / "deeper", loaded), "another folder"
