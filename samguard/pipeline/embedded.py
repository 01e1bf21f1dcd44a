"""YAML or JSON that stands as a text in another document: a BuildSpec, ParameterOverrides."""

from __future__ import annotations

from typing import Final

from samguard.pattern import pattern
from samguard.pipeline.model import PipelineProblem
from samguard.source import Document, Node, Place, Problem, Scalar, Span, parse_document
from samguard.source.json_reader import read_json
from samguard.value import value

_NOT_A_BREAK: Final = pattern(r"[^\n]")
_SUBSTITUTED: Final = pattern(r"\$\{[^}\n]*\}")


@value
class Embedded:
    """What a text holds. `whole` is its place where that of a part is not known; `root` has spans of `document` else."""

    root: Node | None
    document: Document
    whole: Span | None
    problems: tuple[PipelineProblem, ...] = ()

    def place(self, span: Span) -> Place:
        """Where a part is written."""
        return Place(self.document, self.whole or span)


def embedded(scalar: Scalar, document: Document, ending: str) -> Embedded:
    """The document in a scalar's text; `ending` chooses its language."""
    start, end = scalar.span
    source = document.text
    first = None
    if source[start : start + 1] in ("|", ">"):
        first = source.find("\n", start, end) + 1 or None
    elif source[start : start + 1] in ("'", '"') and source[start + 1 : end - 1] == scalar.text:
        first, end = start + 1, end - 1
    elif source[start:end] == scalar.text:
        first = start
    if first is None:
        root, found = _parsed(scalar.text, ending)
        where = scalar.span
    else:
        root, found = _parsed(_NOT_A_BREAK.sub(" ", source[:first]) + source[first:end], ending)
        where = None
    problems = () if root is not None else found
    return Embedded(
        root,
        document,
        where,
        tuple(PipelineProblem(problem.message, Place(document, where or problem.span)) for problem in problems),
    )


def _parsed(text: str, ending: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """The nodes of a text. What AWS reads as JSON has to be JSON, once Fn::Sub has put a number or the like in."""
    if ending != "json":
        document = parse_document(text, f"embedded.{ending}")
        return document.root, document.problems
    root, problems = read_json(text)
    if root is not None or "${" not in text:
        return root, problems
    filled, wrong = read_json(_SUBSTITUTED.sub(lambda match: "1" * len(match[0]), text))
    return None, () if filled is not None else wrong


def json_problems(document: Document) -> tuple[PipelineProblem, ...]:
    """Why a file is no JSON, though it has to be; its reader takes YAML's flow style for JSON, too."""
    root, problems = read_json(document.text)
    if root is not None:
        return ()
    return tuple(PipelineProblem(problem.message, Place(document, problem.span)) for problem in problems[:1])
