"""What well-known actions of GitHub do to a release, and what those that deploy are given.

Source: `action.yml` of aws-actions/aws-cloudformation-github-deploy. Of an action that nobody here knows, its name and
its inputs tell: one that is called deploy and is told of a stack or a template deploys it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from samguard.environments import UNNAMED, DeployCommand, ParameterSource, ParameterValue
from samguard.pattern import pattern
from samguard.pipeline.commands import Surroundings, Workspace
from samguard.pipeline.deploy_values import Given, comma_parameters
from samguard.pipeline.environment_name import environment_name
from samguard.pipeline.model import ActionUse, Step, StepKind
from samguard.pipeline.shell import UNKNOWN, Read, Word
from samguard.pipeline.written_nodes import entries_of
from samguard.source import Document, Entry, Node, Place, Scalar

_CLOUDFORMATION: Final = "aws-actions/aws-cloudformation-github-deploy"
_STACK_INPUTS: Final = ("stack-name", "stack_name", "sam-stack-name", "stackname", "stack", "name")
_TEMPLATE_INPUTS: Final = ("template", "template-file", "template_file", "sam-template", "template-path")
_OVERRIDE_INPUTS: Final = ("parameter-overrides", "parameter_overrides", "parameters", "parameter-override")
_KINDS: Final = (
    (re.compile(r"(?:^|/)(?:aws-lambda-deploy|lambda-action|deploy-lambda)"), StepKind.DIRECT_UPDATE),
    (re.compile(r"cypress-io/|postman|newman|artillery|k6-action|grafana/k6"), StepKind.SMOKE_TEST),
    (re.compile(r"serverless/github-action|aws-cdk-github-actions"), StepKind.DEPLOY),
    (re.compile(r"upload-action|sam/(?:build|package)"), StepKind.PACKAGE),
    (re.compile(r"docker/build-push-action"), StepKind.BUILD),
    (re.compile(r"delete-stack"), StepKind.DELETE),
)
_WORD: Final = pattern(r"[a-z]+")


def action_step(  # noqa: PLR0913, PLR0917 - the surroundings of a step
    action: ActionUse,
    inputs: Mapping[str, tuple[str, Entry]],
    document: Document,
    surroundings: Surroundings,
    workspace: Workspace,
    read: Read,
    name: str | None,
    via: tuple[Place, ...],
) -> Step:
    """The step that an action is."""
    kind = next((kind for pattern, kind in _KINDS if pattern.search(action.name)), StepKind.OTHER)
    command = None
    words = frozenset(_WORD.findall(action.name.lower()))
    speaks_of_stacks = any(word in name for name in inputs for word in ("stack", "template"))
    is_known = action.name == _CLOUDFORMATION
    is_deploy = is_known or ("deploy" in words and kind is StepKind.OTHER and speaks_of_stacks)
    if kind is StepKind.DEPLOY:  # these run any command of their tool
        said = " ".join(text for text, _ in inputs.values())
        kind = StepKind.DEPLOY if "deploy" in said else StepKind.OTHER
    named = False
    waits: bool | None = None
    if is_deploy:
        kind = StepKind.DEPLOY
        command, named = _command(inputs, document, action.place, surroundings, workspace, read, keeps=not is_known)
        is_left = inputs.get("mode", ("", None))[0] == "create-only"
        is_left = is_left or inputs.get("no-execute-changeset", ("", None))[0] in ("1", "true")
        waits = True if is_known and not is_left else None
    text = f"{action.name}@{action.ref}" if action.ref else action.name
    return Step(
        kind,
        text,
        action.place,
        name=name,
        command=command,
        tool=action.name,
        waits=waits,
        action=action,
        names_environment=named,
        via=via,
    )


def stack_inputs(node: Node | None, filled: Callable[[str], str]) -> dict[str, tuple[str, Entry]]:
    """What an action is told of a stack by the variables of its step, as if these were inputs: `AWS_STACK_NAME`."""
    found = {
        one.name.lower().removeprefix("aws_").replace("_", "-"): (filled(one.value.text), one)
        for one in entries_of(node)
        if isinstance(one.value, Scalar)
    }
    return found if "stack-name" in found else {}


def _command(  # noqa: PLR0913, PLR0917
    inputs: Mapping[str, tuple[str, Entry]],
    document: Document,
    place: Place,
    surroundings: Surroundings,
    workspace: Workspace,
    read: Read,
    *,
    keeps: bool,
) -> tuple[DeployCommand, bool]:
    def found(names: tuple[str, ...]) -> Word | None:
        for name in names:
            if name in inputs:
                text, entry = inputs[name]
                return Word(text, entry.value.text if hasattr(entry.value, "text") else "", Place(document, entry.span))
        return None

    given = Given({})
    overrides = found(_OVERRIDE_INPUTS)
    if overrides is not None:
        given = comma_parameters(overrides, "", read)
        if UNKNOWN in overrides.pieces and not given.parameters:
            given = Given({}, is_complete=False)
    options = {
        name.replace("-", "_"): ParameterValue(
            None if UNKNOWN in text else text, ParameterSource.PIPELINE, Place(document, entry.span)
        )
        for name, (text, entry) in inputs.items()
        if name not in _OVERRIDE_INPUTS
    }
    if not given.is_complete and overrides is not None:
        options["parameter_overrides"] = ParameterValue(None, ParameterSource.PIPELINE, overrides.place)
    stack, template = found(_STACK_INPUTS), found(_TEMPLATE_INPUTS)
    if stack is not None:
        options["stack_name"] = ParameterValue(stack.text, ParameterSource.PIPELINE, stack.place)
    written = None if template is None else template.text
    hints = (() if stack is None else (stack.written,)) + surroundings.hints
    stack_name = None if stack is None else stack.text
    name = environment_name(surroundings.environment, None, given.parameters, stack_name, surroundings.branches, hints)
    base = written.rpartition("/")[2] if written else ""
    command = DeployCommand(
        name or UNNAMED,
        workspace.products.get(base, written),
        stack_name,
        surroundings.region or (options["aws_region"].text if "aws_region" in options else None),
        given.parameters,
        options,
        place,
        deploys_with_previous_values=keeps,
    )
    return command, name is not None
