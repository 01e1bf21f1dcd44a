"""What `plan` gives: for each template and environment, what happens to each function and state machine.

Everything here is plain text and numbers, ready to be shown; a rollout's provenance stays with the `Rollout`.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from samguard.source import Position
from samguard.value import field, value

PlannedKind: TypeAlias = Literal["function", "state-machine"]
PlannedStrategyKind: TypeAlias = Literal["canary", "linear", "all-at-once", "custom", "unknown"]

PlannedStageKind: TypeAlias = Literal["source", "build", "test", "deploy", "smoke-test", "approval"]
"""`approval` is a job that does nothing but wait."""
PlannedGate: TypeAlias = Literal["approval", "manual-start", "environment"]
"""Of an `environment`, nobody here knows what it waits for: its rules stand outside of the repository."""


@value
class PlannedParameter:
    """The value of a template's parameter in an environment, and who says it.

    `source` is one of `default`, `samconfig`, `template-configuration`, `pipeline`, `config` and `command-line`;
    `path` and `start` say where, None for the command line. Where `value` is None, `unknown` tells the reason.
    """

    value: str | None
    source: str
    path: str | None = None
    start: Position | None = None
    unknown: str | None = None


@value
class PlannedStrategy:
    """How traffic is shifted: `percent` (0..100) of it first, and for linear at each step.

    `interval_minutes` lies between two shifts, `duration_minutes` between the first and the last.
    """

    name: str | None
    kind: PlannedStrategyKind
    percent: float | None = None
    interval_minutes: float | None = None
    duration_minutes: float | None = None


@value
class PlannedRollout:
    """What a new version of one function or state machine goes through.

    `alias` is None where nothing is published, `strategy` where traffic is not shifted. Alarms and hooks are logical
    ids where they are resources of the template, else the text that names them. What cannot be known is None too,
    and `unknown` has its reason, by the name of the field; under `exists` where the function may not be there at all,
    and under `rollout` where nothing of it is known.
    """

    function: str
    kind: PlannedKind = "function"
    alias: str | None = None
    traffic_shifting: bool | None = False
    strategy: PlannedStrategy | None = None
    alarms: tuple[str, ...] | None = ()
    pre_traffic: str | None = None
    post_traffic: str | None = None
    unknown: dict[str, str] = field(default_factory=dict)


@value
class EnvironmentPlan:
    """What happens in one environment. `assumed` says that no environment is known: nobody wrote this one down."""

    name: str
    production: bool
    assumed: bool = False
    parameters: dict[str, PlannedParameter] = field(default_factory=dict)
    rollouts: tuple[PlannedRollout, ...] = ()


@value
class TemplatePlan:
    """What happens to one template, environment by environment. `path` is relative to the root, with `/`."""

    path: str
    environments: tuple[EnvironmentPlan, ...] = ()


@value
class PlannedStage:
    """A part of a pipeline that does one thing: `name` is that of the job it is in.

    `gates` are what holds it back until somebody agrees. `environment` is None where nothing is deployed, and where it
    is not known what to.
    """

    name: str
    kind: PlannedStageKind
    environment: str | None = None
    gates: tuple[PlannedGate, ...] = ()


@value
class PipelinePlan:
    """How a commit passes through a pipeline, in order. `missing` tells in words what a release should pass, too."""

    path: str
    system: str
    stages: tuple[PlannedStage, ...] = ()
    missing: tuple[str, ...] = ()


@value
class Plan:
    """The plans of a project's templates, sorted by path, and of the pipelines that deploy them."""

    templates: tuple[TemplatePlan, ...] = ()
    pipelines: tuple[PipelinePlan, ...] = ()
