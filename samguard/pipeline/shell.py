"""Shell text as the commands that it runs, with the values of the variables that the text tells.

tree-sitter's grammar of bash splits it; nothing is run. What a variable is worth is known where an assignment, the
pipeline's `env` or the caller says it, and unknown otherwise.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from samguard.pattern import pattern
from samguard.pipeline.called import called
from samguard.pipeline.model import IgnoredFailure, PipelineProblem, whole
from samguard.pipeline.script_text import ScriptText
from samguard.pipeline.shell_words import MOST_LENGTH, UNKNOWN, Expansion, Script, Word
from samguard.source import Document, Place
from samguard.value import replace, value

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

Read: TypeAlias = Callable[[str], Document | None]
"""Gives the document at a path relative to the project's root; None where the tree has none."""

_MOST_COMMANDS: Final = 5_000
_MOST_CHARACTERS: Final = 1_000_000
_MOST_VARIABLES: Final = 500
_MOST_CALLS: Final = 100
_MOST_ROUNDS: Final = 20
_DEPTH: Final = 60
_CALL_DEPTH: Final = 6

_PAIR: Final = pattern(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_SEQUENCES: Final = frozenset({"program", "compound_statement", "do_group", "ERROR", "subshell"})
_FORGIVING: Final = frozenset({"true", ":", "echo", "printf", "warn"})
_COMPARED: Final = 3


@value
class ShellCommand:
    """A command with its words; `variables` are those that are known when it runs."""

    words: tuple[Word, ...]
    written: str
    place: Place
    folder: str | None
    variables: dict[str, str]
    ignored: IgnoredFailure | None = None
    is_conditional: bool = False
    via: tuple[Place, ...] = ()
    is_opened: bool = False
    """Whether what it calls is in the tree, so that its own commands follow."""


@value
class _Context:
    """How a statement stands in the text."""

    ignored: IgnoredFailure | None = None
    is_conditional: bool = False
    depth: int = 0


class Budget:
    """What is left of what one pipeline may cost."""

    def __init__(self) -> None:
        self.commands = _MOST_COMMANDS
        self.characters = _MOST_CHARACTERS
        self.calls = _MOST_CALLS
        self.problems: list[PipelineProblem] = []
        """What is wrong with the files that commands call."""


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter_bash  # noqa: PLC0415 - only projects with a pipeline need it
    from tree_sitter import Language, Parser  # noqa: PLC0415

    return Parser(Language(tree_sitter_bash.language()))


class Shell:
    """One shell: it runs scripts, remembers variables, and gives the commands."""

    def __init__(  # noqa: PLR0913 - each is a part of the shell's surroundings
        self,
        variables: dict[str, str],
        read: Read,
        *,
        folder: str | None = "",
        expression: Callable[[str], str | None] = lambda _text: None,
        errexit: bool | None = True,
        pipefail: bool = False,
        budget: Budget | None = None,
        via: tuple[Place, ...] = (),
    ) -> None:
        self.variables = dict(variables)
        self.folder = folder
        self.exported: dict[str, str] = {}
        """What was written to GITHUB_ENV."""
        self.assigned: dict[str, Word] = {}
        """The last word that a script gave to each variable."""
        self.outputs: dict[str, str] = {}
        """What was written to GITHUB_OUTPUT."""
        self._read = read
        self._expression = expression
        self._errexit = errexit
        self._unchecked: IgnoredFailure | None = None
        self._pipefail = pipefail
        self._budget = budget or Budget()
        self._functions: dict[str, tuple[Node, Script]] = {}
        self._calls = 0
        self._via = via
        self._found: list[ShellCommand] = []
        self._cause: IgnoredFailure | None = None

    def run(self, script: ScriptText) -> tuple[ShellCommand, ...]:
        """The commands of a script, in order, those of the scripts and functions that it calls among them."""
        self._found = []
        self._run(script, _Context())
        return tuple(self._found)

    def _run(self, text: ScriptText, context: _Context) -> None:
        self._budget.characters -= len(text.text)
        if self._budget.characters < 0:
            return
        script = Script(text)
        root = _parser().parse(script.source.encode("ascii", "replace")).root_node
        self._statement(root, script, context)

    # statements

    def _statement(self, node: Node, script: Script, context: _Context) -> None:  # noqa: C901, PLR0912
        if context.depth > _DEPTH or self._budget.commands <= 0:
            return
        context = replace(context, depth=context.depth + 1)
        kind = node.type
        if kind == "subshell":
            variables, folder = self.variables, self.folder
            self._sequence(node.named_children, script, context)
            self.variables, self.folder = variables, folder
        elif kind in _SEQUENCES:
            self._sequence(node.named_children, script, context)
        elif kind == "command":
            self._command(node, script, context)
        elif kind in ("variable_assignment", "variable_assignments"):
            self._assignments(node, script, context)
        elif kind == "declaration_command":
            for child in node.named_children:
                self._assignments(child, script, context)
        elif kind == "list":
            self._list(node, script, context)
        elif kind == "pipeline":
            self._pipeline(node, script, context)
        elif kind == "redirected_statement":
            self._redirected(node, script, context)
        elif kind == "negated_command":
            for child in node.named_children:
                self._statement(child, script, replace(context, is_conditional=True))
        elif kind == "if_statement":
            self._if(node, script, context)
        elif kind == "case_statement":
            self._case(node, script, context)
        elif kind == "for_statement":
            self._for(node, script, context)
        elif kind in ("while_statement", "c_style_for_statement"):
            self._branches([node.named_children], script, context, is_complete=False)
        elif kind == "function_definition":
            name = node.child_by_field_name("name")
            body = node.child_by_field_name("body")
            if name is not None and body is not None:
                self._functions[script.written(name)] = (body, script)

    def _expansion(self) -> Expansion:
        return Expansion(self.variables, self._expression)

    def _sequence(self, nodes: Sequence[Node], script: Script, context: _Context) -> None:
        for index, node in enumerate(nodes):
            own = context
            after = nodes[index + 1] if index + 1 < len(nodes) else None
            if self._errexit is False and after is not None and own.ignored is None:
                checks = "$?" in script.written(after)[:200]
                if not checks and after.type not in ("function_definition", "comment"):
                    own = replace(own, ignored=self._cause)
            following = node.next_sibling
            if following is not None and following.type == "&":
                own = replace(own, ignored=IgnoredFailure("&", script.place(following)))
            self._statement(node, script, own)

    def _list(self, node: Node, script: Script, context: _Context) -> None:
        # `a && b || c` nests to the left, so a long list would be as deep as it is long.
        chain: list[tuple[Node, str, Node]] = []
        left = node
        while left.type == "list" and len(left.children) >= _COMPARED:
            chain.append((left.children[0], left.children[1].type, left.children[-1]))
            left = left.children[0]
        ignoring: list[IgnoredFailure | None] = []
        ignored = context.ignored
        for _, operator, right in chain:
            ignoring.append(ignored)
            if operator == "||" and _forgives(right, script):
                shown = f"|| {_short(script.written(right))}"
                ignored = IgnoredFailure(shown, script.place(right))
        self._statement(left, script, replace(context, ignored=ignored))
        previous = left
        for (_, operator, right), outer in zip(reversed(chain), reversed(ignoring), strict=True):
            is_conditional = (
                context.is_conditional or operator == "||" or previous.type in ("test_command", "negated_command")
            )
            before = self.variables
            self._statement(right, script, replace(context, ignored=outer, is_conditional=is_conditional))
            if is_conditional:
                self._merge(before, [self.variables, before])
            previous = right

    def _pipeline(self, node: Node, script: Script, context: _Context) -> None:
        parts = node.named_children
        for index, part in enumerate(parts):
            own = context
            if not self._pipefail and index + 1 < len(parts) and own.ignored is None:
                following = parts[index + 1]
                own = replace(
                    own, ignored=IgnoredFailure(f"| {_short(script.written(following))}", script.place(following))
                )
            self._statement(part, script, own)

    def _redirected(self, node: Node, script: Script, context: _Context) -> None:
        redirects = [child for child in node.named_children if child.type == "file_redirect"]
        target = " ".join(script.written(child) for child in redirects)
        into = self.exported if "GITHUB_ENV" in target else self.outputs if "GITHUB_OUTPUT" in target else None
        for child in node.named_children:
            if child.type.endswith("_redirect"):
                continue
            if into is not None:
                for command in _commands_in(child):
                    words = self._expansion().words(command, script)
                    pair = _PAIR.fullmatch(" ".join(word.pieces for word in words[1:]).strip())
                    if words and words[0].text in ("echo", "printf") and pair is not None:
                        known = pair[2] if not context.is_conditional else UNKNOWN
                        into[pair[1]] = known
            self._statement(child, script, context)

    def _if(self, node: Node, script: Script, context: _Context) -> None:
        branches: list[list[Node]] = []
        outcomes: list[bool | None] = []
        parts: list[tuple[list[Node], list[Node]]] = [([], [])]
        is_condition = True
        otherwise: list[Node] | None = None
        for child in node.children:
            if child.type == "then":
                is_condition = False
            elif child.type == "elif_clause":
                condition: list[Node] = []
                body: list[Node] = []
                current = condition
                for inner in child.children:
                    if inner.type == "then":
                        current = body
                    elif inner.is_named:
                        current.append(inner)
                parts.append((condition, body))
            elif child.type == "else_clause":
                otherwise = child.named_children
            elif child.is_named:
                parts[0][0 if is_condition else 1].append(child)
        is_decided = False
        for condition, body in parts:
            if is_decided:
                break
            for one in condition:
                self._statement(one, script, replace(context, is_conditional=True))
            outcome = self._outcome(condition, script)
            if outcome is not False:
                branches.append(body)
                outcomes.append(outcome)
            is_decided = outcome is True
        if not is_decided and otherwise is not None:
            branches.append(otherwise)
        is_certain = len(branches) == 1 and (is_decided or (otherwise is not None and not outcomes))
        self._branches(
            branches, script, context, is_complete=is_decided or otherwise is not None, is_certain=is_certain
        )

    def _case(self, node: Node, script: Script, context: _Context) -> None:
        subject = node.child_by_field_name("value")
        known = None if subject is None else self._expansion().word(subject, script).text
        branches: list[list[Node]] = []
        has_rest = False
        for item in node.named_children:
            if item.type != "case_item":
                continue
            patterns = [child for child in item.children if child.is_named and not _follows_bracket(child)]
            texts = [script.written(child).strip("\"'") for child in patterns]
            body = [child for child in item.named_children if _follows_bracket(child)]
            if known is not None and any(text == known for text in texts):
                branches, has_rest = [body], True
                self._branches(branches, script, context, is_complete=True, is_certain=True)
                return
            if known is not None and not any(set("*?[") & set(text) for text in texts):
                continue
            has_rest = has_rest or "*" in texts
            branches.append(body)
        self._branches(branches, script, context, is_complete=has_rest)

    def _for(self, node: Node, script: Script, context: _Context) -> None:
        name = node.child_by_field_name("variable")
        body = node.child_by_field_name("body")
        if body is None:
            return
        values = [child for child in node.named_children if child not in (name, body)]
        words = [part for child in values for part in self._expansion().split(child, script)]
        if name is None or not 0 < len(words) <= _MOST_ROUNDS or any(word.text is None for word in words):
            if name is not None:
                self._set(script.written(name), UNKNOWN)
            self._branches([[body]], script, context, is_complete=False)
            return
        for word in words:
            self._set(script.written(name), word.pieces)
            self._statement(body, script, context)

    def _branches(
        self,
        branches: Sequence[Sequence[Node]],
        script: Script,
        context: _Context,
        *,
        is_complete: bool,
        is_certain: bool = False,
    ) -> None:
        """Run each branch from the same beginning; afterwards, only that is known which all agree on."""
        before, folder = self.variables, self.folder
        after: list[dict[str, str]] = [] if is_complete else [before]
        own = context if is_certain else replace(context, is_conditional=True)
        for branch in branches:
            self.variables, self.folder = before, folder
            self._sequence(branch, script, own)
            after.append(self.variables)
        if is_certain:
            return
        self.folder = folder
        self._merge(before, after)

    def _merge(self, before: dict[str, str], after: list[dict[str, str]]) -> None:
        first, *others = after or [before]
        merged = dict(first)
        for other in others:
            for name in {*merged, *other}:
                if merged.get(name, UNKNOWN) != other.get(name, UNKNOWN):
                    merged[name] = UNKNOWN
        self.variables = merged

    def _outcome(self, condition: Sequence[Node], script: Script) -> bool | None:
        """What a test comes to, where its values are known."""
        if len(condition) != 1 or condition[0].type != "test_command":
            return None
        inner = condition[0].named_children
        if len(inner) != 1 or inner[0].type not in ("binary_expression", "unary_expression"):
            return None
        parts = inner[0].children
        if inner[0].type == "binary_expression" and len(parts) == _COMPARED:
            left, right = self._expansion().word(parts[0], script), self._expansion().word(parts[2], script)
            operator = script.written(parts[1])
            if left.text is None or right.text is None or operator not in ("=", "==", "!="):
                return None
            if set("*?[") & set(right.text):
                return None
            return (left.text == right.text) is (operator != "!=")
        if inner[0].type == "unary_expression" and len(parts) == _COMPARED - 1:
            word = self._expansion().word(parts[1], script)
            operator = script.written(parts[0])
            if word.text is not None and operator in ("-z", "-n"):
                return (word.text == "") is (operator == "-z")
        return None

    # commands

    def _command(self, node: Node, script: Script, context: _Context) -> None:
        self._budget.commands -= 1
        words = self._expansion().words(node, script)
        variables = self.variables
        for child in node.named_children:
            if child.type == "variable_assignment":
                self._assignments(child, script, context)
        own, self.variables = self.variables, variables
        if not words:
            return
        found = ShellCommand(
            words,
            " ".join(script.written(node).split())[:MOST_LENGTH],
            script.place(node),
            self.folder,
            own,
            context.ignored,
            context.is_conditional,
            self._via,
        )
        for child in node.named_children:
            if child.type != "variable_assignment":
                self._substituted(child, script, context)
        if self._builtin(words, script, node, context):
            return
        index = len(self._found)
        self._found.append(found)
        if self._call(found, context):
            self._found[index] = replace(found, is_opened=True)

    def _builtin(self, words: tuple[Word, ...], script: Script, node: Node, context: _Context) -> bool:
        match words[0].text:
            case "cd" | "pushd":
                target = words[1].text if len(words) > 1 else None
                self.folder = joined(self.folder, target)
            case "set":
                self._options([word.pieces for word in words[1:]], script.place(node))
            case "read":
                for word in words[1:]:
                    self._set(word.pieces, UNKNOWN)
            case "source" | ".":
                self._source(words, context)
            case _:
                return False
        return True

    def _options(self, words: Iterable[str], place: Place) -> None:
        previous = ""
        for word in words:
            is_on = word.startswith("-")
            if word[:1] in ("-", "+") and "e" in word[1:].replace("o", "", 1):
                self._errexit = is_on
            if previous.endswith("o") and previous[:1] in ("-", "+"):
                if word == "pipefail":
                    self._pipefail = previous.startswith("-")
                elif word == "errexit":
                    self._errexit = previous.startswith("-")
            if self._errexit is False:
                self._cause = IgnoredFailure("set +e", place)
            previous = word

    def _source(self, words: tuple[Word, ...], context: _Context) -> None:
        if len(words) > 1:
            path = joined(self.folder, words[1].text)
            document = None if path is None else self._document(path)
            if document is not None and self._calls < _CALL_DEPTH:
                arguments = self._arguments(words[2:])
                self._inside(document, arguments, words[0].place, context, keeps=True)

    def _call(self, command: ShellCommand, context: _Context) -> bool:
        """Run what a command calls: a function of the script, another script, a make target, an npm script."""
        if self._calls >= _CALL_DEPTH:
            return False
        name = command.words[0].text
        function = self._functions.get(name) if name is not None else None
        if function is not None:
            self._budget.calls -= 1
            if self._budget.calls < 0:
                return False
            body, script = function
            saved = {key: self.variables[key] for key in self.variables if key.isdigit()}
            self.variables = {**self.variables, **self._arguments(command.words[1:])}
            self._calls += 1
            self._statement(body, script, replace(context, depth=context.depth))
            self._calls -= 1
            self.variables = {key: text for key, text in self.variables.items() if not key.isdigit()} | saved
            return True
        found = called(tuple(word.text for word in command.words), self.folder, self._document)
        if found is None:
            return False
        self._budget.problems += (problem for problem in found.problems if problem not in self._budget.problems)
        is_shell = found.is_shell
        arguments = self._arguments(command.words[found.first_argument :]) if is_shell else {}
        saved_state = (
            self.variables,
            self.folder,
            self._errexit,
            self._pipefail,
            self._functions,
            self._via,
            self._cause,
        )
        self.variables = {key: text for key, text in command.variables.items() if not key.isdigit()}
        self.variables |= {**arguments, **found.variables}
        if found.folder is not None:
            self.folder = found.folder
        self._functions = {} if is_shell else self._functions
        self._via = (*self._via, command.place)
        for text in found.scripts:
            if is_shell:
                first = text.text.partition("\n")[0]
                self._errexit = first.startswith("#!") and " -" in first and "e" in first.rpartition(" -")[2]
                self._pipefail = False
                self._cause = IgnoredFailure(f"no set -e in {text.document.path}", whole(text.document))
            inner = replace(context, depth=0)
            if text in found.forgiven:
                inner = replace(inner, ignored=IgnoredFailure("-", text.place(0, len(text.text))))
            self._calls += 1
            self._run(text, inner)
            self._calls -= 1
        (self.variables, self.folder, self._errexit, self._pipefail, self._functions, self._via, self._cause) = (
            saved_state
        )
        return True

    def _inside(
        self, document: Document, arguments: dict[str, str], place: Place, context: _Context, *, keeps: bool
    ) -> None:
        from samguard.pipeline.script_text import of_document  # noqa: PLC0415

        variables, via = self.variables, self._via
        self.variables = {**self.variables, **arguments}
        self._via = (*via, place)
        self._calls += 1
        self._run(of_document(document), replace(context, depth=0))
        self._calls -= 1
        self._via = via
        if not keeps:
            self.variables = variables

    def _arguments(self, words: Sequence[Word]) -> dict[str, str]:
        arguments = {str(number): word.pieces for number, word in enumerate(words[:_MOST_ROUNDS], 1)}
        for number in range(len(words) + 1, 10):
            arguments[str(number)] = ""
        arguments["@"] = arguments["*"] = " ".join(word.pieces for word in words)[:MOST_LENGTH]
        arguments["#"] = str(len(words))
        return arguments

    def _document(self, path: str) -> Document | None:
        self._budget.calls -= 1
        return None if self._budget.calls < 0 else self._read(path)

    # variables

    def _set(self, name: str, text: str) -> None:
        if len(self.variables) < _MOST_VARIABLES or name in self.variables:
            self.variables = {**self.variables, name: text if len(text) <= MOST_LENGTH else UNKNOWN}

    def _assignments(self, node: Node, script: Script, context: _Context) -> None:
        if node.type == "variable_assignments":
            for child in node.named_children:
                self._assignments(child, script, context)
        if node.type != "variable_assignment":
            return
        name, text = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None:
            return
        word = None if text is None else self._expansion().word(text, script)
        pieces = "" if word is None else word.pieces
        if word is not None and len(self.assigned) < _MOST_VARIABLES:
            self.assigned[script.written(name)] = word
        if "+=" in script.written(node).partition("=")[0] + "=":
            key = script.written(name)
            pieces = self.variables.get(key, UNKNOWN) + pieces
        self._set(script.written(name), pieces)
        if text is not None:
            self._substituted(text, script, context)

    def _substituted(self, node: Node, script: Script, context: _Context) -> None:
        """Run what stands in `$(...)` of a word."""
        waiting = [node]
        while waiting:
            current = waiting.pop()
            if current.type == "command_substitution":
                variables = self.variables
                for child in current.named_children:
                    self._statement(child, script, context)
                self.variables = variables
            else:
                waiting.extend(reversed(current.named_children))


def joined(folder: str | None, path: str | None) -> str | None:
    """The path that a relative one means in a folder; None where either is unknown or it leads out of the tree."""
    if folder is None or path is None or path.startswith(("/", "~")) or UNKNOWN in path or path == "-":
        return None
    found = posixpath.normpath(posixpath.join(folder, path))
    return None if found == ".." or found.startswith("../") else "" if found == "." else found


def _commands_in(node: Node) -> Iterator[Node]:
    if node.type == "command":
        yield node
    elif node.type in _SEQUENCES:
        for child in node.named_children:
            if child.type == "command":
                yield child


def _forgives(node: Node, script: Script) -> bool:
    """Whether what runs after a failure ends well."""
    while node.type in (*_SEQUENCES, "redirected_statement") and node.named_children:
        inner = [
            child for child in node.named_children if not child.type.endswith("_redirect") and child.type != "comment"
        ]
        if not inner:
            return False
        node = inner[-1]
    if node.type != "command":
        return False
    words = script.written(node).split()
    if words[:1] in (["exit"], ["return"]):
        return words[1:2] == ["0"]
    return words[0] in _FORGIVING if words else False


def _follows_bracket(node: Node) -> bool:
    """Whether a part of a case item stands behind its `)`."""
    previous = node.prev_sibling
    while previous is not None:
        if previous.type == ")":
            return True
        previous = previous.prev_sibling
    return False


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= 40 else f"{one_line[:39]}…"  # noqa: PLR2004


__all__ = ["UNKNOWN", "Budget", "Read", "Shell", "ShellCommand", "Word", "joined"]
