"""Alarms of a function that its deployment is not told of, and what that costs."""

from __future__ import annotations

from samguard.evaluation import Literal, Reason, Trail, Unknown
from samguard.linting.rule import Level
from samguard.rollout import Rollout
from samguard.rollout.alarm import alarm
from samguard.rollout.preference_keys import alarms_are_unread
from samguard.rules.alarms.alarm_list import list_span, lost_list, misshapen_entries
from samguard.rules.alarms.alarm_rules import composites, misnamed_children, rule_fault
from samguard.rules.alarms.coverage import kinds_of, listed_kinds, lists_foreign_alarm, sees_only_lambda
from samguard.rules.alarms.entry_faults import faults
from samguard.rules.alarms.misnamed import misnamed
from samguard.rules.alarms.unlisted import unlisted_alarms
from samguard.template import Resource
from samguard.value import field, value


@value
class LeftOut:
    """Alarms that watch a function and are not listed: what follows, and how much it matters."""

    alarms: tuple[Resource, ...] = field(repr=False)
    then: str
    level: Level

    def message(self, rollout: Rollout) -> str:
        """What a finding says. A list in Globals is one of several functions: their alarms are not named there."""
        span, shared = list_span(rollout), rollout.template.shared
        is_shared = shared is not None and shared.span.start <= span.start < shared.span.end
        names = _listed([resource.logical_id for resource in self.alarms])
        many = bool(self.alarms[1:]) or is_shared
        watching = "alarms of this template" if is_shared else names
        verb, them = ("watch", "them") if many else ("watches", "it")
        return (
            f"{watching} {verb} {{resource}}, but the deployment is not told of {them}, {self.then}. List {them} under "
            "Alarms"
        )

    def because(self, rollout: Rollout) -> Trail:
        """Where the alarms are."""
        place = rollout.scene.place
        return tuple(
            Reason(f"{found.logical_id} watches {rollout.function}", place(found.span)) for found in self.alarms
        )


def left_out(rollout: Rollout) -> LeftOut | None:
    """The alarms that a gradual rollout should list, or None where there are none or its list is not known."""
    if not rollout.is_gradual or isinstance(rollout.alarms, Unknown) or rollout.template.is_fragment:
        return None
    missing = unlisted_alarms(rollout)
    if not missing or lists_foreign_alarm(rollout) or misshapen_entries(rollout) or _has_faulty_rule(rollout):
        return None
    if not rollout.alarms:
        if lost_list(rollout) is not None or alarms_are_unread(rollout):
            return None
        return LeftOut(missing, "so nothing stops a version that fails: it reaches every user {where}", Level.ERROR)
    return _beside_others(missing, rollout)


def _has_faulty_rule(rollout: Rollout) -> bool:
    """Whether a composite alarm of the list does not ask for what it means to: the alarms seem left out for that."""
    return any(
        rule_fault(composite, rollout.scene) is not None or misnamed_children(composite, rollout.scene)
        for _, composite in composites(rollout)
    )


def _beside_others(missing: tuple[Resource, ...], rollout: Rollout) -> LeftOut | None:
    """The alarms that see what none of the listed ones does."""
    entries = rollout.alarms if isinstance(rollout.alarms, tuple) else ()
    if any(isinstance(entry.value, Unknown) for entry in entries):
        return None
    meant = [found.resource for found in (misnamed(entry, rollout) for entry in entries) if found is not None]
    seen = listed_kinds(rollout)
    kinds = {resource.logical_id: kinds_of(alarm(resource, rollout.scene)) for resource in missing}
    unseen = tuple(resource for resource in missing if resource not in meant and not kinds[resource.logical_id] <= seen)
    if not unseen:
        return None
    unseen_kinds = frozenset[str]().union(*(kinds[resource.logical_id] for resource in unseen)) - seen
    level = Level.NOTE
    if sees_only_lambda(rollout) and "Errors" in unseen_kinds:
        level = Level.WARNING if seen else Level.ERROR
    elif not _is_told_otherwise(rollout) and any(
        "Errors" in kinds[resource.logical_id] and _is_by_version(resource, rollout) for resource in unseen
    ):
        level = Level.WARNING  # whoever watches the errors of one version wants its deployment to stop
    names = sorted(unseen_kinds)
    verb = "do" if len(names) > 1 or names[0].endswith("s") else "does"
    return LeftOut(unseen, f"so {_listed(names)} {verb} not stop a bad version {{where}}", level)


def _is_told_otherwise(rollout: Rollout) -> bool:
    """Whether another rule says why an entry of the list is no alarm: it may be meant for the one that seems left out."""
    entries = rollout.alarms if isinstance(rollout.alarms, tuple) else ()
    texts = [entry.value.text for entry in entries if isinstance(entry.value, Literal)]
    return any(text.lstrip("!").startswith("Ref ") for text in texts) or any(True for _ in faults(rollout))


def _is_by_version(resource: Resource, rollout: Rollout) -> bool:
    """Whether an alarm watches a version by its number."""
    dimensions = (one for metric in alarm(resource, rollout.scene).metrics or () for one in metric.dimensions or ())
    return any(dimension.name == "ExecutedVersion" for dimension in dimensions)


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
