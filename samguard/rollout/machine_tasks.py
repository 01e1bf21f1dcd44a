"""The functions and state machines that a state machine's definition calls.

A definition is a mapping, a text or a file. Where the file is not there, everything that is substituted into it counts.
Sources: Amazon States Language, "Task State"; SAM developer guide, AWS::Serverless::StateMachine
(DefinitionSubstitutions).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from samguard.evaluation import EvaluatedTemplate, Literal
from samguard.pattern import pattern
from samguard.rollout.invocable import Invocable, encoded, invocable, named_in
from samguard.rollout.reference_places import first_line, place_of, references
from samguard.source import Document, Mapping, Node, Scalar, Sequence, Span
from samguard.template import Resource, intrinsic
from samguard.template.included import included_path
from samguard.value import field, value

_CALLED: Final = frozenset({"Resource", "FunctionName", "StateMachineArn"})
"""The fields of a Task that say what is called."""
_CALLED_IN_TEXT: Final = pattern(r'"(?:Resource|FunctionName|StateMachineArn)"\s*:\s*"([^"\\]*)"')
_MARK: Final = pattern(r"\0([^\0]+)\0")
_SUBSTITUTED: Final = pattern(r"\$\{([A-Za-z0-9_]+)\}(:?)")


@value
class Call:
    """One place at which something is called by name."""

    called: Invocable
    span: Span
    document: Document = field(repr=False)


def machine_tasks(machine: Resource, scene: EvaluatedTemplate) -> Iterator[Call]:
    """What the tasks of a state machine call, as far as its definition can be seen."""
    reading = _Definition(scene)
    yield from reading.calls(machine)
    substitutions, _ = scene.chosen(machine.properties.get("DefinitionSubstitutions"))
    if not isinstance(substitutions, Mapping) or intrinsic(substitutions) is not None:
        return
    document = scene.template.document
    for entry in substitutions:
        is_used = entry.name in reading.unqualified if reading.is_visible else True
        called = invocable(scene.value(entry.value), scene)
        if is_used and called is not None:
            yield Call(called, place_of(called.written, entry.value, document), document)


class _Definition:
    """One pass over a definition. Remembers which substitutions are called as they are, without a qualifier."""

    def __init__(self, scene: EvaluatedTemplate) -> None:
        self.scene = scene
        self.is_visible = False
        self.unqualified: set[str] = set()

    def calls(self, machine: Resource) -> Iterator[Call]:
        template = self.scene.template
        node, _ = self.scene.chosen(machine.properties.get("Definition"))
        file = template.included.get(included_path(machine.properties.get("DefinitionUri")) or "")
        text_node = machine.properties.get("DefinitionString")
        if isinstance(node, Mapping) and intrinsic(node) is None:
            yield from self._of_mapping(node, template.document)
        if file is not None and isinstance(file.root, Mapping):
            yield from self._of_mapping(file.root, file)
        text = encoded(self.scene.value(text_node)) if text_node is not None else None
        if text is not None and text_node is not None:
            yield from self._of_text(text, text_node)

    def _of_mapping(self, definition: Mapping, document: Document) -> Iterator[Call]:
        self.is_visible = True
        waiting: list[Node] = [definition]
        while waiting:
            node, _ = self.scene.chosen(waiting.pop())
            if isinstance(node, Sequence):
                waiting.extend(reversed(node.items))
            elif isinstance(node, Mapping) and intrinsic(node) is None:
                for entry in node:
                    if entry.name in _CALLED:
                        yield from self._field(entry.value, document)
                waiting.extend(entry.value for entry in reversed(node.entries) if not isinstance(entry.value, Scalar))

    def _field(self, node: Node, document: Document) -> Iterator[Call]:
        value = self.scene.value(node)
        called = invocable(value, self.scene)
        if called is not None:
            yield Call(called, place_of(called.written, node, document), document)
        elif isinstance(value, Literal):
            self._substituted(value.text)

    def _of_text(self, text: str, node: Node) -> Iterator[Call]:
        self.is_visible = True
        document = self.scene.template.document
        places: dict[str, list[Span]] = {}
        for written, span in references(node, document):
            places.setdefault(written, []).append(span)
        occurrences = _occurrences(text)
        for match in _CALLED_IN_TEXT.finditer(text):
            called = named_in(match.group(1), self.scene)
            if called is None:
                self._substituted(match.group(1))
                continue
            found = places.get(called.written, [])
            mark = text.find(f"\0{called.written}\0", match.start(1), match.end(1))
            index = occurrences.get((called.written, mark), len(found))
            span = found[index] if index < len(found) else first_line(node.span, document)
            yield Call(called, span, document)

    def _substituted(self, text: str) -> None:
        match = _SUBSTITUTED.match(text)
        if match is not None and not match.group(2):
            self.unqualified.add(match.group(1))


def _occurrences(text: str) -> dict[tuple[str, int], int]:
    """How many times a reference came up before, by the reference and where its mark begins."""
    seen: Counter[str] = Counter()
    found: dict[tuple[str, int], int] = {}
    for match in _MARK.finditer(text):
        found[match.group(1), match.start()] = seen[match.group(1)]
        seen[match.group(1)] += 1
    return found
