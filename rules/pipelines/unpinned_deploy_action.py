"""A job that deploys to production runs foreign code that may change.

What goes wrong: a tag or a branch of somebody else's action is whatever its owner, or who has taken the account over, points
it to: that code runs with the rights to deploy to production.
Silent when: the action is named by its commit, what GitLab includes by its hash; it is GitHub's or AWS's own, or is in the
repository.
Fix: name the commit: `uses: owner/name@<40 digits>`, with the version as a comment.
Source: GitHub Docs, "Security hardening for GitHub Actions" (using third-party actions).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pattern import pattern
from samguard.pipeline import Pinning, Pipeline, PipelineSystem
from samguard.rules.pipelines.example_workflow import GITLAB, TEMPLATE, WORKFLOW, WORKFLOW_PATH
from samguard.rules.pipelines.production_path import first_in_each_job, production_deploys
from samguard.source import Span

RULE = Rule("SG724", "unpinned-deploy-action", Level.NOTE, since="0.1.0")

_FETCH = "      - uses: actions/download-artifact@v4\n"
_STEPS = "environment: production\n    steps:\n"


def _with(reference: str) -> str:
    return WORKFLOW.replace(_STEPS, f"{_STEPS}      - uses: {reference}\n")


_INCLUDING = """include:
  - remote: https://ci.example/deploy.yml  # SG724
  - remote: https://ci.example/pinned.yml
    integrity: sha256-abc=
"""

BAD = (
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, _with("somebody/tell-everyone@v2  # SG724")),)),
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, _with("somebody/tell-everyone@main  # SG724")),)),
    Example(
        template=TEMPLATE,
        files=(
            (
                ".gitlab-ci.yml",
                f"{_INCLUDING}{GITLAB.lstrip()}",
            ),
        ),
    ),
)

GOOD = (
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, _with(f"somebody/tell-everyone@{'0123abcd' * 5}")),)),
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, _with("aws-actions/setup-sam@v2")),)),
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, _with("./.github/actions/tell")),)),
    Example(  # nothing of it is production's; and another system's key
        template=TEMPLATE,
        files=(
            (
                ".gitlab-ci.yml",
                "include:\n  - remote: https://ci.example/deploy.yml\n"
                + GITLAB.lstrip().partition("production:\n  stage")[0],
            ),
            (WORKFLOW_PATH, WORKFLOW + "# where it is from:\n#\nenv:\n  remote: https://ci.example/deploy.yml\n"),
        ),
    ),
)

_TRUSTED: Final = frozenset({"actions", "aws-actions", "github", "aws"})
_REMOTE: Final = pattern(
    r"(?m)^[ \t]*-?[ \t]*remote:[ \t]*[\"']?(https?://[^\s\"']+)[\"']?[^\n]*$(?!\n[ \t]+integrity:)"
)
_MOVING: Final = frozenset({"main", "master", "develop", "trunk", "head", "latest"})


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for each action that is not named by its commit."""
    for deploy in first_in_each_job(production_deploys(pipeline)):
        for action in deploy.job.actions:
            if action.pinning not in (Pinning.TAG, Pinning.BRANCH) or action.owner.lower() in _TRUSTED:
                continue
            is_moving = (action.ref or "").lower() in _MOVING
            message = (
                f"whoever owns {action.name} decides what runs with the rights to deploy to {deploy.environment}: "
                f"{action.ref} can be moved; name the commit instead"
            )
            level = Level.WARNING if is_moving else None
            yield Finding(action.place.span, message, level=level, document=action.place.document)
    yield from _included(pipeline)


def _included(pipeline: Pipeline) -> Iterator[Finding]:
    """What GitLab includes from an address, unless its hash is told."""
    deploy = next(iter(production_deploys(pipeline)), None)
    if deploy is None or pipeline.system is not PipelineSystem.GITLAB_CI:
        return
    for found in _REMOTE.finditer(pipeline.document.text):
        message = (
            f"whoever owns {found[1]} decides what runs with the rights to deploy to {deploy.environment}: what is there can "
            "change; copy it, or say its integrity"
        )
        yield Finding(Span(found.start(1), found.end(1)), message)
