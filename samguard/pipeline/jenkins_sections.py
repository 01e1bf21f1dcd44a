"""What a declarative Jenkinsfile may hold: which sections there are, and what a stage needs.

Jenkins refuses the whole file otherwise, before anything runs. What scripts do inside of `steps` is not asked.
Source: Jenkins user handbook, "Pipeline Syntax", Declarative Pipeline: sections and directives.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.pipeline.groovy import DEPTH, Block, Token
from samguard.pipeline.model import PipelineProblem
from samguard.source import Document, Place, Span

_OF_PIPELINE: Final = frozenset("agent environment libraries options parameters post stages tools triggers".split())
_OF_STAGE: Final = frozenset(
    "agent environment failFast input matrix options parallel post stages steps tools when".split()
)
_WORK: Final = ("steps", "stages", "parallel", "matrix")
_WITHOUT_BRACES: Final = frozenset({"agent", "failFast", "input"})
"""Sections that may be one line: `agent any`."""


def section_problems(root: Block, document: Document, *, is_whole: bool) -> tuple[PipelineProblem, ...]:
    """Where a declarative pipeline is none; empty for a scripted one.

    With `is_whole` false, braces are missing: what a section lacks may stand behind the place of the mistake.
    """
    found: list[PipelineProblem] = []
    for block in root.blocks:
        if block.name == "pipeline" and len(block.head) == 1:
            found += _pipeline(block, document, is_whole=is_whole)
    return tuple(found)


def _pipeline(block: Block, document: Document, *, is_whole: bool) -> Iterator[PipelineProblem]:
    yield from _sections(block, "a pipeline", _OF_PIPELINE, document)
    for name in ("agent", "stages"):
        if is_whole and name not in _names(block):
            yield _problem(f"a pipeline needs the section {name}", block.head, document)
    yield from _stages(block, document, is_whole=is_whole)


def _stages(block: Block, document: Document, *, is_whole: bool) -> Iterator[PipelineProblem]:
    """What is wrong with the stages in a section, and in those in it."""
    waiting = [block]
    rounds = 0
    while waiting and rounds < DEPTH * DEPTH:
        rounds += 1
        for inner in waiting.pop().blocks:
            if inner.name == "stage":
                yield from _sections(inner, "a stage", _OF_STAGE, document)
                if is_whole and len(_names(inner) & set(_WORK)) != 1:
                    message = f"a stage needs exactly one of {', '.join(_WORK)}"
                    yield _problem(message, inner.head, document)
                waiting.append(inner)
            elif inner.name in ("stages", "parallel", "matrix"):
                waiting.append(inner)


def _sections(block: Block, what: str, known: frozenset[str], document: Document) -> Iterator[PipelineProblem]:
    for item in block.items:
        tokens = item.head if isinstance(item, Block) else item
        if not tokens:
            continue
        name = tokens[0].text
        if name not in known:
            hint = ": is a brace before it not closed?" if name in ("stage", "stages", "post") else ""
            expected = "" if hint else f"; expected one of {', '.join(sorted(known))}"
            yield _problem(f"{what} has no section {name}{hint}{expected}", tokens[:1], document)
        elif not isinstance(item, Block) and name not in _WITHOUT_BRACES:
            yield _problem(f'the section {name} needs a block: "{name} {{ ... }}"', tokens[:1], document)


def _names(block: Block) -> set[str]:
    return {tokens[0].text for item in block.items if (tokens := item.head if isinstance(item, Block) else item)}


def _problem(message: str, tokens: list[Token], document: Document) -> PipelineProblem:
    return PipelineProblem(message, Place(document, Span(tokens[0].start, tokens[-1].end)))
