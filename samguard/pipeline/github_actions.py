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
from samguard.pipeline.commands import Surroundings, Workspace, is_said_to_build, steps_of
from samguard.pipeline.expressions import Expressions
from samguard.pipeline.finished import finished
from samguard.pipeline.github_deploy_actions import action_step
from samguard.pipeline.model import (
    ActionUse,
    Concurrency,
    Credential,
    CredentialKind,
    Gate,
    GateKind,
    IgnoredFailure,
    Job,
    Pinning,
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
from samguard.pipeline.shell import UNKNOWN, Budget, Read, Shell, joined
from samguard.pipeline.written_nodes import entries_of, items_of, number_of, reading_problems, text_of, texts_of, under
from samguard.source import Document, Entry, Mapping, Node, Place, Scalar, Sequence
from samguard.value import replace, value

_SHA: Final = pattern(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_TAG: Final = pattern(r"v?[0-9]+(?:\.[0-9]+)*(?:[-+.].*)?")
_BRANCH: Final = pattern(r"github\.(?:ref|ref_name|base_ref|head_ref)\s*==\s*'(?:refs/heads/)?([^']+)'")
_STARTS: Final = pattern(r"startsWith\(\s*github\.(?:ref|ref_name)\s*,\s*'(?:refs/heads/)?([^']+)'\s*\)")
_EVENT: Final = pattern(r"github\.event_name\s*==\s*'([^']+)'")
_KEYS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_OIDC_SECONDS: Final = "3600"
"""How long a role is good for that configure-aws-credentials assumes by GitHub's token, where nothing else is said.
Source: aws-actions/configure-aws-credentials, action.yml."""
_STORED: Final = pattern(r"\$\{\{.*\b(?:secrets|vars)\.|^\s*AKIA[A-Z0-9]{16}\s*$")
"""A key that is stored somewhere: one that an earlier step made is an output of it."""
_MOST_COPIES: Final = 20
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
    return _Workflow(document, read, Workspace(), Budget(), None).pipeline()


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

    def __init__(
        self, document: Document, read: Read, workspace: Workspace, budget: Budget, caller: _Caller | None
    ) -> None:
        self.document = document
        self.read = read
        self.workspace = workspace
        self.budget = budget
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
            (*self.problems, *self.workspace.problems, *self.budget.problems),
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
        base = self._matrix(under(node, "strategy", "matrix"))
        combinations: list[dict[str, str]] = []
        for matrix in base:
            for values in product(*(options for _, options in axes)):
                chosen = {name: picked for (name, _), picked in zip(axes, values, strict=True)}
                combinations.append(matrix | chosen)
        if len(combinations) > _MOST_COPIES:
            combinations = base[:_MOST_COPIES]
        found: list[Job] = []
        for combination in combinations:
            shown = ", ".join(combination.values())
            label = f"{entry.name} ({shown})" if shown else entry.name
            found += self._copy(label, entry, node, combination)
        return found

    def _matrix(self, node: Node | None) -> list[dict[str, str]]:
        axes: list[tuple[str, tuple[str, ...]]] = []
        included: list[dict[str, str]] = []
        for entry in entries_of(node):
            if entry.name == "include":
                included += [
                    {one.name: one.value.text for one in entries_of(item) if isinstance(one.value, Scalar)}
                    for item in items_of(entry.value)
                ]
            elif entry.name != "exclude" and isinstance(entry.value, Sequence):
                values = tuple(item.text for item in entry.value.items if isinstance(item, Scalar))
                objects = [item for item in entry.value.items if isinstance(item, Mapping)]
                if values:
                    axes.append((entry.name, values))
                elif objects and not axes:
                    included += [
                        {
                            f"{entry.name}.{one.name}": one.value.text
                            for one in entries_of(item)
                            if isinstance(one.value, Scalar)
                        }
                        for item in objects
                    ]
        combinations = [
            {name: picked for (name, _), picked in zip(axes, values, strict=True)}
            for _, values in zip(range(_MOST_COPIES), product(*(values for _, values in axes)), strict=False)
        ]
        names = {name for name, _ in axes}
        for extra in included[:_MOST_COPIES]:
            shared = {name: text for name, text in extra.items() if name in names}
            fitting = [one for one in combinations if axes and all(one[name] == text for name, text in shared.items())]
            if fitting:
                for one in fitting:
                    one.update(extra)
            else:
                combinations = [one for one in combinations if one] + [dict(extra)]
        return combinations[:_MOST_COPIES] or [{}]

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
        environment_variables = self.variables(under(self.document.root, "env"), known, {})
        variables = self.variables(under(node, "env"), known, environment_variables)
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
            timeout=self.timeout(node.entry("timeout-minutes")),
            condition=condition,
            branches=branches,
            events=events,
            matrix=matrix,
            max_parallel=int(number_of(under(node, "strategy", "max-parallel")) or 0) or None,
            ignored=self.ignored(node.entry("continue-on-error")),
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
        runner = _JobRunner(self, node, known, variables, surroundings)
        runner.run()
        keys = [one for scope in (under(self.document.root, "env"), under(node, "env")) for one in self.keys(scope)]
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
        document = self.read(local) if local is not None and depth < _DEPTH else None
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
        inner = _Workflow(document, self.read, self.workspace, self.budget, caller)
        found = list(inner.jobs())
        self.problems += inner.problems
        return [replace(job, actions=(action, *job.actions)) for job in found] or [replace(plain, actions=(action,))]

    # parts of a job

    def variables(self, node: Node | None, known: dict[str, str], outer: dict[str, str]) -> dict[str, str]:
        """The values of an `env`, over those of the scopes around it."""
        found = dict(outer)
        for entry in entries_of(node):
            scope = known | {f"env.{key.lower()}": text for key, text in found.items()}
            found[entry.name] = (
                Expressions(scope).filled(entry.value.text) if isinstance(entry.value, Scalar) else UNKNOWN
            )
        return found

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

    def timeout(self, entry: Entry | None) -> Timeout | None:
        """A limit of minutes."""
        return None if entry is None else Timeout(number_of(entry.value), self._place(entry))

    def ignored(self, entry: Entry | None) -> IgnoredFailure | None:
        """Where a job or step may fail."""
        if entry is not None and text_of(entry.value) == "true":
            return IgnoredFailure("continue-on-error: true", self._place(entry))
        return None

    def _condition(self, node: Node | None) -> Said | None:
        text = text_of(node)
        return None if node is None or text is None else Said(None, text, Place(self.document, node.span))

    def keys(self, node: Node | None) -> Iterator[Credential]:
        """The access keys that an `env` hands over."""
        for name in _KEYS[:1]:
            entry = node.entry(name) if isinstance(node, Mapping) else None
            if entry is not None and _STORED.search(text_of(entry.value) or ""):
                yield Credential(CredentialKind.LONG_LIVED_KEYS, self._place(entry))

    def _place(self, entry: Entry) -> Place:
        return Place(self.document, entry.span)


class _JobRunner:
    """Runs through the steps of a job, those of composite actions among them."""

    def __init__(
        self,
        workflow: _Workflow,
        node: Mapping,
        known: dict[str, str],
        variables: dict[str, str],
        surroundings: Surroundings,
    ) -> None:
        self.steps: list[Step] = []
        self.credentials: list[Credential] = []
        self.actions: list[ActionUse] = []
        self._workflow = workflow
        self.document = workflow.document
        self._node = node
        self._known = dict(known)
        self._variables = variables
        self._surroundings = surroundings

    def run(self) -> None:
        """All of the steps."""
        defaults: list[Node | None] = [
            under(self.document.root, "defaults", "run"),
            under(self._node, "defaults", "run"),
        ]
        folder: str | None = ""
        shell = None
        for one in defaults:
            given = text_of(under(one, "working-directory"))
            folder = folder if given is None else joined("", self._filled(given, self._variables))
            shell = text_of(under(one, "shell")) or shell
        for item in items_of(under(self._node, "steps")):
            if isinstance(item, Mapping):
                self._step(item, self.document, folder, shell, (), 0)

    def _step(  # noqa: PLR0913, PLR0917
        self,
        node: Mapping,
        document: Document,
        folder: str | None,
        shell: str | None,
        via: tuple[Place, ...],
        depth: int,
    ) -> None:
        workflow = self._workflow
        variables = workflow.variables(under(node, "env"), self._known, self._variables)
        name = text_of(under(node, "name"))
        entry = node.entry("continue-on-error")
        ignored = workflow.ignored(entry) if document is self.document else None
        timeout = workflow.timeout(node.entry("timeout-minutes")) if document is self.document else None
        first = len(self.steps)
        run, used = node.get("run"), node.entry("uses")
        if document is self.document:
            self.credentials += workflow.keys(under(node, "env"))
        if isinstance(run, Scalar):
            given = text_of(under(node, "working-directory"))
            inner = folder if given is None else joined("", self._filled(given, variables))
            kind = text_of(under(node, "shell")) or shell
            self._script(run, document, variables, inner, kind, via, name, text_of(under(node, "id")))
        elif used is not None and isinstance(used.value, Scalar):
            self._action(node, used, document, variables, folder, via, name, depth)
        condition = text_of(under(node, "if"))
        for index in range(first, len(self.steps)):
            step = self.steps[index]
            self.steps[index] = replace(
                step,
                ignored=step.ignored or ignored,
                timeout=timeout,
                is_conditional=step.is_conditional or condition is not None,
            )

    def _script(  # noqa: PLR0913, PLR0917
        self,
        run: Scalar,
        document: Document,
        variables: dict[str, str],
        folder: str | None,
        kind: str | None,
        via: tuple[Place, ...],
        name: str | None,
        identifier: str | None,
    ) -> None:
        workflow = self._workflow
        scope = Expressions(self._known | {f"env.{key.lower()}": text for key, text in variables.items()})
        shell = Shell(
            variables,
            workflow.read,
            folder=folder,
            expression=scope.worth,
            errexit=True if kind in (None, "bash", "sh") else None,
            pipefail=kind == "bash",
            budget=workflow.budget,
            via=via,
        )
        found = shell.run(of_scalar(run, document))
        self.credentials += script_credentials(shell.assigned, found)
        hints = (name, *self._surroundings.hints) if name else self._surroundings.hints
        surroundings = replace(self._surroundings, hints=hints)
        steps = steps_of(found, surroundings, workflow.workspace, workflow.read, name)
        if name is not None and is_said_to_build(name):  # then a script is taken for what its name says in vain
            steps = tuple(
                replace(step, kind=StepKind.BUILD) if step.kind is StepKind.DEPLOY and step.command is None else step
                for step in steps
            )
        self.steps += steps
        self._variables = {**self._variables, **shell.exported}
        if identifier is not None:
            for key, text in shell.outputs.items():
                self._known[f"steps.{identifier.lower()}.outputs.{key.lower()}"] = text

    def _action(  # noqa: PLR0913, PLR0917
        self,
        node: Mapping,
        used: Entry,
        document: Document,
        variables: dict[str, str],
        folder: str | None,
        via: tuple[Place, ...],
        name: str | None,
        depth: int,
    ) -> None:
        place = Place(document, used.span)
        reference = text_of(used.value) or ""
        action = action_use(reference, place)
        self.actions.append(action)
        scope = Expressions(self._known | {f"env.{key.lower()}": text for key, text in variables.items()})
        inputs = {
            one.name: (scope.filled(one.value.text), one)
            for one in entries_of(under(node, "with"))
            if isinstance(one.value, Scalar)
        }
        if action.name == "aws-actions/configure-aws-credentials":
            self._credential(inputs, place)
        elif action.pinning is Pinning.LOCAL and depth < _DEPTH:
            self._composite(reference, inputs, folder, (*via, place), depth)
            return
        self.steps.append(
            action_step(
                action, inputs, document, self._surroundings, self._workflow.workspace, self._workflow.read, name, via
            )
        )

    def _composite(
        self,
        reference: str,
        inputs: dict[str, tuple[str, Entry]],
        folder: str | None,
        via: tuple[Place, ...],
        depth: int,
    ) -> None:
        base = posixpath.normpath(reference)
        document = None
        for name in ("action.yml", "action.yaml"):
            if document is None and not base.startswith(".."):
                document = self._workflow.read(posixpath.join(base, name))
        if document is None:
            return
        known, variables = self._known, self._variables
        self._known = {key: text for key, text in known.items() if not key.startswith(("inputs.", "steps."))}
        for one in entries_of(under(document.root, "inputs")):
            default = text_of(under(one.value, "default"))
            if default is not None and "${{" not in default:
                self._known[f"inputs.{one.name.lower()}"] = default
        self._known |= {f"inputs.{name.lower()}": text for name, (text, _) in inputs.items()}
        for item in items_of(under(document.root, "runs", "steps")):
            if isinstance(item, Mapping):
                self._step(item, document, folder, None, via, depth + 1)
        self._known = known
        self._variables = {**variables, **self._variables}

    def _credential(self, inputs: dict[str, tuple[str, Entry]], place: Place) -> None:
        role, written, region, role_place = None, None, None, None
        if "role-to-assume" in inputs:
            text, entry = inputs["role-to-assume"]
            role, written = (None if UNKNOWN in text else text), text_of(entry.value)
            role_place = Place(place.document, entry.span)
        if "aws-region" in inputs:
            text = inputs["aws-region"][0]
            region = None if UNKNOWN in text or not text else text
            self._variables = {**self._variables, "AWS_REGION": text or UNKNOWN}
        duration, said = inputs.get("role-duration-seconds", ("", None))
        kind = CredentialKind.UNKNOWN
        if "aws-access-key-id" in inputs:
            kind = CredentialKind.LONG_LIVED_KEYS
            place = Place(place.document, inputs["aws-access-key-id"][1].span)
        elif "role-to-assume" in inputs:
            kind = CredentialKind.OIDC_ROLE
            duration = duration if said is not None else _OIDC_SECONDS
        seconds = int(duration) if duration.isdigit() and len(duration) < 9 else None  # noqa: PLR2004
        where = None if said is None else Place(place.document, said.span)
        self.credentials.append(Credential(kind, place, role, written, region, seconds, where, role_place))
        if written is not None:
            self._surroundings = replace(self._surroundings, hints=(*self._surroundings.hints, written))

    def _filled(self, text: str, variables: dict[str, str]) -> str:
        return Expressions(self._known | {f"env.{key.lower()}": one for key, one in variables.items()}).filled(text)


def action_use(reference: str, place: Place) -> ActionUse:
    """What `uses` names, and how firmly."""
    name, at, ref = reference.partition("@")
    if reference.startswith("./"):
        return ActionUse(reference, None, Pinning.LOCAL, place)
    if not at or reference.startswith("docker://"):
        return ActionUse(name, None, Pinning.NONE, place)
    pinning = Pinning.SHA if _SHA.fullmatch(ref) else Pinning.TAG if _TAG.fullmatch(ref) else Pinning.BRANCH
    return ActionUse(name, ref, pinning, place)


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
