"""The edit that accepts a finding: after it the rule is silent there, and the document means what it meant."""

import pytest

from samguard.linting.suppression import suppressions
from samguard.lsp.accepting import acceptance
from samguard.source import Document, Format, Mapping, parse_document

HERE = "▮"


def accepted(text: str, path: str = "template.yaml") -> tuple[Document, Document]:
    """A document, and the one after the edit that accepts SG301 at the mark."""
    offset = text.index(HERE)
    before = parse_document(text.replace(HERE, ""), path)
    edit = acceptance(before, offset, "SG301")
    assert edit is not None
    changed = before.text[: edit.span.start] + edit.text + before.text[edit.span.end :]
    after = parse_document(changed, path)
    now = offset + len(edit.text) if edit.span.start <= offset else offset
    covering = [found for found in suppressions(after) if found.covers(now)]
    assert [rule.word for found in covering for rule in found.rules if rule.word == "SG301"] == ["SG301"]
    return before, after


@pytest.mark.parametrize(
    "text",
    [
        "Resources:\n  ▮A: {Type: X}\n",
        "▮Resources:\n  A: {Type: X}\n",
        "Resources:\r\n  A:\r\n    ▮Type: X\r\n",
        "Resources:\n  A:\n    B:\n      - ▮x\n",
        "Resources:\n  A:\n    Code: |\n      one\n      ▮two\n    B: 1\n",
        'Resources:\n  A:\n    B: "one\n      ▮two"\n',
        "Resources:\n  A: {B: 1,\n    ▮C: 2}\n",
        "Resources:\n  # what A is\n  ▮A: {Type: X}\n",
        "Resources:\n  A:\n    B: !Sub\n      - a\n      - {c: ▮d}\n",
    ],
)
def test_in_yaml_it_is_a_comment_above_the_line(text: str) -> None:
    before, after = accepted(text)
    assert after.root == before.root
    assert not after.problems


def test_a_suppression_that_is_there_gets_one_more_rule() -> None:
    before, after = accepted("Resources:\n  # samguard: ignore[SG302] known\n  ▮A: {Type: X}\n")
    assert after.text == before.text.replace("[SG302]", "[SG302, SG301]")


def test_in_toml_it_is_a_comment_above_the_line() -> None:
    before, after = accepted('[prod.deploy.parameters]\nstack_name = ▮"x"\n', "samconfig.toml")
    assert after.text.split("\n")[1] == "# samguard: ignore[SG301] say why"
    assert after.root == before.root


@pytest.mark.parametrize(
    "text",
    [
        '{"Resources": {"A": {▮"Type": "X"}}}',
        '{\n  "Resources": {\n    "A": {\n      "Type": ▮"X"\n    }\n  }\n}\n',
        '{"Resources": {"A": {"Metadata": {"a": 1}, "Type": ▮"X"}}}',
        '{"Resources": {"A": {"Metadata": {}, "Type": ▮"X"}}}',
        '{"Resources": {"A": {"Metadata": {"samguard": {"ignore": [{"rule": "SG302"}]}}, "Type": ▮"X"}}}',
        '{"Resources": {"A": {"Metadata": {"samguard": {"ignore": []}}, "Type": ▮"X"}}}',
        '{"Resources": {}, ▮"Outputs": {}}',
        '{"Resources": {"A": {▮}}}',
    ],
)
def test_in_json_it_is_metadata(text: str) -> None:
    before, after = accepted(text, "template.json")
    assert after.root is not None
    assert not after.problems
    assert without_metadata(after) == without_metadata(before)


def without_metadata(document: Document) -> list[str]:
    """The names of everything but Metadata."""
    names: list[str] = []

    def gather(node: object) -> None:
        for entry in node if isinstance(node, Mapping) else ():
            if entry.name != "Metadata":
                names.append(entry.name)
                gather(entry.value)

    gather(document.root)
    return names


def test_a_program_has_no_place_for_one() -> None:
    assert acceptance(Document("Jenkinsfile", "pipeline {}", Format.CODE, None), 0, "SG301") is None
