"""What Bitbucket's pipes do to a release, and what those that deploy are given.

Source: the README of atlassian/aws-sam-deploy, aws-cloudformation-deploy and aws-lambda-deploy.
"""

from __future__ import annotations

from typing import Final

from samguard.environments import UNNAMED, DeployCommand, ParameterSource, ParameterValue
from samguard.pattern import pattern
from samguard.pipeline.commands import Surroundings, Workspace
from samguard.pipeline.deploy_values import json_parameters
from samguard.pipeline.embedded import embedded
from samguard.pipeline.environment_name import environment_name
from samguard.pipeline.model import ActionUse, Credential, CredentialKind, Pinning, Step, StepKind
from samguard.pipeline.shell import UNKNOWN
from samguard.pipeline.written_nodes import entries_of, text_of, under
from samguard.source import Document, Entry, Node, Place, Scalar
from samguard.value import replace

_STACKS: Final = ("atlassian/aws-sam-deploy", "atlassian/aws-cloudformation-deploy")
_FUNCTION: Final = "atlassian/aws-lambda-deploy"
_TEMPLATES: Final = ("TEMPLATE", "SAM_TEMPLATE", "CFN_TEMPLATE")
_VARIABLE: Final = pattern(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")
_MOST_LENGTH: Final = 20_000


def pipe_step(  # noqa: PLR0913, PLR0917 - the surroundings of a step
    pipe: str,
    item: Node,
    document: Document,
    variables: dict[str, str],
    surroundings: Surroundings,
    workspace: Workspace,
    name: str,
) -> Step:
    """The step that a pipe is; `variables` are those of the shell around it."""
    place = Place(document, item.span)
    base, _, version = pipe.partition(":")
    action = ActionUse(base, version or None, Pinning.TAG if version else Pinning.NONE, place)
    step = Step(StepKind.OTHER, pipe, place, name=name, tool=base, action=action)
    if base.startswith(_FUNCTION):
        return replace(step, kind=StepKind.DIRECT_UPDATE)
    if not base.startswith(_STACKS):
        return step
    given = {entry.name: entry for entry in entries_of(under(item, "variables"))}
    if _text(given.get("COMMAND"), variables) == "package-only":
        return replace(step, kind=StepKind.PACKAGE)
    command, is_named = _command(given, document, variables, surroundings, workspace, place)
    waits = {"true": True, "false": False}.get(_text(given.get("WAIT"), variables) or "")
    return replace(step, kind=StepKind.DEPLOY, command=command, waits=waits, names_environment=is_named)


def pipe_credentials(item: Node, document: Document) -> tuple[Credential, ...]:
    """What a pipe shows AWS by its own variables."""
    found = []
    for entry in entries_of(under(item, "variables")):
        place = Place(document, entry.span)
        if entry.name == "AWS_ACCESS_KEY_ID":
            found.append(Credential(CredentialKind.LONG_LIVED_KEYS, place))
        elif entry.name == "AWS_OIDC_ROLE_ARN":
            written = text_of(entry.value)
            role = None if written is None or "$" in written else written
            found.append(Credential(CredentialKind.OIDC_ROLE, place, role, written))
    return tuple(found)


def _command(  # noqa: PLR0913, PLR0917
    given: dict[str, Entry],
    document: Document,
    variables: dict[str, str],
    surroundings: Surroundings,
    workspace: Workspace,
    place: Place,
) -> tuple[DeployCommand, bool]:
    parameters: dict[str, ParameterValue] = {}
    options = {
        key.lower(): ParameterValue(_text(entry, variables), ParameterSource.PIPELINE, Place(document, entry.span))
        for key, entry in given.items()
        if key != "STACK_PARAMETERS"
    }
    said = given.get("STACK_PARAMETERS")  # pipes take YAML, of which JSON is a part
    if said is not None:
        inner = embedded(said.value, document, "yaml") if isinstance(said.value, Scalar) else None
        if inner is not None and inner.root is not None:
            parameters = {
                key: replace(
                    one,
                    text=_known(one.text, variables),
                    place=inner.place(one.place.span) if one.place is not None else place,
                )
                for key, one in json_parameters(inner.root, document).items()
            }
        else:
            workspace.problems += () if inner is None else inner.problems
            where = Place(document, said.span)
            options["parameter_overrides"] = ParameterValue(None, ParameterSource.PIPELINE, where)
    stack = _text(given.get("STACK_NAME"), variables)
    template = next((_text(given[name], variables) for name in _TEMPLATES if name in given), None)
    written = text_of(given["STACK_NAME"].value) if "STACK_NAME" in given else None
    hints = (*(() if written is None else (written,)), *surroundings.hints)
    name = environment_name(surroundings.environment, None, parameters, stack, surroundings.branches, hints)
    base = template.rpartition("/")[2] if template else ""
    command = DeployCommand(
        name or UNNAMED,
        workspace.products.get(base, template),
        stack,
        _text(given.get("AWS_DEFAULT_REGION"), variables),
        parameters,
        options,
        place,
    )
    return command, name is not None


def _text(entry: Entry | None, variables: dict[str, str]) -> str | None:
    return None if entry is None else _known(text_of(entry.value), variables)


def _known(text: str | None, variables: dict[str, str]) -> str | None:
    """A text with the variables of the pipeline put in; None where one is unknown."""
    if text is None:
        return None
    filled = _VARIABLE.sub(lambda match: variables.get(match[1] or match[2], UNKNOWN), text)[:_MOST_LENGTH]
    return None if UNKNOWN in filled else filled


__all__ = ["pipe_credentials", "pipe_step"]
