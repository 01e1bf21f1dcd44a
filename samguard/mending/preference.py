"""An alias and a DeploymentPreference for a function, with the strategy that its environments are to have."""

from __future__ import annotations

from collections.abc import Mapping as Map
from typing import Final

from samguard.environments.environment import Production
from samguard.evaluation import Literal, Removed
from samguard.mending.alarm import FUNCTION, alias_in_text, new_alarm
from samguard.mending.entries import content_of, properties_added, reference, resource_added
from samguard.pattern import pattern
from samguard.rollout import Deployment, Rollout, RolloutKind
from samguard.source import Edit, Mapping, Scalar
from samguard.source.insertion import Content, entries_added
from samguard.template import Resource, Template, intrinsic

CANARY: Final = "Canary10Percent5Minutes"
_PRODUCTION_CONDITION: Final = pattern(r"(?i)(?:is|in|use)?prod(?:uction)?")
_PREFERENCE: Final = "DeploymentPreference"


def alias_added(template: Template | None, function: str | None) -> Edit | None:
    """The edit that gives a function an alias, called as those of the others are; None where it says one."""
    resource = template.resources.get(function or "") if template is not None else None
    if template is None or resource is None or "AutoPublishAlias" in resource.own_properties:
        return None
    others = (other.properties.get("AutoPublishAlias") for other in template.of_type(FUNCTION))
    names = (said.text for said in others if isinstance(said, Scalar) and said.text)
    return properties_added(resource, template, {"AutoPublishAlias": next(names, "live")})


def preference_added(rollout: Rollout, deployment: Deployment) -> tuple[Edit, ...]:
    """The edits that shift a SAM function's traffic gradually: alias, preference, and an alarm on its errors."""
    if rollout.kind is not RolloutKind.FUNCTION or rollout.resource.type != FUNCTION or rollout.group is not None:
        return ()
    if _PREFERENCE in rollout.resource.own_properties:  # empty, or off: other rules say what to do about that
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
    entries[_PREFERENCE] = {"Type": production_strategy(deployment), "Alarms": [reference(logical_id)]}
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


def preference_entries_added(resource: Resource, template: Template, entries: Map[str, Content]) -> Edit | None:
    """The edit that says more in a function's own preference; what Globals say of it stays."""
    own = resource.own_properties.get(_PREFERENCE)
    if own is None:
        return properties_added(resource, template, {_PREFERENCE: entries}, ("AutoPublishAlias",))
    if not isinstance(own, Mapping) or intrinsic(own) is not None or any(name in own for name in entries):
        return None
    return entries_added(template.document, own, entries)


def switch_beside_alias(rollout: Rollout, name: str) -> Edit | None:
    """The edit that sets a switch of a SAM function to true where its alias is said: in itself, or in Globals."""
    resource, template = rollout.resource, rollout.template
    if name in resource.properties:
        return None
    if "AutoPublishAlias" in resource.own_properties:
        return properties_added(resource, template, {name: True}, ("AutoPublishAlias",))
    shared = template.shared.get("Function") if template.shared is not None else None
    if not isinstance(shared, Mapping) or "AutoPublishAlias" not in shared:
        return None
    return entries_added(template.document, shared, {name: True}, after=("AutoPublishAlias",))
