"""CodeBuild's buildspec: the commands of its phases, in a file or in the project's BuildSpec.

Source: CodeBuild user guide, "Build specification reference for CodeBuild".
"""

from __future__ import annotations

from samguard.pipeline.commands import Surroundings, Workspace, steps_of
from samguard.pipeline.finished import finished
from samguard.pipeline.model import (
    Credential,
    CredentialKind,
    IgnoredFailure,
    Job,
    Pipeline,
    PipelineProblem,
    PipelineSystem,
    Step,
    whole,
)
from samguard.pipeline.script_text import ScriptText, of_scalar
from samguard.pipeline.shell import UNKNOWN, Budget, Read, Shell
from samguard.pipeline.written_nodes import entries_of, items_of, reading_problems, text_of, under
from samguard.source import Document, Mapping, Node, Place, Scalar, Span
from samguard.value import replace

PHASES = ("install", "pre_build", "build", "post_build")


def is_buildspec(root: Node | None) -> bool:
    """Whether a document is a buildspec."""
    return isinstance(root, Mapping) and "phases" in root and "Resources" not in root


def read_buildspec(document: Document, read: Read) -> Pipeline:
    """A buildspec as a pipeline of one job; without jobs where it could not be read."""
    workspace = Workspace()
    problems = list(reading_problems(document))
    root = document.root
    if isinstance(root, Mapping) and not isinstance(root.get("phases"), Mapping):
        entry = root.entry("phases")
        place = whole(document) if entry is None else Place(document, entry.span)
        problems.append(PipelineProblem("a buildspec needs a table of phases", place))
    jobs: tuple[Job, ...] = ()
    if isinstance(root, Mapping) and not problems:
        surroundings = Surroundings(hints=(document.path,))
        budget = Budget()
        steps = buildspec_steps(root, document, None, {}, surroundings, workspace, read, budget)
        problems += budget.problems
        credential = Credential(CredentialKind.ROLE, whole(document))
        credentials = (credential, *stored_key(root, document))
        jobs = finished((Job("build", whole(document), steps=steps, credentials=credentials),))
    return Pipeline(
        document.path,
        PipelineSystem.CODEBUILD,
        document.path.rpartition("/")[2],
        whole(document),
        document,
        jobs=jobs,
        problems=(*problems, *workspace.problems),
    )


def stored_key(root: Node | None, document: Document, where: Span | None = None) -> tuple[Credential, ...]:
    """The access key that a buildspec takes from its own text or from a store; `where` as for its steps."""
    kinds = ("variables", "parameter-store", "secrets-manager")
    named = (entry for kind in kinds for entry in entries_of(under(root, "env", kind)))
    keys = [entry for entry in named if entry.name == "AWS_ACCESS_KEY_ID"]
    return tuple(Credential(CredentialKind.LONG_LIVED_KEYS, Place(document, where or entry.span)) for entry in keys[:1])


def buildspec_steps(  # noqa: PLR0913, PLR0917 - what a build is given
    root: Node,
    document: Document,
    where: Span | None,
    given: dict[str, str],
    surroundings: Surroundings,
    workspace: Workspace,
    read: Read,
    budget: Budget,
    via: tuple[Place, ...] = (),
) -> tuple[Step, ...]:
    """The steps of a buildspec. `given` are the variables of its project and of the action that starts it.

    `where` is the place of all of it, where the places of its parts are not known.
    """
    variables: dict[str, str] = {}
    for entry in entries_of(under(root, "env", "variables")):
        variables[entry.name] = text_of(entry.value) or "" if isinstance(entry.value, Scalar) else UNKNOWN
    for kind in ("parameter-store", "secrets-manager"):
        variables |= dict.fromkeys((entry.name for entry in entries_of(under(root, "env", kind))), UNKNOWN)
    variables |= given
    shell = Shell(variables, read, errexit=None, budget=budget, via=via)
    found: list[Step] = []
    phases = under(root, "phases")
    for phase in PHASES:
        node = under(phases, phase)
        ignored = None
        failing = node.entry("on-failure") if isinstance(node, Mapping) else None
        if failing is not None and text_of(failing.value) == "CONTINUE":
            ignored = IgnoredFailure("on-failure: CONTINUE", Place(document, where or failing.span))
        for name in ("commands", "finally"):
            for item in items_of(under(node, name)):
                if isinstance(item, Scalar):
                    text = of_scalar(item, document) if where is None else ScriptText(item.text, document, where, None)
                    steps = steps_of(shell.run(text), surroundings, workspace, read, phase)
                    found += (replace(step, ignored=step.ignored or ignored) for step in steps)
    return tuple(found)
