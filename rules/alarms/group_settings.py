"""Switches of a plain CloudFormation deployment group that decide whether its alarms do anything."""

from __future__ import annotations

from samguard.evaluation import Items, Literal, Removed, Trail, Value
from samguard.linting.rule import Level
from samguard.rollout import Rollout
from samguard.source import Mapping, Node, Sequence, Span
from samguard.template import intrinsic
from samguard.value import field, value

STOP_ON_ALARM = "DEPLOYMENT_STOP_ON_ALARM"


@value
class Setting:
    """A setting of a deployment group: where it stands (or what it is missing from) and its value."""

    span: Span
    value: Value
    node: Node | None = field(repr=False)

    @property
    def is_true(self) -> bool:
        """Whether it is certainly true."""
        return isinstance(self.value, Literal) and self.value.text.lower() == "true"

    @property
    def is_not_true(self) -> bool:
        """Whether it is certainly not true: false, or not said."""
        if isinstance(self.value, Removed):
            return True
        return isinstance(self.value, Literal) and self.value.text.lower() != "true"


def watched_group(rollout: Rollout) -> bool:
    """Whether a rollout is gradual and its deployment group lists alarms."""
    return (
        rollout.group is not None and rollout.is_gradual and isinstance(rollout.alarms, tuple) and bool(rollout.alarms)
    )


def setting(rollout: Rollout, section: str, key: str) -> Setting | None:
    """A setting in a section of the deployment group; None where there is no group or the section is not known."""
    if rollout.group is None:
        return None
    entry = rollout.group.properties.entry(section)
    if entry is None:
        return Setting(rollout.group.span, Removed(), None)
    chosen, _ = rollout.scene.chosen(entry.value)
    if chosen is None:
        return Setting(entry.key.span, Removed(), None)
    if not isinstance(chosen, Mapping) or intrinsic(chosen) is not None:
        return None
    said = chosen.entry(key)
    if said is None:
        return Setting(entry.key.span, Removed(), None)
    span = said.key.span if isinstance(said.value, Sequence) else said.value.span
    return Setting(span, rollout.scene.value(said.value), said.value)


@value
class NoRollback:
    """That a group does not roll back on an alarm: where, in what way, and how sure that is."""

    span: Span
    message: str
    level: Level
    because: Trail = ()


def no_rollback(rollout: Rollout) -> NoRollback | None:
    """How a rollout's group does not roll back when an alarm stops it; None where it does or that is not known."""
    if not watched_group(rollout):
        return None
    enabled = setting(rollout, "AutoRollbackConfiguration", "Enabled")
    events = setting(rollout, "AutoRollbackConfiguration", "Events")
    if enabled is None or events is None:
        return None
    if isinstance(enabled.value, Removed) and isinstance(events.value, Removed):
        return NoRollback(enabled.span, "AutoRollbackConfiguration is not set", Level.ERROR)
    if isinstance(enabled.value, Literal) and enabled.is_not_true:
        said = f"AutoRollbackConfiguration is Enabled: {enabled.value.text}"
        return NoRollback(enabled.span, said, Level.ERROR, enabled.value.because)
    if isinstance(events.value, Removed):
        return NoRollback(events.span, "AutoRollbackConfiguration has no Events", Level.ERROR)
    if isinstance(events.value, Items) and all(isinstance(item, Literal) for item in events.value.items):
        names = [item.text for item in events.value.items if isinstance(item, Literal)]
        if STOP_ON_ALARM not in names:
            return NoRollback(events.span, f"{STOP_ON_ALARM} is not among its Events", Level.ERROR)
    if isinstance(enabled.value, Removed):
        return NoRollback(enabled.span, "AutoRollbackConfiguration does not say Enabled: true", Level.WARNING)
    return None
