"""One deployment: a template as one environment gets it, with every rollout in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from samguard.environments.environment import Environment, Production
from samguard.evaluation import EvaluatedTemplate, Literal, Reference, Unknown, depends_on
from samguard.evaluation.worlds import is_production_world, worlds
from samguard.rollout.hook_source import SourceFile
from samguard.rollout.plain_alias import plain_alias, unpublished_function
from samguard.rollout.rollout import Hook, Rollout
from samguard.rollout.sam_function import sam_function
from samguard.rollout.state_machine import (
    machine_of,
    plain_state_machine,
    sam_state_machine,
    unpublished_state_machine,
)
from samguard.template import Refusal, RefusalKind, Template
from samguard.value import field, replace, value

HOOK_PREFIX: Final = "CodeDeployHook_"
"""What the name of a function must begin with, for CodeDeploy's managed policy to let it be invoked."""


@value
class Deployment:
    """What one environment's deployment of a template does, in one world.

    `assignment` holds the values assumed for parameters that the environment leaves open: findings of such a world
    hold "if Stage is prod". `production` is that of the environment, or of the world where it names the stage.
    `refusals` are those of the SAM transform; a refused resource has no rollout.
    """

    scene: EvaluatedTemplate = field(repr=False)
    production: Production
    rollouts: tuple[Rollout, ...]
    refusals: tuple[Refusal, ...]
    sources: Mapping[str, SourceFile] = field(default_factory=dict, repr=False)
    """The code of the deployment hooks, by logical id, as far as it is known."""

    @property
    def template(self) -> Template:
        """The template that is deployed."""
        return self.scene.template

    @property
    def environment(self) -> Environment:
        """The environment it is deployed to."""
        return self.scene.environment

    @property
    def assignment(self) -> dict[str, str]:
        """The values assumed in this world."""
        return self.scene.assignment

    def hook_functions(self) -> frozenset[str]:
        """Logical ids of the functions that serve as hooks: named by a rollout, or by their function name."""
        return self.scene.remembered("hook functions", "", self._hook_functions)

    def _hook_functions(self) -> frozenset[str]:
        named = {
            hook.value.logical_id
            for rollout in self.rollouts
            for hook in rollout.hooks
            if isinstance(hook.value, Reference)
        }
        for resource in self.template.of_type("AWS::Serverless::Function", "AWS::Lambda::Function"):
            name = self.scene.property(resource, "FunctionName")
            text = name.text if isinstance(name, Literal) else getattr(name, "text", "")
            if text.startswith(HOOK_PREFIX):
                named.add(resource.logical_id)
        return frozenset(named)

    def hooks(self) -> tuple[tuple[Rollout, Hook], ...]:
        """Every hook with the rollout that it serves."""
        return tuple((rollout, hook) for rollout in self.rollouts for hook in rollout.hooks)


def deployment(scene: EvaluatedTemplate, sources: Mapping[str, SourceFile] | None = None) -> Deployment:
    """All rollouts of a template in one scene, in the order of the template."""
    rows: dict[str, list[Rollout]] = {}
    refusals: list[Refusal] = list(scene.template.refusals)
    refused = _refused(scene.template)
    aliased: set[str] = set()
    for resource in scene.template.resources.values():
        if resource.logical_id in refused:
            continue
        match resource.type:
            case "AWS::Serverless::Function":
                found = sam_function(resource, scene)
            case "AWS::Serverless::StateMachine":
                found = sam_state_machine(resource, scene)
            case "AWS::Lambda::Alias":
                found = plain_alias(resource, scene)
                aliased.add(found.resource.logical_id)
            case "AWS::StepFunctions::StateMachineAlias":
                found = plain_state_machine(resource, machine_of(resource, scene), scene)
                aliased.add(found.resource.logical_id)
            case "AWS::Lambda::Function":
                found = unpublished_function(resource, scene)
            case "AWS::StepFunctions::StateMachine":
                found = unpublished_state_machine(resource, scene)
            case _:
                continue
        if isinstance(found, Rollout):
            rows.setdefault(found.resource.logical_id, []).append(found)
        else:
            refusals.extend(found)
    ordered: list[Rollout] = []
    for logical_id in scene.template.resources:
        for rollout in rows.get(logical_id, ()):
            is_shadowed = rollout.alias_resource is None and logical_id in aliased and _has_no_alias(rollout)
            if rollout.exists is not False and not is_shadowed:
                ordered.append(rollout)
    whole = tuple(replace(refusal, template=scene.template) for refusal in refusals)
    return Deployment(scene, _production(scene), tuple(ordered), whole, sources or {})


def deployments(
    template: Template, environment: Environment, sources: Mapping[str, SourceFile] | None = None
) -> tuple[Deployment, ...]:
    """The deployment of a template to an environment, in every world that its rollouts depend on.

    Where all parameters that matter have values there is one. Where some are open but have AllowedValues, there is
    one for each combination; a world that contradicts what the environment is (Stage=dev in prod) is left out.
    """
    base = deployment(EvaluatedTemplate(template, environment), sources)
    explored = worlds(template, _open_parameters(base))
    if not explored:
        return (base,)
    found: list[Deployment] = []
    for assignment in explored:
        said = is_production_world(assignment, environment.production_patterns)
        contradicts = environment.production is Production.YES and said is False
        if not contradicts:
            found.append(deployment(base.scene.in_world(assignment), sources))
    return tuple(found) or (base,)


def _refused(template: Template) -> frozenset[str]:
    """SAM resources that the transform refuses before it looks at what they say of their rollout."""
    is_whole = any(refusal.kind is RefusalKind.GLOBALS for refusal in template.refusals)
    is_whole |= "Globals" in template.misspelt_sections
    named = {refusal.resource for refusal in template.refusals}
    return frozenset(
        resource.logical_id
        for resource in template.resources.values()
        if resource.type.startswith("AWS::Serverless::") and (is_whole or resource.logical_id in named)
    )


def _production(scene: EvaluatedTemplate) -> Production:
    said = is_production_world(scene.assignment, scene.environment.production_patterns)
    if said is None or scene.environment.production is Production.YES:
        return scene.environment.production
    return Production.YES if said else Production.NO


def _open_parameters(base: Deployment) -> frozenset[str]:
    """The parameters without a value that some rollout depends on."""
    needed: set[str] = set()
    for rollout in base.rollouts:
        parts = (rollout.traffic_shifting, rollout.strategy, rollout.alarms, rollout.pre_traffic, rollout.post_traffic)
        for part in parts:
            if isinstance(part, Unknown):
                needed |= part.depends_on
        needed |= depends_on(rollout.alias)
        if not isinstance(rollout.alarms, Unknown):
            for alarm in rollout.alarms:
                needed |= depends_on(alarm.value)
        if rollout.exists is None and rollout.resource.condition is not None:
            needed |= depends_on(rollout.scene.condition(rollout.resource.condition.text))
    return frozenset(needed)


def _has_no_alias(rollout: Rollout) -> bool:
    return not isinstance(rollout.alias, (Literal, Unknown))
