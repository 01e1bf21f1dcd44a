"""What the configuration says of rules: how much they weigh, which are switched on, and what only some files hear of."""

from __future__ import annotations

from pathlib import Path

import pytest
from projects import ORDERS, STAGES, lay_out

import samguard
from samguard.errors import SamguardError


@pytest.fixture(autouse=True)
def project_is_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, {"a/template.yaml": ORDERS, "legacy/b/template.yaml": ORDERS, "samconfig.toml": STAGES})
    for name in ("a", "legacy/b"):
        lay_out(tmp_path / name, {"samconfig.toml": STAGES})
    (tmp_path / "samconfig.toml").unlink()
    monkeypatch.chdir(tmp_path)


def found(text: str, *rules: str) -> list[str]:
    """The findings of rules (SG301, an error, by default): family, first folder and level."""
    lay_out(Path(), {"samguard.toml": text})
    report = samguard.check(select=rules or ("SG301",))
    return [f"{one.location.path.partition('/')[0]} {one.level.value}" for one in report.findings]


def refusal(text: str) -> str:
    with pytest.raises(SamguardError) as caught:
        found(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["a error", "legacy error"]),
        ('[levels]\nSG301 = "note"', ["a note", "legacy note"]),
        ('[levels]\nno-alarms = "note"', ["a note", "legacy note"]),
        ('[levels]\nSG3 = "note"', ["a note", "legacy note"]),
        ('[levels]\nALL = "note"\nSG301 = "warning"\nSG3 = "note"', ["a warning", "legacy warning"]),
        ('[levels]\nSG4 = "note"', ["a error", "legacy error"]),
        ('[per-path."legacy/**"]\nlevels = {SG301 = "note"}', ["a error", "legacy note"]),
        ('[per-path.legacy]\nlevels = {SG301 = "note"}', ["a error", "legacy note"]),
        ('[per-path."legacy/**"]\nignore = ["SG3"]', ["a error"]),
        ('[levels]\nSG301 = "warning"\n[per-path.legacy]\nlevels = {SG3 = "note"}', ["a warning", "legacy note"]),
        (
            '[per-path.legacy]\nlevels = {SG301 = "note"}\n[per-path."legacy/b/*"]\nlevels = {SG301 = "warning"}',
            ["a error", "legacy warning"],
        ),
        ('[per-path.legacy]\nignore = ["SG301"]\n[per-file-ignores]\na = ["SG301"]', []),
    ],
)
def test_the_most_specific_word_decides(text: str, expected: list[str]) -> None:
    assert expected == found(text)


def test_a_level_decides_whether_a_finding_fails() -> None:
    assert ["a error", "legacy error"] == found('[levels]\nno-hooks = "error"', "SG416")


def ran(text: str, **said: tuple[str, ...]) -> set[str]:
    lay_out(Path(), {"samguard.toml": text})
    return {rule.id for rule in samguard.check(**said).rules}  # type: ignore[arg-type]


def test_extend_select_comes_on_top_of_what_is_on_by_default() -> None:
    assert {"SG903"} == ran('extend-select = ["SG903"]') - ran("")
    assert {"SG301", "SG903"} == ran('select = ["SG301"]\nextend-select = ["SG903"]')


def test_the_command_line_selects_instead_of_the_configuration() -> None:
    text = 'select = ["SG1"]\nextend-select = ["SG903"]\nrequire-reason = true\nignore = ["SG302"]'
    assert {"SG301"} == ran(text, select=("SG301", "SG302"))


SUPPRESSED = ORDERS.replace("DeploymentPreference:", "DeploymentPreference:  # samguard: ignore[SG301]%s")


@pytest.mark.parametrize(
    ("text", "reason", "expected"),
    [
        ("", "", []),
        ("require-reason = true", " new", []),
        ("require-reason = true", "", ["SG903 warning"]),
        ("require-reason = false", "", []),
        ('require-reason = true\n[levels]\nSG903 = "error"', "", ["SG903 error"]),
    ],
)
def test_a_reason_may_be_required(text: str, reason: str, expected: list[str]) -> None:
    lay_out(Path(), {"samguard.toml": text, "a/template.yaml": SUPPRESSED % reason})
    report = samguard.check("a")
    told = [f"{one.rule.id} {one.level.value}" for one in report.findings if one.rule.id in ("SG301", "SG903")]
    assert (expected, ["SG301"]) == (told, [one.rule.id for one in report.suppressed])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('ignore = []\n[levels]\nSG999 = "note"', "samguard.toml:3: no rule is called 'SG999'"),
        (
            'ignore = []\n[levels]\nno-alarm = "note"',
            "samguard.toml:3: no rule is called 'no-alarm'. Did you mean 'no-alarms'?",
        ),
        (
            '[levels]\nSG301 = "warn"',
            "samguard.toml:2: 'SG301' in [levels] must be 'error', 'warning' or 'note', found 'warn'. Did you mean 'warning'?",
        ),
        ('[levels]\nSG301 = "off"', "samguard.toml:2: 'SG301' in [levels] must be 'error', 'warning' or 'note'"),
        ('extend-select = [\n"nope"]', "samguard.toml:2: no rule is called 'nope'"),
        ('[per-path.a]\nignore = ["nope"]', "samguard.toml:2: no rule is called 'nope'"),
        ('[per-path.a]\nlevels = {nope = "note"}', "samguard.toml:2: no rule is called 'nope'"),
        (
            '[per-path.a]\nignored = ["SG3"]',
            "samguard.toml:2: unknown key 'ignored' in [per-path.a]. Did you mean 'ignore'?",
        ),
        ("[per-paths.a]", "samguard.toml:1: unknown key 'per-paths'. Did you mean 'per-path'?"),
        ("[level]", "samguard.toml:1: unknown key 'level'. Did you mean 'levels'?"),
        ("[per-path]\na = 1", "samguard.toml:2: 'a' in [per-path] must be a table with 'ignore' and 'levels', found 1"),
        ('require-reason = "true"', "samguard.toml:1: 'require-reason' must be true or false, found 'true'"),
        ("baseline = 1", "samguard.toml:1: 'baseline' must be the path of a baseline, found 1. Put it in quotes"),
    ],
)
def test_what_is_not_right_is_told_with_its_line(text: str, message: str) -> None:
    assert refusal(text).startswith(message)
