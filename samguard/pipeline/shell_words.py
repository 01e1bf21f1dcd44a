"""The words of shell commands: what they are worth, as far as the text and what is known of variables tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from samguard.pattern import pattern
from samguard.pipeline.script_text import ScriptText
from samguard.source import Place
from samguard.value import replace, value

if TYPE_CHECKING:
    from tree_sitter import Node

UNKNOWN: Final = "\0"
"""Stands in a text for the part of it that is unknown."""

MOST_LENGTH: Final = 20_000
"""Characters of a variable's value: values that are put into each other grow without end."""
_DEPTH: Final = 60
_EXPRESSION: Final = pattern(r"\$\{\{[^\n]*?\}\}|\$\[\[[^\n]*?\]\]")
_PLACEHOLDER: Final = pattern(r"\$\{(E[0-9]+_*)\}")


@value
class Word:
    """A word of a command: `pieces` is its value, with UNKNOWN for what is not known of it.

    `names` are the variables and expressions that it was made of.
    """

    pieces: str
    written: str
    place: Place
    names: tuple[str, ...] = ()

    @property
    def text(self) -> str | None:
        """The value; None where any part of it is unknown."""
        return None if UNKNOWN in self.pieces else self.pieces


class Script:
    """A script whose `${{ }}` were made variables of the same length, so that it is shell."""

    def __init__(self, text: ScriptText) -> None:
        self.text = text
        self.expressions: dict[str, str] = {}
        self.source = (
            _EXPRESSION.sub(self._replaced, text.text) if "${{" in text.text or "$[[" in text.text else text.text
        )

    def _replaced(self, match: re.Match[str]) -> str:
        name = f"E{len(self.expressions)}"
        room = len(match[0]) - 3
        if len(name) > room:
            return "${" + "_" * room + "}"
        name = name.ljust(room, "_")
        self.expressions[name] = match[0][3:-2].strip()
        return "${" + name + "}"

    def written(self, node: Node) -> str:
        """A part as it is written."""
        return self.text.text[node.start_byte : node.end_byte]

    def place(self, node: Node) -> Place:
        """Where a part is written."""
        return self.text.place(node.start_byte, node.end_byte)


class Expansion:
    """What words come to where variables have these values; `expression` gives that of a CI system's own expression."""

    def __init__(self, variables: Mapping[str, str], expression: Callable[[str], str | None]) -> None:
        self._variables = variables
        self._expression = expression

    def words(self, node: Node, script: Script) -> tuple[Word, ...]:
        """The words of a command."""
        found: list[Word] = []
        for child in node.children:
            if child.type == "command_name":
                for part in child.children or [child]:
                    found += self.split(part, script)
            elif child.type != "variable_assignment" and not child.type.endswith("_redirect"):
                found += self.split(child, script)
        return tuple(found)

    def split(self, node: Node, script: Script) -> Iterator[Word]:
        """The words that a part of a command becomes: a variable without quotes may hold several."""
        word = self.word(node, script)
        is_bare = node.type in ("simple_expansion", "expansion")
        is_spread = script.written(node) in ('"$@"', "$@", "$*", '"${@}"')
        if (is_bare or is_spread) and word.pieces.strip() != word.pieces.replace(" ", ""):
            for part in word.pieces.split():
                yield replace(word, pieces=part.strip("\"'") if is_spread else part)
        elif not (is_bare and not word.pieces):
            yield word

    def word(self, node: Node, script: Script) -> Word:
        """One word, put together from its parts."""
        names: list[str] = []
        pieces = self._value(node, script, names, 0)
        return Word(pieces[:MOST_LENGTH], script.written(node), script.place(node), tuple(names))

    def _value(self, node: Node, script: Script, names: list[str], depth: int) -> str:
        if depth > _DEPTH:
            return UNKNOWN
        match node.type:
            case "word" | "number" | "variable_name" | "string_content" | "test_operator" | "extglob_pattern":
                raw = script.source[node.start_byte : node.end_byte]
                written = script.text.text[node.start_byte : node.end_byte]
                if node.type == "string_content":
                    text = re.sub(r'\\(["\\$`])', r"\1", written.replace("\\\n", ""))
                else:
                    text = re.sub(r"\\(.)", r"\1", written.replace("\\\n", ""), flags=re.DOTALL)
                return text if _PLACEHOLDER.search(raw) is None else self._placeholders(raw, script, names)
            case "raw_string":
                raw = script.source[node.start_byte + 1 : node.end_byte - 1]
                if _PLACEHOLDER.search(raw):
                    return self._placeholders(raw, script, names)
                return script.text.text[node.start_byte + 1 : node.end_byte - 1]
            case "string":
                return self._string(node, script, names, depth)
            case "concatenation" | "command_name":
                return "".join(self._value(child, script, names, depth + 1) for child in node.children)
            case "simple_expansion":
                return self._variable(script.written(node)[1:], names)
            case "expansion":
                return self._expansion(node, script, names, depth)
            case _ if node.child_count == 0 and not node.is_named:
                return script.written(node)
            case _:
                return UNKNOWN

    def _string(self, node: Node, script: Script, names: list[str], depth: int) -> str:
        """A text in double quotes; the grammar leaves white space between its parts out."""
        parts: list[str] = []
        at = node.start_byte + 1
        for child in node.children[1:-1]:
            parts.extend((script.text.text[at : child.start_byte], self._value(child, script, names, depth + 1)))
            at = child.end_byte
        parts.append(script.text.text[at : max(node.end_byte - 1, at)])
        return "".join(parts)

    def _expansion(self, node: Node, script: Script, names: list[str], depth: int) -> str:
        raw = script.source[node.start_byte : node.end_byte]
        placeholder = _PLACEHOLDER.fullmatch(raw)
        if placeholder and placeholder[1] in script.expressions:
            return self._placeholders(raw, script, names)
        named = next(
            (child for child in node.named_children if child.type in ("variable_name", "special_variable_name")), None
        )
        if named is None:
            return UNKNOWN
        name = script.written(named)
        rest = [child for child in node.children if child.type not in ("${", "}") and child != named]
        if not rest:
            return self._variable(name, names)
        operator = script.written(rest[0])
        names.append(name)
        if operator in (":-", "-", ":=", "=", ":?", "?"):
            known = self._variables.get(name)
            if known is None:
                return UNKNOWN
            if known == "" and operator in (":-", ":="):
                return "".join(self._value(child, script, names, depth + 1) for child in rest[1:])
            return known
        return UNKNOWN

    def _variable(self, name: str, names: list[str]) -> str:
        names.append(name)
        return self._variables.get(name, UNKNOWN)

    def _placeholders(self, raw: str, script: Script, names: list[str]) -> str:
        def worth(match: re.Match[str]) -> str:
            expression = script.expressions.get(match[1])
            if expression is None:
                return match[0]
            names.append(expression)
            found = self._expression(expression)
            return UNKNOWN if found is None else found[:MOST_LENGTH]

        return _PLACEHOLDER.sub(worth, raw)
