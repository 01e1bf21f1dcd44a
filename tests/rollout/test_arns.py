"""Names and ARNs as far as they are known, and the patterns of policies that cover them."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenes import environment, function, sam, template_of

from samguard.evaluation import EvaluatedTemplate
from samguard.rollout.arns import ANYTHING, Opaque, covers, function_arn, function_name, text_of, version_arn
from samguard.source import Node, parse_document
from samguard.source.nodes import Mapping

ORDERS = function("AutoPublishAlias: live")
NAMED = function("FunctionName: !Sub orders-${Stage}\nAutoPublishAlias: live")
STAGE = "Parameters:\n  Stage: {Type: String}\n"


def scene(resource: str, **known: str) -> EvaluatedTemplate:
    where = environment(region=known.get("region"), stack_name=known.get("stack_name"))
    return EvaluatedTemplate(template_of(sam(resource, head=STAGE)), where)


def node(text: str) -> Node:
    root = parse_document(f"value: {text}\n", "value.yaml").root
    assert isinstance(root, Mapping)
    found = root.get("value")
    assert found is not None
    return found


def covered(pattern: str, target: str, where: EvaluatedTemplate) -> bool | None:
    """Whether one expression of the template, as a policy's pattern, covers another."""
    return covers(text_of(where.value(node(pattern)), where), text_of(where.value(node(target)), where))


@given(st.text("ab*?:", max_size=8), st.text("ab:", max_size=8))
def test_known_texts_are_compared_as_the_shell_does(pattern: str, text: str) -> None:
    assert covers(tuple(pattern), tuple(text)) is fnmatchcase(text, pattern)


@given(st.lists(st.sampled_from("ab*:X"), max_size=5), st.lists(st.sampled_from("ab:X"), max_size=5))
def test_an_opaque_part_leaves_open_what_it_may_decide(pattern: list[str], text: list[str]) -> None:
    """Filling the unknown part in with anything never contradicts a certain answer."""
    left, right = (tuple(Opaque("X") if part == "X" else part for part in parts) for parts in (pattern, text))
    answer = covers(left, right)
    for filled in ("", "a", "b", ":", "ab", "a:b", "ba"):
        if answer is not None:
            one, other = ("".join(parts).replace("X", filled) for parts in (text, pattern))
            assert answer is fnmatchcase(one, other)


@pytest.mark.parametrize(
    ("pattern", "target", "expected"),
    [
        ("!Ref Orders.Version", "!Ref Orders.Version", True),
        ("!GetAtt Orders.Arn", "!Ref Orders.Version", False),
        ("!Sub '${Orders.Arn}:*'", "!Ref Orders.Version", True),
        ("!Sub '${Orders.Arn}*'", "!Ref Orders.Version", True),
        ("!Ref Orders.Alias", "!Ref Orders.Version", False),
        ("!Sub 'arn:aws:lambda:*:*:function:${Orders}:live'", "!Ref Orders.Alias", None),
        ("!Sub 'arn:${AWS::Partition}:lambda:*:*:function:${Orders}:live'", "!Ref Orders.Alias", True),
        ("!Ref OrdersAliaslive", "!Ref Orders.Alias", True),
        ("CodeDeployHook_*", "!Ref Orders", False),
        ("arn:aws:sns:*", "!Ref Orders.Version", False),
        ("'*'", "!ImportValue anything", True),
        ("!ImportValue anything", "!Ref Orders", None),
    ],
)
def test_a_policy_may_name_a_function_in_many_ways(pattern: str, target: str, expected: bool | None) -> None:
    assert covered(pattern, target, scene(ORDERS)) is expected


def test_a_name_that_cloudformation_makes_begins_with_the_stack_s() -> None:
    where = scene(ORDERS, stack_name="shop")
    name = function_name(where.template.resources["Orders"], where)
    assert covers(tuple("shop-Orders-*"), name) is True
    assert covers(tuple("shop-*"), name) is True
    assert covers(tuple("shop-Orders-A1B2C3"), name) is None
    assert covers(tuple("shop-Orders"), name) is False


def test_a_stack_s_name_has_no_underscore() -> None:
    where = scene(ORDERS)
    assert covers(tuple("Code_*"), function_name(where.template.resources["Orders"], where)) is False


def test_a_long_name_is_cut_off_somewhere() -> None:
    where = scene(ORDERS, stack_name="s" * 60)
    assert covers(tuple("sss*"), function_name(where.template.resources["Orders"], where)) is None


def test_a_region_that_is_known_is_part_of_the_arn() -> None:
    where = scene(ORDERS, region="eu-west-1", stack_name="shop")
    arn = function_arn(where.template.resources["Orders"], where)
    assert covers(tuple("arn:aws:lambda:eu-west-1:*"), arn) is True
    assert covers(tuple("arn:aws:lambda:us-east-1:*"), arn) is False


def test_a_parameter_without_a_value_may_be_anything() -> None:
    where = scene(NAMED)
    orders = where.template.resources["Orders"]
    assert covers(tuple("*:function:orders-prod:*"), version_arn(orders, where)) is None
    assert covers(tuple("*:function:returns-*"), version_arn(orders, where)) is False


def test_what_is_too_long_is_not_known() -> None:
    assert covers(tuple("a" * 1000), tuple("a" * 1000 + "b")) is None
    assert text_of(scene(ORDERS).value(node("a" * 1000)), scene(ORDERS)) == ANYTHING
