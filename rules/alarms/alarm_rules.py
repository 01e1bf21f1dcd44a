"""Rules of composite alarms, and what they come to when all is well and when everything is in ALARM."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Final

from samguard.evaluation import EvaluatedTemplate, Joined, Literal, Reason, Removed, Trail, Unknown
from samguard.pattern import pattern
from samguard.rollout import Rollout, WiredAlarm
from samguard.rollout.alarm import ALARM_TYPE, COMPOSITE_TYPE, wired_resource
from samguard.rollout.arns import covers, name_of
from samguard.rules.alarms.relied_on import shifts_gradually
from samguard.source import Node, Span
from samguard.template import Resource
from samguard.value import value

_TOKEN: Final = pattern(
    r"\s*(?:(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(\"[^\"]*\"|'[^']*'|[^\s()\"']+)\s*\)|(AND|OR|NOT|TRUE|FALSE)\b|([()]))"
)
_MOST_CHILDREN: Final = 8
_MAX_DEPTH: Final = 40


@value
class RuleFault:
    """What a composite alarm's rule comes to."""

    span: Span
    message: str

    def because(self, rollout: Rollout, entry: WiredAlarm) -> Trail:
        """Why the alarm matters."""
        return (Reason(f"{rollout.function} lists it under Alarms", rollout.scene.place(entry.span)),)


def composites(rollout: Rollout) -> Iterator[tuple[WiredAlarm, Resource]]:
    """The composite alarms that a gradual rollout lists."""
    if isinstance(rollout.alarms, Unknown) or not shifts_gradually(rollout):
        return
    for entry in rollout.alarms:
        resource = wired_resource(entry, rollout)
        if resource is not None and resource.type == COMPOSITE_TYPE:
            yield entry, resource


def rule_fault(composite: Resource, scene: EvaluatedTemplate) -> RuleFault | None:
    """What is wrong with a composite alarm's rule, or None where nothing is or it is not understood."""
    value = scene.property(composite, "AlarmRule")
    node = composite.properties.get("AlarmRule")
    if not isinstance(value, (Literal, Joined)) or node is None:
        return None
    tokens = _tokens(value.text)
    if tokens is None:
        return None
    children = sorted({token[1] for token in tokens if token[1]})
    if len(children) > _MOST_CHILDREN:
        return None
    results: dict[tuple[bool, ...], bool | None] = {}
    for states in product((False, True), repeat=len(children)):
        results[states] = _Evaluation(tokens, dict(zip(children, states, strict=True))).result()
    if None in results.values():
        return None
    if results[tuple(False for _ in children)]:
        return RuleFault(node.span, "is in ALARM while all is well with {resource}, so every deployment is rolled back")
    if not any(results.values()):
        return RuleFault(node.span, "is never in ALARM, so it never stops a bad version of {resource}")
    return None


def misnamed_children(composite: Resource, scene: EvaluatedTemplate) -> tuple[tuple[Span, Resource], ...]:
    """The alarms of the template that a rule names by their logical ids as texts, each with the place."""
    value = scene.property(composite, "AlarmRule")
    node = composite.properties.get("AlarmRule")
    if not isinstance(value, (Literal, Joined)) or node is None or scene.template.has_macros:
        return ()
    found: list[tuple[Span, Resource]] = []
    for name in {child: None for _, child in _tokens(value.text) or () if child}:
        alarm = scene.template.resources.get(name)
        if alarm is None or alarm.type not in (ALARM_TYPE, COMPOSITE_TYPE):
            continue
        if covers(tuple(name), name_of(alarm, "AlarmName", scene)) is False and not _is_called(name, scene):
            found.append((_place_of(name, node, scene), alarm))
    return tuple(found)


def _is_called(name: str, scene: EvaluatedTemplate) -> bool:
    names = (scene.property(alarm, "AlarmName") for alarm in scene.template.of_type(ALARM_TYPE, COMPOSITE_TYPE))
    return any(not isinstance(said, Removed) and getattr(said, "text", name) == name for said in names)


def _place_of(name: str, node: Node, scene: EvaluatedTemplate) -> Span:
    """Where a name stands in a rule; the whole of it where that is not certain."""
    text = scene.template.document.text
    words = list(re.finditer(rf"(?<![\w${{.]){re.escape(name)}(?!\w)", text[node.span.start : node.span.end]))
    if not words:
        return node.span
    return Span(node.span.start + words[0].start(), node.span.start + words[0].end())


def _tokens(text: str) -> list[tuple[str, str]] | None:
    """Words with the alarm they ask for ("" for those that ask for none)."""
    found: list[tuple[str, str]] = []
    end = 0
    stripped = text.strip()
    while end < len(stripped):
        match = _TOKEN.match(stripped, end)
        if match is None:
            return None
        found.append((match.group(1) or match.group(3) or match.group(4), (match.group(2) or "").strip("\"'")))
        end = match.end()
    return found or None


class _Evaluation:
    """One reading of a rule in which each child is in ALARM or OK. NOT binds closest, then AND, then OR."""

    def __init__(self, tokens: list[tuple[str, str]], states: dict[str, bool]) -> None:
        self.tokens = tokens
        self.states = states
        self.at = 0
        self.depth = 0

    def result(self) -> bool | None:
        found = self.either()
        return found if self.at == len(self.tokens) else None

    def word(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def either(self) -> bool | None:
        found = self.both()
        while self.word() == "OR":
            self.at += 1
            other = self.both()
            found = None if found is None or other is None else found or other
        return found

    def both(self) -> bool | None:
        found = self.single()
        while self.word() == "AND":
            self.at += 1
            other = self.single()
            found = None if found is None or other is None else found and other
        return found

    def single(self) -> bool | None:
        if self.at >= len(self.tokens) or self.depth > _MAX_DEPTH:
            return None
        word, child = self.tokens[self.at]
        self.at += 1
        self.depth += 1
        try:
            return self._single(word, child)
        finally:
            self.depth -= 1

    def _single(self, word: str, child: str) -> bool | None:
        if child:
            return {"ALARM": self.states[child], "OK": not self.states[child]}.get(word, False)
        if word in ("TRUE", "FALSE"):
            return word == "TRUE"
        if word == "NOT":
            found = self.single()
            return None if found is None else not found
        if word == "(":
            found = self.either()
            if self.word() != ")":
                return None
            self.at += 1
            return found
        return None
