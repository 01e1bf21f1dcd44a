"""Mentions: every place at which a template names something, and nothing that only looks like one."""

from __future__ import annotations

import pytest
from scenes import template_of

from samguard.template import Naming, loop_identifiers, mentions


def mentioned(text: str) -> list[tuple[Naming, str]]:
    return [(found.naming, f"{found.name}.{found.attribute}".rstrip(".")) for found in mentions(template_of(text))]


def of_property(value: str) -> list[tuple[Naming, str]]:
    return mentioned(f"Resources: {{T: {{Type: 'AWS::SNS::Topic', Properties: {{P: {value}}}}}}}")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!Ref A", [(Naming.VALUE, "A")]),
        ("{Ref: A.Alias}", [(Naming.VALUE, "A.Alias")]),
        ("!Ref AWS::Region", [(Naming.VALUE, "AWS::Region")]),
        ("!GetAtt A.B.C", [(Naming.RESOURCE, "A.B.C")]),
        ("{'Fn::GetAtt': [A, !Ref B]}", [(Naming.RESOURCE, "A"), (Naming.VALUE, "B")]),
        ("!Sub 'x ${A} ${B.Arn} ${!C} ${ D }'", [(Naming.VALUE, "A"), (Naming.RESOURCE, "B.Arn"), (Naming.VALUE, "D")]),
        ("!Sub ['${A}${B}', {A: !Ref C}]", [(Naming.VALUE, "B"), (Naming.VALUE, "C")]),
        ("!If [C, !Ref A, b]", [(Naming.CONDITION, "C"), (Naming.VALUE, "A")]),
        ("!FindInMap [M, !Ref A, b]", [(Naming.MAPPING, "M"), (Naming.VALUE, "A")]),
        ("!Join ['', [!Ref A, b]]", [(Naming.VALUE, "A")]),
        ("{Ref: A, Other: B}", []),
        ("{Condition: {StringEquals: {a: b}}}", []),
        ("{Condition: Word}", []),
        ("'text ${A}'", []),
    ],
)
def test_functions_name_what_they_take(value: str, expected: list[tuple[Naming, str]]) -> None:
    assert expected == of_property(value)


def test_attributes_name_conditions_and_resources() -> None:
    text = """
    Conditions: {C: !Not [!Condition D]}
    Resources: {T: {Type: 'AWS::SNS::Topic', Condition: C, DependsOn: [A, B]}, U: {Type: 'AWS::SNS::Topic', DependsOn: A}}
    Outputs: {O: {Condition: E, Value: !Ref T}}
    """
    expected = [
        (Naming.CONDITION, "D"),
        *((Naming.CONDITION, "C"), (Naming.RESOURCE, "A"), (Naming.RESOURCE, "B"), (Naming.RESOURCE, "A")),
        *((Naming.CONDITION, "E"), (Naming.VALUE, "T")),
    ]
    assert expected == mentioned(text)


def test_each_stands_where_it_is_written_once() -> None:
    text = 'Resources: {T: {Type: "AWS::SNS::Topic", Properties: &p {P: !Sub "${A} ${A}"}}, U: {Properties: *p}}'
    template = template_of(text)
    found = list(mentions(template))
    assert ["A", "A"] == [text[m.span.start : m.span.end] for m in found]
    assert len({m.span for m in found}) == 2


def test_loops_name_their_items() -> None:
    text = "Resources: {'Fn::ForEach::L': [Name, [A, B], {'${Name}': {Type: 'AWS::SNS::Topic'}}]}"
    assert frozenset({"Name"}) == loop_identifiers(template_of(text))
