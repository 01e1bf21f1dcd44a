"""The actions of CodePipeline: what each does, whoever described it, a template or Terraform.

Source: CodePipeline user guide, "Action structure reference" (CloudFormation, CodeBuild, Commands, Approval).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import Final

from samguard.environments import UNNAMED, DeployCommand, ParameterSource, ParameterValue
from samguard.pattern import pattern
from samguard.pipeline.buildspec import buildspec_steps, stored_key
from samguard.pipeline.commands import Surroundings, Workspace, steps_of
from samguard.pipeline.deploy_values import json_parameters
from samguard.pipeline.embedded import embedded, json_problems
from samguard.pipeline.environment_name import environment_name, stage_in
from samguard.pipeline.finished import finished
from samguard.pipeline.model import (
    Credential,
    CredentialKind,
    Gate,
    GateKind,
    Job,
    PipelineProblem,
    Step,
    StepKind,
    Timeout,
)
from samguard.pipeline.script_text import of_scalar
from samguard.pipeline.shell import UNKNOWN, Budget, Read, Shell
from samguard.pipeline.written_nodes import under
from samguard.source import Document, Mapping, Node, Place, Scalar, Sequence, Span
from samguard.value import field, value

_MOST_JOBS: Final = 300
_WORDS: Final = pattern(r"[A-Z]?[a-z]+|[A-Z]+")


@value
class Setting:
    """A value of an action's configuration; `written` is the name of what it refers to, or its text."""

    pieces: str
    written: str
    place: Place
    node: Node | None = field(default=None, compare=False)

    @property
    def text(self) -> str | None:
        """The value; None where it is unknown or empty."""
        return None if UNKNOWN in self.pieces or not self.pieces else self.pieces


@value
class Build:
    """A CodeBuild project, with the buildspec that it runs; `missing` is the path of one that is not there."""

    root: Node | None
    document: Document = field(repr=False)
    whole: Span | None
    variables: dict[str, str]
    timeout: Timeout | None = None
    role: str | None = None
    project: str | None = None
    names: tuple[str, ...] = ()
    missing: str | None = None
    key: Place | None = None
    """Where the project is given an access key."""


@value
class Action:
    """An action of a stage. `overrides` are its parameters where their JSON was made by a function of Terraform."""

    name: str
    place: Place
    stage: str
    run_order: int
    category: str
    provider: str
    configuration: dict[str, Setting]
    region: str | None = None
    role: str | None = None
    build: Build | None = None
    timeout: Timeout | None = None
    scripts: tuple[Scalar, ...] = ()
    document: Document | None = field(default=None, repr=False)
    overrides: dict[str, ParameterValue] | None = None


def stage_groups(stages: Iterable[tuple[str, tuple[Action, ...]]]) -> list[list[Action]]:
    """The actions that run side by side, one group after the other."""
    groups: list[list[Action]] = []
    for _, actions in stages:
        orders = sorted({action.run_order for action in actions})
        groups += ([action for action in actions if action.run_order == order] for order in orders)
    return groups


def pipeline_jobs(groups: Iterable[list[Action]], workspace: Workspace, read: Read) -> tuple[Job, ...]:
    """The jobs that actions are: each needs all of the group before it."""
    budget = Budget()
    found: list[Job] = []
    previous: tuple[str, ...] = ()
    for group in groups:
        jobs = [_job(action, previous, workspace, read, budget) for action in group][: _MOST_JOBS - len(found)]
        found += jobs
        previous = tuple(job.name for job in jobs) or previous
    workspace.problems += budget.problems
    return finished(found)


def _job(action: Action, needs: tuple[str, ...], workspace: Workspace, read: Read, budget: Budget) -> Job:
    steps: tuple[Step, ...] = ()
    gates: tuple[Gate, ...] = ()
    credentials: tuple[Credential, ...] = ()
    timeout = action.timeout
    surroundings = Surroundings(hints=(action.name, action.stage), region=action.region)
    if action.category == "Approval":
        gates = (Gate(GateKind.APPROVAL, action.place, action.name),)
    elif action.provider == "CloudFormation":
        steps = (_cloudformation(action, surroundings, workspace, read),)
        role = action.configuration.get("RoleArn")
        place = action.place if role is None else role.place
        known = action.role or (role.text if role is not None else None)
        credentials = (Credential(CredentialKind.ROLE, place, known, role.written if role else None),)
    elif action.provider == "CodeBuild" and (action.build is None or action.build.root is None):
        steps = _unread_build(action)
        timeout = timeout or (None if action.build is None else action.build.timeout)
    elif action.build is not None:
        build = action.build
        timeout = timeout or build.timeout
        credentials = (Credential(CredentialKind.ROLE, action.place, build.role),)
        hints = (*surroundings.hints, *build.names)
        assert build.root is not None  # noqa: S101 - for the type checker
        given = () if build.key is None else (Credential(CredentialKind.LONG_LIVED_KEYS, build.key),)
        credentials += given or stored_key(build.root, build.document, build.whole)
        steps = buildspec_steps(
            build.root,
            build.document,
            build.whole,
            build.variables,
            Surroundings(hints=hints, region=action.region),
            workspace,
            read,
            budget,
            (action.place,),
        )
    elif action.scripts and action.document is not None:
        shell = Shell({}, read, errexit=None, budget=budget)
        for script in action.scripts:
            steps += steps_of(shell.run(of_scalar(script, action.document)), surroundings, workspace, read, action.name)
    elif action.category == "Deploy":
        steps = (
            Step(StepKind.DEPLOY, action.provider, action.place, name=action.name, tool=action.provider, waits=True),
        )
    elif action.category == "Test":
        steps = (Step(StepKind.SMOKE_TEST, action.provider, action.place, name=action.name, tool=action.provider),)
    return Job(
        name=f"{action.stage} / {action.name}",
        place=action.place,
        stage=action.stage,
        needs=needs,
        gates=gates,
        timeout=timeout,
        credentials=credentials,
        steps=steps,
    )


def _unread_build(action: Action) -> tuple[Step, ...]:
    """What a build does whose buildspec is not in the tree: as its name tells, a deployment or nothing that is known."""
    if not any(word.lower() == "deploy" for word in _WORDS.findall(action.name)):
        return ()
    return (Step(StepKind.DEPLOY, "CodeBuild", action.place, name=action.name, tool="CodeBuild", folder=None),)


def _cloudformation(action: Action, surroundings: Surroundings, workspace: Workspace, read: Read) -> Step:
    configuration = action.configuration
    mode = configuration.get("ActionMode")
    written_mode = "" if mode is None else mode.pieces
    kind = {"CHANGE_SET_REPLACE": StepKind.CHANGE_SET, "DELETE_ONLY": StepKind.DELETE}.get(
        written_mode, StepKind.DEPLOY
    )
    parameters: dict[str, ParameterValue] = {}
    is_complete = True
    hints: list[str] = []
    missing: str | None = None
    given = configuration.get("TemplateConfiguration")
    if given is not None:
        path = given.pieces.partition("::")[2] or given.pieces
        hints.append(posixpath.basename(path).replace(UNKNOWN, " "))
        document = None if UNKNOWN in path else read(posixpath.normpath(path))
        if document is not None and path.endswith(".json"):
            workspace.problems += json_problems(document)
        if document is None or document.root is None:
            is_complete = False
            missing = None if UNKNOWN in path or document is not None else posixpath.normpath(path)
        else:
            parameters |= json_parameters(document.root, document, ParameterSource.TEMPLATE_CONFIGURATION)
    overrides = configuration.get("ParameterOverrides")
    if action.overrides is not None:
        parameters |= action.overrides
    elif overrides is not None:
        found, is_known = _overrides(overrides, workspace)
        parameters |= found
        is_complete = is_complete and is_known
    options = {
        _snake(name): ParameterValue(setting.text, ParameterSource.PIPELINE, setting.place)
        for name, setting in configuration.items()
        if name != "ParameterOverrides"
    }
    if not is_complete:
        place = (overrides or given).place if overrides or given else action.place  # type: ignore[union-attr]
        options["parameter_overrides"] = ParameterValue(None, ParameterSource.PIPELINE, place)
    stack = configuration.get("StackName")
    template = configuration.get("TemplatePath")
    source: str | None = None
    if template is not None and template.text is not None:
        written = template.text.partition("::")[2] or template.text
        base = posixpath.basename(written)
        source = workspace.sources.get(base) or workspace.products.get(base, written)
    stack_name = None if stack is None else stack.text
    names = [] if stack is None else [stack.written]
    # A stage's name is the nearest thing that CodePipeline has to an environment.
    said = [*hints, *names, *surroundings.hints]
    name = environment_name(None, None, parameters, stack_name, (), said)
    if name is None and stage_in(action.stage):
        name = stage_in(action.stage)
    command = DeployCommand(
        name or UNNAMED,
        source,
        stack_name,
        action.region,
        parameters,
        options,
        action.place,
        deploys_with_previous_values=False,
    )
    return Step(
        kind,
        f"CloudFormation {written_mode}".replace(UNKNOWN, "?").strip(),
        action.place,
        name=action.name,
        command=command,
        tool=f"CloudFormation {written_mode}".replace(UNKNOWN, "?").strip(),
        waits=True if kind is StepKind.DEPLOY else None,
        names_environment=name is not None,
        missing_file=missing,
    )


def _overrides(setting: Setting, workspace: Workspace) -> tuple[dict[str, ParameterValue], bool]:
    """The values of ParameterOverrides, and whether these are all."""
    node = setting.node
    document = setting.place.document
    sub = under(node, "Fn::Sub")
    if sub is not None:
        node = sub.items[0] if isinstance(sub, Sequence) and sub.items else sub
    if isinstance(node, Mapping) and not any(entry.name.startswith(("Fn::", "Ref")) for entry in node):
        return {
            entry.name: ParameterValue(
                entry.value.text if isinstance(entry.value, Scalar) else None,
                ParameterSource.PIPELINE,
                Place(document, entry.span),
            )
            for entry in node
        }, True
    if not isinstance(node, Scalar):
        return {}, False
    inner = embedded(node, document, "json")
    if inner.root is None and not inner.problems:  # what Fn::Sub makes of it is not known
        return {}, False
    if not isinstance(inner.root, Mapping):
        problems = inner.problems or (PipelineProblem("ParameterOverrides must be a JSON table", setting.place),)
        workspace.problems += problems
        return {}, False
    found: dict[str, ParameterValue] = {}
    for entry in inner.root:
        text = entry.value.text if isinstance(entry.value, Scalar) else None
        if text is not None and "${" in text and sub is not None:
            text = None
        found[entry.name] = ParameterValue(text, ParameterSource.PIPELINE, inner.place(entry.span))
    return found, True


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
