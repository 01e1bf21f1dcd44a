"""A file of policies: what is wrong with it is told with file, line and column, and with what was probably meant."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from samguard.errors import SamguardError
from samguard.linting import Level
from samguard.policies import Policy, read_policies

HEAD = "policies:\n"
KEYS = {
    "id": "ACME001",
    "name": "own-rule",
    "for": "rollout",
    "assert": "rollout.shifts",
    "message": "it is so",
}


def item(**changes: str | None) -> str:
    """A policy, a key on each line from line 2 on; None leaves a key out."""
    keys = {**KEYS, **{key.removesuffix("_"): text for key, text in changes.items()}}
    lines = "\n".join(f"{key}: {text}" for key, text in keys.items() if text is not None)
    return "  - " + indent(lines, "    ").lstrip() + "\n"


def read(*items: str) -> tuple[Policy, ...]:
    return read_policies((HEAD + "".join(items)).encode(), "acme.yaml")


def problem(text: str) -> str:
    with pytest.raises(SamguardError) as caught:
        read_policies(text.encode(), "acme.yaml")
    return str(caught.value)


def test_a_policy_says_what_it_is_for() -> None:
    (policy,) = read(
        item(level="error", environments="production", where="rollout.alias != ''", source="https://a.test")
    )
    assert ("ACME001", "own-rule", Level.ERROR, "rollout", True) == (
        policy.id, policy.name, policy.level, policy.subject, policy.in_production_only,
    )  # fmt: skip
    assert ("acme.yaml", 2, "Own rule.") == (policy.path, policy.line, policy.summary)


@pytest.mark.parametrize(
    ("changes", "line", "said"),
    [
        ({"assert_": "rollout.stratgy.kind == ''"}, 5, "column 21: Rollout has no field 'stratgy'. Did you mean 'strategy'?"),
        ({"assert_": "rollout.strategy.knd == ''"}, 5, "column 30: Strategy has no field 'knd'. Did you mean 'kind'?"),
        ({"assert_": "rolout.shifts"}, 5, "nothing is called 'rolout' here. Did you mean 'rollout'?"),
        ({"assert_": "size('x') == 1 && rollout.shift"}, 5, "column 39: Rollout has no field 'shift'. Did you mean 'shifts'?"),
        ({"assert_": "rollout.strategy.percent > 'a'"}, 5, "> does not take int, string"),
        ({"assert_": "rollout.alarms.exists(a, a.threshold > 5)"}, 5, "Write 5.0 to compare with a double"),
        ({"assert_": "rollout.alarms.all(a, a.perod_seconds > 60)"}, 5, "Alarm has no field 'perod_seconds'"),
        ({"assert_": "rollout.alias"}, 5, "a condition is true or false, this is string"),
        ({"assert_": "rollout.shifts &&"}, 5, "column 30: Syntax error"),
        ({"assert_": "rollout.alias.matchs('b')"}, 5, "nothing is called 'matchs' here. Did you mean 'matches'?"),
        ({"assert_": "dyn(rollout).anything"}, 5, "dyn() is not for policies"),
        ({"assert_": "has(rollout.alias)"}, 5, "has() is not for policies. Every field of the model is there"),
        ({"assert_": "pipeline.name == ''"}, 5, "nothing is called 'pipeline' here"),
        ({"assert_": "|\n        rollout.shifts ||\n          rollout.stratgy.kind == ''"}, 7, "column 23: Rollout has no field"),
        ({"where": "rollout.aliass == ''"}, 7, "Rollout has no field 'aliass'"),
        ({"message": "'{rollout.aliass} is wrong'"}, 6, "in {rollout.aliass}: Rollout has no field 'aliass'. Did you mean 'alias'?"),
        ({"message": "'{rollout.alarms}'"}, 6, "in {rollout.alarms}: a text, a number or true or false can be shown"),
        ({"id": "SG301"}, 2, "'id' must be a prefix of your own in capitals (not SG)"),
        ({"id": "acme1"}, 2, "'id' must be a prefix of your own"),
        ({"name": "Own Rule"}, 3, "'name' must be a name in small letters"),
        ({"for_": "rolout"}, 4, "hook, environment, pipeline, found 'rolout'. Did you mean 'rollout'?"),
        ({"level": "fatal"}, 7, "'level' must be one of error, warning, note, found 'fatal'"),
        ({"assrt": "true"}, 7, "unknown key 'assrt'. Did you mean 'assert'?"),
        ({"assert_": ">\n        rollout.alias == '' ||\n        rollout.x"}, 5, "character 32 of the expression: Rollout has no"),
        ({"message": None}, 2, "a policy needs 'message'"),
        ({"for_": "alarm", "assert_": "alarm.math", "at": "strategy"}, 7, "'at' says which part of a rollout is pointed at"),
        ({"for_": "pipeline", "assert_": "true", "environments": "any"}, 7, "a pipeline is not looked at for one environment"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_place(changes: dict[str, str | None], line: int, said: str) -> None:
    found = problem(HEAD + item(**changes))
    assert found.startswith(f"acme.yaml:{line}: ")
    assert said in found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "acme.yaml:1: holds no policies"),
        ("- a\n", "acme.yaml:1: holds no policies"),
        ("policies: {a: b}\n", "'policies' must be a list of policies"),
        ("rules: []\n", "unknown key 'rules'"),
        ("{}\n", "a mapping with policies needs 'policies'"),
        ("policies: [\n", "acme.yaml:"),
        ("policies: []\nversion: 2\n", "'version' must be 1, found '2'"),
    ],
)
def test_a_file_that_is_none_is_told(text: str, said: str) -> None:
    assert said in problem(text)


@pytest.mark.parametrize("changes", [{"name": "other"}, {"id": "ACME002"}])
def test_an_identifier_and_a_name_are_used_once(changes: dict[str, str]) -> None:
    with pytest.raises(SamguardError, match=r"acme\.yaml:7: the (id|name) '.*' is taken by another policy"):
        read(item(), item(**changes))


def test_an_expression_may_be_long_but_not_endless() -> None:
    assert "10,000 characters at the most" in problem(HEAD + item(assert_=" || ".join(["rollout.shifts"] * 700)))


def test_a_file_may_hold_no_policy() -> None:
    assert () == read_policies(dedent("policies: []").encode(), "acme.yaml")
