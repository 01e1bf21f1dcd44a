"""Every rule that offers a fix, on its own examples: the finding is gone, nothing else is changed, and once is enough."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from examples import write
from samguard.fixing import Wanted, fixed, saved
from samguard.linting import Example, LoadedRule, Selection, catalogue, lint
from samguard.project import Options, Project, load_project
from samguard.project.files import Files

NOT_FIXED = {
    ("SG015", 2): "quoting what is a boolean shows that samconfig gives it a value that is not allowed",
    ("SG501", 1): "the aliases in one of two places leave the permission of the other as it was",
}
"""Examples whose fix must be taken back, with the reason. The finding stays, and nothing is written."""


def cases() -> list[object]:
    return [
        pytest.param(loaded, number, example, id=f"{loaded.rule.id}-{number}")
        for loaded in catalogue()
        for number, example in enumerate(loaded.bad, 1)
    ]


@pytest.mark.parametrize(("loaded", "number", "example"), cases())
def test_a_fix_mends_what_its_rule_finds_and_nothing_is_left_to_fix(
    loaded: LoadedRule, number: int, example: Example, tmp_path: Path
) -> None:
    write(example, tmp_path)
    selection = Selection((loaded.rule.id,))

    def load(contents: dict[str, bytes] | None = None) -> Project:
        return load_project((str(tmp_path),), Options(files=Files(contents or {})))

    project = load()
    fixable = [finding for finding in lint(project, selection).findings if finding.fixes]
    if not fixable:
        return
    found = fixed(load, project, selection, Wanted(unsafe=True))
    assert found.is_settled
    assert found.obstructed == ()
    if (loaded.rule.id, number) in NOT_FIXED:
        assert found.refused
        return
    assert found.refused == ()
    assert not any(finding.fixes for finding in found.report.findings)
    assert found.mended >= len(fixable)
    assert saved(project.root, found.changed) == ()
    assert fixed(load, load(), selection, Wanted(unsafe=True)).changed == ()
    if example.fixed and any(change.path == example.template_path for change in found.changed):
        assert dedent(example.fixed).lstrip("\n") == (tmp_path / example.template_path).read_text(encoding="utf-8")
