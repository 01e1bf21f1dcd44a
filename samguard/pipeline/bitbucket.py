"""Bitbucket Pipelines: `bitbucket-pipelines.yml`.

Source: Bitbucket Cloud documentation, "Configure bitbucket-pipelines.yml".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.pipeline.bitbucket_pipes import pipe_credentials, pipe_step
from samguard.pipeline.commands import Surroundings, Workspace, steps_of
from samguard.pipeline.finished import finished
from samguard.pipeline.model import (
    Concurrency,
    Credential,
    CredentialKind,
    Gate,
    GateKind,
    Job,
    Pipeline,
    PipelineProblem,
    PipelineSystem,
    Said,
    Step,
    StepKind,
    Timeout,
    Trigger,
    whole,
)
from samguard.pipeline.script_credentials import script_credentials
from samguard.pipeline.script_text import of_scalar
from samguard.pipeline.shell import Budget, Read, Shell, ShellCommand
from samguard.pipeline.written_nodes import entries_of, items_of, number_of, reading_problems, text_of, under
from samguard.source import Document, Entry, Mapping, Node, Place, Scalar

_STARTS: Final = {"branches": "push", "pull-requests": "pull_request", "tags": "tag", "custom": "manual"}
_MOST_JOBS: Final = 200


def read_bitbucket(document: Document, read: Read) -> tuple[Pipeline, ...]:
    """The pipelines of a file: one for the default and for each branch, tag and pull request that it names."""
    problems = reading_problems(document)
    root = under(document.root, "pipelines")
    if not problems and not isinstance(root, Mapping):
        problems = (PipelineProblem("there is no table of pipelines here", whole(document)),)
    found: list[Pipeline] = []
    for name, event, entry in _starts(root):
        reader = _Reader(document, read)
        branches = (name,) if event in ("push", "tag") and name != "default" else ()
        jobs = reader.jobs(entry.value, branches)
        place = Place(document, entry.key.span)
        found.append(
            Pipeline(
                document.path,
                PipelineSystem.BITBUCKET,
                name,
                place,
                document,
                (Trigger(event, branches, place),),
                jobs,
                problems=tuple(reader.problems),
            )
        )
    if problems:
        found.append(
            Pipeline(
                document.path, PipelineSystem.BITBUCKET, document.path, whole(document), document, problems=problems
            )
        )
    return tuple(found)


def _starts(root: Node | None) -> Iterator[tuple[str, str, Entry]]:
    for entry in entries_of(root):
        if entry.name == "default":
            yield "default", "push", entry
        elif entry.name in _STARTS:
            for one in entries_of(entry.value):
                yield one.name, _STARTS[entry.name], one


class _Reader:
    """Reads the steps of one start."""

    def __init__(self, document: Document, read: Read) -> None:
        self.problems: list[PipelineProblem] = []
        self._document = document
        self._read = read
        self._workspace = Workspace()
        self._budget = Budget()

    def jobs(self, node: Node, branches: tuple[str, ...]) -> tuple[Job, ...]:
        found: list[Job] = []
        previous: tuple[str, ...] = ()
        for item in items_of(node):
            group: list[Job] = []
            for number, (step, stage) in enumerate(_steps(item)):
                if len(found) + len(group) < _MOST_JOBS:
                    name = text_of(under(step, "name")) or f"step {len(found) + len(group) + 1}"
                    is_side_by_side = stage is None
                    needs = previous if is_side_by_side or not number else (group[-1].name,)
                    group.append(self._job(step, name, stage, needs, branches))
            found += group
            is_parallel = under(item, "parallel") is not None
            previous = tuple(job.name for job in (group if is_parallel else group[-1:])) or previous
        self.problems += (*self._workspace.problems, *self._budget.problems)
        return finished(found)

    def _job(
        self, step: Mapping, name: str, stage: Mapping | None, needs: tuple[str, ...], branches: tuple[str, ...]
    ) -> Job:
        place = Place(self._document, step.span)
        named = step.entry("deployment") or (stage.entry("deployment") if stage is not None else None)
        environment = None
        gates: tuple[Gate, ...] = ()
        if named is not None and (text := text_of(named.value)):
            environment = Said(text, text, Place(self._document, named.span))
            gates = (Gate(GateKind.ENVIRONMENT, environment.place, text),)
        trigger = step.entry("trigger") or (stage.entry("trigger") if stage is not None else None)
        if trigger is not None and text_of(trigger.value) == "manual":
            gates = (*gates, Gate(GateKind.MANUAL_START, Place(self._document, trigger.span)))
        surroundings = Surroundings(None if environment is None else environment.text, branches, (name,))
        shell = Shell({}, self._read, errexit=True, budget=self._budget)
        steps: list[Step] = []
        commands: list[ShellCommand] = []
        credentials: list[Credential] = []
        for key in ("script", "after-script"):
            for item in items_of(under(step, key)):
                if isinstance(item, Scalar):
                    ran = shell.run(of_scalar(item, self._document))
                    commands += ran
                    steps += steps_of(ran, surroundings, self._workspace, self._read, name)
                elif (pipe := text_of(under(item, "pipe"))) is not None:
                    steps.append(
                        pipe_step(pipe, item, self._document, shell.variables, surroundings, self._workspace, name)
                    )
                    credentials += pipe_credentials(item, self._document)
        timeout = step.entry("max-time")
        credentials += script_credentials(shell.assigned, commands)
        if credentials:
            pass
        elif text_of(under(step, "oidc")) == "true":
            credentials.append(Credential(CredentialKind.OIDC_ROLE, place))
        elif any(step.kind is StepKind.DEPLOY for step in steps):
            credentials.append(Credential(CredentialKind.UNKNOWN, place))
        return Job(
            name=name,
            place=place,
            needs=needs,
            environment=environment,
            gates=gates,
            # Two runs do not deploy to one deployment environment at once: Bitbucket pauses the second.
            concurrency=None
            if environment is None
            else Concurrency(environment.text, environment.place, cancels=False),
            timeout=None if timeout is None else Timeout(number_of(timeout.value), Place(self._document, timeout.span)),
            branches=branches,
            credentials=tuple(credentials),
            steps=tuple(steps),
        )


def _steps(item: Node) -> Iterator[tuple[Mapping, Mapping | None]]:
    """The steps of an item, with the stage that they are in."""
    step = under(item, "step")
    if isinstance(step, Mapping):
        yield step, None
    parallel = under(item, "parallel")
    inner = under(parallel, "steps") if isinstance(parallel, Mapping) else parallel
    for one in items_of(inner):
        step = under(one, "step")
        if isinstance(step, Mapping):
            yield step, None
    stage = under(item, "stage")
    if isinstance(stage, Mapping):
        for one in items_of(stage.get("steps")):
            step = under(one, "step")
            if isinstance(step, Mapping):
                yield step, stage
