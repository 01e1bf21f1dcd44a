"""The keys that lead to a place are the same on whatever line it stands."""

from __future__ import annotations

from textwrap import dedent

import pytest

from samguard.linting.property_path import property_path
from samguard.source import parse_document

TEMPLATE = """\
# a comment
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Events: {Post: {Type: Api}}
      Alarms:
        - !Ref Errors
        - Name: latency
          Value: [one, two]
  Text: |
    in a block
"""


def path(needle: str, text: str = TEMPLATE, name: str = "template.yaml") -> tuple[str, ...]:
    """The path to where a text first stands in a document."""
    document = parse_document(text, name)
    return property_path(document, document.text.index(needle))


@pytest.mark.parametrize(
    ("needle", "expected"),
    [
        ("Resources", ("Resources",)),
        ("Orders:", ("Resources", "Orders")),
        ("AWS::Serverless", ("Resources", "Orders", "Type")),
        ("Api", ("Resources", "Orders", "Properties", "Events", "Post", "Type")),
        ("Alarms", ("Resources", "Orders", "Properties", "Alarms")),
        ("Errors", ("Resources", "Orders", "Properties", "Alarms", "*", "Ref")),
        ("latency", ("Resources", "Orders", "Properties", "Alarms", "*", "Name")),
        ("two", ("Resources", "Orders", "Properties", "Alarms", "*", "Value", "*")),
        ("in a block", ("Resources", "Text")),
        ("comment", ()),
    ],
)
def test_the_keys_lead_from_the_root_to_the_place(needle: str, expected: tuple[str, ...]) -> None:
    assert expected == path(needle)


def test_items_of_a_list_are_not_numbered() -> None:
    assert path("one") == path("two")


def test_lines_above_change_nothing() -> None:
    assert path("latency") == path("latency", f"# one\n# two\n\n{TEMPLATE}")


def test_yaml_json_and_toml_have_the_same_paths() -> None:
    expected = ("a", "b", "*", "c")
    assert expected == path("here", "a: {b: [{c: here}]}")
    assert expected == path("here", '{"a": {"b": [{"c": "here"}]}}', "template.json")
    assert expected == path("here", dedent('[[a.b]]\nc = "here"\n'), "samconfig.toml")


@pytest.mark.parametrize("text", ["", "a: [", "just a text"])
def test_without_keys_there_is_no_path(text: str) -> None:
    assert () == property_path(parse_document(text, "template.yaml"), 0)


def test_behind_the_end_there_is_no_path() -> None:
    assert () == property_path(parse_document("a: 1", "template.yaml"), 100)
