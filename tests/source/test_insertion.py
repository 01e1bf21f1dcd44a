"""New entries are written as their surroundings are."""

from __future__ import annotations

import json

import pytest

from samguard.source import Document, Edit, Mapping, Node, Sequence, parse_document
from samguard.source.insertion import Content, entries_added, entry_removed, items_added, written


def at(document: Document, *path: str) -> Node:
    node: Node | None = document.root
    for name in path:
        assert isinstance(node, Mapping)
        node = node.get(name)
    assert node is not None
    return node


def applied(document: Document, edit: Edit | None) -> str:
    assert edit is not None
    return document.text[: edit.span.start] + edit.text + document.text[edit.span.end :]


def added(text: str, entries: dict[str, Content], *path: str, after: tuple[str, ...] = (), name: str = "t.yaml") -> str:
    document = parse_document(text, name)
    mapping = at(document, *path)
    assert isinstance(mapping, Mapping)
    return applied(document, entries_added(document, mapping, entries, after=after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("A:\n  B: 1\n", "A:\n  B: 1\n  C: x\n", id="block style"),
        pytest.param("A:\n    B: 1", "A:\n    B: 1\n    C: x", id="no line break at the end"),
        pytest.param("A:\n  B: 1  # why\nD: 2\n", "A:\n  B: 1  # why\n  C: x\nD: 2\n", id="behind a comment"),
        pytest.param("A:\n  B: |\n    text\n\nD: 2\n", "A:\n  B: |\n    text\n  C: x\n\nD: 2\n", id="behind a text"),
        pytest.param("A:\n  B:\nD: 2\n", "A:\n  B:\n  C: x\nD: 2\n", id="behind nothing"),
        pytest.param("A: {B: 1}\n", "A: {B: 1, C: x}\n", id="flow style"),
        pytest.param("A: {}\n", "A: {C: x}\n", id="empty"),
        pytest.param("A: {\n  B: 1\n}\n", "A: {\n  B: 1,\n  C: x\n}\n", id="flow style on several lines"),
        pytest.param("A: !Sub\n  - x\n", None, id="no mapping"),
        pytest.param('{"A": {"B": 1}}', '{"A": {"B": 1, "C": "x"}}', id="JSON on one line"),
        pytest.param('{\n  "A": {\n    "B": 1\n  }\n}', '{\n  "A": {\n    "B": 1,\n    "C": "x"\n  }\n}', id="JSON"),
    ],
)
def test_an_entry_is_added_behind_the_last_one(before: str, after: str | None) -> None:
    if after is None:
        document = parse_document(before, "t.yaml")
        mapping = at(document, "A")
        assert isinstance(mapping, Mapping)
        assert entries_added(document, mapping, {"C": "x"}) is None
    else:
        assert after == added(before, {"C": "x"}, "A")


def test_an_entry_is_added_behind_the_one_that_is_named() -> None:
    assert "A:\n  B: 1\n  C: x\n  D: 2\n" == added("A:\n  B: 1\n  D: 2\n", {"C": "x"}, "A", after=("B",))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("R:\n  A:\n    L:\n      - 1\n", "    X:\n      W:\n        - !Ref Z\n        - K: v\n          M: 1\n"),
        ("R:\n  A:\n    L:\n    - 1\n", "    X:\n      W:\n      - !Ref Z\n      - K: v\n        M: 1\n"),
        (
            "R:\n    A:\n        L:\n        -   1\n",
            "        X:\n            W:\n            - !Ref Z\n            - K: v\n              M: 1\n",
        ),
    ],
    ids=["two spaces", "lists not indented", "four spaces"],
)
def test_what_is_new_is_indented_as_the_rest_is(text: str, lines: str) -> None:
    new: dict[str, Content] = {"X": {"W": [{"Ref": "Z"}, {"K": "v", "M": 1}]}}
    assert text + lines == added(text, new, "R", "A")


def test_entries_that_are_kept_apart_stay_apart() -> None:
    text = "R:\n  A:\n    K: 1\n\n  # of B\n  B:\n    K: 1\n"
    assert "R:\n  A:\n    K: 1\n\n  C: 1\n\n  # of B\n  B:\n    K: 1\n" == added(text, {"C": 1}, "R", after=("A",))


def test_new_json_is_indented_as_the_rest_is() -> None:
    text = json.dumps({"R": {"A": {"K": 1}}}, indent=4)
    new: dict[str, Content] = {"B": {"L": [{"Ref": "A"}]}}
    assert json.dumps({"R": {"A": {"K": 1}, **new}}, indent=4) == added(text, new, "R", name="t.json")


def test_toml_gets_a_line() -> None:
    text = '[a.b]\nc = "d"  # why\n\n[e]\n'
    assert '[a.b]\nc = "d"  # why\nf = true\n\n[e]\n' == added(text, {"f": True}, "a", "b", name="samconfig.toml")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A: [1]\n", "A: [1, !Ref X]\n"),
        ("A: []\n", "A: [!Ref X]\n"),
        ("A:\n  - 1\nB: 2\n", "A:\n  - 1\n  - !Ref X\nB: 2\n"),
        ("A:\n- 1  # why\n", "A:\n- 1  # why\n- !Ref X\n"),
        ('{"A": [1]}', '{"A": [1, {"Ref": "X"}]}'),
    ],
)
def test_an_item_is_added_behind_the_last_one(before: str, after: str) -> None:
    document = parse_document(before, "t.yaml")
    sequence = at(document, "A")
    assert isinstance(sequence, Sequence)
    assert after == applied(document, items_added(document, sequence, [{"Ref": "X"}]))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("AllAtOnce", "AllAtOnce"),
        ("yes", '"yes"'),
        ("1.0", '"1.0"'),
        ("a: b", '"a: b"'),
        ("it's ${A}", '"it\'s ${A}"'),
        ("AWS::Lambda::Alias", "AWS::Lambda::Alias"),
        (True, "true"),
        (60, "60"),
        ({"Fn::If": ["IsProd", {"Ref": "Type"}, "AllAtOnce"]}, "!If [IsProd, !Ref Type, AllAtOnce]"),
        ({"Fn::GetAtt": ["A", "Arn"]}, "!GetAtt A.Arn"),
        ({"Fn::Base64": {"Ref": "A"}}, '{"Fn::Base64": !Ref A}'),
    ],
)
def test_a_value_is_read_back_as_what_was_to_be_written(content: Content, text: str) -> None:
    document = parse_document("A: 1\n", "t.yaml")
    assert text == written(document, content)
    expected = at(parse_document(json.dumps({"A": content}), "t.json"), "A")
    read = at(parse_document(f"A: {text}\n", "t.yaml"), "A")
    if content != {"Fn::GetAtt": ["A", "Arn"]}:
        assert expected == read


def test_an_entry_goes_with_its_lines() -> None:
    document = parse_document("A:\n  B: 1\n  C:\n    D: 2  # why\n  E: 3\n", "t.yaml")
    mapping = at(document, "A")
    assert isinstance(mapping, Mapping)
    entry = mapping.entry("C")
    assert entry is not None
    assert "A:\n  B: 1\n  E: 3\n" == applied(document, entry_removed(document, mapping, entry))
