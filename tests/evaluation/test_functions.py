"""Intrinsic functions: known where their arguments are, unknown with a reason where they are not."""

from __future__ import annotations

import pytest
from scenes import environment, template_of

from samguard.evaluation import (
    EvaluatedTemplate,
    Fields,
    Items,
    Joined,
    Literal,
    Reference,
    Removed,
    Unknown,
    Value,
)
from samguard.source import Mapping

HEAD = """
Parameters:
  Stage: {Type: String}
  Open: {Type: String}
  Preset: {Type: String, Default: preset}
  Names: {Type: CommaDelimitedList, Default: "a, b,c"}
  Key: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /key}
Mappings:
  Stages:
    prod: {Strategy: Canary10Percent5Minutes, List: [x, y]}
    dev: {Strategy: AllAtOnce}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Not [!Condition IsProd]
  IsOpen: !Equals [!Ref Open, x]
  Loop: !Or [!Condition Loop, !Condition Loop]
Resources:
  Orders: {Type: 'AWS::Serverless::Function'}
  Bucket: {Type: 'AWS::S3::Bucket', Condition: IsDev}
"""


def seen(**parameters: str) -> EvaluatedTemplate:
    given = environment(region="eu-west-1", stack_name="orders", parameters={"Stage": "prod", **parameters})
    return EvaluatedTemplate(template_of(HEAD), given)


def value(expression: str, **parameters: str) -> Value:
    root = template_of(f"Probe: {expression}\n").root
    assert isinstance(root, Mapping)
    return seen(**parameters).value(root.get("Probe"))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("!Ref Stage", Literal("prod")),
        ("!Ref Preset", Literal("preset")),
        ("!Ref Names", Items((Literal("a"), Literal("b"), Literal("c")))),
        ("!Ref AWS::Region", Literal("eu-west-1")),
        ("!Ref AWS::Partition", Literal("aws")),
        ("!Ref AWS::StackName", Literal("orders")),
        ("!Ref AWS::NoValue", Removed()),
        ("!Ref Orders", Reference("Orders")),
        ("!Ref Orders.Alias", Reference("Orders", "Alias")),
        ("!GetAtt Orders.Arn", Reference("Orders", "Arn", by_ref=False)),
        ("!GetAtt Orders.Version.Version", Reference("Orders", "Version.Version", by_ref=False)),
        ("{'Fn::GetAtt': Orders.Arn}", Reference("Orders", "Arn", by_ref=False)),
        ("!Sub '${Stage}-x'", Literal("prod-x")),
        ("!Sub '${!Stage}'", Literal("${Stage}")),
        ("!Sub ['${A}${B}', {A: 1, B: !Ref Stage}]", Literal("1prod")),
        ("!Sub '${Orders}'", Reference("Orders")),
        ("!Sub '${Orders}:live'", Joined((Reference("Orders"), ":live"))),
        ("!Sub '${Orders.Arn}'", Reference("Orders", "Arn", by_ref=False)),
        ("!Join ['-', [a, !Ref Stage]]", Literal("a-prod")),
        ("!Join ['-', !Ref Names]", Literal("a-b-c")),
        ("!Select [1, !Ref Names]", Literal("b")),
        ("!Select ['0', !Split ['/', 'x/y']]", Literal("x")),
        ("!FindInMap [Stages, !Ref Stage, Strategy]", Literal("Canary10Percent5Minutes")),
        ("!FindInMap [Stages, prod, List]", Items((Literal("x"), Literal("y")))),
        ("!FindInMap [Stages, none, Strategy, {DefaultValue: d}]", Literal("d")),
        ("!If [IsProd, a, b]", Literal("a")),
        ("!If [IsDev, a, b]", Literal("b")),
        ("!If [IsProd, !Ref AWS::NoValue, b]", Removed()),
        ("!If [IsOpen, same, same]", Literal("same")),
        ("!Equals [true, 'true']", Literal(value=True)),
        ("!Equals [True, 'True']", Literal(value=False)),
        ("!Equals [!Ref AWS::AccountId, prod]", Literal(value=False)),
        ("!And [!Condition IsProd, !Condition IsOpen, !Condition IsDev]", Literal(value=False)),
        ("!Or [!Condition IsOpen, !Condition IsProd]", Literal(value=True)),
        ("[a, !Ref AWS::NoValue, b]", Items((Literal("a"), Literal("b")))),
        ("{a: 1, b: !Ref AWS::NoValue}", Fields({"a": Literal(1)})),
        ("{'Fn::Length': !Ref Names}", Literal(3)),
    ],
)
def test_what_can_be_known_is_known(expression: str, expected: Value) -> None:
    assert value(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "!Ref Open",
        "!Ref Key",
        "!Ref Nothing",
        "!Ref AWS::AccountId",
        "!ImportValue x",
        "!GetAZs x",
        "!Cidr [a, 1]",
        "!Base64 x",
        "!Whatever x",
        "!Sub '${Open}'",
        "!FindInMap [Stages, !Ref Open, Strategy]",
        "!FindInMap [Stages, prod, Nothing]",
        "!If [IsOpen, a, b]",
        "!If [Nothing, a, b]",
        "!If [IsProd, a]",
        "!Condition Loop",
        "!Not [!Condition IsOpen]",
        "!And [!Condition IsProd, !Condition IsOpen]",
        "!Select [9, !Ref Names]",
        "!Equals [!Ref Open, x]",
        "!Join [!Ref Stage, [a]]",
        "'{{resolve:ssm:/x}}'",
    ],
)
def test_what_cannot_be_known_is_unknown_and_says_why(expression: str) -> None:
    found = value(expression)
    assert isinstance(found, Unknown)
    assert found.reason


def test_an_unknown_names_the_parameters_that_it_would_take() -> None:
    found = value("!If [IsOpen, a, b]")
    assert isinstance(found, Unknown)
    assert found.depends_on == {"Open"}


def test_a_text_with_an_unknown_part_keeps_what_is_known() -> None:
    found = value("!Sub 'a-${Open}-b'")
    assert isinstance(found, Joined)
    assert found.text == "a-${?}-b"


def test_an_environment_s_value_wins_over_the_default() -> None:
    assert value("!Ref Preset", Preset="given") == Literal("given")


def test_a_value_tells_the_places_that_decided_it() -> None:
    found = value("!FindInMap [Stages, !Ref Stage, Strategy]")
    assert [reason.message for reason in found.because] == [
        "--parameter sets Stage to 'prod'",
        "the mapping Stages gives 'Canary10Percent5Minutes' for prod, Strategy",
    ]


def test_a_default_that_decided_is_marked_as_such() -> None:
    assert [reason.by_default for reason in value("!Ref Preset").because] == [True]


def test_a_resource_exists_where_its_condition_holds() -> None:
    found = seen()
    assert found.exists(found.template.resources["Orders"]) is True
    assert found.exists(found.template.resources["Bucket"]) is False


def test_a_thousand_conditions_in_a_row_are_followed_as_far_as_bounds_allow() -> None:
    lines = [
        "  C0: !Equals [a, a]",
        *(f"  C{n}: !And [!Condition C{n - 1}, !Condition C{n - 1}]" for n in range(1, 1000)),
    ]
    text = "Conditions:\n" + "\n".join(lines) + "\nResources: {R: {Type: 'AWS::S3::Bucket'}}\n"
    found = EvaluatedTemplate(template_of(text), environment())
    assert isinstance(found.condition("C999"), Unknown)
    assert found.condition("C5") == Literal(value=True)
