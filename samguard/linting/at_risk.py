"""How many rollouts to production there are, and in how many of them an error was found.

A rollout is at risk where an error-level finding that nothing suppresses names a part of it in an environment that is
production: its function, alias, deployment group, an alarm or a hook of it. A finding of a deployment or template as a
whole puts all rollouts there at risk, a finding about a pipeline or another file none: which rollout it would reach is
not known. Functions that serve deployments as hooks are parts of the rollouts they serve, and not counted themselves.
A function that SAM refuses has no rollout to look at, but would be one: it counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from samguard.environments.environment import Production
from samguard.evaluation import Reference, Unknown
from samguard.linting.identity import Level, Rule
from samguard.linting.report import ProductionRollouts
from samguard.rollout import Deployment, Rollout
from samguard.template import Template
from samguard.value import value

_DEPLOYED = ("AWS::Serverless::Function", "AWS::Serverless::StateMachine")


@value
class Suspicion:
    """A finding that holds in production: `path` is the template whose rollouts it may put at risk."""

    key: tuple[object, ...]
    """The defect's key, by which suppressions are known."""
    rule: Rule
    level: Level
    told_in: str
    """The file that the finding stands in."""
    path: str
    environment: str | None
    """None where it holds in each."""
    resource: str | None
    """None where it is about all that the template deploys."""


class AtRisk:
    """Gathers the rollouts of a run, and the findings that may put them at risk."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, str], dict[str, list[frozenset[str]]]] = {}
        """By template and environment: the logical ids of each rollout's parts, by its function."""
        self._unknown: dict[tuple[str, str], set[str]] = {}
        self._suspicions: list[Suspicion] = []

    def saw(self, path: str, deployment: Deployment) -> None:
        """Takes one world of a deployment up."""
        key = (path, deployment.environment.name)
        if deployment.production is Production.NO:
            return
        found: dict[str, list[frozenset[str]]] = {}
        for function, parts in _rollouts(deployment):
            found.setdefault(function, []).append(parts)
        if deployment.production is Production.ASSUMED:
            self._unknown.setdefault(key, set()).update(found)
            return
        known = self._parts.setdefault(key, {})
        for function, rollouts in found.items():
            if len(rollouts) >= len(known.get(function, ())):
                known[function] = rollouts

    def suspects(self, finding: Suspicion) -> None:
        """Takes a finding up."""
        self._suspicions.append(finding)

    def counted(self, is_told_error: Callable[[Suspicion], bool]) -> ProductionRollouts:
        """The counts, by the findings that are errors and told."""
        certain = filter(is_told_error, self._suspicions)
        named = {(said.path, said.environment, said.resource) for said in certain}
        rollouts = at_risk = 0
        for (path, environment), functions in self._parts.items():
            for parts in (parts for each in functions.values() for parts in each):
                rollouts += 1
                at_risk += any((path, where, part) in named for where in (environment, None) for part in (None, *parts))
        unknown = sum(len(functions) for functions in self._unknown.values())
        return ProductionRollouts(rollouts, at_risk, unknown)


def _rollouts(deployment: Deployment) -> Iterator[tuple[str, frozenset[str]]]:
    """Each rollout's function with the logical ids of its parts; then the functions that SAM refuses."""
    hooks = deployment.hook_functions()
    seen = set(hooks)
    for rollout in deployment.rollouts:
        seen.add(rollout.function)
        if rollout.function not in hooks:
            yield rollout.function, _parts(rollout)
    refused = {refusal.resource for refusal in deployment.refusals}
    for logical_id in _refusable(deployment.template):
        if logical_id in refused - seen or (None in refused and logical_id not in seen):
            yield logical_id, frozenset({logical_id})


def _refusable(template: Template) -> Iterator[str]:
    return (resource.logical_id for resource in template.of_type(*_DEPLOYED))


def _parts(rollout: Rollout) -> frozenset[str]:
    """The logical ids of a rollout's function, alias, group, alarms and hooks."""
    parts = {rollout.function, rollout.resource.logical_id}
    parts |= {one.logical_id for one in (rollout.alias_resource, rollout.group) if one is not None}
    alarms = () if isinstance(rollout.alarms, Unknown) else rollout.alarms
    values = [*(alarm.value for alarm in alarms), *(hook.value for hook in rollout.hooks)]
    return frozenset(parts | {said.logical_id for said in values if isinstance(said, Reference)})
