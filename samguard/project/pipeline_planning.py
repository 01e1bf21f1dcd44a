"""From a pipeline to its plan: Source, Build, Test, Deploy staging, approval, Deploy prod."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.environments import UNNAMED
from samguard.pipeline import GateKind, Job, Pipeline, PipelineSystem, Step, StepKind
from samguard.rollout.plan import PipelinePlan, PlannedGate, PlannedStage, PlannedStageKind
from samguard.value import replace

_KINDS: Final[dict[StepKind, PlannedStageKind]] = {
    StepKind.BUILD: "build",
    StepKind.PACKAGE: "build",
    StepKind.TEST: "test",
    StepKind.DEPLOY: "deploy",
    StepKind.SYNC: "deploy",
    StepKind.DIRECT_UPDATE: "deploy",
    StepKind.SMOKE_TEST: "smoke-test",
}
"""What a step does, as far as a plan shows it."""
_SOURCE: Final = "Source"
_PARTS: Final = (PipelineSystem.CODEBUILD, PipelineSystem.TERRAFORM)
"""Parts of a pipeline that stands elsewhere: what they do not have, it may have."""
_BY_HAND: Final = frozenset({"workflow_dispatch", "release", "custom", "web"})
"""Events that only a person makes happen."""


def pipeline_plan(pipeline: Pipeline) -> PipelinePlan:
    """The stages of a pipeline, and what is missing.

    A pipeline that does nothing to a release has the stage "source" only.
    """
    stages = [PlannedStage(_SOURCE, "source")]
    for job in pipeline.jobs:
        for stage in _stages(job):
            last = stages[-1]
            if (last.kind, last.environment) == (stage.kind, stage.environment) and not stage.gates:
                continue
            stages.append(stage)
    return PipelinePlan(pipeline.path, pipeline.system.value, tuple(stages), tuple(_missing(pipeline)))


def _stages(job: Job) -> Iterator[PlannedStage]:
    """The stages of a job; its gates stand before the first."""
    gates: tuple[PlannedGate, ...] = tuple(dict.fromkeys(gate.kind.value for gate in job.gates))
    found: list[PlannedStage] = []
    for step in job.steps:
        kind = _KINDS.get(step.kind)
        if kind is None:
            continue
        stage = PlannedStage(job.name, kind, _environment(job, step) if kind == "deploy" else None)
        if stage not in found[-1:]:
            found.append(stage)
    if not found and gates and not job.steps:
        found.append(PlannedStage(job.name, "approval"))
    for number, stage in enumerate(found):
        yield stage if number else replace(stage, gates=gates)


def _environment(job: Job, step: Step) -> str | None:
    if step.command is not None and step.command.environment != UNNAMED:
        return step.command.environment
    return None if job.environment is None else job.environment.text


# what is missing


def _missing(pipeline: Pipeline) -> Iterator[str]:
    """In words, what a release does not pass on its way. Nothing is missing where nothing is deployed."""
    deploying = [job for job in pipeline.jobs if any(_KINDS.get(step.kind) == "deploy" for step in job.steps)]
    if not deploying or pipeline.system in _PARTS:
        return
    kinds = {_KINDS.get(step.kind) for job in pipeline.jobs for step in job.steps}
    is_known = all(
        job.steps or job.gates for job in pipeline.jobs
    )  # else a workflow or buildspec of another repository
    if is_known and "test" not in kinds:
        yield "no tests"
    elif is_known and "smoke-test" not in kinds:
        yield "no test of what was deployed"
    if pipeline.triggers and all(trigger.event in _BY_HAND for trigger in pipeline.triggers):
        return
    by_name = {job.name: job for job in pipeline.jobs}
    for job in deploying:
        names = [_environment(job, step) for step in job.steps if _KINDS.get(step.kind) == "deploy"]
        name = next((one for one in names if one is not None and pipeline.production.includes(one)), None)
        before = [by_name[other] for other in pipeline.before(job.name) if other in by_name]
        # The environment of an earlier deployment is asked about that one, and lets everything after it through.
        gates = [
            gate for one in before for gate in one.gates if not (one.deploy_steps and gate.kind is GateKind.ENVIRONMENT)
        ]
        if name is not None and not (job.gates or gates):
            yield f"no approval before {name}"
            return
