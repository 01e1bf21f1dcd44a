"""What an edit changes besides what it says is found, by another reader."""

from __future__ import annotations

import pytest

from samguard.fixing.structure import surprise
from samguard.fixing.written_file import WrittenFile, shift
from samguard.source import Edit, Span


def after(text: str, old: str, new: str, path: str = "t.yaml") -> str | None:
    """What is wrong with replacing the first `old` by `new`."""
    start = text.index(old)
    edits = (Edit(Span(start, start + len(old)), new),)
    file = WrittenFile(path, text)
    return surprise(file, file.edited(edits), shift(file, edits))


def inserted(text: str, behind: str, new: str) -> str | None:
    place = text.index(behind) + len(behind)
    edits = (Edit(Span(place, place), new),)
    file = WrittenFile("t.yaml", text)
    return surprise(file, file.edited(edits), shift(file, edits))


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("A: x\nB: 1\n", "x", "y"),
        ("A: x\nB: 1\n", "A", "C"),
        ("A: !Ref X\n", "!Ref X", "!GetAtt X.Arn"),
        ("A: [1, 2, 3]\n", "2, ", ""),
        ("A: x\n", "x", "[x]"),
    ],
)
def test_what_is_edited_may_change(text: str, old: str, new: str) -> None:
    assert after(text, old, new) is None


@pytest.mark.parametrize(
    ("text", "old", "new", "what"),
    [
        ("A: x\nB: 1\n", "x", "{y", "the file could not be read any more"),
        ("A: x\nB: 1\n", "A: x\n", "A:\n", None),
        ("A: &a x\nB: *a\n", "x", "y", "by a YAML alias"),
        ("A: x\nB: 1\n", "A", "B", "a key that is there already"),
    ],
)
def test_what_else_changes_is_told(text: str, old: str, new: str, what: str | None) -> None:
    found = after(text, old, new)
    assert (found is None) if what is None else (found is not None and what in found)


def test_a_key_that_falls_into_the_text_before_it_is_told() -> None:
    found = inserted("A: |\n    text\nB: 1\n", "text", "\n    C: 2")
    assert found == "it would also change A"


def test_a_key_that_takes_what_follows_along_is_told() -> None:
    found = inserted("A:\n  B: 1\n  C: 2\n", "B: 1", "\n  D:\n   E: 1")
    assert found is None
    found = inserted("A:\n  B:\n    C: 2\n    D: 3\n", "C: 2", "\n  E:")
    assert found == "it would also change A.B.D"


def test_json_stays_json() -> None:
    assert after('{"A": "x"}', '"x"', '"y"', "t.json") is None
    assert after('{"A": "x"}', '"x"', "y", "t.json") == "the file would be no JSON any more"


def test_toml_is_read_back() -> None:
    assert after('a = "x"\nb = 1\n', '"x"', '"y"', "samconfig.toml") is None
    assert after('a = "x"\nb = 1\n', '"x"', "y", "samconfig.toml") is not None


def test_what_is_no_data_has_no_structure() -> None:
    assert after("stage('x') {\n", "x", "y", "Jenkinsfile") is None
