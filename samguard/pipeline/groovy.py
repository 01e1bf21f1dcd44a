"""Groovy as blocks and statements: what Jenkinsfiles are made of.

Read by a scanner of its own. The grammars that there are for Python were tried on 33 Jenkinsfiles of many styles, 31 of
which Groovy 2.4 itself (that of Jenkins) parses: tree-sitter-groovy 0.1.2 and the grammar in tree-sitter-language-pack
0.13 parse 16 of them, dekobon-tree-sitter-groovy 0.3 parses 17, and groovy-parser 0.2 takes 13 seconds a file. They give
up a whole file for one word that they do not know. Tests hold the blocks found here against those that Groovy's own
parser finds. A text that nothing closes ends here with its line, so that what stands around it is read. Nothing is run.
Source: Apache Groovy documentation, "Syntax": comments, identifiers, strings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from samguard.pattern import pattern
from samguard.pipeline.model import PipelineProblem, whole
from samguard.pipeline.script_text import ScriptText
from samguard.source import Document, Place, Span
from samguard.value import value

DEPTH: Final = 60
"""How deep blocks are followed."""
_MOST_TOKENS: Final = 200_000
_MOST_PROBLEMS: Final = 10
_CLOSED_BY: Final = {"(": ")", "[": "]"}
_CONTINUED: Final = frozenset({",", "=", "+", "(", ":", "?", "&&", "||", "."})
_CONTINUES: Final = frozenset({"{", ".", ")", "?.", "&&", "||", "?", ":"})
_INTERPOLATION: Final = pattern(
    r"\\\$|\$\{\s*(?:env\.|params\.)?([A-Za-z_]\w*)\s*\}|\$(?:env|params)\.([A-Za-z_]\w*)|\$\{[^}]*\}|\\\n|\\\\"
)
_SPACE: Final = pattern(r"(?>[ \t\r\f\v]+|\n|\\\n|//[^\n]*|/\*.*?\*/|\A#![^\n]*)+", re.DOTALL)
_TOKEN: Final = pattern(
    r"""(?P<long>'''|\"\"\"|\$/)|(?P<string>'(?>\\.|[^'\\\n])*+'|"(?>\\.|\$\{(?>[^{}\n]|\{(?>[^{}\n]|\{[^{}\n]*+\})*+\})*+\}|[^"\\\n])*+")"""
    r"""|(?P<open>['"][^\n]*|/\*)|(?P<name>[A-Za-z_$][\w$]*)|(?P<number>\d[\w.]*)"""
    r"""|(?P<sign>->|==~|=~|===?|!==?|<=>?|>=|&&|\|\||\?\.|\?:|\+\+|--|[-+*/]=|\*\.|\.\.<?|<<|::|.)""",
    re.DOTALL,
)
_REGEX: Final = pattern(r"/(?>\\.|[^/\\\n])++/")
_BEFORE_REGEX: Final = frozenset(
    {"(", ",", "=", "==~", "=~", "~", "[", ":", "!", "&&", "||", "?", "return", "case", "+"}
)


@value
class Token:
    """A word of a text; `kind` is string, name, number, regex or sign, `is_first` whether it begins a line."""

    kind: str
    text: str
    start: int
    end: int
    is_first: bool = False


class Block:
    """A pair of braces with the statement before it: `stage('x') { ... }`."""

    def __init__(self, head: list[Token]) -> None:
        self.head = head
        self.parameters: tuple[str, ...] = ()
        """The names before the arrow: of a closure, what it is called with."""
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
        self._parens: list[list[Token]] = [[]]
        self._braces: list[Token] = []
        for token in self._tokens():
            if token.is_first and self._ends_statement(token):
                self._end_statement()
            if not self._take(token):
                break
        self._end_statement()
        self._check_closed(self._parens[0])
        if self._braces:
            self._problem('this "{" is never closed', self._braces[-1])
        if not self.root.items and document.text.strip():
            self.problems.append(PipelineProblem("no pipeline can be read here", whole(document)))

    def _ends_statement(self, following: Token) -> bool:
        """Whether a line break ends the statement before it."""
        if self._parens[-1] or not self._current or self._current[-1].text in _CONTINUED:
            return False
        return following.text not in _CONTINUES

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
            self._parens.append([])
            self._current = []
            return len(self._opened) <= DEPTH * 2
        if token.text == "}":
            self._end_statement()
            if len(self._opened) > 1:
                self._opened.pop().end = token.end
                self._braces.pop()
                self._check_closed(self._parens.pop())
            else:
                self._problem('this "}" closes nothing', token)
        elif token.text == ";":
            self._end_statement()
        elif token.text == "->":
            self._opened[-1].parameters = tuple(one.text for one in self._current if one.kind == "name")
            self._current = []
        else:
            if token.text in _CLOSED_BY:
                self._parens[-1].append(token)
            elif token.text in _CLOSED_BY.values():
                self._close(token)
            self._current.append(token)
        return True

    def _close(self, token: Token) -> None:
        """Takes a `)` or `]` up."""
        opened = self._parens[-1]
        if opened and _CLOSED_BY[opened[-1].text] == token.text:
            opened.pop()
        elif opened and any(_CLOSED_BY[one.text] == token.text for one in opened):
            while _CLOSED_BY[(last := opened.pop()).text] != token.text:
                self._problem(f'this "{last.text}" is never closed', last)
        else:
            self._problem(f'this "{token.text}" closes nothing', token)

    def _check_closed(self, opened: list[Token]) -> None:
        for token in opened[:1]:
            self._problem(f'this "{token.text}" is never closed', token)

    def _tokens(self) -> Iterator[Token]:
        text = self._document.text
        at, count, previous, is_first = 0, 0, "", True
        while at < len(text) and count < _MOST_TOKENS:
            space = _SPACE.match(text, at)
            if space is not None:
                is_first = is_first or "\n" in space[0]
                at = space.end()
                continue
            match = _TOKEN.match(text, at)
            if match is None:
                return
            count += 1
            kind, end = match.lastgroup or "sign", match.end()
            if kind == "long":
                kind = "regex" if match[0] == "$/" else "string"
                end = _end_of_long(text, "/$" if kind == "regex" else match[0], end)
            regex = _REGEX.match(text, at) if match[0] == "/" and previous in _BEFORE_REGEX else None
            if regex is not None:
                kind, end = "regex", regex.end()
            token = Token(kind, text[at:end], at, end, is_first)
            if kind == "open" or not end:
                rest = text.find("\n", at)
                message = "this comment is never closed" if match[0] == "/*" else "this text is never closed"
                self._problem(message, Token("open", "", at, rest if rest >= 0 else len(text)))
                if kind != "open" or match[0] == "/*":
                    return
            else:
                yield token
            at, previous, is_first = end, token.text, False

    def _problem(self, message: str, token: Token) -> None:
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(PipelineProblem(message, Place(self._document, Span(token.start, token.end))))


def _end_of_long(text: str, quotes: str, start: int) -> int:
    """Where a text in three quotes, or between dollar signs and slashes, ends; 0 where it does not."""
    found = text.find(quotes, start)
    while found > 0 and quotes != "/$" and text[found - 1] == "\\" and text[found - 2] != "\\":
        found = text.find(quotes, found + 1)
    return found + len(quotes) if found >= 0 else 0


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
