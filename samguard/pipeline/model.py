"""How a commit reaches production: jobs in their order, what each runs, and what stands between them."""

from __future__ import annotations

from enum import Enum

from samguard.environments import DeployCommand, ProductionNames
from samguard.source import Document, Place, Span
from samguard.value import field, value


class PipelineSystem(Enum):
    """What runs a pipeline."""

    GITHUB_ACTIONS = "GitHub Actions"
    GITLAB_CI = "GitLab CI"
    BITBUCKET = "Bitbucket Pipelines"
    CODEPIPELINE = "CodePipeline"
    CODEBUILD = "CodeBuild"
    """A buildspec that no pipeline in the project uses."""
    JENKINS = "Jenkins"
    TERRAFORM = "Terraform"
    """Stacks that Terraform makes; a CodePipeline that it makes is CODEPIPELINE."""


class StepKind(Enum):
    """What a step does to a release."""

    BUILD = "build"
    TEST = "test"
    PACKAGE = "package"
    DEPLOY = "deploy"
    SYNC = "sync"
    """`sam sync`: new code for everyone at once."""
    DIRECT_UPDATE = "direct-update"
    """Lambda's own API: code or alias changed past CloudFormation and CodeDeploy."""
    CHANGE_SET = "change-set"
    """A change set is made; nothing is deployed until somebody executes it."""
    DELETE = "delete"
    """A stack is deleted."""
    WAIT = "wait"
    SMOKE_TEST = "smoke-test"
    """A test that speaks to what was deployed."""
    OTHER = "other"


class GateKind(Enum):
    """What holds a job back until somebody agrees."""

    APPROVAL = "approval"
    """A person has to approve: CodePipeline's Manual action, Jenkins' `input`."""
    MANUAL_START = "manual-start"
    """A person has to start the job: GitLab's `when: manual`, Bitbucket's `trigger: manual`."""
    ENVIRONMENT = "environment"
    """An environment whose protection rules stand outside of the repository: unknown."""


class CredentialKind(Enum):
    """What a job shows AWS."""

    OIDC_ROLE = "oidc-role"
    """A role that the CI system's own token may assume; nothing is stored."""
    LONG_LIVED_KEYS = "long-lived-keys"
    """An access key that is stored in the CI system."""
    ROLE = "role"
    """A role that AWS gives the job: of CodePipeline, CodeBuild or the runner."""
    UNKNOWN = "unknown"


class Pinning(Enum):
    """What a reference to foreign code names."""

    SHA = "sha"
    TAG = "tag"
    BRANCH = "branch"
    LOCAL = "local"
    NONE = "none"


@value
class Said:
    """A text of a pipeline; `text` is None where the files do not tell it. `written` is as it stands there."""

    text: str | None
    written: str
    place: Place


@value
class Gate:
    """Something that holds a job back."""

    kind: GateKind
    place: Place
    name: str | None = None


@value
class Concurrency:
    """Which runs of a pipeline may not meet. `cancels` is None where it is said, but unknown."""

    group: str | None
    place: Place
    cancels: bool | None = False
    """Whether a new run ends the one that is under way."""


@value
class Credential:
    """What a job shows AWS. `role` is None where there is none, or where it is unknown.

    `duration_seconds` is how long it is good for, where the files tell; `duration_place` is where they say so, None for
    a default.
    """

    kind: CredentialKind
    place: Place
    role: str | None = None
    written_role: str | None = None
    region: str | None = None
    duration_seconds: int | None = None
    duration_place: Place | None = None
    role_place: Place | None = None
    """Where the role is said, if that is not `place`."""


@value
class ActionUse:
    """A piece of foreign code that a job runs: `uses: owner/name@ref`."""

    name: str
    ref: str | None
    pinning: Pinning
    place: Place

    @property
    def owner(self) -> str:
        """Whose code it is."""
        return self.name.partition("/")[0]


@value
class IgnoredFailure:
    """Why a pipeline goes on though a step failed: `how` is what the text says (`|| true`)."""

    how: str
    place: Place


@value
class Timeout:
    """How long a job or step may take."""

    minutes: float | None
    place: Place


@value
class Trigger:
    """What starts a pipeline. Without `branches`, any branch does."""

    event: str
    branches: tuple[str, ...]
    place: Place


@value
class Step:
    """One command or action of a job.

    `text` is the command as it is written, on one line. `command` says what a deployment (or a sync) gives to which
    template; the paths in it count from `folder`, which is None where it is unknown. `waits` is whether the step ends
    only when CloudFormation is done; None where that plays no part. `via` holds the calls that led to the step, the
    outermost first: a script, a make target, a reusable workflow. `is_conditional` is true for a command in an `if` or
    behind `&&`.
    """

    kind: StepKind
    text: str
    place: Place
    name: str | None = None
    command: DeployCommand | None = None
    tool: str | None = None
    """What runs: `sam deploy`, `aws cloudformation deploy`, the name of an action."""
    folder: str | None = ""
    ignored: IgnoredFailure | None = None
    waits: bool | None = None
    action: ActionUse | None = None
    timeout: Timeout | None = None
    is_conditional: bool = False
    names_environment: bool = False
    """Whether anything in the pipeline tells the environment of `command`; without, it is called `default`."""
    missing_file: str | None = None
    """The path of a file that `command` takes values from, and that is not in the tree."""
    via: tuple[Place, ...] = ()

    @property
    def failure_is_ignored(self) -> bool:
        """Whether the pipeline goes on though the step failed."""
        return self.ignored is not None


@value
class Job:
    """A part of a pipeline that runs as a whole: a job, a stage of Jenkins, an action of CodePipeline.

    `needs` names the jobs that have ended before it begins. `branches` and `events` are those it runs for, as far as
    its own conditions tell; empty where they do not. `matrix` holds the values of this copy of the job.
    """

    name: str
    place: Place
    stage: str | None = None
    needs: tuple[str, ...] = ()
    environment: Said | None = None
    gates: tuple[Gate, ...] = ()
    concurrency: Concurrency | None = None
    timeout: Timeout | None = None
    condition: Said | None = None
    branches: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    matrix: dict[str, str] = field(default_factory=dict)
    max_parallel: int | None = None
    ignored: IgnoredFailure | None = None
    credentials: tuple[Credential, ...] = ()
    actions: tuple[ActionUse, ...] = ()
    steps: tuple[Step, ...] = ()
    via: tuple[Place, ...] = ()
    is_ordered_by_stage: bool = False
    """Whether `needs` only tells the order: a job there that is left out of a run does not hold this one back."""

    @property
    def deploy_steps(self) -> tuple[Step, ...]:
        """The steps that deploy something, by whatever tool."""
        kinds = (StepKind.DEPLOY, StepKind.SYNC)
        return tuple(step for step in self.steps if step.kind in kinds)


@value
class PipelineProblem:
    """Something wrong with a pipeline's files, at its place."""

    message: str
    place: Place


@value
class Pipeline:
    """One pipeline. `jobs` are in an order in which they can run."""

    path: str
    system: PipelineSystem
    name: str
    place: Place
    document: Document = field(repr=False)
    triggers: tuple[Trigger, ...] = ()
    jobs: tuple[Job, ...] = ()
    concurrency: Concurrency | None = None
    problems: tuple[PipelineProblem, ...] = ()
    production: ProductionNames = field(default_factory=ProductionNames, repr=False)
    """How the project knows production: by its configuration, which a pipeline's files do not tell."""

    @property
    def deploy_steps(self) -> tuple[Step, ...]:
        """The deploy steps of all jobs, in their order."""
        return tuple(step for job in self.jobs for step in job.deploy_steps)

    def before(self, name: str) -> frozenset[str]:
        """The names of the jobs that have ended before the named one begins."""
        needs = {job.name: job.needs for job in self.jobs}
        found: set[str] = set()
        waiting = list(needs.get(name, ()))
        while waiting:
            current = waiting.pop()
            if current not in found:
                found.add(current)
                waiting += needs.get(current, ())
        return frozenset(found)


def whole(document: Document) -> Place:
    """The place of a document as such: its first line."""
    return Place(document, Span(0, len(document.line(1))))
