"""What expressions of policies speak of: rollouts with their functions, alarms and hooks, environments, pipelines.

This is the one source of it: the type checker, the values that expressions see and the reference in docs/reference/policies.md are
made from these tables. A field's `of` gives its value, or UNKNOWN where samguard does not know it: an expression that
needs it then gives no finding. Nothing is ever absent: what is not there is "" or an empty list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from samguard.environments.environment import Environment, Production
from samguard.evaluation import Items, Joined, Literal, Reference, Removed, Unknown, Value
from samguard.pattern import pattern
from samguard.pipeline.model import CredentialKind, GateKind, Job, Pipeline
from samguard.rollout import Deployment, Hook, Rollout, Strategy, WiredAlarm
from samguard.rollout.alarm import ALARM_TYPE, COMPOSITE_TYPE, Alarm, alarm
from samguard.rollout.lambda_metrics import EXECUTED_VERSION
from samguard.rollout.strategy import StrategyKind, number
from samguard.rules.pipelines.production_path import (
    Deploy,
    deploys,
    follows_another,
    is_a_part,
    is_automatic,
    is_held_back,
)
from samguard.source import Mapping, Scalar
from samguard.template import Resource
from samguard.value import field, value

UNKNOWN: Final = Unknown("not known here")


@value
class Field:
    """A field of the model: its type as `string`, `int`, `double`, `bool`, `map`, or another kind's name.

    `is_list` makes it a list of these; a `map` is one of texts by texts.
    """

    name: str
    type: str
    doc: str
    of: Callable[[Any], object] = field(repr=False)
    is_list: bool = False

    @property
    def shown_type(self) -> str:
        """The type as people read it."""
        shown = "map of strings" if self.type == "map" else self.type
        return f"list of {shown}" if self.is_list else shown


@value
class Kind:
    """A kind of thing, with its fields."""

    name: str
    doc: str
    fields: tuple[Field, ...]

    def facts(self, thing: object, unknown: set[str]) -> dict[str, object]:
        """The fields of a thing as plain values, without those that are not known; these are added to `unknown`."""
        found: dict[str, object] = {}
        if isinstance(thing, Unknown):
            unknown.update(one.name for one in self.fields)
            return found
        for one in self.fields:
            said = one.of(thing)
            if isinstance(said, Unknown):
                unknown.add(one.name)
            else:
                found[one.name] = _plain(one, said, unknown)
        return found


@value
class RolloutFacts:
    """A rollout, and the deployment that it is part of."""

    rollout: Rollout
    deployment: Deployment


@value
class AlarmFacts:
    """An entry of a rollout's alarms; `alarm` is None where it is not an alarm of this template."""

    entry: WiredAlarm
    resource: Resource | None
    alarm: Alarm | None


@value
class HookFacts:
    """A hook of a rollout, or that there is none; `resource` is its function in this template."""

    hook: Hook | None
    phase: str
    rollout: Rollout
    resource: Resource | None


def _plain(one: Field, said: object, unknown: set[str]) -> object:
    kind = KINDS.get(one.type)
    if kind is None:
        return said
    if one.is_list:
        assert isinstance(said, Iterable)  # noqa: S101 - what the table says
        return [kind.facts(item, unknown) for item in said]
    return kind.facts(said, unknown)


# environments


def _parameters(environment: Environment) -> object:
    if environment.may_give_more or any(given.text is None for given in environment.parameters.values()):
        return UNKNOWN
    return {name: given.text for name, given in environment.parameters.items()}


def _is_production(deployment: Deployment) -> object:
    return UNKNOWN if deployment.production is Production.ASSUMED else deployment.production is Production.YES


_ENVIRONMENT: Final = Kind(
    "Environment",
    "One environment that a template is deployed to.",
    (
        Field("name", "string", "As `samguard plan` names it.", lambda it: it.environment.name),
        Field("production", "bool", "Whether it is production. Unknown where no environment is known.", _is_production),
        Field("region", "string", "The region.", lambda it: it.environment.region or UNKNOWN),
        Field("stack_name", "string", "The stack's name.", lambda it: it.environment.stack_name or UNKNOWN),
        Field(
            "parameters",
            "map",
            "The values given to the template's parameters; Defaults are not among them.",
            lambda it: _parameters(it.environment),
        ),
    ),
)


# strategies


def _strategy(it: RolloutFacts) -> object:
    return UNKNOWN if isinstance(it.rollout.strategy, Unknown) else it.rollout.strategy


def _strategy_kind(strategy: Strategy | None) -> object:
    if strategy is None:
        return "none"
    kind = strategy.shape or strategy.kind
    return UNKNOWN if kind is StrategyKind.UNKNOWN else kind.value


def _whole(number: float | None) -> object:
    return int(number) if number is not None and float(number).is_integer() else UNKNOWN


_STRATEGY: Final = Kind(
    "Strategy",
    "How traffic moves to a new version.",
    (
        Field(
            "name",
            "string",
            "The deployment configuration, without `CodeDeployDefault.Lambda`; empty where traffic is not shifted.",
            lambda it: "" if it is None else it.name,
        ),
        Field("kind", "string", "`canary`, `linear`, `all-at-once`, `custom`, or `none`.", _strategy_kind),
        Field(
            "percent",
            "int",
            "The share of the first shift; 100 where traffic is not shifted.",
            lambda it: 100 if it is None else _whole(it.percent),
        ),
        Field(
            "interval_minutes",
            "int",
            "Minutes between two shifts.",
            lambda it: 0 if it is None else _whole(it.interval_minutes),
        ),
        Field(
            "duration_minutes",
            "int",
            "Minutes from the first shift to the last.",
            lambda it: 0 if it is None else _whole(it.duration_minutes),
        ),
    ),
)


# alarms


def _alarms(it: RolloutFacts) -> object:
    rollout = it.rollout
    if isinstance(rollout.alarms, Unknown):
        return UNKNOWN
    return [_alarm(entry, rollout) for entry in rollout.alarms]


def _alarm(entry: WiredAlarm, rollout: Rollout) -> AlarmFacts:
    resource = rollout.scene.resource_of(entry.value) if isinstance(entry.value, Reference) else None
    is_alarm = resource is not None and resource.type == ALARM_TYPE
    return AlarmFacts(entry, resource, alarm(resource, rollout.scene) if resource is not None and is_alarm else None)


def _of_alarm(get: Callable[[Alarm], object]) -> Callable[[AlarmFacts], object]:
    return lambda it: UNKNOWN if it.alarm is None else get(it.alarm)


def _metric(get: Callable[[Any], Value]) -> Callable[[AlarmFacts], object]:
    """Of an alarm on one metric: what it says of it."""

    def of(it: AlarmFacts) -> object:
        if it.alarm is None or it.alarm.is_math or it.alarm.metrics is None or len(it.alarm.metrics) != 1:
            return UNKNOWN
        return _text(get(it.alarm.metrics[0]))

    return of


def _metric_number(get: Callable[[Any], Value]) -> Callable[[AlarmFacts], object]:
    def of(it: AlarmFacts) -> object:
        if it.alarm is None or it.alarm.is_math or it.alarm.metrics is None or len(it.alarm.metrics) != 1:
            return UNKNOWN
        return _whole(number(get(it.alarm.metrics[0])))

    return of


def _watches_version(it: AlarmFacts) -> object:
    if it.alarm is None or it.alarm.metrics is None:
        return UNKNOWN
    if any(metric.dimensions is None for metric in it.alarm.metrics):
        return UNKNOWN
    return any(metric.dimension(EXECUTED_VERSION) is not None for metric in it.alarm.metrics)


def _datapoints(it: Alarm) -> object:
    said = it.evaluation_periods if isinstance(it.datapoints_to_alarm, Removed) else it.datapoints_to_alarm
    return _whole(number(said))


def _threshold(it: Alarm) -> object:
    found = number(it.threshold)
    return UNKNOWN if found is None else found


_ALARM: Final = Kind(
    "Alarm",
    "An alarm that a deployment is told of. Of one that is not in the template, only its name is known.",
    (
        Field(
            "name",
            "string",
            "The logical id, or the name where it is another stack's.",
            lambda it: _name(it.entry.value),
        ),
        Field(
            "in_template",
            "bool",
            "Whether the template describes it.",
            lambda it: _is_here(it.entry.value, it.resource),
        ),
        Field(
            "composite",
            "bool",
            "Whether it is made of other alarms.",
            lambda it: UNKNOWN if it.resource is None else it.resource.type == COMPOSITE_TYPE,
        ),
        Field("math", "bool", "Whether it watches an expression of metrics.", _of_alarm(lambda it: it.is_math)),
        Field("namespace", "string", "Of its one metric.", _metric(lambda it: it.namespace)),
        Field("metric", "string", "The name of its one metric.", _metric(lambda it: it.name)),
        Field("statistic", "string", "Of its one metric.", _metric(lambda it: it.statistic)),
        Field("period_seconds", "int", "Of its one metric.", _metric_number(lambda it: it.period)),
        Field(
            "evaluation_periods",
            "int",
            "Periods that are looked at.",
            _of_alarm(lambda it: _whole(number(it.evaluation_periods))),
        ),
        Field("datapoints_to_alarm", "int", "Periods that must breach.", _of_alarm(_datapoints)),
        Field("threshold", "double", "The threshold.", _of_alarm(_threshold)),
        Field(
            "comparison", "string", "`GreaterThanThreshold` and the like.", _of_alarm(lambda it: _text(it.comparison))
        ),
        Field(
            "missing_data",
            "string",
            "How periods without data count; `missing` where nothing is said.",
            _of_alarm(lambda it: _text(it.treat_missing_data) or "missing"),
        ),
        Field(
            "watches_version", "bool", "Whether it looks at the new version alone (ExecutedVersion).", _watches_version
        ),
    ),
)


# hooks


def _hook(phase: str) -> Callable[[RolloutFacts], object]:
    def of(it: RolloutFacts) -> object:
        hook = it.rollout.pre_traffic if phase == "PreTraffic" else it.rollout.post_traffic
        return UNKNOWN if isinstance(hook, Unknown) else _hook_facts(hook, phase, it.rollout)

    return of


def _hook_facts(hook: Hook | None, phase: str, rollout: Rollout) -> HookFacts:
    is_reference = hook is not None and isinstance(hook.value, Reference)
    resource = rollout.scene.resource_of(hook.value) if hook is not None and isinstance(hook.value, Reference) else None
    return HookFacts(hook, phase, rollout, resource if is_reference else None)


def hooks_of(rollout: Rollout) -> tuple[HookFacts, ...]:
    """The hooks that are known to be there."""
    return tuple(_hook_facts(hook, hook.phase.value, rollout) for hook in rollout.hooks)


def _of_hook_function(get: Callable[[Resource, Rollout], object]) -> Callable[[HookFacts], object]:
    return lambda it: UNKNOWN if it.resource is None else get(it.resource, it.rollout)


_DEFAULT_TIMEOUT_SECONDS: Final = 3


def _timeout(resource: Resource, rollout: Rollout) -> object:
    said = rollout.scene.property(resource, "Timeout")
    return _DEFAULT_TIMEOUT_SECONDS if isinstance(said, Removed) else _whole(number(said))


_HOOK: Final = Kind(
    "Hook",
    "A function that CodeDeploy runs before the first traffic is shifted, or after the last.",
    (
        Field("exists", "bool", "Whether there is one.", lambda it: it.hook is not None),
        Field("phase", "string", "`PreTraffic` or `PostTraffic`.", lambda it: it.phase),
        Field(
            "function",
            "string",
            "Its function: the logical id, or the text that names it; empty where there is none.",
            lambda it: "" if it.hook is None else _name(it.hook.value),
        ),
        Field(
            "in_template",
            "bool",
            "Whether the template describes its function.",
            lambda it: False if it.hook is None else _is_here(it.hook.value, it.resource),
        ),
        Field(
            "timeout_seconds",
            "int",
            "The Timeout of its function.",
            _of_hook_function(_timeout),
        ),
    ),
)


# functions


def _function(it: RolloutFacts) -> object:
    found = it.rollout.template.resources.get(it.rollout.function)
    is_function = found is not None and found.type in ("AWS::Serverless::Function", "AWS::Lambda::Function")
    return (found, it) if is_function else UNKNOWN


def _property(name: str, otherwise: object) -> Callable[[tuple[Resource, RolloutFacts]], object]:
    def of(it: tuple[Resource, RolloutFacts]) -> object:
        said = it[1].rollout.scene.property(it[0], name)
        if isinstance(said, Removed):
            return otherwise
        return _whole(number(said)) if isinstance(otherwise, int) else _text(said)

    return of


def _architectures(it: tuple[Resource, RolloutFacts]) -> object:
    said = it[1].rollout.scene.property(it[0], "Architectures")
    if isinstance(said, Removed):
        return ["x86_64"]
    if not isinstance(said, Items):
        return UNKNOWN
    texts = [_text(item) for item in said.items]
    return UNKNOWN if any(isinstance(text, Unknown) for text in texts) else texts


def _tags(it: tuple[Resource, RolloutFacts]) -> object:
    """Of a function of SAM's, whose tags are a mapping; a value that is not known is shown as it is written."""
    resource, facts = it
    if resource.type != "AWS::Serverless::Function":
        return UNKNOWN
    given = _stack_tags(facts.deployment.environment)
    node, _ = facts.rollout.scene.chosen(resource.properties.get("Tags"))
    if given is None or node is None:
        return UNKNOWN if given is None else given
    if not isinstance(node, Mapping) or any(entry.name.startswith(("Fn::", "Ref")) for entry in node):
        return UNKNOWN
    own = {entry.name: entry.value.text if isinstance(entry.value, Scalar) else f"({entry.name})" for entry in node}
    return given | own


def _stack_tags(environment: Environment) -> dict[str, str] | None:
    """The tags that a deployment gives to all of the stack (`--tags owner=payments`); None where they are not known."""
    said = environment.options.get("tags")
    if said is None:
        return {}
    return None if said.text is None else {key: text.strip("\"'") for key, text in _TAG.findall(said.text)}


_TAG: Final = pattern(r"""(?<![^\s,"'{}])["']?([^\s=,"'{}]+)["']?\s*=\s*("[^"]*"|'[^']*'|[^\s,"'{}]*)""")


_DEFAULT_MEMORY_MB: Final = 128

_FUNCTION: Final = Kind(
    "Function",
    "A Lambda function of the template, with Globals merged in. Unknown for a state machine.",
    (
        Field("id", "string", "The logical id.", lambda it: it[0].logical_id),
        Field(
            "name", "string", "FunctionName; empty where CloudFormation makes one up.", _property("FunctionName", "")
        ),
        Field("runtime", "string", "Runtime; empty for an image.", _property("Runtime", "")),
        Field("handler", "string", "Handler.", _property("Handler", "")),
        Field("package_type", "string", "`Zip` or `Image`.", _property("PackageType", "Zip")),
        Field("memory_mb", "int", "MemorySize.", _property("MemorySize", _DEFAULT_MEMORY_MB)),
        Field("timeout_seconds", "int", "Timeout.", lambda it: _timeout(it[0], it[1].rollout)),
        Field("architectures", "string", "Architectures.", _architectures, is_list=True),
        Field("tracing", "string", "Tracing of SAM: `Active`, `PassThrough`, or empty.", _property("Tracing", "")),
        Field("description", "string", "Description.", _property("Description", "")),
        Field("tags", "map", "Tags, by key: its own, and those that the deployment gives to the stack.", _tags),
        Field(
            "is_hook",
            "bool",
            "Whether it serves deployments as a hook.",
            lambda it: it[0].logical_id in it[1].deployment.hook_functions(),
        ),
    ),
)


# rollouts


def _alias(it: RolloutFacts) -> object:
    return "" if isinstance(it.rollout.alias, Removed) else _text(it.rollout.alias)


_ROLLOUT: Final = Kind(
    "Rollout",
    "How one function or state machine gets a new version in one environment.",
    (
        Field("function", "string", "The logical id of the function or state machine.", lambda it: it.rollout.function),
        Field("kind", "string", "`function` or `state-machine`.", lambda it: it.rollout.kind.value),
        Field("alias", "string", "The alias that is moved; empty where nothing is published.", _alias),
        Field(
            "shifts",
            "bool",
            "Whether traffic is shifted by CodeDeploy or CloudFormation.",
            lambda it: it.rollout.traffic_shifting,
        ),
        Field("strategy", "Strategy", "How traffic is shifted.", _strategy),
        Field("alarms", "Alarm", "The alarms that stop the deployment.", _alarms, is_list=True),
        Field("pre_traffic", "Hook", "What runs before the first traffic is shifted.", _hook("PreTraffic")),
        Field("post_traffic", "Hook", "What runs after the last.", _hook("PostTraffic")),
        Field(
            "serves_as_hook",
            "bool",
            "Whether the function is itself a hook of a deployment.",
            lambda it: it.rollout.function in it.deployment.hook_functions(),
        ),
    ),
)


# pipelines


def _job_environment(job: Job) -> object:
    if job.environment is None:
        return ""
    return UNKNOWN if job.environment.text is None else job.environment.text


def _kept(job: Job, kind: CredentialKind) -> object:
    kinds = {credential.kind for credential in job.credentials}
    return kind in kinds or (UNKNOWN if CredentialKind.UNKNOWN in kinds else False)


def _is_approved(job: Job) -> object:
    kinds = {gate.kind for gate in job.gates}
    if kinds & {GateKind.APPROVAL, GateKind.MANUAL_START}:
        return True
    return UNKNOWN if GateKind.ENVIRONMENT in kinds else False


_STEP: Final = Kind(
    "Step",
    "A command or action of a job.",
    (
        Field(
            "kind", "string", "`build`, `test`, `deploy`, `sync`, `direct-update` and so on.", lambda it: it.kind.value
        ),
        Field("text", "string", "The command as it is written.", lambda it: it.text),
        Field(
            "tool",
            "string",
            "What runs, such as `sam deploy`; empty where it is nothing known.",
            lambda it: it.tool or "",
        ),
        Field(
            "environment",
            "string",
            "The environment that it deploys to; empty where it deploys nothing.",
            lambda it: it.command.environment if it.command is not None else "",
        ),
        Field(
            "failure_is_ignored",
            "bool",
            "Whether the pipeline goes on though it failed.",
            lambda it: it.failure_is_ignored,
        ),
    ),
)

_ACTION: Final = Kind(
    "Action",
    "Foreign code that a job runs.",
    (
        Field("name", "string", "Its name, such as `aws-actions/setup-sam`.", lambda it: it.name),
        Field("ref", "string", "The version that is named; empty for none.", lambda it: it.ref or ""),
        Field("pinning", "string", "`sha`, `tag`, `branch`, `local` or `none`.", lambda it: it.pinning.value),
    ),
)

_JOB: Final = Kind(
    "Job",
    "A part of a pipeline that runs as a whole.",
    (
        Field("name", "string", "Its name.", lambda it: it.name),
        Field("environment", "string", "The environment that it names; empty for none.", _job_environment),
        Field("deploys", "bool", "Whether a step of it deploys.", lambda it: bool(it.deploy_steps)),
        Field(
            "approved",
            "bool",
            "Whether a person has to approve it. Unknown where an environment's protection rules may say so.",
            _is_approved,
        ),
        Field("oidc", "bool", "Whether it shows AWS a role by OIDC.", lambda it: _kept(it, CredentialKind.OIDC_ROLE)),
        Field(
            "long_lived_keys",
            "bool",
            "Whether it shows AWS a stored access key.",
            lambda it: _kept(it, CredentialKind.LONG_LIVED_KEYS),
        ),
        Field("steps", "Step", "Its steps.", lambda it: it.steps, is_list=True),
        Field("actions", "Action", "The foreign code in it.", lambda it: it.actions, is_list=True),
    ),
)


@value
class _Deploys:
    """A deployment with the pipeline that it is a step of."""

    pipeline: Pipeline
    deploy: Deploy


def _deploys(pipeline: Pipeline) -> list[_Deploys]:
    return [_Deploys(pipeline, deploy) for deploy in deploys(pipeline)]


def _is_let_through(it: _Deploys) -> object:
    pipeline, job = it.pipeline, it.deploy.job
    if is_held_back(pipeline, job, by=(GateKind.APPROVAL, GateKind.MANUAL_START)):
        return True
    if is_a_part(pipeline) or follows_another(pipeline) or is_held_back(pipeline, job, by=(GateKind.ENVIRONMENT,)):
        return UNKNOWN
    return not is_automatic(pipeline, job)


_DEPLOY: Final = Kind(
    "Deploy",
    "A step that deploys with CloudFormation, to an environment that is known.",
    (
        Field("job", "string", "The name of its job.", lambda it: it.deploy.job.name),
        Field("text", "string", "The command as it is written.", lambda it: it.deploy.step.text),
        Field("environment", "string", "The environment that it deploys to.", lambda it: it.deploy.environment),
        Field("production", "bool", "Whether that is production.", lambda it: it.deploy.is_production),
        Field(
            "approved",
            "bool",
            "Whether a person has to approve it, or a job before it, or to start the pipeline. Unknown where an"
            " environment's protection rules may say so, and where another pipeline comes before.",
            _is_let_through,
        ),
    ),
)


_TRIGGER: Final = Kind(
    "Trigger",
    "What starts a pipeline.",
    (
        Field("event", "string", "The event, such as `push`.", lambda it: it.event),
        Field(
            "branches",
            "string",
            "The branches that it is for; empty for any.",
            lambda it: list(it.branches),
            is_list=True,
        ),
    ),
)

_PIPELINE: Final = Kind(
    "Pipeline",
    "How commits reach the environments.",
    (
        Field("path", "string", "The file.", lambda it: it.path),
        Field("name", "string", "Its name.", lambda it: it.name),
        Field("system", "string", "`GitHub Actions`, `GitLab CI`, `Jenkins` and so on.", lambda it: it.system.value),
        Field("triggers", "Trigger", "What starts it.", lambda it: it.triggers, is_list=True),
        Field("jobs", "Job", "Its jobs, in an order in which they can run.", lambda it: it.jobs, is_list=True),
        Field("deploys", "Deploy", "Its deployments to environments that are known.", _deploys, is_list=True),
    ),
)

KINDS: Final[dict[str, Kind]] = {
    kind.name: kind
    for kind in (
        _ROLLOUT, _FUNCTION, _STRATEGY, _ALARM, _HOOK, _ENVIRONMENT, _PIPELINE, _DEPLOY, _TRIGGER, _JOB, _STEP, _ACTION,
    )
}  # fmt: skip
"""The kinds, by name, in the order of the reference."""


def function_of(facts: RolloutFacts) -> object:
    """What `lambda` stands for beside a rollout: Unknown for a state machine."""
    return _function(facts)


def alarms_of(facts: RolloutFacts) -> tuple[AlarmFacts, ...]:
    """The alarms of a rollout that are known to be there."""
    alarms = facts.rollout.alarms
    return () if isinstance(alarms, Unknown) else tuple(_alarm(entry, facts.rollout) for entry in alarms)


# values


def _text(said: Value) -> Any:  # noqa: ANN401 - a text or UNKNOWN
    match said:
        case Literal():
            return said.text
        case Removed():
            return ""
        case _:
            return UNKNOWN


def _name(said: Value) -> object:
    match said:
        case Literal():
            return said.text
        case Reference():
            return said.logical_id
        case Joined():
            return said.text
        case _:
            return UNKNOWN


def _is_here(said: Value, resource: Resource | None) -> object:
    if resource is not None:
        return True
    return UNKNOWN if isinstance(said, Unknown) else False


__all__ = [
    "KINDS",
    "UNKNOWN",
    "AlarmFacts",
    "Field",
    "HookFacts",
    "Kind",
    "RolloutFacts",
    "alarms_of",
    "function_of",
    "hooks_of",
]
