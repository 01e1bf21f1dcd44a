"""The alarms that a shift of traffic relies on, and findings about one of them.

An alarm that no gradual rollout lists may do what it wants: it is there for people.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import EvaluatedTemplate, Joined, Literal, Reason, Trail, Unknown, decided_by_default
from samguard.linting.rule import Edit, Finding, Fix, Level
from samguard.pattern import pattern
from samguard.rollout import Rollout, Strategy, WiredAlarm
from samguard.rollout.alarm import COMPOSITE_TYPE, Alarm, alarm, children, wired_resource
from samguard.source import Node, Scalar, Span
from samguard.template import Resource
from samguard.value import field, value

_INVERTED: Final = pattern(r"\b(?:NOT|OK|INSUFFICIENT_DATA)\b")
"""In a composite alarm's rule: its children are conditions there, not alarms that stop a deployment by themselves."""


@value
class ReliedOn:
    """A metric alarm of the template that a rollout lists, by itself or inside of a composite alarm."""

    rollout: Rollout = field(repr=False)
    entry: WiredAlarm
    alarm: Alarm

    @property
    def name(self) -> str:
        """The alarm's logical id."""
        return self.alarm.resource.logical_id

    @property
    def scene(self) -> EvaluatedTemplate:
        """Where it is evaluated."""
        return self.rollout.scene

    @property
    def wiring(self) -> Trail:
        """Why the alarm matters: who lists it, and where."""
        return (Reason(f"{self.rollout.function} lists {self.name} under Alarms", self.scene.place(self.entry.span)),)

    def finding(
        self,
        span: Span,
        message: str,
        *,
        because: Trail = (),
        level: Level | None = None,
        fixes: tuple[Fix, ...] = (),
    ) -> Finding:
        """A finding about this alarm at the place where it is wrong."""
        return Finding(
            span,
            message,
            because=(*because, *self.wiring),
            resource=self.rollout.function,
            level=level,
            fixes=fixes,
        )

    def node(self, key: str) -> Node | None:
        """The value of one of the alarm's properties as it is written."""
        return self.alarm.properties.get(key)


def shifts_gradually(rollout: Rollout) -> bool:
    """Whether traffic is shifted, and not certainly all at once.

    Where no environment is known, a Default of AllAtOnce proves nothing about the ones that there are.
    """
    strategy = rollout.strategy
    if not rollout.shifts:
        return False
    if isinstance(strategy, Strategy) and strategy.is_all_at_once:
        return rollout.environment.is_assumed and decided_by_default(strategy.because)
    return True


def relied_on(rollout: Rollout) -> tuple[ReliedOn, ...]:
    """The metric alarms of the template whose going into ALARM stops a gradual rollout."""
    return rollout.remembered("relied on", lambda: _relied_on(rollout))


def _relied_on(rollout: Rollout) -> tuple[ReliedOn, ...]:
    if isinstance(rollout.alarms, Unknown) or not shifts_gradually(rollout):
        return ()
    found: list[ReliedOn] = []
    seen: set[str] = set()
    for entry in rollout.alarms:
        resource = wired_resource(entry, rollout)
        singles = _metric_alarms(resource, rollout.scene, seen) if resource is not None else ()
        found.extend(ReliedOn(rollout, entry, alarm(single, rollout.scene)) for single in singles)
    return tuple(found)


def _metric_alarms(resource: Resource, scene: EvaluatedTemplate, seen: set[str]) -> Iterator[Resource]:
    if resource.logical_id in seen or scene.exists(resource) is False:
        return
    seen.add(resource.logical_id)
    if resource.type != COMPOSITE_TYPE:
        yield resource
    elif not is_inverting(resource, scene):
        for child in children(resource, scene):
            yield from _metric_alarms(child, scene, seen)


def is_inverting(composite: Resource, scene: EvaluatedTemplate) -> bool:
    """Whether a composite alarm asks for anything but ALARM of its children, or its rule is not known."""
    rule = scene.property(composite, "AlarmRule")
    if isinstance(rule, Literal):
        return _INVERTED.search(rule.text) is not None
    if isinstance(rule, Joined):
        return any(isinstance(part, str) and _INVERTED.search(part) is not None for part in rule.parts)
    return True


def replacement(title: str, span: Span, text: str, *, safe: bool) -> Fix:
    """A fix that writes `text` instead of what stands there."""
    return Fix(title, (Edit(span, text),), safe)


def scalar_fix(node: Node | None, text: str, *, safe: bool = True) -> tuple[Fix, ...]:
    """The fix that writes a value anew, where it is written out as a scalar; else none."""
    if not isinstance(node, Scalar) or node.span.end == node.span.start:
        return ()
    quote = '"' if node.quoted else ""
    return (replacement(f"write {text}", node.span, f"{quote}{text}{quote}", safe=safe),)


def right_word(node: Node | None, text: str) -> tuple[Fix, ...]:
    """The fix that writes a word as it is spelled; none where the right one is not certain."""
    return scalar_fix(node, text) if text else ()
