"""Every rule's examples, run: a bad one gives exactly the findings that it marks, a good one gives none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

import samguard
from examples import agree, found, selection, write
from samguard.linting import Example, LoadedRule, catalogue


def cases(kind: str) -> list[object]:
    """The examples of every rule, each with a name that says whose it is."""
    return [
        pytest.param(loaded, example, id=f"{loaded.rule.id}-{kind}-{number}")
        for loaded in catalogue()
        for number, example in enumerate(loaded.bad if kind == "bad" else loaded.good, 1)
    ]


@pytest.mark.parametrize(("loaded", "example"), cases("bad"))
def test_a_bad_example_gives_exactly_the_findings_it_marks(
    loaded: LoadedRule, example: Example, tmp_path: Path
) -> None:
    marks = write(example, tmp_path)
    report = samguard.check(str(tmp_path), select=selection(loaded))
    assert not report.notifications
    actual = found(report, loaded.rule.id)
    assert any(mark.rule == loaded.rule.id for mark in marks), "a bad example marks its own rule"
    assert agree(marks, actual), (marks, actual)


@pytest.mark.parametrize(("loaded", "example"), cases("good"))
def test_a_good_example_gives_no_finding(loaded: LoadedRule, example: Example, tmp_path: Path) -> None:
    write(example, tmp_path)
    report = samguard.check(str(tmp_path), select=selection(loaded))
    assert not report.notifications
    assert found(report, loaded.rule.id) == ()


@pytest.mark.parametrize("loaded", catalogue(), ids=lambda loaded: loaded.rule.id)
def test_every_rule_is_explained_and_has_examples(loaded: LoadedRule) -> None:
    text = loaded.explanation
    assert text.summary, "a first sentence"
    assert text.what_goes_wrong, "What goes wrong:"
    assert text.silent_when, "Silent when:"
    assert text.fix, "Fix:"
    assert text.source, "Source:"
    assert loaded.bad, "a bad example"
    assert loaded.good, "a good example"


def test_what_rules_weigh_and_are_about_changes_on_purpose_only(snapshot: SnapshotAssertion) -> None:
    rows = [
        f"{loaded.rule.id} {loaded.rule.name} {loaded.rule.level.value} {loaded.model}"
        f"{' about production' if loaded.rule.about_production else ''}"
        f"{'' if loaded.rule.on_by_default else ' off by default'}"
        for loaded in catalogue()
    ]
    assert "\n".join(rows) == snapshot


def test_identifiers_and_names_are_used_once() -> None:
    rules = [loaded.rule for loaded in catalogue()]
    assert len({rule.id for rule in rules}) == len(rules)
    assert len({rule.name for rule in rules}) == len(rules)
    for rule in rules:
        assert re.fullmatch(r"SG\d{3}", rule.id)
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
