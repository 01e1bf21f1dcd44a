"""Where what a name stands for is said: parameters, resources, conditions and mappings."""

from __future__ import annotations

from typing import Final

from samguard.lsp.view import View
from samguard.pattern import pattern
from samguard.source import Document, Mapping, Span
from samguard.template.mentions import Mention, Naming

_WORD_BEFORE: Final = pattern(r"[A-Za-z0-9]*$")
_WORD_AFTER: Final = pattern(r"[A-Za-z0-9]*")
_LONGEST: Final = 255
"""Characters of a logical id."""


def definition(view: View, offset: int | None, text: Document, now: int) -> Span | None:
    """Where the name under a cursor is said, in the view's document.

    `offset` is the cursor's place in that document, None where the text was edited since; then the word at `now` in
    `text`, as it is now, is taken for a name.
    """
    if offset is not None:
        mention = view.mention_at(offset)
        if mention is not None:
            return _of_mention(view, mention)
        span = _of_wiring(view, offset)
        if span is not None:
            return span
    return _of_word(view, word_at(text, now))


def word_at(text: Document, offset: int) -> str:
    """The letters and digits around an offset."""
    line = text.position(offset).line
    start = text.line_starts[line - 1]
    written = text.line(line)
    column = offset - start
    before = _WORD_BEFORE.search(written[max(0, column - _LONGEST) : column])
    after = _WORD_AFTER.match(written, column)
    return (before.group() if before else "") + (after.group()[:_LONGEST] if after else "")


def _of_mention(view: View, mention: Mention) -> Span | None:
    template = view.template
    match mention.naming:
        case Naming.CONDITION:
            return _key(view, "Conditions", mention.name)
        case Naming.MAPPING:
            return _key(view, "Mappings", mention.name)
        case Naming.RESOURCE | Naming.VALUE:
            parameter = template.parameters.get(mention.name)
            if mention.naming is Naming.VALUE and parameter is not None:
                return parameter.key.span
            resource = template.resources.get(mention.name)
            return resource.key.span if resource is not None else None


def _of_wiring(view: View, offset: int) -> Span | None:
    """The alarm or hook that a text names, by its AlarmName or FunctionName."""
    for worlds in view.worlds:
        for world in worlds:
            for rollout in world.rollouts:
                alarms = rollout.alarms if isinstance(rollout.alarms, tuple) else ()
                wired = [*((alarm.node, alarm.value) for alarm in alarms)]
                wired += [(hook.node, hook.value) for hook in rollout.hooks]
                for node, found in wired:
                    if node.span.start <= offset <= node.span.end:
                        resource = world.scene.resource_of(found)
                        return resource.key.span if resource is not None else None
    return None


def _of_word(view: View, word: str) -> Span | None:
    template = view.template
    if word in template.parameters:
        return template.parameters[word].key.span
    if word in template.resources:
        return template.resources[word].key.span
    return _key(view, "Conditions", word) or _key(view, "Mappings", word)


def _key(view: View, section: str, name: str) -> Span | None:
    node = view.template.root.get(section)
    entry = node.entry(name) if isinstance(node, Mapping) else None
    return entry.key.span if entry is not None else None
