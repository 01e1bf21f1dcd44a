"""A small project, and what a check and a plan of it would give."""

from __future__ import annotations

import pytest

from samguard.linting.explanation import Explanation
from samguard.linting.line_hash import line_hashes
from samguard.linting.report import BecauseStep, Notification, Report, ReportedFinding, ReportedFix, TextEdit
from samguard.linting.rule import Level, Rule
from samguard.output import findings_json, sarif
from samguard.rollout.plan import (
    EnvironmentPlan,
    Plan,
    PlannedParameter,
    PlannedRollout,
    PlannedStrategy,
    TemplatePlan,
)
from samguard.source import Location, Position
from samguard.value import replace

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: dev}
Mappings:
  ByStage:
    prod: {Strategy: AllAtOnce}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      AutoPublishAlias: live
      DeploymentPreference:
        Type: !FindInMap [ByStage, !Ref Stage, Strategy]
        Hooks:
          PreTraffic: !Ref CheckOrders
"""
SAMCONFIG = """\
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=prod"
"""
PAYMENTS = """\
{"Resources": {"Größe": {"Type": "AWS::Serverless::Function",
\t"漢字": "🎉", "Properties": {"AutoPublishAlias": "live"}}}}
"""
FILES = {"template.yaml": TEMPLATE, "samconfig.toml": SAMCONFIG, "services/pay ments/template.json": PAYMENTS}

ALL_AT_ONCE = Rule("SG201", "all-at-once", Level.ERROR, since="0.1.0", about_production=True)
NO_ALARMS = Rule("SG301", "no-alarms", Level.ERROR, since="0.1.0", about_production=True)
HOOK_TIMEOUT = Rule("SG404", "hook-timeout", Level.WARNING, since="0.1.0")
UNUSED_ALIAS = Rule("SG103", "unused-alias", Level.NOTE, since="0.1.0")


def place(path: str, needle: str, *, until: str | None = None) -> Location:
    """Where `needle` first stands in a file of the project (up to the end of `until`)."""
    text = FILES[path]
    start = text.index(needle)
    end = start + len(needle) if until is None else text.index(until, start) + len(until)
    return Location(path, position(text, start), position(text, end))


def position(text: str, offset: int) -> Position:
    line_start = text.rfind("\n", 0, offset) + 1
    return Position(text.count("\n", 0, offset) + 1, offset - line_start + 1)


def found(
    rule: Rule,
    message: str,
    location: Location,
    *,
    because: tuple[BecauseStep, ...] = (),
    fixes: tuple[ReportedFix, ...] = (),
    resource: str | None = "Orders",
    environments: tuple[str, ...] = ("prod",),
) -> ReportedFinding:
    """A finding as linting gives it."""
    text = FILES[location.path]
    first, last = location.start.line, min(location.end.line, location.start.line + 2)
    return ReportedFinding(
        rule=rule,
        level=rule.level,
        message=message,
        location=location,
        resource=resource,
        environments=environments,
        because=because,
        fixes=fixes,
        fingerprint=f"{rule.id}-fingerprint",
        line_hash=line_hashes(text)[first - 1],
        lines=tuple(text.split("\n")[first - 1 : last]),
    )


@pytest.fixture(autouse=True)
def fixed_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """Snapshots do not change with samguard's version."""
    monkeypatch.setattr(findings_json, "__version__", "1.2.3")
    monkeypatch.setattr(sarif, "__version__", "1.2.3")


@pytest.fixture
def clean_report() -> Report:
    """Everything was checked, nothing was found."""
    rules = (UNUSED_ALIAS, ALL_AT_ONCE, NO_ALARMS, HOOK_TIMEOUT)
    return Report(findings=(), rules=rules, templates=2, environments=3, rollouts=5)


@pytest.fixture
def report() -> Report:
    """Four findings in two files: with a trail, with a fix, over several lines, behind a tab and wide characters."""
    all_at_once = found(
        ALL_AT_ONCE,
        "Every user of Orders gets a new version at once in prod: the strategy is AllAtOnce, so no alarm can stop it "
        "in time. Choose a canary or a linear strategy",
        place("template.yaml", "!FindInMap [ByStage, !Ref Stage, Strategy]"),
        because=(
            BecauseStep("samconfig.toml sets Stage to prod", place("samconfig.toml", "Stage=prod")),
            BecauseStep("the mapping [ByStage] gives AllAtOnce for prod", place("template.yaml", "AllAtOnce")),
            BecauseStep("the command line says nothing else", None),
        ),
    )
    hook = place("template.yaml", "PreTraffic:")
    line_start = Position(hook.start.line, 1)
    hook_timeout = found(
        HOOK_TIMEOUT,
        "CheckOrders may run for 3 seconds only.",
        hook,
        environments=("dev", "staging", "prod"),
        fixes=(
            ReportedFix(
                "Set its Timeout to 60",
                safe=True,
                edits=(TextEdit(Location("template.yaml", line_start, line_start), "# 60\n"),),
            ),
            ReportedFix("Remove the hook", safe=False, edits=(TextEdit(hook, ""),)),
        ),
    )
    no_alarms = found(
        NO_ALARMS,
        "No alarm watches Orders.",
        place("template.yaml", "DeploymentPreference:", until="CheckOrders"),
    )
    unused_alias = found(
        UNUSED_ALIAS,
        "Nothing calls the alias of Größe.",
        place("services/pay ments/template.json", '"Properties"'),
        resource="Größe",
        environments=(),
    )
    return Report(
        findings=(unused_alias, no_alarms, all_at_once, hook_timeout),
        rules=(UNUSED_ALIAS, ALL_AT_ONCE, NO_ALARMS, HOOK_TIMEOUT),
        templates=2,
        environments=3,
        rollouts=5,
        notifications=(
            Notification(Level.ERROR, "This rule crashed; please report it.", "template.yaml", UNUSED_ALIAS, True),
            Notification(Level.NOTE, "Pipelines are not read yet."),
        ),
    )


@pytest.fixture
def explanations() -> dict[str, Explanation]:
    """What the documentation says of two of the rules."""
    return {
        "SG201": Explanation(
            summary="Every user gets a new version of a function at once.",
            what_goes_wrong="An alarm needs minutes, AllAtOnce takes a second.",
            silent_when="the strategy is unknown.",
            fix="choose a canary.",
            source="Deployment preference (https://docs.aws.amazon.com/serverless/preference.html), read 2026-01.",
        ),
        "SG301": Explanation(
            summary="Traffic is shifted, but no alarm watches it.",
            what_goes_wrong="CodeDeploy rolls back when an alarm fires. " + "With none, it never does. " * 60,
            silent_when="",
            fix="",
            source="",
        ),
    }


@pytest.fixture
def plan() -> Plan:
    """Two environments of one template and the assumed one of another."""
    canary = PlannedStrategy("Canary10Percent5Minutes", "canary", 10.0, 5.0, 5.0)
    linear = PlannedStrategy("Linear10PercentEvery1Minute", "linear", 10, 1, 9)
    all_at_once = PlannedStrategy("AllAtOnce", "all-at-once", 100, 0, 0)
    half = PlannedStrategy("HalfFirst", "custom", 50, 2.5, 2.5)
    elsewhere = PlannedStrategy("TeamConfiguration", "custom")
    dev = EnvironmentPlan(
        "dev",
        production=False,
        parameters={"Stage": PlannedParameter("dev", "default", "template.yaml", Position(3, 33))},
        rollouts=(
            PlannedRollout("OrdersFunction", alias="live", traffic_shifting=True, strategy=all_at_once),
            PlannedRollout("CheckOrders"),
        ),
    )
    prod = EnvironmentPlan(
        "prod",
        production=True,
        parameters={
            "Stage": PlannedParameter("prod", "samconfig", "samconfig.toml", Position(3, 24)),
            "Memory": PlannedParameter("512", "command-line"),
            "Alarm": PlannedParameter(None, "samconfig", "samconfig.toml", Position(4, 1), "it is read from SSM"),
        },
        rollouts=(
            PlannedRollout(
                "OrdersFunction",
                alias="live",
                traffic_shifting=True,
                strategy=canary,
                alarms=("OrdersErrorsAlarm", "OrdersLatencyAlarm"),
                pre_traffic="CheckOrders",
                post_traffic="NotifyTeam",
            ),
            PlannedRollout(
                "PaymentsFunction",
                alias="live",
                traffic_shifting=True,
                strategy=linear,
                alarms=None,
                unknown={
                    "alarms": "the parameter Alarm has no value",
                    "pre_traffic": "the parameter Hook has no value",
                },
            ),
            PlannedRollout("RefundsFunction", alias="live", traffic_shifting=True, strategy=half),
            PlannedRollout(
                "LedgerFunction", alias="live", traffic_shifting=True, strategy=elsewhere, alarms=("Ledger",)
            ),
            PlannedRollout(
                "Settlement",
                kind="state-machine",
                alias="live",
                traffic_shifting=None,
                alarms=None,
                unknown={"strategy": "the parameter Type has no value", "alarms": "the parameter Alarm has no value"},
            ),
            PlannedRollout("CheckOrders"),
        ),
    )
    assumed = EnvironmentPlan("default", production=False, assumed=True)
    return Plan((TemplatePlan("services/empty.yaml", (assumed,)), TemplatePlan("template.yaml", (dev, prod))))


HOSTILE = (
    "\x1b[31mred\x1b]0;title\x07 \u202eevil\u202c %0A100% ]]> <script>alert('1')</script> & \"quoted\" `ticks` | pipe "
    "::error file=x::owned ##vso[task.setvariable]x ##[error]y @team #12 https://example.org www.example.org :tada: "
    "*bold* _it_ [a](b) ~~no~~ $x$ Größe 漢字 🎉 \x00\x7f\x85\ufffe half \ud800 surrogate"
)
"""A text with every kind of character that means something to somebody."""
HOSTILE_LINES = f"::error::first\r\n::warning::second\n\n##[group]third\n{HOSTILE}"


@pytest.fixture
def hostile_report() -> Report:
    """Findings, files and names in which everything is written by somebody who wants to be more than shown."""
    path = "a b/::error,x=1%\x1b[2J##[e].yaml"
    location = Location(path, Position(1, 1), Position(2, 3))
    first = ReportedFinding(
        rule=ALL_AT_ONCE,
        level=Level.ERROR,
        message=HOSTILE_LINES,
        location=location,
        resource=HOSTILE,
        environments=(HOSTILE, "prod"),
        because=(BecauseStep(HOSTILE_LINES, location), BecauseStep(HOSTILE, None)),
        fixes=(ReportedFix(HOSTILE_LINES, safe=True, edits=(TextEdit(location, HOSTILE_LINES),)),),
        fingerprint="f",
        line_hash="0:1",
        lines=(HOSTILE, HOSTILE),
    )
    second = replace(first, rule=HOOK_TIMEOUT, level=Level.NOTE, location=replace(location, end=Position(1, 9)))
    notes = (Notification(Level.ERROR, HOSTILE_LINES, path),)
    return Report(findings=(first, second), rules=(ALL_AT_ONCE, HOOK_TIMEOUT), templates=1, notifications=notes)
