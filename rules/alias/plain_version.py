"""Plain CloudFormation's aliases and versions: which version an alias points at, and how the alias is updated."""

from __future__ import annotations

from typing import Final

from samguard.evaluation import Reference
from samguard.rollout import Rollout
from samguard.source import Mapping, Span
from samguard.template import Resource, intrinsic

VERSION_TYPE: Final = "AWS::Lambda::Version"
GROUP_TYPE: Final = "AWS::CodeDeploy::DeploymentGroup"
APPLICATION_TYPE: Final = "AWS::CodeDeploy::Application"
UPDATE: Final = "CodeDeployLambdaAliasUpdate"


def plain_alias_of(rollout: Rollout) -> Resource | None:
    """The AWS::Lambda::Alias of a rollout, where it is one."""
    alias = rollout.alias_resource
    return alias if alias is not None and alias.type == "AWS::Lambda::Alias" else None


def version_of(alias: Resource, rollout: Rollout) -> Resource | None:
    """The AWS::Lambda::Version of the template that an alias points at."""
    value = rollout.scene.property(alias, "FunctionVersion")
    found = rollout.scene.resource_of(value) if isinstance(value, Reference) else None
    return found if found is not None and found.type == VERSION_TYPE else None


def value_span(resource: Resource, name: str) -> Span:
    """Where the value of a property stands; the logical id where it is not said."""
    entry = resource.properties.entry(name)
    return entry.value.span if entry is not None else resource.span


def update_of(alias: Resource, rollout: Rollout) -> tuple[Mapping, Span] | None:
    """What an alias's UpdatePolicy says under CodeDeployLambdaAliasUpdate, and where that key stands."""
    policy, _ = rollout.scene.chosen(alias.node.get("UpdatePolicy"))
    entry = policy.entry(UPDATE) if isinstance(policy, Mapping) else None
    if entry is None:
        return None
    update, _ = rollout.scene.chosen(entry.value)
    is_mapping = isinstance(update, Mapping) and intrinsic(update) is None
    return (update, entry.key.span) if is_mapping and isinstance(update, Mapping) else None
