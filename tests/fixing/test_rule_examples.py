"""Every rule that offers a fix, on its own examples: the finding is gone, nothing else is changed, and once is enough."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from examples import write

from samguard.fixing import Fixing, Wanted, fixed, saved
from samguard.linting import Example, LoadedRule, Selection, catalogue, lint
from samguard.project import Options, Project, load_project

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


def mended(folder: Path, rule: str) -> tuple[Project, Fixing]:
    """The project in a folder, and what all fixes of a rule would do to it."""
    project = load_project((str(folder),))

    def load(contents: dict[str, bytes]) -> Project:
        return load_project((str(folder),), Options(contents=contents))

    return project, fixed(load, project, Selection((rule,)), Wanted(unsafe=True))


@pytest.mark.parametrize(("loaded", "number", "example"), cases())
def test_a_fix_mends_what_its_rule_finds_and_nothing_is_left_to_fix(
    loaded: LoadedRule, number: int, example: Example, tmp_path: Path
) -> None:
    write(example, tmp_path)
    project, found = mended(tmp_path, loaded.rule.id)
    before = lint(project, Selection((loaded.rule.id,))).findings
    fixable = [finding for finding in before if finding.fixes]
    if not fixable:
        assert (found.changed, found.refused) == ((), ())
        return
    assert found.is_settled
    assert found.obstructed == ()
    if (loaded.rule.id, number) in NOT_FIXED:
        assert found.refused
        return
    assert found.refused == ()
    assert not any(finding.fixes for finding in found.report.findings)
    assert found.mended >= len(fixable)
    assert saved(project.root, found.changed) == ()
    _, again = mended(tmp_path, loaded.rule.id)
    assert again.changed == ()
    if example.fixed and any(change.path == example.template_path for change in found.changed):
        assert (tmp_path / example.template_path).read_text(encoding="utf-8") == dedent(example.fixed).lstrip("\n")

