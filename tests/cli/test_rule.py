"""`samguard rule`: one rule's page, or what rules there are."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import samguard

from samguard.cli.completion import rule_words
from samguard.linting import catalogue

PARTS = ("What goes wrong:", "Silent when:", "Fix:", "Bad:", "Good:", "Source:")


def test_without_a_name_all_rules_are_listed(tmp_path: Path) -> None:
    ran = samguard("rule", cwd=tmp_path)
    assert (0, b"") == (ran.code, ran.stderr)
    expected = [(loaded.rule.id, loaded.rule.name, loaded.rule.level.value) for loaded in catalogue()]
    assert expected == [tuple(line.split()[:3]) for line in ran.out.splitlines()]
    assert max(map(len, ran.out.splitlines())) <= 100


def test_a_family_lists_its_rules(tmp_path: Path) -> None:
    expected = [loaded.rule.id for loaded in catalogue() if loaded.rule.id.startswith("SG3")]
    for word in ("SG3", "sg3"):
        assert expected == [line.split()[0] for line in samguard("rule", word, cwd=tmp_path).out.splitlines()]


@pytest.mark.parametrize("word", ["SG301", "sg301", "no-alarms", "No-Alarms"])
def test_a_rule_is_explained_by_identifier_or_name(tmp_path: Path, word: str) -> None:
    ran = samguard("rule", word, cwd=tmp_path)
    assert (0, b"") == (ran.code, ran.stderr)
    assert ran.out.startswith("SG301 no-alarms (error, since 0.1.0)\n")
    assert list(PARTS) == [part for part in PARTS if f"\n{part}" in ran.out]


@pytest.mark.parametrize("word", ["SG999", "no-alarm", "", "ALL", "S G", "SG30 1"])
def test_a_name_that_no_rule_has_ends_with_2(tmp_path: Path, word: str) -> None:
    ran = samguard("rule", word, cwd=tmp_path)
    assert (2, b"") == (ran.code, ran.stdout)
    assert ran.err.startswith(f"samguard: error: no rule is called {word!r}.")


def test_a_name_that_is_nearly_right_is_told_what_is(tmp_path: Path) -> None:
    assert "Did you mean 'no-alarms'?" in samguard("rule", "no-alarm", cwd=tmp_path).err


def test_one_rule_in_json_is_an_object(tmp_path: Path) -> None:
    found = samguard("rule", "SG301", "--format", "json", cwd=tmp_path).json
    expected = ("SG301", "no-alarms", "error", "0.1.0", True, True)
    keys = ("id", "name", "level", "since", "about_production", "on_by_default")
    assert expected == tuple(found[key] for key in keys)
    for key in ("summary", "what_goes_wrong", "silent_when", "fix", "source"):
        assert isinstance(found[key], str)


def test_several_rules_in_json_are_a_list(tmp_path: Path) -> None:
    found = samguard("rule", "--format", "json", cwd=tmp_path)
    assert [loaded.rule.id for loaded in catalogue()] == [one["id"] for one in found.json]
    assert found.stdout.isascii()
    assert {"SG3"} == {one["id"][:3] for one in samguard("rule", "SG3", "--format", "json", cwd=tmp_path).json}


def test_a_pipe_gets_no_colours_unless_they_are_forced(tmp_path: Path) -> None:
    assert b"\x1b" not in samguard("rule", "SG301", cwd=tmp_path).stdout
    forced = {"FORCE_COLOR": "1"}
    assert b"\x1b[" in samguard("rule", "SG301", cwd=tmp_path, variables=forced).stdout
    assert b"\x1b" not in samguard("rule", "SG301", "--no-color", cwd=tmp_path, variables=forced).stdout
    assert b"\x1b" not in samguard("rule", cwd=tmp_path, variables={**forced, "NO_COLOR": "1"}).stdout


def test_a_page_is_as_wide_as_the_terminal(tmp_path: Path) -> None:
    ran = samguard("rule", "SG301", cwd=tmp_path, variables={"COLUMNS": "60"})
    prose = ran.out[: ran.out.index("\nBad:")]
    assert max(map(len, prose.splitlines())) <= 60


# rules that are not samguard's own


POLICY = """
policies:
  - id: ACME001
    name: ten-minutes
    for: rollout
    assert: rollout.strategy.duration_minutes >= 10
    message: "too fast"
    why: "An alarm needs its periods \\e[31m."
"""


def test_policies_of_the_configuration_are_listed_and_explained(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text(POLICY)
    (tmp_path / "samguard.toml").write_text('policies = ["acme.yaml", "course"]\n')
    listed = samguard("rule", cwd=tmp_path).out
    assert "ACME001    ten-minutes" in listed
    assert "COURSE007" in listed
    page = samguard("rule", "ten-minutes", cwd=tmp_path)
    assert (0, "ACME001 ten-minutes (warning, of acme.yaml)") == (page.code, page.out.splitlines()[0])
    assert "\x1b" not in page.out


def test_a_pack_is_shown_before_anybody_takes_it(tmp_path: Path) -> None:
    listed = samguard("rule", "STRICT", "--policy", "strict", cwd=tmp_path).out
    assert ["STRICT001", "STRICT006"] == [listed.splitlines()[0][:9], listed.splitlines()[-1][:9]]


def test_a_configuration_that_is_not_right_leaves_samguards_own_rules(tmp_path: Path) -> None:
    (tmp_path / "samguard.toml").write_text('policies = ["gone.yaml"]\n')
    page = samguard("rule", "SG301", cwd=tmp_path)
    assert 0 == page.code
    assert "the rules of the configuration are left out: the policies 'gone.yaml' do not exist" in page.err


def test_a_shell_completes_policies_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "samguard.toml").write_text('policies = ["course"]\n')
    monkeypatch.chdir(tmp_path)
    assert "COURSE001" in set(rule_words("COURSE00"))
    (tmp_path / "samguard.toml").write_text("policies = [1\n")
    assert {"SG301", "SG302"} <= set(rule_words("SG30"))
