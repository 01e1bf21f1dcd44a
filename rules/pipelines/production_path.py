"""The way of a release through a pipeline: what deploys to production, and what has run before and after it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from samguard.environments import is_stage_parameter
from samguard.pattern import pattern
from samguard.pipeline import GateKind, Job, Pipeline, PipelineSystem, Step, StepKind
from samguard.value import value

DEPLOYING: Final = (StepKind.DEPLOY, StepKind.SYNC)
_EVERY_RUN: Final = pattern(r"[\s${}()!&|]|always|success|failure|cancelled")
"""What is left of such a condition is nothing: it holds for every branch and event."""
_STARTED_BY_PERSON: Final = frozenset(
    {"workflow_dispatch", "release", "manual", "repository_dispatch", "tag", "deployment"}
)
_CALLED: Final = "workflow_call"
"""Another workflow runs this one; with what it has before, after and around it, it is looked at as a whole."""
_SPEAKS_OF_TESTS: Final = pattern(r"test|\bspecs?\b|\bqa\b|verif|valid|smoke|e2e|\bci\b|check(?!out)", re.IGNORECASE)
_OPAQUE: Final = pattern(
    r"\.(?:sh|bash|py|js|ts|rb|ps1)\b"
    r"|^(?:npm|yarn|pnpm|bun|poetry|pipenv|uv|hatch|composer|bundle)\s+"
    r"(?!ci\b|install\b|i\b|add\b|sync\b|audit\b|config\b|cache\b|export\b|--version)"
    r"|^python3?\s+-m\s+(?!pip\b|venv\b|ensurepip\b|build\b)"
    r"|^docker(?:-compose|\s+compose|\s+run)\b"
    r"|^(?:\S*/)?(?:make|npx|just|task|nx|rake|ant|invoke|gradlew?|mvnw?|aws codebuild|gh|lerna|turbo|earthly|dagger|bazel)\b"
)
"""Commands that may test something without saying so."""
_OWN_ACTIONS: Final = frozenset({"actions", "aws-actions", "github"})
_SETTING_UP: Final = pattern(r"setup|checkout|cache|artifact|credential|slack|notif|login|install", re.IGNORECASE)


@value
class Deploy:
    """A step that deploys, with its job and the environment that the pipeline names for it."""

    job: Job
    step: Step
    environment: str
    is_production: bool


def environment_of(job: Job, step: Step) -> str | None:
    """The environment that a step works on; None where nothing names it."""
    if step.command is not None and step.names_environment:
        return step.command.environment
    return None if job.environment is None else job.environment.text


def is_production(pipeline: Pipeline, step: Step, environment: str) -> bool:
    """Whether a step works on production: its environment says so, or its stack and stage where that says no stage."""
    command = step.command
    if command is None:
        return pipeline.production.includes(environment)
    stages = [given.text for name, given in command.parameters.items() if is_stage_parameter(name) and given.text]
    stack = [command.stack_name] if command.stack_name else []
    return pipeline.production.include_any(environment, (*stack, *stages))


def deploys(pipeline: Pipeline) -> tuple[Deploy, ...]:
    """The CloudFormation deployments whose environment is known, in their order."""
    return tuple(
        Deploy(job, step, environment, is_production(pipeline, step, environment))
        for job in pipeline.jobs
        for step in job.steps
        if step.kind in DEPLOYING
        and step.command is not None
        and (environment := environment_of(job, step)) is not None
    )


def production_deploys(pipeline: Pipeline) -> tuple[Deploy, ...]:
    """Those of them that reach production."""
    return tuple(deploy for deploy in deploys(pipeline) if deploy.is_production)


def first_in_each_job(found: tuple[Deploy, ...]) -> tuple[Deploy, ...]:
    """One deployment of each job: what is wrong with a job is said once."""
    return tuple({deploy.job.name: deploy for deploy in reversed(found)}.values())[::-1]


def jobs_before(pipeline: Pipeline, job: Job) -> tuple[Job, ...]:
    """The jobs that have ended before a job begins."""
    names = pipeline.before(job.name)
    return tuple(one for one in pipeline.jobs if one.name in names)


def steps_before(pipeline: Pipeline, deploy: Deploy) -> Iterator[tuple[Job, Step]]:
    """The steps that have run before a deployment: of the jobs before its own, and of its own."""
    for job in jobs_before(pipeline, deploy.job):
        for step in job.steps:
            yield job, step
    for step in steps_of_job_before(deploy):
        yield deploy.job, step


def steps_of_job_before(deploy: Deploy) -> tuple[Step, ...]:
    """The steps of a deployment's own job that have run before it."""
    steps = deploy.job.steps
    return steps[: steps.index(deploy.step)]


def follows_another(pipeline: Pipeline) -> bool:
    """Whether other pipelines come before this one: something runs Terraform, too."""
    return pipeline.system is PipelineSystem.TERRAFORM or any(
        trigger.event in ("workflow_run", "workflow_call") for trigger in pipeline.triggers
    )


def is_a_part(pipeline: Pipeline) -> bool:
    """Whether what comes before or after may stand elsewhere: a workflow that others call, a buildspec of some pipeline."""
    is_called = pipeline.system in (PipelineSystem.CODEBUILD, PipelineSystem.TERRAFORM)
    return is_called or any(trigger.event == _CALLED for trigger in pipeline.triggers)


def restricts(job: Job) -> bool:
    """Whether a job has a condition that some branches or events do not fulfil."""
    if job.branches or job.events:
        return True
    return job.condition is not None and bool(_EVERY_RUN.sub("", job.condition.written))


def are_alternatives(first: Job, second: Job) -> bool:
    """Whether one run of a pipeline may have one of two jobs without the other: another branch, another choice."""
    for mine, theirs in ((first.branches, second.branches), (first.events, second.events)):
        if mine and theirs and not set(mine) & set(theirs):
            return True
    chosen = [key for key in first.matrix if key.startswith("inputs.") and key in second.matrix]
    if any(first.matrix[key] != second.matrix[key] for key in chosen):
        return True
    has_other_condition = _condition(first) != _condition(second)
    return has_other_condition and (restricts(first) or restricts(second)) and not _same_reach(first, second)


def _same_reach(first: Job, second: Job) -> bool:
    """Whether two conditions are known to hold for the same branches and events."""
    return bool(first.branches or first.events) and first.branches == second.branches and first.events == second.events


def _condition(job: Job) -> str:
    return "" if job.condition is None else " ".join(job.condition.written.split())


def is_automatic(pipeline: Pipeline, job: Job) -> bool:
    """Whether a push or another event reaches a job, and not only a person's decision: a release, a tag, a start by hand."""
    if pipeline.system is PipelineSystem.CODEBUILD:
        return False
    events = [
        trigger
        for trigger in pipeline.triggers
        if trigger.event not in (*_STARTED_BY_PERSON, _CALLED) and (not job.events or trigger.event in job.events)
    ]
    return any(
        not trigger.branches or any(not branch.startswith("refs/tags/") for branch in trigger.branches)
        for trigger in events
    )


def is_held_back(pipeline: Pipeline, job: Job, *, by: tuple[GateKind, ...] = tuple(GateKind)) -> bool:
    """Whether something holds a job back, or one that it waits for.

    The environment of an earlier deployment is asked about that deployment, and lets everything after it through.
    """
    of_others = [kind for kind in by if kind is not GateKind.ENVIRONMENT]
    before = jobs_before(pipeline, job)
    kinds = [(one, by if one is job or not one.deploy_steps else of_others) for one in (job, *before)]
    return any(gate.kind in wanted for one, wanted in kinds for gate in one.gates)


def may_test(job: Job, step: Step) -> bool:
    """Whether a step tests something, or may do so out of sight: a script, somebody's action."""
    if step.kind in (StepKind.TEST, StepKind.SMOKE_TEST):
        return step.ignored is None and job.ignored is None
    if step.kind is not StepKind.OTHER:
        return False
    if step.name is not None and _SPEAKS_OF_TESTS.search(step.name):
        return True
    return is_opaque(step)


def is_opaque(step: Step) -> bool:
    """Whether a step may do anything: a script that was not read, a target, somebody's action."""
    if step.kind is not StepKind.OTHER:
        return False
    if step.action is not None:
        return step.action.owner not in _OWN_ACTIONS and not _SETTING_UP.search(step.action.name)
    return bool(_OPAQUE.search(step.text))


def may_hold_tests(job: Job) -> bool:
    """Whether a job tests something or may do so: by its name, or since what it runs is not in the tree."""
    is_foreign = not job.steps and not job.gates and bool(job.needs or job.actions)
    speaks = _SPEAKS_OF_TESTS.search(job.name) and not any(step.kind in DEPLOYING for step in job.steps)
    is_ignored = job.ignored is not None or any(step.ignored is not None for step in job.steps)
    return is_foreign or (bool(speaks) and not is_ignored) or any(may_test(job, step) for step in job.steps)
