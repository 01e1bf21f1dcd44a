"""What environments decide is worked out for each of them; only what none decides is shared."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenes import environment, template_of

from samguard.evaluation import EvaluatedTemplate, Literal, Reference
from samguard.rollout.rollout import label
from samguard.template import Template, calls

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
  Sizes: {Type: CommaDelimitedList, Default: "1,2"}
Mappings:
  ByStage:
    dev: {Size: 1}
    prod: {Size: 2}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsFar: !Not [!Equals [!Ref AWS::Region, eu-west-1]]
  IsBoth: !And [!Condition IsProd, !Condition IsFar]
Resources:
  Orders:
    Type: AWS::SQS::Queue
  Holder:
    Type: AWS::SSM::Parameter
    Properties:
      Arn: !GetAtt Orders.Arn
      Text: !Sub "${Orders}:live"
      Names: [{Name: !Ref Orders}, {Name: !Sub "${Orders.Arn}"}]
      Stage: !Sub "${Orders}-${Stage}"
      Region: !Join ["-", [a, !Ref AWS::Region]]
      Stack: !Ref AWS::StackName
      Size: !FindInMap [ByStage, !Ref Stage, Size]
      First: !Select [0, !Ref Sizes]
      If: !If [IsBoth, {Deep: !If [IsProd, !Ref Orders, a]}, [!Ref Stage, !GetAtt Orders.Arn]]
      Nothing: !If [IsFar, !Ref AWS::NoValue, [!Ref Orders]]
"""
NODES = tuple(call.function.node for call in calls(template_of(TEMPLATE)))
PLACES = tuple(range(len(NODES)))


def _scenes(template: Template) -> Any:
    stages = (("dev", "eu-west-1"), ("prod", "us-east-1"), ("prod", "eu-west-1"))
    return [
        EvaluatedTemplate(
            template,
            environment(f"{stage}-{region}", region=region, stack_name=stage, parameters={"Stage": stage}),
        )
        for stage, region in stages
    ]


def _value(scene: EvaluatedTemplate, place: int) -> Any:
    return scene.value(calls(scene.template)[place].function.node)


@given(asked=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(PLACES)), max_size=40))
def test_a_value_is_the_same_whatever_was_asked_before_and_by_which_environment(asked: list[tuple[int, int]]) -> None:
    shared = _scenes(template_of(TEMPLATE))
    for which, place in asked:
        fresh = _scenes(template_of(TEMPLATE))[which]
        assert _value(shared[which], place) == _value(fresh, place)


@pytest.mark.parametrize("first", ["condition", "value"])
def test_what_a_finder_asks_of_its_environment_is_not_shared(first: str) -> None:
    dev, prod, _ = _scenes(template_of(TEMPLATE))

    def find(scene: EvaluatedTemplate) -> Any:
        if first == "condition":
            return label(scene.condition("IsProd"))
        return label(scene.parameter("Stage"))

    known = [scene.derived("kind", "name", lambda scene=scene: find(scene)) for scene in (dev, prod, dev)]

    assert known == (["false", "true", "false"] if first == "condition" else ["dev", "prod", "dev"])


def test_what_lies_inside_of_a_shared_answer_that_was_remembered_still_counts() -> None:
    dev, prod, _ = _scenes(template_of(TEMPLATE))

    def outer(scene: EvaluatedTemplate) -> Any:
        return scene.derived("inner", "", lambda: label(scene.parameter("Stage"))).upper()

    dev.derived("inner", "", lambda: label(dev.parameter("Stage")))  # remembered before the outer one asks

    assert [scene.derived("outer", "", lambda scene=scene: outer(scene)) for scene in (dev, prod)] == ["DEV", "PROD"]


def test_what_no_environment_decides_is_worked_out_once() -> None:
    dev, prod, _ = _scenes(template_of(TEMPLATE))
    times = []

    def find(scene: EvaluatedTemplate) -> Any:
        times.append(scene.environment.name)
        return scene.property(scene.template.resources["Holder"], "Arn")

    found = [scene.derived("arn", "", lambda scene=scene: find(scene)) for scene in (dev, prod)]

    assert found == [Reference("Orders", "Arn", by_ref=False)] * 2
    assert times == [dev.environment.name]


def test_a_condition_that_refers_to_itself_leaves_no_value_behind() -> None:
    template = template_of("""
Transform: AWS::Serverless-2016-10-31
Conditions:
  A: !Or [!Condition B, !Equals [x, x]]
  B: !Not [!Condition A]
Resources: {Orders: {Type: AWS::SQS::Queue}}
""")
    scenes = [EvaluatedTemplate(template, environment(name)) for name in ("a", "b")]

    backwards = [scenes[0].condition(name) for name in ("B", "A")]
    forwards = [scenes[1].condition(name) for name in ("A", "B")]

    assert isinstance(forwards[0], Literal)
    assert [type(item) for item in backwards] == [type(scenes[0].condition(name)) for name in ("B", "A")]
