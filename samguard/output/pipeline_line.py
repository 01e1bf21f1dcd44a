"""A pipeline in one line: Source → Build → Test → Deploy staging → approval → Deploy prod."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.output.paint import Paint
from samguard.output.printable import filled, printable, shortened, wrapped
from samguard.rollout.plan import PipelinePlan, PlannedStage

_INDENT: Final = "  "
_ARROW: Final = " →"
_MAX_NAME: Final = 40
_WORDS: Final = {
    "source": "Source",
    "build": "Build",
    "test": "Test",
    "deploy": "Deploy",
    "smoke-test": "Smoke test",
    "approval": "approval",
}
_GATES: Final = {"approval": "approval", "manual-start": "manual start"}
"""What is known to hold a release back. The rules of a GitHub environment stand outside of the repository."""


def pipeline_lines(pipeline: PipelinePlan, width: int, paint: Paint) -> Iterator[str]:
    """The lines of a pipeline: where it stands, its stages, and what is missing."""
    yield f"{paint(printable(pipeline.path), 'file')} {paint(f'({printable(pipeline.system)})', 'faint')}"
    words = [word for stage in pipeline.stages for word in _words(stage)]
    pieces = [f"{word}{_ARROW}" for word in words[:-1]] + words[-1:]
    for line in filled(pieces, width - len(_INDENT)):
        yield f"{_INDENT}{line}"
    if pipeline.missing:
        for line in wrapped(f"Missing: {', '.join(pipeline.missing)}", width - len(_INDENT)):
            yield f"{_INDENT}{paint(line, 'warning')}"


def _words(stage: PlannedStage) -> Iterator[str]:
    gates = [_GATES[gate] for gate in stage.gates if gate in _GATES]
    yield from gates
    if stage.kind == "approval" and gates:
        return
    if stage.kind == "deploy" and stage.environment is not None:
        yield f"Deploy {printable(shortened(stage.environment, _MAX_NAME))}"
    else:
        yield _WORDS[stage.kind]
