"""Rules of installed packages. The package of these tests is the one of docs/howto/python-rules.md."""

from __future__ import annotations

import re
import sys
import sysconfig
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from projects import lay_out

from samguard.errors import SamguardError
from samguard.plugin import Level, Selection, installed_rules, lint, load_project

PAGE = (Path(__file__).parents[2] / "docs/howto/python-rules.md").read_text(encoding="utf-8")
(RULE,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
ENTRY = "[samguard.rules]\nacme = acme_rules\n"
Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installs a package with these modules in a folder that Python installs packages to."""

    def into(site: str = "site", entry: str = ENTRY, **modules: str) -> Path:
        files = {f"{site}/{name}.py": text for name, text in modules.items()}
        lay_out(tmp_path, {f"{site}/acme-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: acme\nVersion: 1\n"})
        lay_out(tmp_path, {f"{site}/acme-1.dist-info/entry_points.txt": entry, **files})
        monkeypatch.syspath_prepend(str(tmp_path / site))
        return tmp_path

    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(tmp_path / "site"))
    monkeypatch.chdir(tmp_path)
    before = set(sys.modules)
    yield into
    for name in set(sys.modules) - before:
        if name.startswith("acme"):
            del sys.modules[name]


def test_the_rule_of_the_page_finds_its_bad_example_and_not_its_good_one(install: Install) -> None:
    folder = install(acme_rules=RULE)
    (loaded,) = installed_rules(["acme"])
    assert ("ACME900", "A function that takes payments is shifted in one step.") == (
        loaded.rule.id,
        loaded.explanation.summary,
    )
    for number, example in enumerate((*loaded.bad, *loaded.good)):
        lay_out(folder, {f"{number}/template.yaml": example.template})
    selection = Selection(select=("ACME",), more=(loaded,))
    (finding,) = lint(load_project(("0",)), selection).findings
    assert "TakePayment reaches every customer at once wherever this template is deployed." == finding.message
    assert Level.WARNING is finding.level
    assert () == lint(load_project(("1",)), selection).findings


def test_a_package_may_have_several_rules(install: Install) -> None:
    second = RULE.replace("ACME900", "ACME901").replace("payments-in-one-step", "another")
    install(
        **{"acme_rules/__init__": "", "acme_rules/one": RULE, "acme_rules/two": second, "acme_rules/shared": "A = 1"}
    )
    assert ["ACME900", "ACME901"] == [loaded.rule.id for loaded in installed_rules(["acme"])]


@pytest.mark.parametrize(
    ("named", "module", "said"),
    [
        ("acm", RULE, "no installed package declares the plugin 'acm'. Did you mean 'acme'?"),
        ("acme", "1 / 0", "the plugin 'acme' cannot be loaded: ZeroDivisionError: division by zero"),
        ("acme", "x = 1", "the plugin 'acme' has no rule: no module of acme_rules has a RULE"),
        ("acme", RULE.replace("ACME900", "SG999"), "the plugin 'acme' calls a rule 'SG999'. Take capitals of your own"),
        ("acme", RULE.replace("rollout: Rollout", "rollout: int"), "the check of ACME900 asks for"),
    ],
)
def test_what_is_wrong_with_a_plugin_is_told(install: Install, named: str, module: str, said: str) -> None:
    install(acme_rules=module)
    with pytest.raises(SamguardError) as caught:
        installed_rules([named])
    assert said in str(caught.value)


def test_nothing_is_loaded_from_the_tree_that_is_linted(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = install("tree", acme_rules=RULE)
    monkeypatch.chdir(folder / "tree")
    with pytest.raises(SamguardError, match="no installed package declares the plugin 'acme'"):
        installed_rules(["acme"])
    install(acme_rules=RULE)  # installed, and the current folder has a module of that name
    lay_out(folder, {"tree/acme_rules.py": "raise SystemExit('run')"})
    monkeypatch.syspath_prepend("")
    assert ["ACME900"] == [loaded.rule.id for loaded in installed_rules(["acme"])]


def test_the_package_to_copy_has_the_rule_of_the_page(install: Install) -> None:
    package = Path(__file__).parents[2] / "examples/samguard-rules-acme"
    said = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))
    entries = said["project"]["entry-points"]["samguard.rules"]
    modules = {
        path.relative_to(package).with_suffix("").as_posix(): path.read_text(encoding="utf-8")
        for path in package.rglob("*.py")
    }
    install(entry="[samguard.rules]\n" + "".join(f"{name} = {module}\n" for name, module in entries.items()), **modules)
    (loaded,) = installed_rules(entries)
    assert "ACME900" == loaded.rule.id
    assert RULE == modules["acme_rules/payments_in_one_step"]
