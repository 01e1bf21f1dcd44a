"""The pages of the documentation as stories that run: what they show is done, from top to bottom, in a folder of its own.

What a fenced block of a page means:

- ```console: each line with `$ ` is run, and all that it writes must stand below it. On a page that names no project
  there is no output, and only the options are looked at. `$ echo $?` tells the last exit code, `$ mkdir -p` makes a
  folder.
- ```sh: to be copied, not run; the options of each `samguard` must exist.
- ```python: runs.
- ```diff: the lines it takes away stand in the project's files once, and are replaced.
- ```yaml, ```toml, ```json: can be read.
- the languages of NOT_RUN: shown, no more.

Comments before a block, invisible on the page, say more:

- <!-- project: FOLDER --> from here on, commands run in a copy of it; `new` is an empty one.
- <!-- file: PATH --> the block is written there. With ```diff: the file to change.
- <!-- finds: SG301, SG416 --> a template; samguard finds this in it and nothing else (`nothing` at all).
- <!-- rule: FAMILY --> a rule: its examples are run (tests/docs/test_docs.py), as if it stood in rules/FAMILY.
- <!-- not run: WHY -->
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import tomllib
from collections.abc import Callable, Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import typer
import typer.main
import yaml
from command import in_process

import samguard
from samguard.cli.app import app

ROOT = Path(__file__).parents[1]
NOT_RUN = frozenset({"text", "groovy", "lua", "elisp", "hcl", "ini", "dockerfile", "markdown"})
READ = frozenset({"yaml", "toml", "json"})
RUN = frozenset({"console", "sh", "python", "diff"})

DAY = {"SOURCE_DATE_EPOCH": "1795000000", "SAMGUARD_CACHE_DIR": ""}
"""Pages are read as of 2026-11-18, so that no suppression on them runs out; and nothing is remembered."""

_FENCE = re.compile(r"(?P<indent> *)(?P<fence>```+)(?P<language>[^`\s]*) *")
_COMMENT = re.compile(r" *<!-- *(?P<word>project|file|finds|rule|not run): *(?P<said>.*?) *-->")


class PageError(AssertionError):
    """A page says what is not so."""


@dataclass
class Block:
    """A fenced block, with what the comments before it say."""

    page: Path
    line: int
    language: str
    indent: str
    lines: list[str]
    said: dict[str, str]

    @property
    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)

    @property
    def place(self) -> str:
        return f"{self.page.relative_to(ROOT).as_posix()}:{self.line}"

    def wrong(self, message: str) -> PageError:
        return PageError(f"{self.place}: {message}")


@dataclass
class Story:
    """Where a page has come to."""

    folder: Path
    project: str = ""
    last_code: int = 0

    def begin(self, project: str) -> None:
        if self.project:
            shutil.rmtree(self.folder)
        if project == "new":
            self.folder.mkdir()
        else:
            shutil.copytree(ROOT / project, self.folder)
        self.project = project


def pages() -> list[Path]:
    """Every page that is written by hand."""
    made = {"_build", "made"}
    below = (path for path in (ROOT / "docs").rglob("*.md") if not made & set(path.relative_to(ROOT).parts))
    return sorted([*ROOT.glob("*.md"), *below])


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page. Raises PageError for a block that is indented only: nobody sees what language it is."""
    said: dict[str, str] = {}
    lines = page.read_text(encoding="utf-8").splitlines()
    at = 0
    while at < len(lines):
        line = lines[at]
        opened, comment = _FENCE.fullmatch(line), _COMMENT.fullmatch(line)
        if comment:
            said[comment["word"]] = comment["said"]
        elif opened and opened["language"].startswith("{"):  # a directive of MyST, such as the table of contents
            at = next(i for i in range(at + 1, len(lines)) if lines[i].strip() == opened["fence"])
        elif opened:
            end = next(i for i in range(at + 1, len(lines)) if lines[i].strip() == opened["fence"])
            indent = len(opened["indent"])
            inner = [text[indent:] for text in lines[at + 1 : end]]
            yield Block(page, at + 1, opened["language"], opened["indent"], inner, said)
            said, at = {}, end
        elif line.startswith("    ") and not lines[at - 1].strip() and not _is_in_a_list(lines, at):
            raise PageError(f"{page.name}:{at + 1}: a block without a fence says no language")
        at += 1


def _is_in_a_list(lines: list[str], at: int) -> bool:
    above = next((line for line in reversed(lines[:at]) if line.strip() and not line.startswith(" ")), "")
    return bool(re.match(r"([-*]|\d+\.) ", above))


def run(page: Path, folder: Path, told: Callable[[Block, list[str]], None] | None = None) -> None:
    """Does what a page says, in a folder that does not exist yet.

    `told` gets each console block with the lines that are right; without it, a difference is a PageError.
    """
    story = Story(folder)
    for block in blocks(page):
        if "project" in block.said:
            story.begin(block.said["project"])
        _do(block, story, told)


def _do(block: Block, story: Story, told: Callable[[Block, list[str]], None] | None) -> None:
    known = NOT_RUN | READ | RUN
    if block.language not in known:
        raise block.wrong(f"{block.language or 'no language'}: expected one of {', '.join(sorted(known))}")
    if block.language in READ:
        _read(block)
    if "finds" in block.said:
        _found(block, story.folder)
    elif block.language == "diff":
        _change(block, story)
    elif "file" in block.said:
        _write(block, story)
    elif block.language == "python" and not {"not run", "rule"} & block.said.keys():
        _execute(block, story)
    elif block.language == "console" and "not run" not in block.said:
        right = list(_ran(block, story))
        if told is not None:
            told(block, right)
        elif right != block.lines:
            raise block.wrong("shows something else than\n" + "\n".join(right))
    elif block.language == "sh":
        for line in block.lines:
            look_at_options(line, block.place)


def _read(block: Block) -> None:
    text = block.text
    try:
        if block.language == "toml":
            tomllib.loads(text)
        elif block.language == "json":
            json.loads("{" + text + "}" if text.startswith('"') else text)
        else:
            read = yaml.load(text, _Tagged)
            if not {"finds", "file"} & block.said.keys() and isinstance(read, dict) and "Resources" in read:
                raise block.wrong("a template without <!-- finds: ... -->")
    except (ValueError, yaml.YAMLError) as error:
        raise block.wrong(f"cannot be read: {error}") from error


class _Tagged(yaml.SafeLoader):
    """YAML with CloudFormation's tags."""


def _tagged(loader: _Tagged, _: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node)
    assert isinstance(node, yaml.ScalarNode)
    return loader.construct_scalar(node)


_Tagged.add_multi_constructor("!", _tagged)


def _found(block: Block, folder: Path) -> None:
    beside = folder.parent / "shown"
    beside.mkdir(exist_ok=True)
    (beside / f"template.{block.language}").write_text(block.text, encoding="utf-8")
    found = sorted({finding.rule.id for finding in samguard.check(str(beside)).findings})
    shutil.rmtree(beside)
    if (", ".join(found) or "nothing") != block.said["finds"]:
        raise block.wrong(f"samguard finds {', '.join(found) or 'nothing'}")


def _write(block: Block, story: Story) -> None:
    path = story.folder / block.said["file"]
    if not story.project:
        raise block.wrong("a file, but no <!-- project: ... --> above")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.text, encoding="utf-8")
    if path.name in {
        "samguard.toml",
        "pyproject.toml",
    }:  # `baseline` reads it as `check` does, and needs no baseline yet
        ran = in_process("baseline", "--output", "-", cwd=story.folder, variables=DAY)
        if ran.code:
            raise block.wrong(ran.err)


def _change(block: Block, story: Story) -> None:
    path = story.folder / block.said.get("file", "template.yaml")
    before = "".join(f"{line[1:]}\n" for line in block.lines if not line.startswith("+"))
    after = "".join(f"{line[1:]}\n" for line in block.lines if not line.startswith("-"))
    text = path.read_text(encoding="utf-8")
    if text.count(before) != 1:
        raise block.wrong(f"what it changes is {text.count(before)} times in {path.name}")
    path.write_text(text.replace(before, after), encoding="utf-8")


def _execute(block: Block, story: Story) -> None:
    with chdir(story.folder if story.project else ROOT):
        exec(compile(block.text, block.place, "exec"), {"__name__": "page"})


def _ran(block: Block, story: Story) -> Iterator[str]:
    """The lines that are right: each command, and below it what it writes."""
    for at, line in enumerate(block.lines):
        if not line.startswith("$ "):
            if at == 0:
                raise block.wrong("a console begins with a command")
            if not story.project:
                raise block.wrong("output, but no <!-- project: ... --> above that says of what")
            continue
        yield line
        command = line.removeprefix("$ ")
        if not story.project:
            look_at_options(command, block.place)
        elif command == "echo $?":
            yield str(story.last_code)
        else:
            yield from _output(command, block, story)


def _output(command: str, block: Block, story: Story) -> Iterator[str]:
    words = shlex.split(command, comments=True)
    if words[:2] == ["mkdir", "-p"]:
        (story.folder / words[2]).mkdir(parents=True, exist_ok=True)
        return
    if words[0] != "samguard":
        raise block.wrong(f"{words[0]}: only samguard and mkdir -p are run here")
    ran = in_process(*words[1:], cwd=story.folder, variables=DAY)
    story.last_code = ran.code
    yield from (line.rstrip() for line in f"{ran.out}{ran.err}".splitlines())


def look_at_options(line: str, place: str) -> None:
    """Whether each `samguard` of a command line has this command, and that this option. Values may be placeholders."""
    for part in re.split(r"[|;]|&&", line.partition(" #")[0]):
        words = shlex.split(part)
        if not words or words[0] != "samguard":
            continue
        command, at = typer.main.get_command(app), 1
        while at < len(words) and (inner := getattr(command, "commands", None)) and not words[at].startswith("-"):
            if words[at] not in inner:
                raise PageError(f"{place}: samguard has no command {words[at]}")
            command, at = inner[words[at]], at + 1
        known = {"-h", "--help", *(name for each in command.params for name in (*each.opts, *each.secondary_opts))}
        for word in words[at:]:
            option = word.partition("=")[0]
            if option.startswith("-") and option not in {"-", "--", *known}:
                raise PageError(f"{place}: {' '.join(words[:at])} has no option {option}")
