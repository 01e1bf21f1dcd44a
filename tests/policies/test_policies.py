"""Policies at work: findings in the report as samguard's own are, and none where a value is not known."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import ORDERS, STAGES, lay_out

import samguard
from samguard.errors import SamguardError
from samguard.linting import Level, Report, Selection, lint
from samguard.output.findings_json import findings_json
from samguard.output.sarif import sarif
from samguard.policies import load_policies, policy_rules, read_policies
from samguard.policies.expression import Truth, compiled
from samguard.policies.policy_file import VARIABLES
from samguard.project import load_project

OPEN = ORDERS.replace("Stage: {Type: String, Default: dev}", "Kind: {Type: String}").replace(
    "Canary10Percent5Minutes", "!Ref Kind"
)
"""The strategy is a parameter that nobody gives a value."""


@pytest.fixture(autouse=True)
def project_is_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def policy(assertion: str, subject: str = "rollout", **keys: str) -> bytes:
    said = {"id": "ACME001", "name": "own-rule", "for": subject, "assert": assertion, "message": "not so {where}"}
    return json.dumps({"policies": [said | keys]}).encode()


def report(content: bytes, *select: str, **options: Any) -> Report:
    rules = policy_rules(read_policies(content, "acme.json"))
    chosen = Selection(select=select or ("ACME",), more=rules, **options)
    return lint(load_project((".",)), chosen)


def messages(content: bytes) -> list[str]:
    found = report(content)
    assert () == found.notifications
    return [finding.message for finding in found.findings]


def orders(tmp_path: Path, template: str = ORDERS, samconfig: str = STAGES, **files: str) -> None:
    lay_out(tmp_path, {"template.yaml": template, "samconfig.toml": samconfig, **files})


# findings


def test_what_does_not_hold_is_a_finding(tmp_path: Path) -> None:
    orders(tmp_path)
    content = policy("rollout.strategy.duration_minutes >= 10", at="strategy", level="error")
    (finding,) = report(content).findings
    assert ("ACME001", "own-rule", Level.ERROR) == (finding.rule.id, finding.rule.name, finding.level)
    assert ("template.yaml", (13, 15), "Orders") == (finding.location.path, finding.location.start, finding.resource)
    assert ("dev", "prod") == finding.environments
    assert "Not so in dev and prod." == finding.message


def test_what_holds_is_none(tmp_path: Path) -> None:
    orders(tmp_path)
    assert [] == messages(policy("rollout.strategy.duration_minutes >= 5"))


def test_where_says_of_what_it_is_asked(tmp_path: Path) -> None:
    orders(tmp_path)
    assert ["Not so in prod."] == messages(policy("false", where="environment.production"))
    assert [] == messages(policy("false", where="environment.name == 'staging'"))


def test_a_policy_may_be_about_production_only(tmp_path: Path) -> None:
    orders(tmp_path)
    assert ["Not so in prod."] == messages(policy("false", environments="production"))


def test_a_message_shows_values(tmp_path: Path) -> None:
    orders(tmp_path)
    text = (
        "{rollout.function}: {rollout.strategy.percent} %, {rollout.alarms.size()} alarms, {rollout.shifts}, {resource}"
    )
    assert ["Orders: 10 %, 0 alarms, true, Orders."] == messages(
        policy("false", message=text, environments="production")
    )


def test_an_alarm_and_a_hook_are_looked_at_each(tmp_path: Path) -> None:
    wired = f"{ORDERS}            Alarms: [!Ref A, other]\n            Hooks: {{PreTraffic: !Ref Check}}\n"
    alarm = (
        "      A:\n        Type: AWS::CloudWatch::Alarm\n        Properties: {Namespace: AWS/Lambda, MetricName: Errors, "
        "Period: 300, Statistic: Sum, EvaluationPeriods: 2, Threshold: 1.5, ComparisonOperator: GreaterThanThreshold}\n"
        "      Check:\n        Type: AWS::Serverless::Function\n"
        "        Properties: {CodeUri: a/, Handler: a.b, Runtime: python3.12, Timeout: 7}\n"
    )
    orders(tmp_path, wired + alarm)
    said = "{alarm.name} {alarm.period_seconds} {alarm.threshold} {alarm.missing_data}"
    only = {"environments": "production", "message": said}
    assert ["A 300 1.5 missing.", "Other ? ? ?"] == messages(policy("false", "alarm", **only))
    assert ["A 300 1.5 missing."] == messages(policy("alarm.period_seconds <= 60", "alarm", **only))
    only["message"] = "{hook.phase} {hook.function} {hook.timeout_seconds}"
    assert ["PreTraffic Check 7."] == messages(policy("hook.timeout_seconds > 10", "hook", **only))


def test_an_environment_is_pointed_at_where_it_is_said(tmp_path: Path) -> None:
    orders(tmp_path)
    content = policy("!environment.production || rollouts.all(r, r.alarms.size() > 0)", "environment")
    (finding,) = report(content).findings
    assert ("samconfig.toml", ("prod",)) == (finding.location.path, finding.environments)


def test_a_pipeline_is_looked_at(tmp_path: Path) -> None:
    workflow = "on: push\njobs:\n  deploy:\n    runs-on: x\n    steps:\n      - run: sam deploy --config-env prod\n"
    orders(tmp_path, **{".github/workflows/deploy.yml": workflow})
    text = "{pipeline.system}: {pipeline.jobs[0].name} runs {pipeline.jobs[0].steps[0].tool}"
    (finding,) = report(policy("pipeline.jobs.all(job, !job.deploys)", "pipeline", message=text)).findings
    assert ".github/workflows/deploy.yml" == finding.location.path
    assert "GitHub Actions: deploy runs sam deploy." == finding.message


# unknown


@pytest.mark.parametrize(
    "assertion",
    [
        "rollout.strategy.kind == 'canary'",
        "rollout.strategy.kind != 'canary'",
        "!(rollout.strategy.percent > 10)",
        "rollout.shifts && rollout.strategy.duration_minutes > 5",
        "rollout.alias == '' || rollout.strategy.name == 'x'",
        "rollout.strategy.percent > 5 ? false : true",
    ],
)
def test_what_needs_an_unknown_value_is_no_finding(tmp_path: Path, assertion: str) -> None:
    orders(tmp_path, OPEN, "version = 0.1\n[prod.deploy.parameters]\nstack_name = 'prod'\n")
    assert [] == messages(policy(assertion))
    assert [] == messages(policy("false", where=assertion))


@pytest.mark.parametrize(
    "assertion", ["rollout.alias != 'live' && rollout.strategy.kind == 'canary'", "rollout.alias == ''"]
)
def test_what_is_decided_without_it_is_one(tmp_path: Path, assertion: str) -> None:
    orders(tmp_path, OPEN, "version = 0.1\n[prod.deploy.parameters]\nstack_name = 'prod'\n")
    assert 1 == len(messages(policy(assertion)))


def test_a_default_proves_nothing_of_production(tmp_path: Path) -> None:
    default = OPEN.replace("{Type: String}", "{Type: String, Default: AllAtOnce}")
    lay_out(tmp_path, {"template.yaml": default})
    content = policy("rollout.strategy.kind != 'all-at-once'", environments="production", level="error")
    assert [] == messages(content)
    lay_out(tmp_path, {"template.yaml": ORDERS.replace("Canary10Percent5Minutes", "AllAtOnce")})
    (finding,) = report(content).findings
    assert Level.WARNING is finding.level, "no environment is known to be production"


def test_a_key_that_a_map_has_not_makes_it_false(tmp_path: Path) -> None:
    orders(tmp_path)
    only = {"environments": "production"}
    assert ["Not so in prod."] == messages(policy("lambda.tags['owner'] == 'a'", "function", **only))
    assert [] == messages(policy("false", "function", where="lambda.tags['owner'] == 'a'", **only))
    orders(tmp_path, ORDERS.replace("CodeUri: src/", "CodeUri: src/\n          Tags: {owner: a}"))
    assert [] == messages(policy("lambda.tags['owner'] == 'a'", "function", **only))


_WORDS = {"rollout.shifts": True, "rollout.serves_as_hook": False, "rollout.alias == ''": None}
_TRUTHS = st.recursive(
    st.sampled_from(sorted(_WORDS)),
    lambda inner: st.one_of(
        inner.map(lambda one: f"!({one})"),
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda parts: f"({' '.join(parts)})"),
    ),
    max_leaves=6,
)


def _kleene(text: str) -> bool | None:
    """What an expression comes to in Kleene's logic, by a small evaluator of its own."""
    text = text.strip()
    if text in _WORDS:
        return _WORDS[text]
    if text.startswith("!"):
        inner = _kleene(text[2:-1])
        return None if inner is None else not inner
    depth = 0
    for index, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 1 and text[index : index + 4] in (" && ", " || "):
            left, right = _kleene(text[1:index]), _kleene(text[index + 4 : -1])
            decisive = text[index + 1] == "|"
            if decisive in (left, right):
                return decisive
            return None if None in (left, right) else not decisive
    raise AssertionError(text)


@settings(max_examples=150, deadline=None)
@given(_TRUTHS)
def test_conditions_are_three_valued(text: str) -> None:
    data = {"rollout": {"shifts": True, "serves_as_hook": False}}
    found = compiled(text, VARIABLES["rollout"]).truth(data, frozenset({"alias"}))
    assert {True: Truth.TRUE, False: Truth.FALSE, None: Truth.UNKNOWN}[_kleene(text)] is found


# bounds


@pytest.mark.parametrize(
    ("assertion", "said"),
    [
        ("1 / (rollout.alarms.size()) == 1", "divide by zero"),
        ("rollout.alias.matches('(')", "invalid regular expression"),
        (f"{[1] * 30}.all(a, {[1] * 30}.all(b, {[1] * 30}.all(c, a + b + c > 0)))", "Iteration budget exceeded"),
    ],
)
def test_what_cannot_be_evaluated_is_told_and_the_rest_goes_on(tmp_path: Path, assertion: str, said: str) -> None:
    orders(tmp_path)
    found = report(policy(assertion), "ACME", "SG301")
    assert ["SG301"] == [finding.rule.id for finding in found.findings]
    (note,) = {note.message: note for note in found.notifications}.values()
    assert Level.ERROR is note.level
    assert said in note.message
    assert "Please report" not in note.message


def test_a_regular_expression_takes_linear_time(tmp_path: Path) -> None:
    orders(tmp_path, ORDERS.replace("app.handler", "a" * 5_000))
    assert [] == messages(policy("!lambda.handler.matches('^(a*)*(a*)*b$')", "function"))


TEN = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"


def test_loops_in_loops_end(tmp_path: Path) -> None:
    orders(tmp_path)
    nested = f"{TEN}.all(a, {TEN}.all(b, {TEN}.all(c, {TEN}.all(d, {TEN}.all(e, a * b * c * d * e >= 0)))))"
    (note,) = report(policy(nested)).notifications
    assert "Iteration budget exceeded" in note.message


@pytest.mark.parametrize(
    "assertion",
    [
        "[[1, 1]]" + ".map(a, a + a)" * 26 + ".size() > 0",
        "[[1]].map(a, a" + " + a" * 30 + ").size() > 0",
        f"[{', '.join(['1'] * 300)}].all(a, a > 0)",
    ],
)
def test_a_few_letters_do_not_make_millions_of_values(assertion: str) -> None:
    with pytest.raises(SamguardError, match="at the most"):
        read_policies(policy(assertion), "acme.json")


def test_without_the_library_for_cel_it_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cel_expr_python", None)
    with pytest.raises(SamguardError, match=r"python -m pip install 'samguard\[policies\]'"):
        compiled("other.shifts", {"other": "Rollout"})


# as samguard's own


def test_it_is_selected_and_ignored_by_identifier_and_name(tmp_path: Path) -> None:
    orders(tmp_path)
    content = policy("false")
    for select in ("ACME001", "acme", "own-rule", "ALL"):
        assert "ACME001" in {finding.rule.id for finding in report(content, select).findings}
    assert () == report(content, "ACME", ignore=("own-rule",)).findings
    with pytest.raises(SamguardError, match=r"no rule is called 'own-rul'\. Did you mean 'own-rule'"):
        report(content, "own-rul")


def test_it_is_suppressed_by_a_comment(tmp_path: Path) -> None:
    orders(tmp_path, ORDERS.replace("DeploymentPreference:", "DeploymentPreference:  # samguard: ignore[ACME001] why"))
    found = report(policy("false"), "ACME", "SG9")
    assert ((), ["ACME001"]) == (found.findings, [finding.rule.id for finding in found.suppressed])
    assert ["SG901"] == [finding.rule.id for finding in report(policy("true"), "ACME", "SG9").findings]


def test_every_output_knows_it(tmp_path: Path) -> None:
    orders(tmp_path)
    rules = policy_rules(read_policies(policy("false", why="Because.", source="https://a.test/b"), "acme.json"))
    found = lint(load_project((".",)), Selection(select=("ACME",), more=rules))
    (one,) = json.loads(findings_json(found))["findings"]
    assert ("ACME001", "own-rule", "warning") == (one["rule"], one["name"], one["level"])
    (run,) = json.loads(sarif(found, {loaded.rule.id: loaded.explanation for loaded in rules}))["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert ("ACME001", ["policy"], "https://a.test/b") == (rule["id"], rule["properties"]["tags"], rule["helpUri"])
    assert "Because." in rule["help"]["text"]


def test_the_library_knows_the_policies_of_the_configuration_and_others(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "template.yaml": ORDERS,
        "own.json": policy("false"),
        "more.json": policy("false", id="MORE1", name="more"),
        "samguard.toml": 'policies = ["own.json"]\nselect = ["ACME"]',
    }
    lay_out(tmp_path, files)
    assert ["ACME001"] == [finding.rule.id for finding in samguard.check().findings]
    found = samguard.check(select=["ACME", "MORE"], policies=["more.json", "own.json"])
    assert ["ACME001", "MORE1"] == [finding.rule.id for finding in found.findings]


# where they come from


def test_two_files_may_not_use_one_identifier(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(policy("true"))
    (tmp_path / "b.json").write_bytes(policy("true", name="other"))
    with pytest.raises(SamguardError, match=r"b\.json:1: 'ACME001' is the name of another policy, in a\.json:1"):
        load_policies(["a.json", "b.json"], tmp_path)
    assert 1 == len(load_policies(["a.json", "a.json"], tmp_path))


def test_a_repository_names_only_its_own_files(tmp_path: Path) -> None:
    lay_out(tmp_path, {"secret.json": policy("true"), "in/own.json": policy("true")})
    (tmp_path / "in/link.json").symlink_to(tmp_path / "secret.json")
    assert 1 == len(load_policies(["own.json"], tmp_path / "in", inside=tmp_path / "in"))
    for word in ("../secret.json", "link.json", str(tmp_path / "secret.json")):
        with pytest.raises(SamguardError, match="leads out of the project"):
            load_policies([word], tmp_path / "in", inside=tmp_path / "in")


@pytest.mark.parametrize(
    ("word", "said"),
    [("cours", "no policies are called 'cours'. Did you mean 'course'?"), ("gone.yaml", "'gone.yaml' do not exist")],
)
def test_what_there_is_not_is_told(tmp_path: Path, word: str, said: str) -> None:
    with pytest.raises(SamguardError, match=said.replace("?", r"\?")):
        load_policies([word], tmp_path)


def test_an_installed_package_shares_its_policies_and_is_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files: dict[str, str | bytes] = {
        "site/acme_policies/__init__.py": "raise SystemExit('imported')",
        "site/acme_policies/acme.json": policy("true"),
        "site/acme-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: acme\nVersion: 1\n",
        "site/acme-1.dist-info/entry_points.txt": "[samguard.policies]\nacme = acme_policies:acme.json\n",
    }
    lay_out(tmp_path, files)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    (found,) = load_policies(["acme"], tmp_path)
    assert ("ACME001", "acme_policies/acme.json") == (found.id, found.path)
