"""Where somebody types: the keys around the place, in texts that need not be readable."""

import pytest

from samguard.lsp.typing_place import typing_place
from samguard.source import Document, Format

HERE = "▮"


def place(text: str, form: Format = Format.YAML) -> tuple[tuple[str, ...], bool]:
    offset = text.index(HERE)
    found = typing_place(Document("template.yaml", text.replace(HERE, ""), form, None), offset)
    return found.keys, found.is_key


@pytest.mark.parametrize(
    ("text", "keys", "is_key"),
    [
        ("▮", (), True),
        ("A:\n  B:\n    C: ▮", ("A", "B", "C"), False),
        ("A:\n  B:\n    C: 1\n    ▮", ("A", "B"), True),
        ("A:\n  B:\n    C: 1\n    De▮", ("A", "B"), True),
        ("A:\n  B:\n    C: 1\n  ▮", ("A",), True),
        ("A:\n  B:\n\n    # B: a comment\n    C: ▮", ("A", "B", "C"), False),
        ("A:\n  - ▮", ("A",), True),
        ("A:\n- ▮", ("A",), True),
        ("A:\n  B:\n  - x\n  - ▮", ("A", "B"), True),
        ("A:\n  B:\n  - x\n  C: ▮", ("A", "C"), False),
        ("A:\n  - B: 1\n    C: ▮", ("A", "C"), False),
        ("A:\n  - B:\n      C: ▮", ("A", "B", "C"), False),
        ("A: {B: {C: ▮", ("A", "B", "C"), False),
        ("A: {B: {C: 1, ▮", ("A", "B"), True),
        ("A: {B: {C: 1}, D: ▮", ("A", "D"), False),
        ("A:\n  'B': [x, ▮", ("A", "B"), False),
        ("A:\n  B: !Sub ▮", ("A", "B"), False),
        ("A:\n  [broken\n  B:\n    C: ▮", ("A", "B", "C"), False),
    ],
)
def test_in_yaml_the_lines_above_tell_where_it_stands(text: str, keys: tuple[str, ...], is_key: bool) -> None:
    assert place(text) == (keys, is_key)


@pytest.mark.parametrize(
    ("text", "keys", "is_key"),
    [
        ("{▮", (), True),
        ('{"A": {"B": ▮', ("A", "B"), False),
        ('{"A": {"B": "x▮', ("A", "B"), False),
        ('{"A": {"B": 1, "C▮', ("A",), True),
        ('{"A": [{"B": ▮', ("A", "B"), False),
        ('{"A": {"B": "}"}, "C": ▮', ("C",), False),
        ('{"A": {"B": [1, ▮', ("A", "B"), False),
    ],
)
def test_in_json_the_brackets_tell_where_it_stands(text: str, keys: tuple[str, ...], is_key: bool) -> None:
    assert place(text, Format.JSON) == (keys, is_key)
