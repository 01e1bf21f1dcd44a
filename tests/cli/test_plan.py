"""`samguard plan` as scripts and people rely on it."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import samguard
from projects import ORDERS, STAGES, lay_out

TEMPLATE = """
    Transform: AWS::Serverless-2016-10-31
    Parameters:
      Stage: {Type: String, AllowedValues: [dev, prod]}
      Size: {Type: Number, Default: 10}
      Secret: {Type: String}
    Conditions:
      IsProd: !Equals [!Ref Stage, prod]
    Globals:
      Function: {CodeUri: src/, Runtime: python3.12, AutoPublishAlias: live}
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          Handler: orders.handler
          DeploymentPreference:
            Type: !If [IsProd, Canary10Percent5Minutes, AllAtOnce]
            Alarms: [!Ref OrdersErrors, shared-errors]
            Hooks: {PreTraffic: !Ref Check}
      OrdersErrors: {Type: 'AWS::CloudWatch::Alarm', Properties: {Threshold: 1}}
      Check:
        Type: AWS::Serverless::Function
        Properties: {Handler: check.handler, DeploymentPreference: {Enabled: false}}
      Refunds:
        Type: AWS::Serverless::Function
        Condition: IsProd
        Properties: {Handler: refunds.handler, DeploymentPreference: {Type: !Ref Secret}}
      Flow:
        Type: AWS::Serverless::StateMachine
        Properties: {DefinitionUri: flow.asl.json}
"""


def parameter(value: str | None, source: str, path: str | None, place: tuple[int, int] | None) -> dict[str, object]:
    start = None if place is None else {"line": place[0], "column": place[1]}
    return {"value": value, "source": source, "path": path, "start": start}


def rollout(function: str, **changes: object) -> dict[str, object]:
    """A row of the plan; without changes, that of a function without traffic shifting."""
    row: dict[str, object] = {
        "function": function,
        "kind": "function",
        "alias": "live",
        "traffic_shifting": False,
        "strategy": None,
        "alarms": [],
        "hooks": {"pre_traffic": None, "post_traffic": None},
    }
    return row | changes


def test_json_has_the_shape_that_scripts_rely_on(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": TEMPLATE, "samconfig.toml": STAGES})
    ran = samguard("plan", "--format", "json", "--parameter", "Size=20", cwd=tmp_path)
    shifted = {
        "traffic_shifting": True,
        "alarms": ["OrdersErrors", "shared-errors"],
        "hooks": {"pre_traffic": "Check", "post_traffic": None},
    }
    at_once = {"name": "AllAtOnce", "kind": "all-at-once", "percent": 100, "interval_minutes": 0, "duration_minutes": 0}
    canary = {
        "name": "Canary10Percent5Minutes",
        "kind": "canary",
        "percent": 10,
        "interval_minutes": 5,
        "duration_minutes": 5,
    }
    missing = "parameter Secret has no value"
    unknown = parameter(None, "default", None, None) | {"unknown": {"value": missing}}
    machine = rollout("Flow", kind="state-machine", alias=None)
    assert (0, b"") == (ran.code, ran.stderr)
    assert ran.json == {
        "version": "1",
        "pipelines": [],
        "templates": [
            {
                "path": "template.yaml",
                "environments": [
                    {
                        "name": "dev",
                        "production": False,
                        "parameters": {
                            "Stage": parameter("dev", "samconfig", "samconfig.toml", (4, 24)),
                            "Size": parameter("20", "command-line", None, None),
                            "Secret": unknown,
                        },
                        "rollouts": [rollout("Orders", strategy=at_once, **shifted), rollout("Check"), machine],
                    },
                    {
                        "name": "prod",
                        "production": True,
                        "parameters": {
                            "Stage": parameter("prod", "samconfig", "samconfig.toml", (7, 24)),
                            "Size": parameter("20", "command-line", None, None),
                            "Secret": unknown,
                        },
                        "rollouts": [
                            rollout("Orders", strategy=canary, **shifted),
                            rollout("Check"),
                            rollout("Refunds", traffic_shifting=True, unknown={"strategy": missing}),
                            machine,
                        ],
                    },
                ],
            }
        ],
    }


def test_without_an_environment_there_is_the_one_called_default(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS})
    (template,) = samguard("plan", "--format", "json", cwd=tmp_path).json["templates"]
    (environment,) = template["environments"]
    assert ("default", False) == (environment["name"], environment["production"])
    assert {"Stage": parameter("dev", "default", "template.yaml", (3, 34))} == environment["parameters"]


def test_an_environment_may_be_made_where_none_is_described(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS})
    arguments = ("plan", "--env", "prod", "--env", "dev", "--format", "json")
    (template,) = samguard(*arguments, cwd=tmp_path).json["templates"]
    assert [("prod", True), ("dev", False)] == [(one["name"], one["production"]) for one in template["environments"]]


def test_templates_are_in_the_order_of_their_paths(tmp_path: Path) -> None:
    paths = ["a/template.yaml", "b.yaml", "c/a.yaml"]
    lay_out(tmp_path, dict.fromkeys(reversed(paths), ORDERS))
    found = samguard("plan", "--format", "json", cwd=tmp_path).json
    assert paths == [template["path"] for template in found["templates"]]


def test_people_get_a_table_for_each_environment(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": TEMPLATE, "samconfig.toml": STAGES})
    ran = samguard("plan", cwd=tmp_path)
    assert (0, b"") == (ran.code, ran.stderr)
    assert ran.out.startswith("template.yaml\n")
    assert "prod (production)" in ran.out
    assert "Canary10Percent5Minutes" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 100


def test_a_plan_is_written_to_a_file(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS})
    expected = samguard("plan", "--format", "json", cwd=tmp_path).stdout
    ran = samguard("plan", "--format", "json", "--output", "plan.json", cwd=tmp_path)
    assert (0, b"", expected) == (ran.code, ran.stdout, (tmp_path / "plan.json").read_bytes())


def test_findings_do_not_make_a_plan_fail(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": STAGES})
    assert 1 == samguard("check", "--select", "SG301", cwd=tmp_path).code
    assert 0 == samguard("plan", cwd=tmp_path).code


def test_a_template_that_cannot_be_parsed_is_told_of_and_makes_a_plan_fail(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.yaml": f"{ORDERS}  ]: oops\n", "b.yaml": ORDERS})
    ran = samguard("plan", "--format", "json", "--quiet", cwd=tmp_path)
    assert 1 == ran.code
    assert ran.err.startswith("samguard: a.yaml:14:")
    assert ["b.yaml"] == [template["path"] for template in ran.json["templates"]]


def test_a_folder_without_templates_has_an_empty_plan(tmp_path: Path) -> None:
    ran = samguard("plan", "--format", "json", cwd=tmp_path)
    assert (0, {"version": "1", "templates": [], "pipelines": []}) == (ran.code, ran.json)
    assert "samguard: no template was found\n" == ran.err
    assert "" == samguard("plan", "--format", "json", "-q", cwd=tmp_path).err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gone",), "samguard: error: the path 'gone' does not exist\n"),
        (("--env", "prdo"), "samguard: error: no environment is called 'prdo'"),
        (("--config", "gone.toml"), "samguard: error: the configuration 'gone.toml' does not exist\n"),
        (("--parameter", "Stage"), "samguard: error: --parameter 'Stage' is not of the form KEY=VALUE\n"),
        (("--format", "sarif"), "Usage: samguard plan"),
        (("--output", "gone/plan.json"), "samguard: error: 'gone/plan.json' cannot be written"),
    ],
)
def test_what_samguard_cannot_do_ends_with_2_and_a_sentence(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": STAGES})
    ran = samguard("plan", *arguments, cwd=tmp_path)
    assert (2, b"") == (ran.code, ran.stdout)
    assert ran.err.startswith(said)


def test_a_template_is_read_from_stdin(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS})
    content = (tmp_path / "template.yaml").read_bytes()
    ran = samguard("plan", "-", "--stdin-filename", "a/b.yaml", "--format", "json", cwd=tmp_path, stdin=content)
    assert ["a/b.yaml"] == [template["path"] for template in ran.json["templates"]]
