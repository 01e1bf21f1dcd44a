"""What switches a preference off: its own Enabled, that of Globals, or a null in its place."""

from __future__ import annotations

from typing import Final

from samguard.evaluation import Literal
from samguard.rollout import Rollout
from samguard.rollout.transform_time import Settled, settled
from samguard.source import Mapping, Node, Scalar, Sequence
from samguard.template import Resource, Template, intrinsic

PREFERENCE: Final = "DeploymentPreference"
_SAYS_HOW: Final = ("Type", "Alarms", "Hooks")
_OFF_TEXTS: Final = ("false", "False")


def own_preference(rollout: Rollout) -> Node | None:
    """The preference that a function itself says, Globals apart."""
    return rollout.resource.own_properties.get(PREFERENCE)


def shared_preference(template: Template) -> Mapping | None:
    """The preference in Globals, where it says anything."""
    functions = template.shared.get("Function") if template.shared is not None else None
    found = functions.get(PREFERENCE) if isinstance(functions, Mapping) else None
    return found if isinstance(found, Mapping) and intrinsic(found) is None and len(found) else None


def ignores_shared_preference(resource: Resource) -> bool:
    """Whether IgnoreGlobals keeps the preference of Globals away from a function."""
    ignored = resource.node.get("IgnoreGlobals")
    if isinstance(ignored, Sequence):
        return any(isinstance(item, Scalar) and item.text == PREFERENCE for item in ignored.items)
    return isinstance(ignored, Scalar) and ignored.text == "*"


def is_switched_off_by_globals(rollout: Rollout) -> bool:
    """Whether Globals say no more than "off", in so many words, and the function says how it wants to be shifted."""
    shared, own = shared_preference(rollout.template), own_preference(rollout)
    if shared is None or not isinstance(own, Mapping) or "Type" in shared or "Enabled" in own:
        return False
    return isinstance(shared.get("Enabled"), Scalar) and any(name in own for name in _SAYS_HOW)


def is_unset_by_null(rollout: Rollout) -> bool:
    """Whether a null takes the place of a preference that Globals say and do not switch off."""
    own, shared = own_preference(rollout), shared_preference(rollout.template)
    is_null = isinstance(own, Scalar) and own.value is None
    if not is_null or shared is None or ignores_shared_preference(rollout.resource):
        return False
    enabled = shared.get("Enabled")
    return enabled is None or is_on(settled(enabled, rollout.scene)) is True


def is_on(enabled: Settled) -> bool | None:
    """Whether a value of Enabled counts as on, as far as it is one: a text other than false does. None: not known."""
    if not isinstance(enabled, Literal):
        return None
    return bool(enabled.value) and enabled.value not in _OFF_TEXTS
