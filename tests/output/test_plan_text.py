import re

import pytest
from syrupy.assertion import SnapshotAssertion

from samguard.output.plan_text import plan_text
from samguard.output.printable import cells
from samguard.output.rollout_cells import STRATEGY, row
from samguard.rollout.plan import (
    EnvironmentPlan,
    PipelinePlan,
    Plan,
    PlannedParameter,
    PlannedRollout,
    PlannedStage,
    PlannedStrategy,
    TemplatePlan,
)
from samguard.source import Position
from samguard.value import replace


def plan_of(*rollouts: PlannedRollout, parameters: dict[str, PlannedParameter] | None = None) -> Plan:
    environment = EnvironmentPlan("prod", production=True, parameters=parameters or {}, rollouts=rollouts)
    return Plan((TemplatePlan("template.yaml", (environment,)),))


@pytest.mark.parametrize("width", [60, 80, 200])
def test_rollouts_are_a_table_where_there_is_room(plan: Plan, width: int, snapshot: SnapshotAssertion) -> None:
    assert snapshot == plan_text(plan, width=width, colour=False)


def test_production_and_what_is_missing_are_coloured(plan: Plan, snapshot: SnapshotAssertion) -> None:
    assert snapshot == plan_text(plan, width=80, colour=True).replace("\x1b", "<esc>")


@pytest.mark.parametrize("width", [60, 80, 200])
def test_colour_adds_nothing_but_escape_sequences(plan: Plan, width: int) -> None:
    coloured = plan_text(plan, width=width, colour=True)
    assert plan_text(plan, width=width, colour=False) == re.sub("\x1b\\[[0-9;]*m", "", coloured)


@pytest.mark.parametrize("width", [60, 76, 78, 80, 90, 96, 100, 200])
def test_no_line_is_wider_than_the_terminal(plan: Plan, width: int) -> None:
    assert width >= max(cells(line) for line in plan_text(plan, width=width, colour=False).splitlines())


@pytest.mark.parametrize(
    ("strategy", "schedule"),
    [
        (PlannedStrategy("Canary10Percent5Minutes", "canary", 10, 5, 5), "10 % for 5 min, then all"),
        (
            PlannedStrategy("Linear10PercentEvery2Minutes", "linear", 10, 2, 18),
            "10 % more every 2 min, all after 18 min",
        ),
        (PlannedStrategy("AllAtOnce", "all-at-once", 100, 0, 0), "everyone at once"),
        (PlannedStrategy("Own", "custom", 100, 0, 0), "everyone at once"),
        (PlannedStrategy("Own", "custom", 12.5, 1.5, 1.5), "12.5 % for 1.5 min, then all"),
        (PlannedStrategy("Own", "custom"), "its steps are not known"),
        (PlannedStrategy("Canary10Percent6Minutes", "unknown"), "not a known configuration"),
    ],
)
def test_a_strategy_is_told_in_words(strategy: PlannedStrategy, schedule: str) -> None:
    rollout = PlannedRollout("Orders", alias="live", traffic_shifting=True, strategy=strategy)
    (cell,) = row(rollout, (STRATEGY,))
    assert f"{strategy.name} {schedule}" == " ".join(line.text for line in cell)


def test_a_function_whose_traffic_is_not_shifted_says_so() -> None:
    text = plan_text(plan_of(PlannedRollout("Orders", alias="live")), width=80, colour=False)
    assert "not shifted" in text
    assert "no alarm" not in text


def test_what_may_not_be_shifted_or_not_exist_says_so() -> None:
    strategy = PlannedStrategy("Canary10Percent5Minutes", "canary", 10, 5, 5)
    unknown = {"exists": "its condition is not known", "traffic_shifting": "Enabled is not known"}
    rollout = PlannedRollout("Orders", alias="live", traffic_shifting=None, strategy=strategy, unknown=unknown)
    text = plan_text(plan_of(rollout), width=80, colour=False)
    assert "(if it exists)" in text
    assert "if it is shifted" in text
    assert text.splitlines()[-2:] == [
        "    - existence of Orders: its condition is not known",
        "    - traffic shifting of Orders: Enabled is not known",
    ]


def test_where_nothing_is_known_nothing_is_told_as_known() -> None:
    rollout = PlannedRollout("Orders", traffic_shifting=None, unknown={"rollout": "SAM refuses the template"})
    lines = plan_text(plan_of(rollout), width=80, colour=False).splitlines()
    assert lines[6].split() == ["Orders", "unknown", "unknown", "unknown"]
    assert lines[-1] == "    - everything of Orders: SAM refuses the template"


def test_what_many_functions_do_not_know_is_told_once() -> None:
    rollouts = [PlannedRollout(name, alarms=None, unknown={"alarms": "it is imported"}) for name in ("A", "B")]
    assert plan_text(plan_of(*rollouts), width=80, colour=False).endswith("    - alarms of A, B: it is imported\n")


def test_a_parameter_that_only_has_its_default_is_not_listed() -> None:
    parameters = {"Size": PlannedParameter("1", "default", "template.yaml"), "Stage": PlannedParameter("a", "pipeline")}
    text = plan_text(plan_of(PlannedRollout("Orders"), parameters=parameters), width=80, colour=False)
    assert "Size" not in text
    assert "  pipeline: Stage=a\n" in text


def test_a_long_value_is_shortened() -> None:
    parameters = {"Long": PlannedParameter("x" * 999, "command-line")}
    text = plan_text(plan_of(PlannedRollout("Orders"), parameters=parameters), width=100, colour=False)
    assert f"  command line: Long={'x' * 37}[...]{'x' * 18}\n" in text


def test_nothing_hostile_reaches_the_terminal() -> None:
    hostile = "::a\x1b[2J\r\n\u202e漢##vso[b]"
    strategy = PlannedStrategy(hostile, "custom")
    rollout = PlannedRollout(
        hostile, "function", hostile, True, strategy, (hostile,), hostile, None, {"post_traffic": hostile}
    )
    plan = plan_of(rollout, parameters={hostile: PlannedParameter(hostile, "config", hostile)})
    environments = tuple(replace(environment, name=hostile) for environment in plan.templates[0].environments)
    for width in (60, 500):
        text = plan_text(Plan((TemplatePlan(hostile, environments),)), width=width, colour=False)
        assert text.replace("\n", "").isprintable()
        assert "##vso[" not in text
        assert not any(line.lstrip().startswith("::") for line in text.splitlines())


def test_the_columns_of_a_table_line_up_below_wide_characters() -> None:
    rollouts = (PlannedRollout("漢字", alias="live"), PlannedRollout("Orders", alias="live"))
    lines = plan_text(plan_of(*rollouts), width=80, colour=False).splitlines()
    starts = {cells(line[: line.index("live")]) for line in lines if "live" in line}
    assert len(starts) == 1


def test_an_empty_plan_says_that_there_is_no_template() -> None:
    assert plan_text(Plan(), width=80, colour=False) == "There is no template here, so nothing is planned.\n"


def test_a_template_without_functions_takes_two_lines() -> None:
    text = plan_text(plan_of(parameters={"Stage": PlannedParameter("a", "pipeline")}), width=80, colour=False)
    assert text == "template.yaml\n  No function and no state machine is deployed.\n"


def test_an_environment_without_functions_says_so() -> None:
    ((template,),) = (plan_of(PlannedRollout("Orders")).templates,)
    empty = EnvironmentPlan("dev", production=False)
    plan = Plan((replace(template, environments=(empty, *template.environments)),))
    assert plan_text(plan, width=80, colour=False).splitlines()[2:4] == [
        "  dev",
        "  No function and no state machine is deployed here.",
    ]


def test_parameters_of_one_place_stand_behind_it() -> None:
    start = Position(9, 1)
    parameters = {
        "Stage": PlannedParameter("prod", "samconfig", "samconfig.toml", start),
        "Key": PlannedParameter(None, "pipeline"),
        "Alarm": PlannedParameter("Orders errors", "samconfig", "samconfig.toml", start),
    }
    plan = plan_of(PlannedRollout("Orders"), parameters=parameters)
    assert plan_text(plan, width=50, colour=False).splitlines()[3:6] == [
        "  samconfig.toml:9: Stage=prod,",
        "    Alarm=Orders errors",
        "  pipeline: Key is unknown (no value)",
    ]


def test_the_alias_moves_below_the_function_before_the_table_is_given_up() -> None:
    rollout = PlannedRollout("OrdersFunction", alias="live", pre_traffic="CheckOrders")
    lines = plan_text(plan_of(rollout), width=60, colour=False).splitlines()
    assert lines[4].split() == ["Function,", "alias", "Strategy", "Alarms,", "hooks"]
    assert lines[7].startswith("  alias live ")


# pipelines

PIPELINE = PipelinePlan(
    ".github/workflows/deploy.yml",
    "GitHub Actions",
    (
        PlannedStage("Source", "source"),
        PlannedStage("build", "build"),
        PlannedStage("build", "test"),
        PlannedStage("staging", "deploy", "staging"),
        PlannedStage("staging", "smoke-test"),
        PlannedStage("prod", "deploy", "prod", ("approval",)),
        PlannedStage("other", "deploy", None, ("manual-start", "environment")),
        PlannedStage("Wait", "approval"),
    ),
    ("no tests", "no approval before prod"),
)


@pytest.mark.parametrize("width", [60, 200])
def test_pipelines_stand_above_the_rollouts(width: int, snapshot: SnapshotAssertion) -> None:
    plan = replace(plan_of(PlannedRollout("Orders", alias="live")), pipelines=(PIPELINE,))
    text = plan_text(plan, width=width, colour=False)
    assert width >= max(cells(line) for line in text.splitlines())
    assert snapshot == text


def test_a_pipeline_is_shown_without_a_template() -> None:
    pipeline = replace(PIPELINE, stages=PIPELINE.stages[:3], missing=())
    assert plan_text(Plan((), (pipeline,)), width=80, colour=False) == (
        ".github/workflows/deploy.yml (GitHub Actions)\n  Source → Build → Test\n\n"
        "There is no template here, so nothing is planned.\n"
    )


def test_nothing_hostile_of_a_pipeline_reaches_the_terminal() -> None:
    hostile = "::a\x1b[2J\r\n\u202e漢##vso[b]"
    pipeline = PipelinePlan(hostile, hostile, (PlannedStage(hostile, "deploy", hostile),), (hostile,))
    text = plan_text(Plan((), (pipeline,)), width=60, colour=False)
    assert text.replace("\n", "").isprintable()
    assert "##vso[" not in text
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())
