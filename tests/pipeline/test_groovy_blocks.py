"""The blocks that are read of Groovy are those that Groovy's own parser finds: recorded by jenkinsfiles/outline.gsh."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pipeline_scene import document, read_one

from samguard.pipeline.groovy import Block, read_groovy
from samguard.source import Document

FOLDER = Path(__file__).parent / "jenkinsfiles"
RECORDED = dict(line.split(" ", 1) for line in (FOLDER / "blocks.txt").read_text().splitlines())
NO_CALLS = frozenset({"catch", "class", "def", "else", "finally", "for", "if", "static", "switch", "try", "while"})
"""Words that begin a block without being a call."""


def calls(block: Block, source: Document) -> Iterator[str]:
    """The calls of functions with a block as their last argument: `name@line`."""
    for inner in block.blocks:
        head = inner.head
        is_named = bool(head) and head[0].kind == "name" and head[0].text not in NO_CALLS
        is_called_on = len(head) > 1 and head[1].text in (".", "=", "?.", ":", ",", "<", "[")
        opened = sum((token.text in "([") - (token.text in ")]") for token in head)
        if is_named and not is_called_on and not opened and head[0].text != "Deployer":  # a constructor
            yield f"{head[0].text}@{source.text.count(chr(10), 0, head[0].start) + 1}"
        yield from calls(inner, source)


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_the_blocks_are_those_that_groovy_finds(name: str) -> None:
    source = document("Jenkinsfile", (FOLDER / name).read_text())
    root, problems = read_groovy(source)
    assert () == problems
    # `def name(...) { ... }` is no call, though it looks like one behind its first word.
    mine = {call for call in calls(root, source) if not call.startswith(("private@", "int@"))}
    assert set(RECORDED[name].split()) == mine


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_what_groovy_and_jenkins_take_has_no_problem(name: str) -> None:
    assert () == read_one({"Jenkinsfile": (FOLDER / name).read_text()}).problems
