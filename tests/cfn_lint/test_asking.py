"""cfn-lint's findings in samguard's report. Its process is a function here; tests/clients runs the real one."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from projects import ORDERS, lay_out

from samguard.cfn_lint import ask
from samguard.cfn_lint.asking import Answer
from samguard.linting import Level, Report, Selection, lint
from samguard.output.sarif import sarif
from samguard.project import Options, load_project

PROPERTIES = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: src/
          Handler: app.handler
          Runtime: python3.12
          Tags: !Ref Nobody
          MemorySize: big
"""
"""Nobody, on line 9, is not there: SG003."""


@pytest.fixture(autouse=True)
def project_is_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def said(rule: str = "E3012", line: int = 10, path: str = "template.yaml", **changes: Any) -> dict[str, Any]:
    """A finding as cfn-lint writes it."""
    level = {"E": "Error", "W": "Warning", "I": "Informational"}[rule[0]]
    return {
        "Filename": path,
        "Level": level,
        "Location": {
            "Start": {"LineNumber": line, "ColumnNumber": 7},
            "End": {"LineNumber": line, "ColumnNumber": 17},
            "Path": ["Resources", "Orders", "Properties", "MemorySize"],
        },
        "Message": "'big' is not of type 'integer'",
        "Rule": {"Id": rule, "ShortDescription": "Check values", "Description": "Types", "Source": "https://a.test/b"},
    } | changes


@dataclass
class Played:
    """A cfn-lint that says what is said here of each template, and remembers how it was asked."""

    by_path: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    breaks_on: Callable[[str], Answer | None] = lambda _: None
    commands: list[list[str]] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    texts: dict[str, bytes] = field(default_factory=dict)
    configuration: Any = None

    def __call__(self, command: Sequence[str], folder: Path, seconds: float) -> Answer:
        assert seconds > 0
        self.commands.append(list(command))
        self.folders.append(folder)
        self.configuration = json.loads(Path(command[command.index("--config-file") + 1]).read_text(encoding="utf-8"))
        paths = [path.removeprefix("./") for path in command[command.index("--template") + 1 :]]
        self.texts |= {path: (folder / path).read_bytes() for path in paths if (folder / path).is_file()}
        for path in paths:
            broken = self.breaks_on(path)
            if broken is not None:
                return broken
        return Answer(2, json.dumps([finding for path in paths for finding in self.by_path.get(path, [])]))


def report(cfn_lint: Played, selection: Selection | None = None, include: Sequence[str] = (), **options: Any) -> Report:
    """The report on the current folder."""
    project = load_project((".",), Options(today=date(2026, 1, 1), **options))
    asked = ask(project, include, run=cfn_lint)
    return lint(project, selection or Selection(ignore=("SG1", "SG2", "SG3", "SG4", "SG8")), outside=asked.outside)


def rules(found: Report) -> list[str]:
    return [finding.rule.id for finding in found.findings]


def notes(found: Report) -> list[str]:
    return [note.message for note in found.notifications]


# findings


def test_a_finding_of_cfn_lint_is_one_of_the_report(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": PROPERTIES})
    found = report(Played({"template.yaml": [said()]}), Selection(select=("E",)))
    (finding,) = found.findings
    assert ("E3012", "cfn-lint", Level.ERROR) == (finding.rule.id, finding.rule.name, finding.level)
    assert "'big' is not of type 'integer'." == finding.message
    assert ("template.yaml", (10, 7), (10, 17)) == (finding.location.path, finding.location.start, finding.location.end)
    assert "Orders" == finding.resource
    assert ("      MemorySize: big",) == finding.lines
    assert () == found.notifications


@pytest.mark.parametrize(("rule", "level"), [("E3012", Level.ERROR), ("W2001", Level.WARNING), ("I3011", Level.NOTE)])
def test_the_level_is_cfn_lints(tmp_path: Path, rule: str, level: Level) -> None:
    lay_out(tmp_path, {"template.yaml": PROPERTIES})
    (finding,) = report(Played({"template.yaml": [said(rule)]}), Selection(select=(rule,))).findings
    assert level is finding.level


def test_its_lines_are_counted_as_its_reader_counts_them(tmp_path: Path) -> None:
    text = "Transform: AWS::Serverless-2016-10-31\nDescription: 'a \x85 b'\nResources: {A: {Type: 'AWS::SNS::Topic'}}\n"
    lay_out(tmp_path, {"template.yaml": text})
    (finding,) = report(Played({"template.yaml": [said(line=4)]}), Selection(select=("E",))).findings
    assert 3 == finding.location.start.line


@pytest.mark.parametrize("location", [None, {}, {"Start": {"LineNumber": 10**9, "ColumnNumber": 1}}, {"Start": "x"}])
def test_a_place_that_is_none_is_the_beginning(tmp_path: Path, location: object) -> None:
    lay_out(tmp_path, {"template.yaml": PROPERTIES})
    (finding,) = report(Played({"template.yaml": [said(Location=location)]}), Selection(select=("E",))).findings
    assert (1, 1) == finding.location.start


def test_what_samguard_tells_on_that_line_is_not_told_again(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": PROPERTIES})
    same, other_line, other_rule = said("E1020", 9), said("E1020", 8), said("E3012", 9)
    found = report(Played({"template.yaml": [same, other_line, other_rule]}))
    assert ["E1020", "E3012", "SG003"] == rules(found)


def test_a_finding_that_weighs_less_swallows_none(tmp_path: Path) -> None:
    text = "Resources:\n  A: &queue\n    Type: AWS::SQS::Queue\n  B: *queue\n"
    lay_out(tmp_path, {"template.yaml": text})
    found = report(Played({"template.yaml": [said("W1101", 4)]}), Selection(select=("SG016", "W")))
    assert [("SG016", Level.NOTE), ("W1101", Level.WARNING)] == [(one.rule.id, one.level) for one in found.findings]


def test_where_samguard_is_told_to_be_silent_cfn_lint_is_heard(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": PROPERTIES})
    found = report(Played({"template.yaml": [said("E1020", 9)]}), Selection(select=("SG", "E"), ignore=("SG",)))
    assert ["E1020"] == rules(found)


def test_sarif_explains_its_rules(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": PROPERTIES})
    found = report(Played({"template.yaml": [said()]}), Selection(select=("E",)))
    (run,) = json.loads(sarif(found, found.explanations))["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert ("E3012", "cfn-lint", "Check values.") == (rule["id"], rule["name"], rule["shortDescription"]["text"])
    assert "https://a.test/b" == rule["helpUri"]
    assert ["cfn-lint"] == rule["properties"]["tags"]
    assert "samguard rule" not in rule["help"]["text"]


# selecting and suppressing


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(select=("E3012",)), ["E3012"]),
        (Selection(select=("e3",)), ["E3012"]),
        (Selection(select=("cfn-lint",)), ["E3012", "W2001"]),
        (Selection(select=("E", "W"), ignore=("W2001",)), ["E3012"]),
        (Selection(select=("SG003",)), ["SG003"]),
        (Selection(select=("SG003", "W")), ["SG003", "W2001"]),
        (Selection(select=("ALL",), ignore=("SG", "cfn-lint")), []),
    ],
)
def test_its_rules_are_selected_by_their_identifiers(tmp_path: Path, selection: Selection, expected: list[str]) -> None:
    lay_out(tmp_path, {"template.yaml": PROPERTIES})
    found = report(Played({"template.yaml": [said(), said("W2001")]}), selection)
    assert expected == sorted(rules(found))


def test_a_configuration_ignores_them_in_some_files(tmp_path: Path) -> None:
    settings = '[per-file-ignores]\n"old/*" = ["E3012"]\n'
    lay_out(tmp_path, {"a.yaml": PROPERTIES, "old/b.yaml": PROPERTIES, "samguard.toml": settings})
    played = Played({"a.yaml": [said(path="a.yaml")], "old/b.yaml": [said(path="old/b.yaml")]})
    found = report(played, Selection(select=("E",)))
    assert ["a.yaml"] == [finding.location.path for finding in found.findings]


def test_a_comment_suppresses_them(tmp_path: Path) -> None:
    text = PROPERTIES.replace("big", "big  # samguard: ignore[E3012] for the test")
    lay_out(tmp_path, {"template.yaml": text})
    found = report(Played({"template.yaml": [said()]}), Selection(select=("E", "SG9")))
    assert ([], ["E3012"]) == (rules(found), [one.rule.id for one in found.suppressed])


def test_a_suppression_of_what_cfn_lint_did_not_find_is_told(tmp_path: Path) -> None:
    text = PROPERTIES.replace("big", "big  # samguard: ignore[E3012] for the test")
    lay_out(tmp_path, {"template.yaml": text})
    assert ["unused-suppression"] == [
        one.rule.name for one in report(Played(), Selection(select=("E", "SG9"))).findings
    ]
    crashed = Played(breaks_on=lambda _: Answer(1, stderr="oops"))
    assert [] == rules(report(crashed, Selection(select=("E", "SG9"))))
    unasked = lint(load_project((".",)), Selection(select=("SG9",)))
    assert [] == rules(unasked)


@pytest.mark.parametrize(("word", "select"), [("W3005", ("E", "SG9")), ("I3011", ("E", "W", "I", "SG9"))])
def test_a_suppression_of_what_was_not_asked_for_is_left_alone(
    tmp_path: Path, word: str, select: tuple[str, ...]
) -> None:
    lay_out(tmp_path, {"template.yaml": PROPERTIES.replace("big", f"big  # samguard: ignore[{word}] for the test")})
    assert [] == rules(report(Played(), Selection(select=select)))


# crashes


def test_a_template_that_it_crashes_on_costs_only_its_own_findings(tmp_path: Path) -> None:
    names = [f"{letter}.yaml" for letter in "abcdefg"]
    lay_out(tmp_path, dict.fromkeys(names, PROPERTIES))
    crash = Answer(1, stderr="Traceback\nAttributeError: 'NoneType' object has no attribute 'items'\n")
    played = Played({name: [said(path=name)] for name in names}, lambda path: crash if path == "c.yaml" else None)
    found = report(played, Selection(select=("E",)))
    assert ["a.yaml", "b.yaml", "d.yaml", "e.yaml", "f.yaml", "g.yaml"] == [
        finding.location.path for finding in found.findings
    ]
    (note,) = found.notifications
    assert (Level.WARNING, "c.yaml") == (note.level, note.path)
    assert note.message == (
        "cfn-lint did not check c.yaml: it ended with 1 (AttributeError: 'NoneType' object has no attribute 'items')"
    )


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(1, stderr="boom"), "it ended with 1 (boom)"),
        (Answer(1, "Invalid configuration key 'x'\n"), "it ended with 1 (Invalid configuration key 'x')"),
        (Answer(-9), "it ended with -9 (it said nothing)"),
        (Answer(None), "it took more than 62 seconds"),
        (Answer(2, "[{"), "its answer is not JSON"),
        (Answer(0, "{}"), "its answer is not a list of findings"),
        (Answer(0, "[1]"), "its answer is not a list of findings"),
    ],
)
def test_where_it_checked_nothing_samguard_did_not_do_its_job(tmp_path: Path, answer: Answer, why: str) -> None:
    lay_out(tmp_path, {"template.yaml": PROPERTIES})
    found = report(Played(breaks_on=lambda _: answer))
    assert ["SG003"] == rules(found)
    assert [(Level.ERROR, f"cfn-lint did not check template.yaml: {why}")] == [
        (note.level, note.message) for note in found.notifications
    ]


@pytest.mark.parametrize("rule", ["E0002", "E0003", "X1234", "SG301"])
def test_what_is_wrong_with_cfn_lint_is_no_finding(tmp_path: Path, rule: str) -> None:
    lay_out(tmp_path, {"template.yaml": PROPERTIES})
    answer = said() | {"Rule": {"Id": rule}, "Message": "Unknown exception while processing rule E1029"}
    found = report(Played({"template.yaml": [answer]}), Selection(select=("E",)))
    assert [] == rules(found)
    assert ["cfn-lint had trouble on template.yaml: Unknown exception while processing rule E1029"] == notes(found)


def test_without_templates_nothing_is_asked(tmp_path: Path) -> None:
    lay_out(tmp_path, {"README.md": "nothing"})
    played = Played()
    assert () == report(played).notifications
    assert [] == played.commands


# how it is asked


def test_it_gets_the_text_that_samguard_read_and_nothing_else(tmp_path: Path) -> None:
    lay_out(tmp_path, {"deep/template.yaml": PROPERTIES, "deep/evil.py": "raise SystemExit", "other.yaml": "a: b"})
    played = Played()
    report(played, stdin=b"", stdin_filename="unused.yaml")
    assert {"deep/template.yaml": (tmp_path / "deep/template.yaml").read_bytes()} == played.texts
    assert tmp_path not in {*played.folders, *played.folders[0].parents}


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": PROPERTIES})
    played = Played()
    report(played)
    assert [False] == [folder.parent.exists() for folder in played.folders]


def test_a_name_is_neither_an_option_nor_a_pattern(tmp_path: Path) -> None:
    lay_out(tmp_path, {"-o.yaml": PROPERTIES, "[ab]*.yaml": PROPERTIES})
    played = Played()
    report(played)
    assert [["./-o.yaml", "./[[]ab][*].yaml"]] == [command[-2:] for command in played.commands]


def test_many_templates_are_split_among_processes(tmp_path: Path) -> None:
    names = [f"{number:03}.yaml" for number in range(120)]
    lay_out(tmp_path, dict.fromkeys(names, ORDERS))
    played = Played({name: [said(path=name)] for name in names})
    found = report(played, Selection(select=("E",)))
    assert names == [finding.location.path for finding in found.findings]
    sizes = [len(command) - command.index("--template") - 1 for command in played.commands]
    assert 120 == sum(sizes)
    assert 50 >= max(sizes)


def test_informational_rules_are_asked_for_where_they_are_selected(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": PROPERTIES, ".cfnlintrc": "include_checks: [I1022]\n"})
    played = Played()
    report(played, include=("I3011",))
    assert {"include_checks": ["I1022", "I3011"]} == played.configuration


# .cfnlintrc


def test_what_a_cfnlintrc_says_of_rules_holds(tmp_path: Path) -> None:
    said_there = (
        "ignore_checks: [W3002]\nregions:\n  - eu-west-1\nconfigure_rules:\n  E3012: {strict: false}\nformat: sarif\n"
    )
    lay_out(tmp_path, {"template.yaml": PROPERTIES, ".cfnlintrc.yml": said_there})
    played = Played()
    found = report(played)
    assert played.configuration == {
        "ignore_checks": ["W3002"],
        "regions": ["eu-west-1"],
        "configure_rules": {"E3012": {"strict": False}},
    }
    assert () == found.notifications


def test_a_cfnlintrc_cannot_have_code_run(tmp_path: Path) -> None:
    hostile = "append_rules: [./rules]\noverride_spec: /etc/passwd\nparameter_files: [x.json]\nignore_checks: [W1]\n"
    lay_out(tmp_path, {"template.yaml": PROPERTIES, ".cfnlintrc": hostile})
    played = Played()
    found = report(played)
    assert {"ignore_checks": ["W1"]} == played.configuration
    assert notes(found) == [
        "append_rules, override_spec of .cfnlintrc is left out: samguard runs and opens nothing that a repository names",
        "parameter_files of .cfnlintrc is not handed to cfn-lint",
    ]


def test_samguards_rules_inside_of_cfn_lint_are_not_missed(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": PROPERTIES, ".cfnlintrc": "append_rules: [samguard.cfn_lint_rules]\n"})
    assert [] == notes(report(Played()))


def test_a_broken_cfnlintrc_is_told(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": PROPERTIES, ".cfnlintrc": "ignore_checks: [W1\n"})
    (note,) = notes(report(Played()))
    assert note.startswith(".cfnlintrc:")
    assert note.endswith("cfn-lint is run as if the file were not there")
