"""A template's deployment to an environment, in the worlds that open parameters allow."""

from __future__ import annotations

from scenes import deployed, environment, function, sam, template_of

from samguard.environments.environment import Environment, Production
from samguard.rollout import Deployment, Strategy, deployments
from samguard.rollout.planning import template_plan

SHIFTED = "AutoPublishAlias: live\nDeploymentPreference: {Type: !If [IsProd, Canary10Percent5Minutes, AllAtOnce], Alarms: [a]}"
OPEN = """
Parameters:
  Stage: {Type: String, AllowedValues: [dev, prod]}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
"""


def worlds(text: str, given: Environment) -> tuple[Deployment, ...]:
    return deployments(template_of(text), given)


def names(found: tuple[Deployment, ...]) -> list[str]:
    return [
        rollout.strategy.name if isinstance(rollout.strategy, Strategy) else "?"
        for world in found
        for rollout in world.rollouts
    ]


def test_an_open_parameter_is_explored_by_its_allowed_values() -> None:
    found = worlds(sam(function(SHIFTED), head=OPEN), environment("default", production=Production.ASSUMED))
    assert [world.assignment for world in found] == [{"Stage": "dev"}, {"Stage": "prod"}]
    assert names(found) == ["AllAtOnce", "Canary10Percent5Minutes"]


def test_the_world_of_a_stage_says_whether_it_is_production() -> None:
    found = worlds(sam(function(SHIFTED), head=OPEN), environment("default", production=Production.ASSUMED))
    assert [world.production for world in found] == [Production.NO, Production.YES]


def test_a_world_that_contradicts_its_environment_is_left_out() -> None:
    found = worlds(sam(function(SHIFTED), head=OPEN), environment("prod"))
    assert [world.assignment for world in found] == [{"Stage": "prod"}]


def test_parameters_that_no_rollout_depends_on_are_not_explored() -> None:
    head = OPEN + "  Odd: !Equals [!Ref Colour, x]\n"
    head = head.replace("Conditions:", "  Colour: {Type: String, AllowedValues: [x, y]}\nConditions:")
    found = worlds(sam(function(SHIFTED), head=head), environment("prod"))
    assert [sorted(world.assignment) for world in found] == [["Stage"]]


def test_too_many_worlds_leave_the_question_unknown() -> None:
    parameters = "\n".join(f"  P{n}: {{Type: String, AllowedValues: [a, b]}}" for n in range(9))
    tests = ", ".join(f"!Equals [!Ref P{n}, a]" for n in range(9))
    head = f"Parameters:\n{parameters}\nConditions:\n  IsProd: !And [{tests}]\n"
    assert names(worlds(sam(function(SHIFTED), head=head), environment())) == ["?"]


def test_a_function_whose_condition_is_false_has_no_row() -> None:
    text = sam(
        "  F:\n    Type: AWS::Serverless::Function\n    Condition: IsProd\n    Properties: {Handler: x}\n", head=OPEN
    )
    assert deployed(text, Stage="dev").rollouts == ()


def test_the_plan_tells_what_an_open_parameter_would_change() -> None:
    plan = template_plan(
        template_of(sam(function(SHIFTED), head=OPEN)), [environment("default", production=Production.ASSUMED)]
    )
    (row,) = plan.environments[0].rollouts
    assert row.strategy is None
    assert row.unknown == {"strategy": "AllAtOnce if Stage is dev; Canary10Percent5Minutes if Stage is prod"}


def test_a_refused_function_is_a_row_that_says_so() -> None:
    plan = template_plan(template_of(sam(function("DeploymentPreference: {Type: AllAtOnce}"))), [environment()])
    (row,) = plan.environments[0].rollouts
    assert "SAM refuses the template" in row.unknown["rollout"]


def test_functions_named_as_hooks_or_by_the_prefix_are_hooks() -> None:
    text = sam(
        function("AutoPublishAlias: live\nDeploymentPreference: {Type: AllAtOnce, Hooks: {PreTraffic: !Ref Check}}"),
        function("FunctionName: !Sub 'CodeDeployHook_${AWS::StackName}'", "Other"),
        function("Timeout: 3", "Check"),
    )
    assert deployed(text).hook_functions() == {"Check", "Other"}
