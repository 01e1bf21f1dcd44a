"""GitHub Actions: `.github/workflows/*.yml`, the workflows and actions of the same tree that they use.

Source: GitHub documentation, "Workflow syntax for GitHub Actions" and "Contexts"; `action.yml` of the actions named here.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from itertools import product
from typing import Final

from samguard.pattern import pattern
from samguard.pipeline.commands import Surroundings
from samguard.pipeline.expressions import Expressions
from samguard.pipeline.finished import finished
from samguard.pipeline.github_parts import (
    MOST_COPIES,
    action_use,
    ignored_of,
    matrix_of,
    stored_keys,
    timeout_of,
    variables_of,
)
from samguard.pipeline.github_steps import JobRunner, Reading
from samguard.pipeline.model import (
    Concurrency,
    Gate,
    GateKind,
    Job,
    Pipeline,
    PipelineProblem,
    PipelineSystem,
    Said,
    Trigger,
    whole,
)
from samguard.pipeline.shell import UNKNOWN, Read
from samguard.pipeline.written_nodes import entries_of, number_of, reading_problems, text_of, texts_of, under
from samguard.source import Document, Entry, Mapping, Node, Place, Scalar
from samguard.value import replace, value

_BRANCH: Final = pattern(r"github\.(?:ref|ref_name|base_ref|head_ref)\s*==\s*'(?:refs/heads/)?([^']+)'")
_STARTS: Final = pattern(r"startsWith\(\s*github\.(?:ref|ref_name)\s*,\s*'(?:refs/heads/)?([^']+)'\s*\)")
_EVENT: Final = pattern(r"github\.event_name\s*==\s*'([^']+)'")
_MOST_CHOICES: Final = 10
_MOST_JOBS: Final = 300
_DEPTH: Final = 4


@value
class _Caller:
    """What a job that uses another workflow hands to it."""

    name: str
    needs: tuple[str, ...]
    inputs: dict[str, str]
    via: tuple[Place, ...]
    depth: int
    gates: tuple[Gate, ...] = ()
    condition: Said | None = None
    branches: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    concurrency: Concurrency | None = None


def read_workflow(document: Document, read: Read) -> Pipeline:
    """The pipeline of a workflow; without jobs where it could not be read."""
    return _Workflow(document, Reading(read), None).pipeline()


def called_workflows(document: Document) -> Iterator[str]:
    """The paths of the workflows in the same tree that a workflow's jobs use."""
    for entry in entries_of(under(document.root, "jobs")):
        used = text_of(under(entry.value, "uses"))
        if used is not None and used.startswith("./"):
            yield posixpath.normpath(used)


def is_only_called(document: Document) -> bool:
    """Whether a workflow runs only where another one uses it."""
    events = [name for name, _ in _events(document.root)]
    return events == ["workflow_call"]


class _Workflow:
    """Reads one workflow, for itself or for the job that uses it."""

    def __init__(self, document: Document, reading: Reading, caller: _Caller | None) -> None:
        self.document = document
        self._reading = reading
        self._caller = caller
        self.problems: list[PipelineProblem] = list(reading_problems(document))
        self._copies: dict[str, tuple[str, ...]] = {}
        """The names of the jobs that a job of the file became."""
        self._inputs = self._known_inputs()
        self._choices = {} if caller is not None else self._known_choices()

    def pipeline(self) -> Pipeline:
        """The workflow as a pipeline."""
        root = self.document.root
        name = text_of(under(root, "name")) or posixpath.splitext(posixpath.basename(self.document.path))[0]
        jobs = finished(self.jobs())
        return Pipeline(
            self.document.path,
            PipelineSystem.GITHUB_ACTIONS,
            name,
            whole(self.document),
            self.document,
            tuple(self._triggers()),
            jobs,
            self._concurrency(root.entry("concurrency") if isinstance(root, Mapping) else None, Expressions({})),
            (*self.problems, *self._reading.workspace.problems, *self._reading.budget.problems),
        )

    def jobs(self) -> tuple[Job, ...]:
        """The jobs, what is needed before what needs it."""
        entry = self.document.root.entry("jobs") if isinstance(self.document.root, Mapping) else None
        if entry is None or not isinstance(entry.value, Mapping):
            if not self.problems:
                place = whole(self.document) if entry is None else self._place(entry)
                self.problems.append(PipelineProblem("a workflow needs a table of jobs", place))
            return ()
        found: list[Job] = []
        for one in _in_order(list(entry.value)):
            if len(found) >= _MOST_JOBS:
                break
            if not isinstance(one.value, Mapping):
                self.problems.append(PipelineProblem(f"the job {one.name} must be a table", self._place(one)))
                continue
            jobs = self._job(one, one.value)
            self._copies[one.name] = tuple(job.name for job in jobs)
            found += jobs
        return tuple(found)

    def _triggers(self) -> Iterator[Trigger]:
        for name, entry in _events(self.document.root):
            branches = () if entry is None else texts_of(under(entry.value, "branches"))
            tags = () if entry is None else texts_of(under(entry.value, "tags"))
            place = self._place(entry) if entry is not None else whole(self.document)
            if name == "push" and tags and not branches:
                branches = tuple(f"refs/tags/{tag}" for tag in tags)
            yield Trigger(name, branches, place)

    # inputs

    def _known_inputs(self) -> dict[str, str]:
        known: dict[str, str] = {}
        if self._caller is None:
            return known
        for name, entry in _events(self.document.root):
            if name == "workflow_call" and entry is not None:
                for one in entries_of(under(entry.value, "inputs")):
                    default = text_of(under(one.value, "default"))
                    if default is not None and "${{" not in default:
                        known[f"inputs.{one.name.lower()}"] = default
        return known | {f"inputs.{name.lower()}": text for name, text in self._caller.inputs.items()}

    def _known_choices(self) -> dict[str, tuple[str, ...]]:
        """The values that a person may choose from when a run is started by hand."""
        found: dict[str, tuple[str, ...]] = {}
        for name, entry in _events(self.document.root):
            if name == "workflow_dispatch" and entry is not None:
                for one in entries_of(under(entry.value, "inputs")):
                    options = texts_of(under(one.value, "options"))
                    if 0 < len(options) <= _MOST_CHOICES:
                        found[one.name] = options
        return found

    # jobs

    def _job(self, entry: Entry, node: Mapping) -> list[Job]:
        text = self.document.text[node.span.start : node.span.end]
        axes: list[tuple[str, tuple[str, ...]]] = []
        for name, options in self._choices.items():
            if re.search(rf"inputs\.{re.escape(name)}\b", text):
                axes.append((f"inputs.{name}", options))
        base = matrix_of(under(node, "strategy", "matrix"))
        combinations: list[dict[str, str]] = []
        for matrix in base:
            for values in product(*(options for _, options in axes)):
                chosen = {name: picked for (name, _), picked in zip(axes, values, strict=True)}
                combinations.append(matrix | chosen)
        if len(combinations) > MOST_COPIES:
            combinations = base[:MOST_COPIES]
        found: list[Job] = []
        for combination in combinations:
            shown = ", ".join(combination.values())
            label = f"{entry.name} ({shown})" if shown else entry.name
            found += self._copy(label, entry, node, combination)
        return found

    def _copy(self, label: str, entry: Entry, node: Mapping, matrix: dict[str, str]) -> list[Job]:
        known = dict(self._inputs)
        for name, picked in matrix.items():
            if name.startswith("inputs."):
                known[name.lower()] = known[f"github.event.{name.lower()}"] = picked
            else:
                known[f"matrix.{name.lower()}"] = picked
        caller = self._caller
        name = f"{caller.name} / {label}" if caller is not None else label
        needs = tuple(copy for one in texts_of(under(node, "needs")) for copy in self._copies.get(one, ()))
        if caller is not None and not needs:
            needs = caller.needs
        environment_variables = variables_of(under(self.document.root, "env"), known, {})
        variables = variables_of(under(node, "env"), known, environment_variables)
        expressions = Expressions(known | {f"env.{key.lower()}": text for key, text in variables.items()})
        condition = self._condition(under(node, "if"))
        said = condition.written if condition is not None else ""
        branches = tuple(dict.fromkeys(_BRANCH.findall(said) + [f"{start}*" for start in _STARTS.findall(said)]))
        events = tuple(dict.fromkeys(_EVENT.findall(said)))
        environment, gates = self._environment(node.entry("environment"), expressions)
        if caller is not None:
            gates = (*caller.gates, *gates)
            condition = condition or caller.condition
            branches, events = branches or caller.branches, events or caller.events
        used = text_of(under(node, "uses"))
        plain = Job(
            name=name,
            place=Place(self.document, entry.key.span),
            needs=needs,
            environment=environment,
            gates=gates,
            concurrency=self._concurrency(node.entry("concurrency"), expressions)
            or (caller and caller.concurrency)
            or None,
            timeout=timeout_of(node.entry("timeout-minutes"), self.document),
            condition=condition,
            branches=branches,
            events=events,
            matrix=matrix,
            max_parallel=int(number_of(under(node, "strategy", "max-parallel")) or 0) or None,
            ignored=ignored_of(node.entry("continue-on-error"), self.document),
            via=() if caller is None else caller.via,
        )
        if used is not None:
            return self._used(plain, used, node, expressions)
        triggered = tuple(
            branch for trigger in self._triggers() if trigger.event == "push" for branch in trigger.branches
        )
        surroundings = Surroundings(
            environment=None if environment is None else environment.text,
            branches=branches or triggered,
            hints=(*matrix.values(), entry.name, *(() if caller is None else (caller.name,)), self.document.path),
            has_environment=environment is not None,
        )
        runner = JobRunner(self.document, self._reading, node, known, variables, surroundings)
        runner.run()
        keys = [
            one
            for scope in (under(self.document.root, "env"), under(node, "env"))
            for one in stored_keys(scope, self.document)
        ]
        return [
            replace(
                plain,
                credentials=(*keys, *runner.credentials),
                actions=tuple(runner.actions),
                steps=tuple(runner.steps),
            )
        ]

    def _used(self, plain: Job, used: str, node: Mapping, expressions: Expressions) -> list[Job]:
        """The jobs of a workflow that a job uses."""
        depth = 0 if self._caller is None else self._caller.depth
        entry = node.entry("uses")
        assert entry is not None  # noqa: S101 - for the type checker
        place = self._place(entry)
        action = action_use(used, place)
        local = posixpath.normpath(used) if used.startswith("./") else None
        document = self._reading.read(local) if local is not None and depth < _DEPTH else None
        if document is None or not isinstance(document.root, Mapping):
            return [replace(plain, actions=(action,))]
        inputs: dict[str, str] = {}
        for one in entries_of(under(node, "with")):
            inputs[one.name] = expressions.filled(one.value.text) if isinstance(one.value, Scalar) else UNKNOWN
        caller = _Caller(
            plain.name,
            plain.needs,
            inputs,
            (*plain.via, place),
            depth + 1,
            plain.gates,
            plain.condition,
            plain.branches,
            plain.events,
            plain.concurrency,
        )
        inner = _Workflow(document, self._reading, caller)
        found = list(inner.jobs())
        self.problems += inner.problems
        return [replace(job, actions=(action, *job.actions)) for job in found] or [replace(plain, actions=(action,))]

    # parts of a job

    def _environment(self, entry: Entry | None, expressions: Expressions) -> tuple[Said | None, tuple[Gate, ...]]:
        if entry is None:
            return None, ()
        node = under(entry.value, "name") if isinstance(entry.value, Mapping) else entry.value
        written = text_of(node)
        if written is None or not written:
            return None, ()
        filled = expressions.filled(written)
        place = self._place(entry)
        text = None if UNKNOWN in filled or not filled else filled
        return Said(text, written, place), (Gate(GateKind.ENVIRONMENT, place, text),)

    def _concurrency(self, entry: Entry | None, expressions: Expressions) -> Concurrency | None:
        if entry is None:
            return None
        if isinstance(entry.value, Scalar):
            return Concurrency(entry.value.text, self._place(entry), cancels=False)
        group = text_of(under(entry.value, "group"))
        cancels = text_of(under(entry.value, "cancel-in-progress"))
        filled = "false" if cancels is None else expressions.filled(cancels)
        known = {"true": True, "false": False}.get(filled)
        return Concurrency(group, self._place(entry), known)

    def _condition(self, node: Node | None) -> Said | None:
        text = text_of(node)
        return None if node is None or text is None else Said(None, text, Place(self.document, node.span))

    def _place(self, entry: Entry) -> Place:
        return Place(self.document, entry.span)


def _events(root: Node | None) -> Iterator[tuple[str, Entry | None]]:
    """The events that start a workflow. YAML 1.1 reads the key `on` as true."""
    if not isinstance(root, Mapping):
        return
    entry = root.entry("on") or root.entry("true")
    if entry is None:
        return
    if isinstance(entry.value, Mapping):
        for one in entry.value:
            yield one.name, one
    else:
        for name in texts_of(entry.value):
            yield name, entry


def _in_order(entries: list[Entry]) -> list[Entry]:
    """Jobs with those that they need before them, otherwise in the order of the text."""
    by_name = {entry.name: entry for entry in entries}
    order: dict[str, Entry] = {}
    waiting = [(entry.name, False) for entry in reversed(entries)]
    begun: set[str] = set()
    while waiting:
        name, is_ready = waiting.pop()
        if is_ready:
            order[name] = by_name[name]
        elif name in by_name and name not in begun:
            begun.add(name)
            waiting.append((name, True))
            waiting.extend((need, False) for need in reversed(texts_of(under(by_name[name].value, "needs"))))
    return list(order.values())
