"""An alias and a DeploymentPreference for a function, with the strategy that its environments are to have."""

from __future__ import annotations

from typing import Final

from samguard.environments.environment import Production
from samguard.evaluation import Literal, Removed
from samguard.mending.alarm import FUNCTION, alias_in_text, new_alarm
from samguard.mending.entries import content_of, properties_added, reference, resource_added
from samguard.pattern import pattern
from samguard.rollout import Deployment, Rollout, RolloutKind
from samguard.source import Edit
from samguard.source.insertion import Content
from samguard.template import Resource, Template, intrinsic

CANARY: Final = "Canary10Percent5Minutes"
_PRODUCTION_CONDITION: Final = pattern(r"(?i)(?:is|in|use)?prod(?:uction)?")
_BEFORE: Final = ("Handler", "Runtime", "AutoPublishAlias", "AutoPublishAliasAllProperties")


def alias_added(resource: Resource, template: Template, alias: str = "live") -> Edit | None:
    """The edit that gives a function an alias."""
    return properties_added(resource, template, {"AutoPublishAlias": alias})


def preference_added(rollout: Rollout, deployment: Deployment) -> tuple[Edit, ...]:
    """The edits that shift a SAM function's traffic gradually: alias, preference, and an alarm on its errors."""
    if rollout.kind is not RolloutKind.FUNCTION or rollout.resource.type != FUNCTION or rollout.group is not None:
        return ()
    entries: dict[str, Content] = {}
    alias = alias_in_text(rollout)
    if isinstance(rollout.alias, Removed):
        alias = alias_of_others(deployment)
        entries["AutoPublishAlias"] = alias
    alarm = new_alarm(rollout, alias)
    if alarm is None:
        return ()
    logical_id, content = alarm
    entries["DeploymentPreference"] = {"Type": production_strategy(deployment), "Alarms": [reference(logical_id)]}
    after = () if "AutoPublishAlias" in entries else ("AutoPublishAlias",)
    wanted = properties_added(rollout.resource, rollout.template, entries, after)
    added = resource_added(rollout.template, logical_id, content, rollout.function)
    return (wanted, added) if wanted is not None and added is not None else ()


def alias_of_others(deployment: Deployment) -> str:
    """The alias that the template's other functions have, or the usual one."""
    names = (rollout.alias.text for rollout in deployment.rollouts if isinstance(rollout.alias, Literal))
    return next(names, "live")


def production_strategy(deployment: Deployment) -> Content:
    """A strategy for production: the one that other functions have there, or a canary.

    Where a condition of the template tells production from the rest, the rest gets every version at once.
    """
    for rollout in deployment.rollouts:
        node = rollout.preference.get("Type") if rollout.preference is not None and rollout.is_gradual else None
        call = intrinsic(node)
        if node is not None and (call is None or call.name in {"Ref", "Fn::If"}):
            return content_of(node) or CANARY
    condition = production_condition(deployment)
    return CANARY if condition is None else {"Fn::If": [condition, CANARY, "AllAtOnce"]}


def production_condition(deployment: Deployment) -> str | None:
    """The condition of the template that holds in production, by its name and by what it comes to here."""
    if deployment.production is not Production.YES:
        return None
    for name in deployment.template.conditions:
        value = deployment.scene.condition(name)
        if _PRODUCTION_CONDITION.fullmatch(name) and isinstance(value, Literal) and value.value is True:
            return name
    return None
