"""Every place at which a template names a parameter, a resource, a condition or a mapping."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from itertools import chain
from typing import Final

from samguard.source import Document, Mapping, Node, Scalar, Sequence, Span
from samguard.template.calls import calls
from samguard.template.intrinsic import Intrinsic
from samguard.template.template import Template
from samguard.value import value

_SECTIONS: Final = ("Globals", "Conditions", "Resources", "Outputs")
_LOOP: Final = "Fn::ForEach"


class Naming(Enum):
    """What a mention may name."""

    VALUE = auto()
    """A parameter or a resource: `Ref`, `${Name}`."""
    RESOURCE = auto()
    """A resource: `Fn::GetAtt`, `${Name.Attribute}`, DependsOn."""
    CONDITION = auto()
    MAPPING = auto()


@value
class Mention:
    """A name as it is written somewhere, without what follows a dot; that is `attribute`.

    `section` is the top-level section it stands in. `by_ref` is true for `Ref: Orders.Alias` and false for
    `Fn::GetAtt`; in a text of `Fn::Sub` the two look alike.
    """

    naming: Naming
    name: str
    attribute: str
    span: Span
    section: str
    by_ref: bool = False


def mentions(template: Template) -> tuple[Mention, ...]:
    """All mentions, in the order of the sections. What aliases write out again is there once."""
    return template.remembered("mentions", lambda: tuple(_mentions(template)))


def _mentions(template: Template) -> Iterator[Mention]:
    seen: set[tuple[Span, Naming, str]] = set()
    by_section: dict[str, list[Intrinsic]] = {section: [] for section in _SECTIONS}
    for call in calls(template):
        if call.section in by_section:
            by_section[call.section].append(call.function)
    for section in _SECTIONS:
        node = template.root.get(section)
        if node is None:
            continue
        reader = _Reader(template.document, section)
        inside = (mention for function in by_section[section] for mention in reader.call(function))
        for mention in chain(reader.attributes(node), inside):
            key = (mention.span, mention.naming, mention.name)
            if key not in seen:
                seen.add(key)
                yield mention


def loop_identifiers(template: Template) -> frozenset[str]:
    """The names that loops (`Fn::ForEach`) give to their items: inside of a loop they can be referred to."""
    found: set[str] = set()
    waiting: list[Node] = [template.root] if _LOOP in template.document.text else []  # nearly every template: none
    while waiting:
        node = waiting.pop()
        if isinstance(node, Sequence):
            waiting.extend(node.items)
        elif isinstance(node, Mapping):
            for entry in node:
                waiting.append(entry.value)
                is_loop = entry.name.startswith(_LOOP) and isinstance(entry.value, Sequence) and entry.value.items
                if is_loop and isinstance(entry.value, Sequence) and isinstance(entry.value.items[0], Scalar):
                    found.add(entry.value.items[0].text)
    return frozenset(found)


class _Reader:
    """Reads one section."""

    def __init__(self, document: Document, section: str) -> None:
        self.document = document
        self.name = section

    def attributes(self, node: Node) -> Iterator[Mention]:
        """The mentions outside of functions: Condition and DependsOn of the section's members."""
        if self.name in ("Resources", "Outputs") and isinstance(node, Mapping):
            for entry in node:
                yield from self._attributes(entry.value)

    def _attributes(self, member: Node) -> Iterator[Mention]:
        if not isinstance(member, Mapping):
            return
        condition = member.get("Condition")
        if isinstance(condition, Scalar) and isinstance(condition.value, str) and condition.value:
            yield self._mention(Naming.CONDITION, condition.text, condition.span)
        if self.name != "Resources":
            return
        depends_on = member.get("DependsOn")
        for item in depends_on.items if isinstance(depends_on, Sequence) else (depends_on,):
            if isinstance(item, Scalar) and isinstance(item.value, str):
                yield self._mention(Naming.RESOURCE, item.text, item.span)

    def call(self, call: Intrinsic) -> Iterator[Mention]:
        """The mentions that a function itself makes, without those of functions in its arguments."""
        argument = call.argument
        match call.name:
            case "Ref" if isinstance(argument, Scalar):
                if isinstance(argument.value, str):
                    yield self._mention(Naming.VALUE, argument.text, argument.span, by_ref=True)
            case "Condition" if isinstance(argument, Scalar):
                if self.name == "Conditions":  # elsewhere it is a word like any other
                    yield self._mention(Naming.CONDITION, argument.text, argument.span)
            case "Fn::GetAtt":
                yield from self._get_att(argument)
            case "Fn::Sub":
                yield from self._sub(argument)
            case "Fn::If":
                yield from self._first(Naming.CONDITION, argument)
            case "Fn::FindInMap":
                yield from self._first(Naming.MAPPING, argument)
            case _:
                pass  # the other functions name nothing themselves

    def _mention(self, naming: Naming, text: str, span: Span, *, by_ref: bool = False) -> Mention:
        name, _, attribute = (text, "", "") if text.startswith("AWS::") else text.partition(".")
        return Mention(naming, name, attribute, span, self.name, by_ref)

    def _first(self, naming: Naming, argument: Node) -> Iterator[Mention]:
        """The mention in a function's first argument."""
        first = argument.items[0] if isinstance(argument, Sequence) and argument.items else None
        if isinstance(first, Scalar):
            yield self._mention(naming, first.text, first.span)

    def _get_att(self, argument: Node) -> Iterator[Mention]:
        if isinstance(argument, Scalar):
            yield self._mention(Naming.RESOURCE, argument.text, argument.span)
        elif isinstance(argument, Sequence):
            first = argument.items[0] if argument.items else None
            if isinstance(first, Scalar):
                rest = [item.text for item in argument.items[1:] if isinstance(item, Scalar)]
                name, _, attribute = ".".join((first.text, *rest)).partition(".")
                yield Mention(Naming.RESOURCE, name, attribute, first.span, self.name)

    def _sub(self, argument: Node) -> Iterator[Mention]:
        text, variables = argument, None
        if isinstance(argument, Sequence) and argument.items:
            text = argument.items[0]
            variables = argument.items[1] if len(argument.items) > 1 else None
        if isinstance(text, Scalar):
            own = variables if isinstance(variables, Mapping) else ()
            names = {entry.name for entry in own}
            start = text.span.start
            for variable in _variables(text.text):
                name = variable.strip()
                written = self.document.text.find(f"${{{variable}}}", start, text.span.end)
                span = text.span if written < 0 else Span(written + 2, written + 2 + len(variable))
                start = max(start, span.end if written >= 0 else start)
                if name not in names:
                    has_attribute = "." in name and not name.startswith("AWS::")
                    yield self._mention(Naming.RESOURCE if has_attribute else Naming.VALUE, name, span)


def _variables(text: str) -> Iterator[str]:
    """The names in a text of `Fn::Sub`; `${!Literal}` names nothing."""
    position = 0
    while (start := text.find("${", position)) >= 0 and (end := text.find("}", start)) >= 0:
        position = end + 1
        if not text.startswith("${!", start):
            yield text[start + 2 : end]
