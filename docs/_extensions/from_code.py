"""Writes the pages that the code says itself: one for each family of rules, one for the commands.

They are made anew at each build under docs/reference/made/, which is not kept: what `samguard rule` prints and what the
site shows have one source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any, Final

import typer.main
from sphinx.application import Sphinx

from samguard.cli.app import app
from samguard.linting import Example, LoadedRule, catalogue

FAMILIES: Final = {
    "SG0": "Reading",
    "SG1": "Alias and versions",
    "SG2": "Strategy",
    "SG3": "Alarms",
    "SG4": "Hooks",
    "SG5": "Traffic that bypasses the alias",
    "SG6": "Environments and parameters",
    "SG7": "Pipelines",
    "SG8": "Permissions and roles of the deployment",
    "SG9": "House-keeping",
}
_MARK: Final = re.compile(r"[ \t]*#\s*SG\d{3}[^\n]*")
_LANGUAGES: Final = {"json": "text", "yaml": "yaml", "yml": "yaml", "toml": "toml", "py": "python", "js": "javascript"}


def setup(sphinx: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    sphinx.connect("builder-inited", write_pages)
    return {"version": "1", "parallel_read_safe": True}


def write_pages(sphinx: Sphinx) -> None:
    """Writes the pages, and takes away those of rules that are gone."""
    folder = Path(sphinx.srcdir) / "reference" / "made"
    folder.mkdir(parents=True, exist_ok=True)
    pages = {f"{family.lower()}.md": "\n".join(_family(family)) for family in FAMILIES}
    pages["commands.md"] = "\n".join(_commands())
    for name, text in pages.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for path in folder.iterdir():
        if path.name not in pages:
            path.unlink()


def _family(family: str) -> Iterator[str]:
    rules = [loaded for loaded in catalogue() if loaded.rule.id.startswith(family)]
    yield f"# {family}: {FAMILIES[family]}\n"
    yield "| rule | level | |\n|---|---|---|"
    for loaded in rules:
        rule = loaded.rule
        yield f"| [{rule.id}](#{rule.id.lower()}) {rule.name} | {rule.level.value} | {_cell(loaded.explanation.summary)} |"
    yield ""
    for loaded in rules:
        yield from _rule(loaded)


def _rule(loaded: LoadedRule) -> Iterator[str]:
    rule, text = loaded.rule, loaded.explanation
    yield f"({rule.id.lower()})=\n## {rule.id} {rule.name}\n"
    about = [f"Level: {rule.level.value}", f"since {rule.since}"]
    about += ["about production environments only"] if rule.about_production else []
    about += [] if rule.on_by_default else ["off unless it is selected"]
    yield f"{'; '.join(about)}.\n"
    yield f"{_escaped(text.summary)}\n"
    for title, body in (
        ("What goes wrong", text.what_goes_wrong),
        ("Silent when", text.silent_when),
        ("Fix", text.fix),
    ):
        if body:
            yield f"**{title}:** {_escaped(body)}\n"
    yield "Bad:\n"
    yield from _example(loaded.bad[0], keep_marks=True)
    yield "Good:\n"
    yield from _example(loaded.good[0], keep_marks=False)
    if text.source:
        yield f"Source: {_escaped(text.source)}\n"


def _example(example: Example, *, keep_marks: bool) -> Iterator[str]:
    files = [(example.template_path, example.template), *example.files]
    if example.samconfig:
        files.append(("samconfig.toml", example.samconfig))
    for path, content in files:
        shown = dedent(content).strip("\n")
        shown = shown if keep_marks else _MARK.sub("", shown)
        language = _LANGUAGES.get(path.rpartition(".")[2], "text")
        if len(files) > 1:
            yield f"`{path}`\n"
        yield f"````{language}\n{shown}\n````\n"


def _commands() -> Iterator[str]:
    yield "# Commands\n"
    yield "Exit codes: 0 nothing at or above `--fail-on`, 1 findings at or above it, 2 samguard could not do its job.\n"
    group = typer.main.get_command(app)
    for name, command in sorted(getattr(group, "commands", {}).items()):
        yield from _command(f"samguard {name}", command)


def _command(name: str, command: Any) -> Iterator[str]:
    yield f"## {name}\n"
    yield f"{_escaped((command.help or '').strip())}\n"
    inner = getattr(command, "commands", None)
    rows = [(parameter, getattr(parameter, "help", None) or "") for parameter in command.params]
    if rows:
        yield "| option | |\n|---|---|"
        for parameter, said in rows:
            names = "`, `".join((*parameter.opts, *parameter.secondary_opts))
            shown = f"`{parameter.metavar or names}`" if parameter.param_type_name == "argument" else f"`{names}`"
            yield f"| {shown} | {_cell(said)} |"
        yield ""
    for below, one in sorted((inner or {}).items()):
        yield from _command(f"{name} {below}", one)


def _escaped(text: str) -> str:
    """Plain text as Markdown that shows the same; what stands between backticks is code already."""
    parts = text.split("`")
    outside = [re.sub(r"([\\*_\[\]<>{}$|~])", r"\\\1", part) if at % 2 == 0 else part for at, part in enumerate(parts)]
    return "`".join(outside)


def _cell(text: str) -> str:
    return _escaped(" ".join(text.split()))
