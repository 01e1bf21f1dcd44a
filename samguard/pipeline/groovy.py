"""Groovy as blocks and statements: what Jenkinsfiles are made of.

tree-sitter's grammar of Groovy gives the tokens; the blocks are told by their braces, since the grammar knows neither
`catch` nor `for (x in ...)` and gives up the structure of a file that has one. Nothing is run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from samguard.pattern import pattern
from samguard.pipeline.model import PipelineProblem, whole
from samguard.pipeline.script_text import ScriptText
from samguard.pipeline.unclosed import unclosed_in_groovy
from samguard.source import Document, Place, Span
from samguard.value import value

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

DEPTH: Final = 60
"""How deep blocks are followed."""
_MOST_TOKENS: Final = 200_000
_MOST_PROBLEMS: Final = 10
_STRINGS: Final = frozenset({"string_literal", "character_literal", "text_block"})
_CONTINUED: Final = frozenset({",", "=", "+", "(", ":", "->"})
_INTERPOLATION: Final = pattern(
    r"\\\$|\$\{\s*(?:env\.|params\.)?([A-Za-z_]\w*)\s*\}|\$(?:env|params)\.([A-Za-z_]\w*)|\$\{[^}]*\}|\\\n|\\\\"
)


@value
class Token:
    """A word of a text; `kind` is string, name or sign."""

    kind: str
    text: str
    start: int
    end: int


class Block:
    """A pair of braces with the statement before it: `stage('x') { ... }`."""

    def __init__(self, head: list[Token]) -> None:
        self.head = head
        self.items: list[Block | list[Token]] = []
        self.end = head[-1].end if head else 0

    @property
    def name(self) -> str:
        """The word that begins the statement."""
        return next((token.text for token in self.head if token.kind == "name" and token.text != "def"), "")

    @property
    def strings(self) -> list[Token]:
        """The texts of the statement before the braces."""
        return [token for token in self.head if token.kind == "string"]

    @property
    def blocks(self) -> Iterator[Block]:
        """The blocks in it."""
        return (item for item in self.items if isinstance(item, Block))


def read_groovy(document: Document) -> tuple[Block, tuple[PipelineProblem, ...]]:
    """The blocks of a text, in one without a head, and where its braces do not fit each other."""
    reader = _Reader(document)
    return reader.root, tuple(reader.problems)


class _Reader:
    """Reads one text."""

    def __init__(self, document: Document) -> None:
        self.problems: list[PipelineProblem] = []
        self.root = Block([])
        self._document = document
        self._opened = [self.root]
        self._current: list[Token] = []
        self._parens = [0]
        self._braces: list[Token] = []
        line = -1
        for token in _tokens(document):
            if document.position(token.start).line != line and self._ends_statement(token):
                self._end_statement()
            line = document.position(token.end).line
            if not self._take(token):
                break
        self._end_statement()
        if self._braces:
            self._problem('this "{" is never closed', self._braces[-1])
        if self.problems:
            self._tell_open_text()
        if not self.root.items and document.text.strip():
            self.problems.append(PipelineProblem("no pipeline can be read here", whole(document)))

    def _tell_open_text(self) -> None:
        """A quote that nothing closes takes the braces after it for text: it is what there is to mend."""
        opened = unclosed_in_groovy(self._document.text)
        if opened is not None:
            self.problems = [PipelineProblem("what begins here is never closed", Place(self._document, opened))]

    def _ends_statement(self, following: Token) -> bool:
        """Whether a line break ends the statement before it."""
        if self._parens[-1] or not self._current or self._current[-1].text in _CONTINUED:
            return False
        return following.text not in ("{", ".", ")")

    def _end_statement(self) -> None:
        if self._current:
            self._opened[-1].items.append(self._current)
        self._current = []

    def _take(self, token: Token) -> bool:
        """Takes a token up; gives whether to go on."""
        if token.text == "{":
            block = Block(self._current)
            self._opened[-1].items.append(block)
            self._opened.append(block)
            self._braces.append(token)
            self._parens.append(0)
            self._current = []
            return len(self._opened) <= DEPTH * 2
        if token.text == "}":
            self._end_statement()
            if len(self._opened) > 1:
                self._opened.pop().end = token.end
                self._braces.pop()
                self._parens.pop()
            else:
                self._problem('this "}" closes nothing', token)
        elif token.text == ";":
            self._end_statement()
        else:
            if token.text in "([":
                self._parens[-1] += 1
            elif token.text in ")]":
                self._parens[-1] = max(self._parens[-1] - 1, 0)
            self._current.append(token)
        return True

    def _problem(self, message: str, token: Token) -> None:
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(PipelineProblem(message, Place(self._document, Span(token.start, token.end))))


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter_groovy  # noqa: PLC0415 - few projects have a Jenkinsfile
    from tree_sitter import Language, Parser  # noqa: PLC0415

    return Parser(Language(tree_sitter_groovy.language()))


def _tokens(document: Document) -> Iterator[Token]:
    text = document.text
    tree = _parser().parse(text.encode("ascii", "replace"))
    waiting: list[Node] = [tree.root_node]
    count = 0
    while waiting and count < _MOST_TOKENS:
        node = waiting.pop()
        if node.type.endswith("comment") or node.start_byte == node.end_byte:
            continue
        if node.type in _STRINGS:
            count += 1
            yield Token("string", text[node.start_byte : node.end_byte], node.start_byte, node.end_byte)
        elif node.child_count:
            waiting.extend(reversed(node.children))
        else:
            count += 1
            word = text[node.start_byte : node.end_byte]
            kind = "name" if word[:1].isalpha() or word[:1] == "_" else "sign"
            yield Token(kind, word, node.start_byte, node.end_byte)


def string_script(token: Token, document: Document) -> ScriptText:
    """A string as a script: Groovy's `${env.X}` is the shell's `${X}`."""
    quotes = 3 if token.text[:3] in ("'''", '"""') else 1
    start, end = token.start + quotes, max(token.end - quotes, token.start + quotes)
    source = document.text
    if token.text[:1] == "'":
        return ScriptText(source[start:end], document, Span(start, end), range(start, end))
    parts: list[str] = []
    offsets: list[int] = []
    at = start
    for match in _INTERPOLATION.finditer(source, start, end):
        parts.append(source[at : match.start()])
        offsets += range(at, match.start())
        name: str | None = match[1] or match[2]
        escaped = {"\\$": "$", "\\\n": "\\\n", "\\\\": "\\"}.get(match[0])
        new = escaped or (f"${{{name}}}" if name else "${__}")
        parts.append(new)
        offsets += [match.start()] * len(new)
        at = match.end()
    parts.append(source[at:end])
    offsets += range(at, end)
    return ScriptText("".join(parts), document, Span(start, end), offsets)


def arguments(tokens: Sequence[Token]) -> list[list[Token]]:
    """The arguments of a call, by the commas between them: of `('a', b)`, or of `'a', b` without parentheses."""
    found: list[list[Token]] = [[]]
    depth = 0
    is_wrapped = bool(tokens) and tokens[0].text == "("
    for token in tokens:
        if token.text in ("(", "["):
            depth += 1
            if depth == 1 and is_wrapped:
                continue
        elif token.text in (")", "]"):
            depth -= 1
            if depth < is_wrapped:
                break
        if token.text == "," and depth == is_wrapped:
            found.append([])
        else:
            found[-1].append(token)
    return found if found != [[]] else []


__all__ = ["DEPTH", "Block", "Token", "arguments", "read_groovy", "string_script"]
