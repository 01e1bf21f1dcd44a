"""The grammar of declarative Jenkinsfiles: which sections stand in which, and what each of them holds.

Jenkins checks a declarative pipeline against this grammar before anything runs, and refuses the whole file otherwise. It
is read here by recursive descent over the blocks of `groovy`: a rule for each section, an error at the words that break
it. What plugins add (kinds of agents, options, conditions, steps) has any name; what stands in `script` is plain Groovy.
Source: Jenkins user handbook, "Pipeline Syntax", Declarative Pipeline: sections and directives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from samguard.pipeline.groovy import DEPTH, Block, Token
from samguard.pipeline.model import PipelineProblem
from samguard.source import Document, Place, Span

_OF_PIPELINE: Final = frozenset("agent environment libraries options parameters post stages tools triggers".split())
_OF_STAGE: Final = frozenset(
    "agent environment failFast input matrix options parallel post stages steps tools when".split()
)
_OF_MATRIX: Final = frozenset("agent axes environment excludes input options post stages tools when".split())
_WORK: Final = ("steps", "stages", "parallel", "matrix")
_CONDITIONS_AFTER: Final = frozenset(
    "aborted always changed cleanup failure fixed notBuilt regression success unstable unsuccessful".split()
)
_WITHOUT_BRACES: Final = frozenset({"agent", "failFast", "input"})
"""Sections that may be one line: `agent any`."""
_NO_STEPS: Final = frozenset({"def", "for", "if", "switch", "try", "while"})
"""What is no step, and needs a `script` around it."""
_BEHIND_OTHERS: Final = frozenset({"catch", "else", "finally"})
"""What only goes on where something before it began: the error is told there."""
_OF_OTHER_LEVELS: Final = frozenset({"stage", "stages", "post"})
"""Sections that end up in a wrong place where a brace before them is not closed."""


def declarative_problems(root: Block, document: Document, *, is_whole: bool) -> tuple[PipelineProblem, ...]:
    """Where a declarative pipeline breaks the grammar, in the order of the text; empty for a scripted one.

    With `is_whole` false, braces are missing: what a section lacks may stand behind the place of the mistake.
    """
    grammar = _Grammar(document, is_whole=is_whole)
    for block in root.blocks:
        if block.name == "pipeline" and len(block.head) == 1:
            grammar.pipeline(block)
    return tuple(sorted(grammar.problems, key=lambda problem: problem.place.span))


class _Grammar:
    """Reads one pipeline: a method for each section."""

    def __init__(self, document: Document, *, is_whole: bool) -> None:
        self.problems: list[PipelineProblem] = []
        self._document = document
        self._is_whole = is_whole
        self._depth = 0
        self._rules: dict[str, Callable[[Block], None]] = {
            "agent": self._agent,
            "environment": self._environment,
            "matrix": self._matrix,
            "parallel": self._stages,
            "post": self._post,
            "stages": self._stages,
            "steps": self._steps,
            "when": self._when,
        }

    def pipeline(self, block: Block) -> None:
        names = self._sections(block, "a pipeline", _OF_PIPELINE)
        for name in ("agent", "stages"):
            if name not in names:
                self._missing(f"a pipeline needs the section {name}", block)

    def _stages(self, block: Block) -> None:
        """`stages` and `parallel`: one stage or more."""
        for item in block.items:
            tokens = _tokens(item)
            if isinstance(item, Block) and item.name == "stage":
                self._stage(item)
            elif tokens and tokens[0].text not in _OF_STAGE | _OF_PIPELINE:
                self._wrong(f"expected a stage here, found {_shown(tokens[0])}", tokens[:1])
            elif tokens:
                self._wrong(_misplaced(f"the section {block.name}", tokens[0].text), tokens[:1])
        if not block.items:
            self._missing(f"the section {block.name} needs a stage", block)

    def _stage(self, block: Block) -> None:
        if self._depth > DEPTH:
            return
        self._depth += 1
        names = self._sections(block, "a stage", _OF_STAGE)
        if len(names & set(_WORK)) != 1:
            self._missing(f"a stage needs exactly one of {', '.join(_WORK)}", block)
        if len(block.head) == 1:
            self._wrong("a stage needs a name: \"stage('Deploy') { ... }\"", block.head)
        self._depth -= 1

    def _matrix(self, block: Block) -> None:
        names = self._sections(block, "a matrix", _OF_MATRIX)
        for name in ("axes", "stages"):
            if name not in names:
                self._missing(f"a matrix needs the section {name}", block)
        for axes in block.blocks:
            for axis in axes.blocks if axes.name == "axes" else ():
                said = {tokens[0].text for item in axis.items if (tokens := _tokens(item))}
                for word in ("name", "values"):
                    if axis.name == "axis" and word not in said:
                        self._missing(f"an axis needs {word}", axis)

    def _agent(self, block: Block) -> None:
        if not block.items:
            self._missing("an agent needs its kind: \"agent { label 'linux' }\"", block)

    def _environment(self, block: Block) -> None:
        for item in block.items:
            tokens = _tokens(item)
            if tokens and not (len(tokens) > 1 and tokens[0].kind == "name" and tokens[1].text == "="):
                self._wrong(f"expected NAME = 'value' in environment, found {_shown(tokens[0])}", tokens[:1])

    def _post(self, block: Block) -> None:
        for item in block.items:
            tokens = _tokens(item)
            if not tokens:
                continue
            name = tokens[0].text
            if name not in _CONDITIONS_AFTER:
                known = ", ".join(sorted(_CONDITIONS_AFTER))
                hint = _misplaced("post", name) if name in _OF_OTHER_LEVELS else f"post has no condition {name}"
                self._wrong(f"{hint}; expected one of {known}" if "?" not in hint else hint, tokens[:1])
            elif isinstance(item, Block):
                self._steps(item)
            else:
                self._wrong(f'the condition {name} needs a block: "{name} {{ ... }}"', tokens[:1])

    def _when(self, block: Block) -> None:
        if not block.items:
            self._missing(f"{block.name} needs a condition", block)
        for inner in block.blocks:
            if inner.name in ("allOf", "anyOf", "not") and len(inner.head) == 1:
                self._depth += 1
                if self._depth <= DEPTH:
                    self._when(inner)
                self._depth -= 1

    def _steps(self, block: Block) -> None:
        if not block.items:
            self._missing(f"the section {block.name} needs a step", block)
        for item in block.items:
            tokens = _tokens(item)
            if not tokens or tokens[0].text in _BEHIND_OTHERS:
                continue
            is_assignment = len(tokens) > 1 and tokens[0].kind == "name" and tokens[1].text == "="
            if tokens[0].text in _NO_STEPS or is_assignment:
                found = "an assignment" if is_assignment else tokens[0].text
                self._wrong(f'expected a step here, found {found}: put it into "script {{ ... }}"', tokens[:1])

    def _sections(self, block: Block, what: str, known: frozenset[str]) -> set[str]:
        """Reads the sections of a block by their rules; gives their names."""
        names: set[str] = set()
        for item in block.items:
            tokens = _tokens(item)
            if not tokens:
                continue
            name = tokens[0].text
            if name not in known:
                hint = _misplaced(what, name)
                expected = "" if "?" in hint else f"; expected one of {', '.join(sorted(known))}"
                self._wrong(f"{hint}{expected}", tokens[:1])
                continue
            if name in names:
                self._wrong(f"{what} has the section {name} twice", tokens[:1])
            names.add(name)
            if isinstance(item, Block):
                if name in self._rules and len(item.head) == 1:
                    self._rules[name](item)
            elif name not in _WITHOUT_BRACES:
                self._wrong(f'the section {name} needs a block: "{name} {{ ... }}"', tokens[:1])
            elif len(tokens) == 1:
                self._wrong(f"the section {name} needs a value", tokens[:1])
        return names

    def _missing(self, message: str, block: Block) -> None:
        """Tells what a block lacks, unless its end is not where it seems to be."""
        if self._is_whole:
            self._wrong(message, block.head)

    def _wrong(self, message: str, tokens: list[Token]) -> None:
        self.problems.append(PipelineProblem(message, Place(self._document, Span(tokens[0].start, tokens[-1].end))))


def _tokens(item: Block | list[Token]) -> list[Token]:
    return item.head if isinstance(item, Block) else item


def _misplaced(what: str, name: str) -> str:
    hint = ": is a brace before it not closed?" if name in _OF_OTHER_LEVELS else ""
    return f"{what} has no section {name}{hint}"


def _shown(token: Token) -> str:
    """A token on one line, not too long."""
    return " ".join(token.text.split())[:40]


__all__ = ["declarative_problems"]
