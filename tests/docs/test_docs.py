"""The documentation is true: every block of every page is read, run or looked at, and what is named in it exists.

`make snapshots` writes the output of the commands into the pages anew; read the diff.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from command import in_process
from pages import ROOT, Block, PageError, blocks, look_at_options, pages, run
from translator import translated

import samguard
from examples import agree, found
from examples import write as write_example
from samguard.linting import catalogue

COPIED = {"SG299": "shift-over-an-hour"}
"""A rule that CONTRIBUTING.md shows how to write."""


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", pages(), ids=name)
def test_what_a_page_shows_is_so(page: Path, tmp_path: Path) -> None:
    run(page, tmp_path / "project")


@pytest.mark.parametrize("page", pages(), ids=name)
def test_rules_that_a_page_names_exist(page: Path) -> None:
    named = re.findall(r"\b(SG\d{3})(?: ([a-z\d]+(?:-[a-z\d]+)+))?", page.read_text(encoding="utf-8"))
    known = {loaded.rule.id: loaded.rule.name for loaded in catalogue()} | COPIED
    assert [] == [(rule, name) for rule, name in named if rule not in known or (name and known[rule] != name)]


@pytest.mark.parametrize("page", pages(), ids=name)
def test_commands_in_a_sentence_exist(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for said in re.findall(r"`(samguard\s[^`]+)`", text):
        look_at_options(said.replace("\n", " "), name(page))


def test_what_the_tutorial_ends_with_is_what_aws_makes_of_it(tmp_path: Path) -> None:
    run(ROOT / "docs" / "tutorial.md", tmp_path / "project")
    text = (tmp_path / "project" / "template.yaml").read_text(encoding="utf-8")
    uploaded = re.sub(r"CodeUri: .*", "CodeUri: s3://builds/orders.zip", text)  # as `sam deploy` does
    made = translated(uploaded, {"Stage": "prod"})
    assert not isinstance(made, str), made
    (row,) = made
    assert ("TakeOrder", "live", "Linear10PercentEvery1Minute") == (row.function, row.alias, row.strategy)


def test_hooks_that_are_shown_exist() -> None:
    hooks = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    shown = re.findall(r"^ +- id: (samguard\S*)$", "".join(page.read_text("utf-8") for page in pages()), re.MULTILINE)
    assert set(shown) <= hooks
    assert shown


@pytest.mark.parametrize("page", pages(), ids=name)
def test_files_that_a_page_links_to_are_there(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    linked = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)|(?:src|srcset)=\"([^\"]+)\"", text)
    files = {target or source for target, source in linked if "://" not in target + source}
    made = {file for file in files if "reference/made/" in file}
    assert [] == [file for file in sorted(files - made) if not (page.parent / file).exists()]


def test_every_room_stands_in_the_architecture() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = {path.parent.name for path in (ROOT / "samguard").glob("*/__init__.py")}
    assert [] == [room for room in sorted(rooms) if f"`{room}`" not in text]


def test_files_that_the_architecture_walks_through_are_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = re.findall(r"[(`]((?:rules/)?\w+/\w+\.py)[`,)]|\*\*(rules/[\w/]+\.py)\*\*", text)
    assert len(named) >= 9
    for inner, rule in named:
        path = inner or rule
        assert (ROOT / path).is_file() or (ROOT / "samguard" / path).is_file(), path


def test_every_environment_variable_is_documented() -> None:
    page = (ROOT / "docs" / "reference" / "environment-variables.md").read_text(encoding="utf-8")
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "samguard").rglob("*.py"))
    asked = set(re.findall(r"os\.environ(?:\.get\(|\[)\"(\w+)\"|\"(\w+)\" (?:not )?in os\.environ", sources))
    names = {first or second for first, second in asked if len(first or second) > 1} | {
        "SOURCE_DATE_EPOCH",
        "GITLAB_CI",
        "JENKINS_URL",
    }
    assert len(names) > 8
    assert [] == [name for name in sorted(names) if f"`{name}`" not in page and f"`{name}=" not in page]


@pytest.mark.parametrize("command", ["check", "plan"])
def test_every_field_of_the_json_is_documented(command: str) -> None:
    page = (ROOT / "docs" / "reference" / "formats.md").read_text(encoding="utf-8")
    (section,) = re.findall(rf"^## `{command} --format json`$(.*?)^## ", page, re.MULTILINE | re.DOTALL)
    written = in_process(command, "--format", "json", cwd=ROOT / "fixtures" / "demo").json
    named = {
        *keys(written),
        *keys(json.loads(re.findall(r"^\$ samguard.*?\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)[0])),
    }
    assert [] == [key for key in sorted(named) if f"`{key}`" not in section]


def keys(value: object) -> Iterator[str]:
    """The keys of a JSON value, at any depth, but for the names of a template's own parameters."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key[:1].islower():
                yield key
            yield from keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner)


RULES = [block for page in pages() for block in blocks(page) if "rule" in block.said]


@pytest.mark.parametrize("block", RULES, ids=lambda block: block.place)
def test_a_rule_to_copy_works_as_it_stands(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "copied_from_a_page.py").write_text(block.text, encoding="utf-8")
    family = import_module(f"samguard.rules.{block.said['rule']}")
    monkeypatch.setattr(family, "__path__", [*family.__path__, str(tmp_path)])
    catalogue.cache_clear()
    try:
        (loaded,) = (loaded for loaded in catalogue() if loaded.module.endswith(".copied_from_a_page"))
        for number, example in enumerate((*loaded.bad, *loaded.good)):
            marks = write_example(example, tmp_path / str(number))
            report = samguard.check(str(tmp_path / str(number)))
            assert agree(marks, found(report, loaded.rule.id)), (marks, report.findings)
            assert bool(marks) is (example in loaded.bad)
    finally:
        catalogue.cache_clear()


UNTRUE = {
    "an output that is another": "<!-- project: fixtures/demo -->\n```console\n$ samguard check -q --select SG201\nfine\n```\n",
    "an option that is none": "```sh\nsamguard check --envv prod\n```\n",
    "a command that is none": "```console\n$ samguard chekc\n```\n",
    "output of nobody knows what": "```console\n$ samguard check\nfine\n```\n",
    "TOML that is none": "```toml\na = \n```\n",
    "YAML that is none": "```yaml\na: [\n```\n",
    "JSON that is none": "```json\n{a}\n```\n",
    "Python that raises": "```python\nraise ValueError\n```\n",
    "a language that nobody knows": "```cobol\nSTOP RUN\n```\n",
    "no language": "```\nsomething\n```\n",
    "a block without a fence": "Text:\n\n    samguard check\n",
    "a template that says no findings": "```yaml\nResources: {}\n```\n",
    "a template with other findings": "<!-- finds: SG301 -->\n```yaml\nResources: {A: {Type: AWS::SQS::Queue}}\n```\n",
    "a change of what is not there": "<!-- project: fixtures/demo -->\n```diff\n-nothing\n+something\n```\n",
    "a configuration that is refused": "<!-- project: new -->\n<!-- file: samguard.toml -->\n```toml\nsellect = []\n```\n",
}


@pytest.mark.parametrize("text", UNTRUE.values(), ids=list(UNTRUE))
def test_a_page_that_says_what_is_not_so_is_refused(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    monkeypatch.setattr(Block, "place", "page.md:1")
    with pytest.raises((PageError, ValueError)):
        run(page, tmp_path / "project")


def write(page: Path) -> None:
    """Writes the output of each command into a page."""
    lines = page.read_text(encoding="utf-8").splitlines()
    changes: list[tuple[Block, list[str]]] = []
    with tempfile.TemporaryDirectory() as folder:
        run(page, Path(folder) / "project", lambda block, right: changes.append((block, right)))
    for block, right in reversed(changes):
        lines[block.line : block.line + len(block.lines)] = [f"{block.indent}{line}".rstrip() for line in right]
    page.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    for one in [Path(named).resolve() for named in sys.argv[1:]] or pages():
        write(one)
