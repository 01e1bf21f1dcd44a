"""From what rules say of each environment to a report: one defect is one finding.

The rules are made here, so that no rule's own judgement plays a part.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest
from projects import ORDERS, STAGES, lay_out, samconfig

import samguard
from samguard.errors import SamguardError
from samguard.evaluation import Reason
from samguard.linting import Finding, Level, LoadedRule, Report, ReportedFinding, Rule, Selection
from samguard.rollout import Deployment, Rollout, Strategy, deployments
from samguard.source import Document, Place, Span
from samguard.template import Template

Check = Callable[[Any], Iterator[Finding]]
Use = Callable[..., None]


def rule(check: Check, identifier: str = "SG399", **changes: Any) -> LoadedRule:
    """A rule made of a check; it is asked about what the check's parameter is called."""
    said = Rule(identifier, f"own-{identifier.lower()}", changes.pop("level", Level.ERROR), since="0.1.0", **changes)
    return LoadedRule(said, str(next(iter(check.__annotations__.values()))), check, docstring="", bad=(), good=())


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    """Makes these rules all there are."""

    def only(*rules: LoadedRule) -> None:
        monkeypatch.setattr(sys.modules["samguard.linting.catalogue"], "catalogue", lambda *_: rules)

    return only


@pytest.fixture(autouse=True)
def project_is_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def only(report: Report) -> ReportedFinding:
    assert () == report.notifications
    (finding,) = report.findings
    return finding


def messages(report: Report) -> list[str]:
    return [finding.message for finding in report.findings]


# checks


def about_strategy(rollout: Rollout) -> Iterator[Finding]:
    yield Finding(rollout.spans.strategy, "{resource} is looked at {where}", resource=rollout.function)


def about_its_name(rollout: Rollout) -> Iterator[Finding]:
    """Says something else where the strategy is another one."""
    if isinstance(rollout.strategy, Strategy):
        because = rollout.strategy.because
        yield Finding(rollout.spans.strategy, f"it is {rollout.strategy.name} {{where}}", because, rollout.function)


def about_all_at_once(rollout: Rollout) -> Iterator[Finding]:
    if isinstance(rollout.strategy, Strategy) and rollout.strategy.is_all_at_once:
        yield Finding(rollout.spans.strategy, "all at once {where}", rollout.strategy.because, rollout.function)


def about_stage(deployment: Deployment) -> Iterator[Finding]:
    place = deployment.environment.parameters["Stage"].place
    assert place is not None
    yield Finding(place.span, "the stage is refused", document=place.document)


def about_templates(template: Template) -> Iterator[Finding]:
    yield Finding(next(iter(template.resources.values())).span, "a template")


def about_documents(_: Document) -> Iterator[Finding]:
    yield Finding(Span(0, 1), "a file")


def crash(rollout: Rollout) -> Iterator[Finding]:
    yield Finding(rollout.spans.strategy, "before the crash")
    raise LookupError(rollout.function)


def stages(*names: str) -> str:
    return samconfig(**{name: f"Stage={name}" for name in names})


# one defect, one finding


def test_a_defect_is_one_finding_in_however_many_environments(tmp_path: Path, use: Use) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": stages("dev", "staging", "prod")})
    use(rule(about_strategy))
    finding = only(samguard.check())
    assert ("dev", "staging", "prod") == finding.environments
    assert "Orders is looked at in dev, staging and prod." == finding.message


def test_what_is_said_otherwise_is_another_defect(tmp_path: Path, use: Use) -> None:
    text = ORDERS.replace("Canary10Percent5Minutes", "!Ref Stage")
    overrides = samconfig(dev="Stage=AllAtOnce", test="Stage=AllAtOnce", prod="Stage=Linear10PercentEvery1Minute")
    lay_out(tmp_path, {"template.yaml": text, "samconfig.toml": overrides})
    use(rule(about_its_name))
    report = samguard.check()
    assert ["It is AllAtOnce in dev and test.", "It is Linear10PercentEvery1Minute in prod."] == messages(report)


def test_what_a_refused_value_would_lead_to_is_not_told(tmp_path: Path, use: Use) -> None:
    text = ORDERS.replace("Canary10Percent5Minutes", "!Ref Stage")
    lay_out(tmp_path, {"template.yaml": text, "samconfig.toml": samconfig(prod="Stage=AllAtOnce")})
    use(
        rule(about_all_at_once, "SG398", about_production=True),
        rule(about_stage, "SG399", refused_values=True),
        rule(about_strategy, "SG397", about_production=True),
    )
    assert ["SG397", "SG399"] == sorted(finding.rule.id for finding in samguard.check().findings)
    use(rule(about_all_at_once, "SG398", about_production=True), rule(about_stage, "SG399"))
    assert ["SG398", "SG399"] == sorted(finding.rule.id for finding in samguard.check().findings)


def test_what_several_resources_inherit_from_one_place_is_one_finding(tmp_path: Path, use: Use) -> None:
    text = """
        Transform: AWS::Serverless-2016-10-31
        Globals: {Function: {AutoPublishAlias: live, DeploymentPreference: {Type: AllAtOnce}}}
        Resources:
          A: {Type: 'AWS::Serverless::Function'}
          B: {Type: 'AWS::Serverless::Function'}
          C: {Type: 'AWS::Serverless::Function', Properties: {DeploymentPreference: {Type: AllAtOnce}}}
    """
    lay_out(tmp_path, {"template.yaml": text, "samconfig.toml": stages("prod")})
    use(rule(about_strategy))
    report = samguard.check()
    assert ["A and B is looked at in prod.", "C is looked at in prod."] == messages(report)
    assert ["A", "C"] == [finding.resource for finding in report.findings]


def test_more_than_four_are_counted(tmp_path: Path, use: Use) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": stages("a", "b", "c", "d", "e")})
    use(rule(about_strategy))
    finding = only(samguard.check())
    assert "Orders is looked at in a, b and 3 others." == finding.message
    assert ("a", "b", "c", "d", "e") == finding.environments


def test_a_defect_weighs_as_much_as_where_it_is_worst(tmp_path: Path, use: Use) -> None:
    def check(rollout: Rollout) -> Iterator[Finding]:
        level = Level.ERROR if rollout.environment.name == "prod" else Level.NOTE
        yield Finding(rollout.spans.strategy, "here", level=level)

    lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": stages("dev", "prod", "test")})
    use(rule(check, level=Level.WARNING))
    assert Level.ERROR is only(samguard.check()).level


def test_a_message_becomes_a_sentence(tmp_path: Path, use: Use) -> None:
    said = ["no alarm", "really?", "Stop!", "Done."]

    def check(_: Template) -> Iterator[Finding]:
        yield from (Finding(Span(number, number + 1), text) for number, text in enumerate(said))

    lay_out(tmp_path, {"template.yaml": ORDERS})
    use(rule(check))
    assert ["No alarm.", "Really?", "Stop!", "Done."] == messages(samguard.check())


def test_a_finding_knows_its_place_and_the_lines_there(tmp_path: Path, use: Use) -> None:
    lay_out(tmp_path, {"a/template.yaml": ORDERS, "a/samconfig.toml": stages("prod")})
    use(rule(about_strategy))
    finding = only(samguard.check())
    assert ("a/template.yaml", (13, 15), (13, 38)) == (
        finding.location.path,
        finding.location.start,
        finding.location.end,
    )
    assert ("        Type: Canary10Percent5Minutes",) == finding.lines


def test_findings_are_in_the_order_of_paths_places_and_rules(tmp_path: Path, use: Use) -> None:
    files = {"b.yaml": ORDERS, "a/t.yaml": ORDERS, "a.yaml": ORDERS}
    lay_out(tmp_path, files)
    use(rule(about_strategy, "SG102"), rule(about_strategy, "SG101"), rule(about_documents, "SG900"))
    found = [(finding.location.path, finding.rule.id) for finding in samguard.check().findings]
    assert found == [(path, name) for path in sorted(files) for name in ("SG900", "SG101", "SG102")]


def test_a_finding_may_stand_in_another_file(tmp_path: Path, use: Use) -> None:
    def check(deployment: Deployment) -> Iterator[Finding]:
        place = deployment.environment.place
        if place is not None:
            yield Finding(place.span, "said here {where}", document=place.document)

    lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": stages("dev", "prod")})
    use(rule(check))
    found = [(one.location.path, one.location.start.line, one.message) for one in samguard.check().findings]
    assert [("samconfig.toml", 2, "Said here in dev."), ("samconfig.toml", 4, "Said here in prod.")] == found


def test_the_report_counts_what_was_looked_at(tmp_path: Path, use: Use) -> None:
    lay_out(
        tmp_path,
        {"a/template.yaml": ORDERS, "a/samconfig.toml": stages("dev", "prod"), "b/template.yaml": ORDERS},
    )
    use(rule(about_strategy), rule(about_all_at_once, "SG398"))
    report = samguard.check()
    assert (2, 3, 3) == (report.templates, report.environments, report.rollouts)
    assert ["SG399", "SG398"] == [one.id for one in report.rules]


# production


def test_a_rule_about_production_is_asked_there_only(tmp_path: Path, use: Use) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": stages("dev", "prod")})
    use(rule(about_strategy, about_production=True))
    assert ("prod",) == only(samguard.check()).environments


def test_without_an_environment_production_is_assumed_with_caution(tmp_path: Path, use: Use) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS})
    use(rule(about_strategy, about_production=True))
    finding = only(samguard.check())
    assert (Level.WARNING, ("default",)) == (finding.level, finding.environments)
    assert "Orders is looked at wherever this template is deployed." == finding.message
    assert finding.because[-1].message.startswith("No environment is known")
    assert finding.because[-1].location is None


@pytest.mark.parametrize("level", [Level.WARNING, Level.NOTE])
def test_caution_raises_no_level(tmp_path: Path, use: Use, level: Level) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS})
    use(rule(about_strategy, about_production=True, level=level))
    assert level is only(samguard.check()).level


def test_a_rule_that_is_not_about_production_needs_no_caution(tmp_path: Path, use: Use) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS})
    use(rule(about_strategy))
    finding = only(samguard.check())
    assert (Level.ERROR, "Orders is looked at in default.", ()) == (finding.level, finding.message, finding.because)


BY_DEFAULT = ORDERS.replace("Default: dev", "Default: AllAtOnce").replace("Canary10Percent5Minutes", "!Ref Stage")
"""The Default of a parameter is the strategy."""


def test_where_production_is_assumed_a_default_proves_nothing(tmp_path: Path, use: Use) -> None:
    lay_out(tmp_path, {"template.yaml": BY_DEFAULT.replace("Stage", "Strategy")})
    use(rule(about_all_at_once, about_production=True))
    assert [] == messages(samguard.check())


def test_where_production_is_known_a_default_decides(tmp_path: Path, use: Use) -> None:
    lay_out(tmp_path, {"template.yaml": BY_DEFAULT.replace("Stage", "Strategy"), "samconfig.toml": samconfig(prod="")})
    use(rule(about_all_at_once, about_production=True))
    assert ["All at once in prod."] == messages(samguard.check())


# worlds


def by_stage(allowed: str, strategy: str = "!If [IsProd, AllAtOnce, Canary10Percent5Minutes]") -> str:
    """A template whose strategy depends on an open parameter Stage."""
    head = f"""
        Transform: AWS::Serverless-2016-10-31
        Parameters:
          Stage: {{Type: String, AllowedValues: [{allowed}]}}
          Color: {{Type: String, AllowedValues: [blue, green]}}
        Conditions:
          IsProd: !Equals [!Ref Stage, prod]
          IsBlue: !Equals [!Ref Color, blue]
    """
    body = ORDERS[ORDERS.index("    Resources:") :].replace("Canary10Percent5Minutes", strategy)
    return dedent(head) + dedent(body)


def test_what_holds_in_one_stage_says_in_which(tmp_path: Path, use: Use) -> None:
    lay_out(tmp_path, {"template.yaml": by_stage("dev, prod")})
    use(rule(about_all_at_once))
    assert ["All at once where Stage is 'prod'."] == messages(samguard.check())


def test_what_holds_in_one_stage_of_an_environment_says_both(tmp_path: Path, use: Use) -> None:
    lay_out(tmp_path, {"template.yaml": by_stage("dev, prod"), "samconfig.toml": samconfig(eu="")})
    use(rule(about_all_at_once))
    assert ["All at once in eu if Stage is 'prod'."] == messages(samguard.check())


def test_what_holds_in_several_stages_names_them(tmp_path: Path, use: Use) -> None:
    strategy = "!If [IsProd, Canary10Percent5Minutes, AllAtOnce]"
    lay_out(tmp_path, {"template.yaml": by_stage("dev, test, prod", strategy)})
    use(rule(about_all_at_once))
    assert ["All at once where Stage is 'dev' or Stage is 'test'."] == messages(samguard.check())


def test_what_holds_in_every_stage_needs_no_condition(tmp_path: Path, use: Use) -> None:
    lay_out(tmp_path, {"template.yaml": by_stage("dev, prod", "!If [IsProd, AllAtOnce, AllAtOnce]")})
    use(rule(about_all_at_once))
    assert ["All at once in default."] == messages(samguard.check())


def test_what_depends_on_a_parameter_that_is_no_stage_is_not_told(tmp_path: Path, use: Use) -> None:
    strategy = "!If [IsBlue, AllAtOnce, Canary10Percent5Minutes]"
    lay_out(tmp_path, {"template.yaml": by_stage("dev, prod", strategy)})
    use(rule(about_all_at_once))
    assert [] == messages(samguard.check())


def test_a_rule_about_production_sees_the_worlds_that_are(tmp_path: Path, use: Use) -> None:
    lay_out(tmp_path, {"template.yaml": by_stage("dev, prod")})
    use(rule(about_strategy, about_production=True))
    finding = only(samguard.check())
    assert (Level.ERROR, "Orders is looked at where Stage is 'prod'.") == (finding.level, finding.message)


def test_production_has_no_world_of_another_stage(tmp_path: Path, use: Use) -> None:
    lay_out(tmp_path, {"template.yaml": by_stage("dev, prod"), "samconfig.toml": samconfig(prod="")})
    use(rule(about_its_name))
    assert ["It is AllAtOnce in prod."] == messages(samguard.check())


# because


def test_the_trail_has_each_step_once_and_twenty_at_the_most(tmp_path: Path, use: Use) -> None:
    def check(document: Document) -> Iterator[Finding]:
        place = Place(document, Span(0, 9))
        steps = [Reason("said", place), Reason("said", place), *(Reason(str(number), None) for number in range(40))]
        yield Finding(Span(0, 1), "here", tuple(steps))

    lay_out(tmp_path, {"template.yaml": ORDERS})
    use(rule(check))
    steps = only(samguard.check()).because
    assert ["said", *map(str, range(19))] == [step.message for step in steps]
    assert steps[0].location is not None
    assert ("template.yaml", (1, 1)) == (steps[0].location.path, steps[0].location.start)


# crashes


def test_a_rule_that_crashes_is_told_of_and_the_others_survive(tmp_path: Path, use: Use) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": stages("dev", "prod")})
    use(rule(crash, "SG398"), rule(about_strategy))
    report = samguard.check()
    assert ["Before the crash.", "Orders is looked at in dev and prod."] == messages(report)
    (note,) = report.notifications
    assert (
        "the rule SG398 (own-sg398) failed on template.yaml: LookupError: Orders. Please report this." == note.message
    )
    assert (Level.ERROR, "template.yaml", "SG398", True) == (
        note.level,
        note.path,
        note.rule and note.rule.id,
        note.is_internal_error,
    )


@pytest.mark.parametrize("model", ["Document", "Template", "Deployment", "SamConfigFile", "Pipeline", "Project"])
def test_a_rule_may_crash_on_any_model(tmp_path: Path, use: Use, model: str) -> None:
    def check(_: object) -> Iterator[Finding]:
        raise RecursionError
        yield

    check.__annotations__["_"] = model
    lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": stages("prod"), "buildspec.yml": "phases: {}\n"})
    use(rule(check, "SG398"), rule(about_strategy))
    report = samguard.check()
    assert ["Orders is looked at in prod."] == messages(report)
    assert {"SG398"} == {note.rule.id for note in report.notifications if note.rule}


def test_a_crash_in_the_rollouts_of_a_template_leaves_the_rest(
    tmp_path: Path, use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crashing(template: Template, *rest: Any) -> tuple[Deployment, ...]:
        if template.document.path == "a.yaml":
            raise ZeroDivisionError
        return deployments(template, *rest)

    lay_out(tmp_path, {"a.yaml": ORDERS, "b.yaml": ORDERS, "samconfig.toml": stages("dev", "prod")})
    use(rule(about_strategy), rule(about_templates, "SG398"))
    monkeypatch.setattr("samguard.linting.engine.deployments", crashing)
    report = samguard.check()
    assert [("a.yaml", "SG398"), ("b.yaml", "SG398"), ("b.yaml", "SG399")] == [
        (finding.location.path, finding.rule.id) for finding in report.findings
    ]
    (note,) = report.notifications
    assert "the rollouts of a.yaml failed on a.yaml: ZeroDivisionError: . Please report this." == note.message
    assert note.is_internal_error


def test_a_file_that_was_not_read_is_told_of(tmp_path: Path, use: Use) -> None:
    lay_out(tmp_path, {"compose.yaml": "services: {}\n", "template.yaml": ORDERS})
    use(rule(about_strategy))
    (note,) = samguard.check("compose.yaml", "template.yaml").notifications
    assert (Level.WARNING, "compose.yaml", False) == (note.level, note.path, note.is_internal_error)
    assert note.message.startswith("compose.yaml was not checked: no template")


# fingerprints


def fingerprints(report: Report) -> dict[tuple[str, str | None], str]:
    found = {(one.rule.id, one.resource): one.fingerprint for one in report.findings}
    assert len(report.findings) == len(found) == len(set(found.values()))
    return found


TWO = """\
Transform: AWS::Serverless-2016-10-31
Resources:
{a}
{b}
"""
FUNCTION = """\
  {name}:
    Type: AWS::Serverless::Function
    Properties:
      AutoPublishAlias: live
      DeploymentPreference: {{Type: AllAtOnce}}
"""
A, B = FUNCTION.format(name="A"), FUNCTION.format(name="B")


def fingerprints_of(folder: Path, text: str, path: str = "service/template.yaml") -> dict[tuple[str, str | None], str]:
    lay_out(folder, {path: text})
    return fingerprints(samguard.check(str(folder)))


def change(text: str, name: str) -> str:
    """The text after an edit that has nothing to do with its functions."""
    match name:
        case "lines above":
            return "# a line\n" * 20 + text
        case "a parameter":
            return text.replace("Resources:", "Parameters:\n  P: {Type: String}\nResources:")
        case "resources reordered":
            return text.replace(A, "").replace(B, B + A)
        case "another property":
            return text.replace("      AutoPublishAlias: live\n", "      AutoPublishAlias: live\n      Timeout: 3\n")
        case "line breaks":
            return text.replace("\n", "\r\n")
        case _:
            return text


@pytest.mark.parametrize(
    "name",
    ["lines above", "a parameter", "resources reordered", "another property", "line breaks", "folder renamed"],
)
def test_a_fingerprint_survives_unrelated_edits(tmp_path: Path, use: Use, name: str) -> None:
    use(rule(about_strategy))
    text = TWO.format(a=A, b=B)
    before = fingerprints_of(tmp_path / "before", text)
    path = "renamed/deeper/template.yaml" if name == "folder renamed" else "service/template.yaml"
    after = fingerprints_of(tmp_path / "after", change(text, name), path)
    assert before == after
    assert 2 == len(before)


def test_a_fingerprint_changes_with_what_is_said_there(tmp_path: Path, use: Use) -> None:
    use(rule(about_strategy))
    before = fingerprints_of(tmp_path / "before", TWO.format(a=A, b=B))
    after = fingerprints_of(
        tmp_path / "after", TWO.format(a=A.replace("AllAtOnce", "Linear10PercentEvery1Minute"), b=B)
    )
    assert before["SG399", "A"] != after["SG399", "A"]
    assert before["SG399", "B"] == after["SG399", "B"]


def test_the_same_said_twice_in_a_list_has_two_fingerprints(tmp_path: Path, use: Use) -> None:
    def check(rollout: Rollout) -> Iterator[Finding]:
        if not isinstance(rollout.alarms, tuple):
            return
        yield from (Finding(alarm.span, "listed") for alarm in rollout.alarms)

    lay_out(tmp_path, {"template.yaml": ORDERS + indent("Alarms: [errors, errors]\n", " " * 12)})
    use(rule(check))
    found = [finding.fingerprint for finding in samguard.check().findings]
    assert 2 == len(found) == len(set(found))


# which rules run


def ran(**said: Any) -> list[str]:
    return [one.id for one in samguard.check(**said).rules]


@pytest.fixture
def five(tmp_path: Path, use: Use) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS})
    use(
        rule(about_strategy, "SG101"),
        rule(about_strategy, "SG102", on_by_default=False),
        rule(about_strategy, "SG201"),
        rule(about_strategy, "SG202"),
        rule(about_strategy, "SG301"),
    )


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    ("select", "ignore", "expected"),
    [
        ([], [], ["SG101", "SG201", "SG202", "SG301"]),
        (["SG201"], [], ["SG201"]),
        (["sg201"], [], ["SG201"]),
        (["own-sg201"], [], ["SG201"]),
        (["Own-SG201"], [], ["SG201"]),
        (["SG2"], [], ["SG201", "SG202"]),
        (["SG1"], [], ["SG101", "SG102"]),
        (["SG2", "SG301"], [], ["SG201", "SG202", "SG301"]),
        (["ALL"], [], ["SG101", "SG102", "SG201", "SG202", "SG301"]),
        (["ALL"], ["SG2"], ["SG101", "SG102", "SG301"]),
        ([], ["own-sg201", "SG3"], ["SG101", "SG202"]),
        (["SG201"], ["SG2"], []),
        ([], ["ALL"], []),
    ],
)
def test_rules_are_named_by_identifier_name_family_or_all(
    select: list[str], ignore: list[str], expected: list[str]
) -> None:
    assert expected == ran(select=select, ignore=ignore)


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize("word", ["SG999", "SG2011", "own", "own-sg20", "", " ", "-", "nothing-like-it", "SG201 "])
def test_a_word_that_names_no_rule_is_an_error(word: str) -> None:
    with pytest.raises(SamguardError, match="no rule is called"):
        Selection(select=(word,))
    with pytest.raises(SamguardError, match="no rule is called"):
        Selection(ignore=(word,))


@pytest.mark.usefixtures("five")
def test_a_word_that_is_nearly_a_name_is_told_what_is_right() -> None:
    with pytest.raises(SamguardError, match=r"no rule is called 'own-sg21'\. Did you mean 'own-sg2?01'\?"):
        ran(select=["own-sg21"])


@pytest.mark.usefixtures("five")
def test_the_configuration_selects_and_ignores(tmp_path: Path) -> None:
    lay_out(tmp_path, {"samguard.toml": 'select = ["SG2", "SG3"]\nignore = ["SG201"]\n'})
    assert ["SG202", "SG301"] == ran()
    assert ["SG202"] == ran(ignore=["SG301"])
    assert ["SG101"] == ran(select=["SG101", "SG201"])


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ('select = ["SG1",\n "SG9"]', 2),
        ('# ours\nignore = ["no-such-rule"]', 2),
        ('[per-file-ignores]\n\n"a/*" = ["SG1", "SG4"]', 3),
    ],
)
def test_a_word_of_the_configuration_that_names_no_rule_is_an_error_with_its_place(
    tmp_path: Path, settings: str, place: int
) -> None:
    lay_out(tmp_path, {"samguard.toml": settings})
    with pytest.raises(SamguardError, match=rf"^samguard\.toml:{place}: no rule is called"):
        samguard.check()


@pytest.mark.usefixtures("five")
def test_rules_are_switched_off_for_files(tmp_path: Path) -> None:
    settings = '[per-file-ignores]\n"legacy/*" = ["SG2", "own-sg101"]\n"vendor" = ["ALL"]\n'
    paths = ("legacy/a/template.yaml", "vendor/template.yaml")
    lay_out(tmp_path, {"samguard.toml": settings, **dict.fromkeys(paths, ORDERS)})
    found: dict[str, list[str]] = {}
    for finding in samguard.check().findings:
        found.setdefault(finding.location.path, []).append(finding.rule.id)
    expected = {"legacy/a/template.yaml": ["SG301"], "template.yaml": ["SG101", "SG201", "SG202", "SG301"]}
    assert expected == found


def test_a_template_that_cannot_be_read_leaves_the_others(tmp_path: Path, use: Use) -> None:
    lay_out(tmp_path, {"a.yaml": f"{dedent(ORDERS)}  ]: oops\n", "b.yaml": ORDERS})
    use(rule(about_strategy), rule(about_documents, "SG398"))
    found = [(finding.location.path, finding.rule.id) for finding in samguard.check().findings]
    assert [("a.yaml", "SG398"), ("b.yaml", "SG398"), ("b.yaml", "SG399")] == found


def test_two_runs_give_the_same_report(tmp_path: Path, use: Use) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": STAGES})
    use(rule(about_strategy), rule(about_its_name, "SG398"))
    assert samguard.check() == samguard.check()
