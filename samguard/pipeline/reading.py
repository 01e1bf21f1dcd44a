"""All pipelines of a project: which files describe one, and in which order they are read."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from samguard.pattern import pattern
from samguard.pipeline.model import Pipeline
from samguard.pipeline.shell import Read
from samguard.source import Document, Mapping

_WORKFLOW: Final = pattern(r"(?:^|/)\.github/workflows/[^/]+\.ya?ml$")
_BUILDSPEC: Final = pattern(
    r"(?:^|/)buildspecs?(?:[-_.][^/]*)?\.ya?ml$|(?:^|/)[^/]*buildspec\.ya?ml$|(?:^|/)buildspecs?/[^/]+\.ya?ml$"
)
_GITLAB: Final = pattern(r"(?:^|/)\.gitlab-ci\.ya?ml$")
_BITBUCKET: Final = pattern(r"(?:^|/)bitbucket-pipelines\.ya?ml$")
_JENKINS: Final = pattern(r"(?:^|/)(?:Jenkinsfile(?:[-_.][^/]*)?|[^/]*\.[Jj]enkinsfile)$")
_TERRAFORM: Final = pattern(r"\.tf$")
_NAMED: Final = (_WORKFLOW, _BUILDSPEC, _GITLAB, _BITBUCKET, _JENKINS, _TERRAFORM)


def is_pipeline_path(path: str) -> bool:
    """Whether the file at a path describes a pipeline, as its name tells.

    A CodePipeline in a CloudFormation template has no name of its own: the templates are to be handed over, too.
    """
    return any(pattern.search(path) for pattern in _NAMED)


def is_code_path(path: str) -> bool:
    """Whether a pipeline's file is no YAML: its document holds the text only (`Format.CODE`)."""
    return bool(_JENKINS.search(path) or _TERRAFORM.search(path))


def pipelines(  # noqa: C901 - a case for each system
    documents: Iterable[Document], read: Read, matching: Callable[[str], Sequence[str]] = lambda _pattern: ()
) -> tuple[Pipeline, ...]:
    """The pipelines that documents describe, in the order of their paths.

    `documents` are those at pipeline paths and the templates, in any order; others are passed over. `read` gives the
    document at a path of the tree, for what a pipeline names: scripts, buildspecs, workflows, configurations. It is
    asked for paths relative to the project's root, never for one that leads out of it, and each path once. `matching`
    gives the paths that a pattern with `*` stands for.

    Never raises: what cannot be read is in a pipeline's `problems`.
    """
    given = {document.path: document for document in documents}
    asked: dict[str, Document | None] = {}

    def once(path: str) -> Document | None:
        path = posixpath.normpath(path)
        if path.startswith(("/", "../")) or path in ("..", "."):
            return None
        if path in given:
            return given[path]
        if path not in asked:
            asked[path] = read(path)
        return asked[path]

    found: list[Pipeline] = []
    used: set[str] = set()
    buildspecs: list[Document] = []
    terraform: dict[str, list[Document]] = {}
    workflows: list[Document] = []
    for path in sorted(given):
        document = given[path]
        if _WORKFLOW.search(path):
            workflows.append(document)
        elif _GITLAB.search(path):
            from samguard.pipeline.gitlab_ci import read_gitlab_ci  # noqa: PLC0415 - of six systems, a project has one

            found.append(read_gitlab_ci(document, once, matching))
        elif _BITBUCKET.search(path):
            from samguard.pipeline.bitbucket import read_bitbucket  # noqa: PLC0415

            found += read_bitbucket(document, once)
        elif _JENKINS.search(path):
            from samguard.pipeline.jenkinsfile import read_jenkinsfile  # noqa: PLC0415

            found.append(read_jenkinsfile(document, once))
        elif _TERRAFORM.search(path):
            if (
                "aws_codepipeline" in document.text
                or "cloudformation_stack" in document.text
                or "codebuild" in document.text
            ):
                terraform.setdefault(posixpath.dirname(path), []).append(document)
        elif _BUILDSPEC.search(path):
            buildspecs.append(document)
        elif "AWS::CodePipeline::Pipeline" in document.text and isinstance(document.root, Mapping):
            from samguard.pipeline.codepipeline import read_codepipelines  # noqa: PLC0415

            found += read_codepipelines(document, once)
    if workflows:
        found += _workflows(workflows, once)
    for folder in terraform.values():
        from samguard.pipeline.terraform import read_terraform  # noqa: PLC0415

        found += read_terraform(folder, once)
    for pipeline in found:
        used |= {step.place.document.path for job in pipeline.jobs for step in job.steps}
    for document in buildspecs:
        if document.path not in used:
            from samguard.pipeline.buildspec import read_buildspec  # noqa: PLC0415

            found.append(read_buildspec(document, once))
    return tuple(sorted(found, key=lambda pipeline: (pipeline.path, pipeline.place.span)))


def _workflows(documents: list[Document], read: Read) -> list[Pipeline]:
    """The workflows that something starts; one that only others use is a part of theirs."""
    from samguard.pipeline.github_actions import called_workflows, is_only_called, read_workflow  # noqa: PLC0415

    called = {path for document in documents for path in called_workflows(document)}
    return [
        read_workflow(document, read)
        for document in documents
        if not (is_only_called(document) and posixpath.normpath(document.path) in called)
    ]


__all__ = ["is_code_path", "is_pipeline_path", "pipelines"]
