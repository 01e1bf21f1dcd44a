"""The steps of a job of GitHub Actions, those of composite actions in the same tree among them.

Source: GitHub documentation, "Workflow syntax" and "Metadata syntax"; `action.yml` of the actions named here.
"""

from __future__ import annotations

import posixpath
from typing import Final

from samguard.pipeline.commands import Surroundings, Workspace, is_said_to_build, steps_of
from samguard.pipeline.expressions import Expressions
from samguard.pipeline.github_deploy_actions import action_step, stack_inputs
from samguard.pipeline.github_parts import action_use, ignored_of, stored_keys, timeout_of, variables_of
from samguard.pipeline.model import ActionUse, Credential, CredentialKind, Pinning, Step, StepKind
from samguard.pipeline.script_credentials import script_credentials
from samguard.pipeline.script_text import of_scalar
from samguard.pipeline.shell import UNKNOWN, Budget, Read, Shell, joined
from samguard.pipeline.written_nodes import entries_of, items_of, text_of, under
from samguard.source import Document, Entry, Mapping, Node, Place, Scalar
from samguard.value import replace

_DEPTH: Final = 4
_OIDC_SECONDS: Final = "3600"
"""How long a role is good for that configure-aws-credentials assumes by GitHub's token, where nothing else is said.
Source: aws-actions/configure-aws-credentials, action.yml."""


class Reading:
    """What all jobs of a pipeline share while they are read."""

    def __init__(self, read: Read) -> None:
        self.read = read
        self.workspace = Workspace()
        self.budget = Budget()


class JobRunner:
    """Runs through the steps of a job, those of composite actions among them."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a job is, and what is known of it
        self,
        document: Document,
        reading: Reading,
        node: Mapping,
        known: dict[str, str],
        variables: dict[str, str],
        surroundings: Surroundings,
    ) -> None:
        self.steps: list[Step] = []
        self.credentials: list[Credential] = []
        self.actions: list[ActionUse] = []
        self._reading = reading
        self._document = document
        self._node = node
        self._known = dict(known)
        self._variables = variables
        self._surroundings = surroundings

    def run(self) -> None:
        """All of the steps."""
        defaults: list[Node | None] = [
            under(self._document.root, "defaults", "run"),
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
                self._step(item, self._document, folder, shell, (), 0)

    def _step(  # noqa: PLR0913, PLR0917
        self,
        node: Mapping,
        document: Document,
        folder: str | None,
        shell: str | None,
        via: tuple[Place, ...],
        depth: int,
    ) -> None:
        variables = variables_of(under(node, "env"), self._known, self._variables)
        name = text_of(under(node, "name"))
        entry = node.entry("continue-on-error")
        ignored = ignored_of(entry, document) if document is self._document else None
        timeout = timeout_of(node.entry("timeout-minutes"), document) if document is self._document else None
        first = len(self.steps)
        run, used = node.get("run"), node.entry("uses")
        if document is self._document:
            self.credentials += stored_keys(under(node, "env"), document)
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
        before: str = "",
    ) -> None:
        reading = self._reading
        scope = Expressions(self._known | {f"env.{key.lower()}": text for key, text in variables.items()})
        shell = Shell(
            variables,
            reading.read,
            folder=folder,
            expression=scope.worth,
            errexit=True if kind in (None, "bash", "sh") else None,
            pipefail=kind == "bash",
            budget=reading.budget,
            via=via,
        )
        found = shell.run(of_scalar(run, document).behind(before))
        self.credentials += script_credentials(shell.assigned, found)
        hints = (name, *self._surroundings.hints) if name else self._surroundings.hints
        surroundings = replace(self._surroundings, hints=hints)
        steps = steps_of(found, surroundings, reading.workspace, reading.read, name)
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
        if not any("stack" in key for key in inputs):
            inputs |= stack_inputs(under(node, "env"), scope.filled)
        said = inputs.get("sam_command")
        if action.name == "aws-actions/configure-aws-credentials":
            self._credential(inputs, place)
        elif said is not None and isinstance(said[1].value, Scalar):
            # The action's code is foreign all the same: `actions` has it.
            self._script(said[1].value, document, variables, folder, None, via, name, None, before="sam ")
            return
        elif action.pinning is Pinning.LOCAL and depth < _DEPTH:
            self._composite(reference, inputs, folder, (*via, place), depth)
            return
        self.steps.append(
            action_step(
                action, inputs, document, self._surroundings, self._reading.workspace, self._reading.read, name, via
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
                document = self._reading.read(posixpath.join(base, name))
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
