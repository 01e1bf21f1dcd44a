import json
import math
from typing import Any

from syrupy.assertion import SnapshotAssertion

from samguard.output.plan_json import plan_json
from samguard.rollout.plan import (
    EnvironmentPlan,
    PipelinePlan,
    Plan,
    PlannedRollout,
    PlannedStage,
    PlannedStrategy,
    TemplatePlan,
)
from samguard.value import replace


def rollout_json(rollout: PlannedRollout) -> dict[str, Any]:
    environment = EnvironmentPlan("prod", production=True, rollouts=(rollout,))
    plan = json.loads(plan_json(Plan((TemplatePlan("template.yaml", (environment,)),))))
    shown: dict[str, Any] = plan["templates"][0]["environments"][0]["rollouts"][0]
    return shown


def test_the_shape_is_the_one_that_scripts_rely_on(plan: Plan, snapshot: SnapshotAssertion) -> None:
    assert snapshot == plan_json(plan)


def test_whole_numbers_have_no_decimal_point() -> None:
    strategy = PlannedStrategy("Own", "custom", 12.5, 5.0, 5.0)
    assert '"percent": 12.5' in json.dumps(rollout_json(PlannedRollout("Orders", strategy=strategy)))
    assert '"interval_minutes": 5,' in json.dumps(rollout_json(PlannedRollout("Orders", strategy=strategy)))


def test_numbers_that_json_has_not_are_null() -> None:
    strategy = PlannedStrategy("Own", "custom", math.nan, math.inf, None)
    shown = rollout_json(PlannedRollout("Orders", strategy=strategy))["strategy"]
    assert [shown["percent"], shown["interval_minutes"], shown["duration_minutes"]] == [None, None, None]


def test_unknown_is_there_only_where_something_is() -> None:
    rollout = PlannedRollout("Orders", alarms=None, unknown={"alarms": "the parameter Alarm has no value"})
    assert rollout_json(rollout)["unknown"] == {"alarms": "the parameter Alarm has no value"}
    assert "unknown" not in rollout_json(replace(rollout, alarms=(), unknown={}))


def test_pipelines_have_their_own_key() -> None:
    stages = (PlannedStage("Source", "source"), PlannedStage("Ship", "deploy", "prod", ("approval",)))
    plan = Plan((), (PipelinePlan("Jenkinsfile", "Jenkins", stages, ("no tests",)),))
    assert json.loads(plan_json(plan))["pipelines"] == [
        {
            "path": "Jenkinsfile",
            "system": "Jenkins",
            "stages": [
                {"name": "Source", "kind": "source", "environment": None, "gates": []},
                {"name": "Ship", "kind": "deploy", "environment": "prod", "gates": ["approval"]},
            ],
            "missing": ["no tests"],
        }
    ]
