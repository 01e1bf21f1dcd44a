"""A deployment hook as a function of the template: what it is told, what it may do, and what its code shows.

Source: CodeDeploy user guide, "AppSpec 'hooks' section for an AWS Lambda deployment"; SAM,
docs/safe_lambda_deployments.rst, PreTraffic and PostTraffic hooks.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from samguard.evaluation import EvaluatedTemplate, Joined, Literal, Reference, Unknown
from samguard.pattern import pattern
from samguard.rollout.arns import (
    FUNCTION_TYPES,
    Text,
    arn,
    function_arn,
    function_name,
    made_up_name,
    text_of,
    version_number,
)
from samguard.rollout.deployment import Deployment
from samguard.rollout.hook_source import HookFacts, SourceFile, hook_facts
from samguard.rollout.policies import Permissions, function_permissions
from samguard.rollout.rollout import Hook, Rollout
from samguard.source import Mapping, Span
from samguard.template import Resource, intrinsic
from samguard.value import field, value

REPORT: Final = "codedeploy:PutLifecycleEventHookExecutionStatus"
INVOKE: Final = "lambda:InvokeFunction"
_MAY_BE_VERSION: Final = pattern(r"version|function|lambda|target|qualifier|arn", re.IGNORECASE)


class Qualification(Enum):
    """Which code of a function a text reaches."""

    VERSION = "version"
    """The version that is deployed."""
    ALIAS = "alias"
    """The alias, which is the old version until traffic is shifted."""
    NONE = "none"
    """The function without a qualifier: `$LATEST`."""


@value
class Told:
    """An environment variable that tells a hook of the function that is deployed."""

    variable: str
    qualification: Qualification
    span: Span


@value
class Environment:
    """A hook's environment variables: their `names`, and what is `told` about the deployed function.

    `names` is None where the variables are not known at all.
    `is_known` is false where one more may be: a variable that is called like a version and whose value is not known.
    """

    names: frozenset[str] | None
    told: tuple[Told, ...]
    is_known: bool

    def tells(self, qualification: Qualification) -> tuple[Told, ...]:
        """The variables that lead to the deployed function in this way."""
        return tuple(told for told in self.told if told.qualification is qualification)


@value
class HookFunction:
    """A hook of a rollout whose function is in the template."""

    rollout: Rollout = field(repr=False)
    hook: Hook
    function: Resource = field(repr=False)
    source: SourceFile | None = field(default=None, repr=False)

    @property
    def scene(self) -> EvaluatedTemplate:
        """The template and environment."""
        return self.rollout.scene

    @property
    def permissions(self) -> Permissions:
        """What the hook may do."""
        return function_permissions(self.function, self.scene)

    @property
    def facts(self) -> HookFacts | None:
        """What its code shows, where it is in the project and can be read."""
        source = self.source
        if source is None:
            return None
        return self.scene.remembered("hook facts", self.function.logical_id, lambda: hook_facts(source))

    @property
    def deployed(self) -> Resource | None:
        """The function whose new version is deployed, where it is in the template and not the hook itself."""
        resource = self.rollout.resource
        is_itself = resource.logical_id == self.function.logical_id
        return resource if resource.type in FUNCTION_TYPES and not is_itself else None

    @property
    def environment(self) -> Environment:
        """What its environment variables tell it."""
        key = f"{self.function.logical_id} {self.rollout.function}"
        return self.scene.remembered("hook environment", key, lambda: _environment(self))

    @property
    def group(self) -> Text:
        """The ARN of the deployment group that it answers to."""
        scene = self.scene
        if self.rollout.group is not None:
            application = scene.property(self.rollout.group, "ApplicationName")
            names = (*text_of(application, scene), "/", *text_of(Reference(self.rollout.group.logical_id), scene))
        else:
            group = f"{self.rollout.function}DeploymentGroup"
            names = (*made_up_name("ServerlessDeploymentApplication", scene), "/", *made_up_name(group, scene))
        return arn("codedeploy", (*"deploymentgroup:", *names), scene)


def hook_functions(deployment: Deployment) -> tuple[HookFunction, ...]:
    """The hooks of shifted rollouts whose functions are in the template."""
    found: list[HookFunction] = []
    for rollout, hook in deployment.hooks():
        function = function_named(hook, deployment.scene) if rollout.shifts else None
        if function is not None:
            found.append(HookFunction(rollout, hook, function, deployment.sources.get(function.logical_id)))
    return tuple(found)


def once_each(hooks: tuple[HookFunction, ...]) -> tuple[HookFunction, ...]:
    """The hooks, each function once however many rollouts it serves."""
    by_id: dict[str, HookFunction] = {}
    for hook in hooks:
        by_id.setdefault(hook.function.logical_id, hook)
    return tuple(by_id.values())


def function_named(hook: Hook, scene: EvaluatedTemplate) -> Resource | None:
    """The function of the template that a hook names, by reference or by its FunctionName."""
    found = scene.resource_of(hook.value)
    if found is not None:
        return found if found.type in FUNCTION_TYPES else None
    if isinstance(hook.value, (Literal, Joined)):
        for function in scene.template.of_type(*FUNCTION_TYPES):
            if scene.property(function, "FunctionName") == hook.value:
                return function
    return None


def _environment(hook: HookFunction) -> Environment:
    scene, deployed = hook.scene, hook.deployed
    node, _ = scene.chosen(hook.function.properties.get("Environment"))
    variables, _ = scene.chosen(node.get("Variables") if isinstance(node, Mapping) else None)
    if variables is None and (node is None or (isinstance(node, Mapping) and intrinsic(node) is None)):
        return Environment(frozenset(), (), is_known=not scene.template.has_macros)
    if not isinstance(variables, Mapping) or intrinsic(variables) is not None:
        return Environment(None, (), is_known=False)
    told: list[Told] = []
    is_known = not scene.template.has_macros
    for entry in variables:
        value = scene.value(entry.value)
        if isinstance(value, Unknown) and _MAY_BE_VERSION.search(entry.name):
            is_known = False
        qualification = _qualification(text_of(value, scene), deployed, hook) if deployed is not None else None
        if qualification is not None:
            told.append(Told(entry.name, qualification, entry.value.span))
    return Environment(frozenset(entry.name for entry in variables), tuple(told), is_known)


def _qualification(text: Text, deployed: Resource, hook: HookFunction) -> Qualification | None:
    scene = hook.scene
    if version_number(deployed)[0] in text:
        return Qualification.VERSION
    name, unqualified = function_name(deployed, scene), function_arn(deployed, scene)
    alias = text_of(hook.rollout.alias, scene)
    if text in ((*name, ":", *alias), (*unqualified, ":", *alias)):
        return Qualification.ALIAS
    return Qualification.NONE if text in (name, unqualified) else None
