"""A deployment hook in JavaScript or TypeScript: its syntax tree, read for the answer to CodeDeploy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from samguard.rollout.hook_paths import (
    Action,
    Actions,
    Attempt,
    Choice,
    Leave,
    Loop,
    Range,
    SilentEnd,
    Step,
    silent_ends,
)
from samguard.rollout.hook_source import IDS, Answer, HookFacts, Said, is_readable
from samguard.rollout.script_hook_results import forgiven_failures, unread_invocations

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

ANSWER: Final = "putLifecycleEventHookExecutionStatus"
COMMAND: Final = "PutLifecycleEventHookExecutionStatusCommand"
_FUNCTIONS: Final = frozenset(
    {"arrow_function", "function_expression", "function_declaration", "function", "method_definition"}
)
_HARMLESS_ROOTS: Final = frozenset(
    "console JSON Object String Number Boolean Array Buffer Date Math Promise logger log tracer metrics process "
    "require TextEncoder TextDecoder Error util setTimeout parseInt".split()
)
_REQUESTS: Final = frozenset({"fetch", "axios", "got", "superagent", "request"})
_LOOPS: Final = frozenset({"for_statement", "for_in_statement", "while_statement", "do_statement"})
_STATUSES: Final = {
    "FAILED": "Failed", "IN_PROGRESS": "InProgress", "PENDING": "Pending", "SKIPPED": "Skipped",
    "SUCCEEDED": "Succeeded", "UNKNOWN": "Unknown",
}  # fmt: skip
"""The client's names of the statuses, LifecycleEventStatus."""
_MOST_ROUNDS: Final = 4
_DEPTH: Final = 6

Variable: TypeAlias = tuple[int, str]
"""A variable: the function that declares it (0 for the module), and its name."""


@lru_cache(maxsize=2)
def _parser(*, is_typed: bool) -> Parser:
    from tree_sitter import Language, Parser  # noqa: PLC0415 - few projects have such a hook

    if is_typed:
        import tree_sitter_typescript  # noqa: PLC0415

        return Parser(Language(tree_sitter_typescript.language_typescript()))
    import tree_sitter_javascript  # noqa: PLC0415

    return Parser(Language(tree_sitter_javascript.language()))


def script_facts(code: str, handler: str, *, is_typed: bool) -> HookFacts | None:
    """What a module shows of its handler; None where it cannot be read."""
    data = code.encode("utf-8", "replace")
    tree = _parser(is_typed=is_typed).parse(data)
    if tree.root_node.has_error or not is_readable(tree.root_node, lambda node: node.children):
        return None
    try:
        return _Reading(tree.root_node, data, handler).facts()
    except RecursionError:
        return None


class _Reading:
    """One module, looked at from its handler."""

    def __init__(self, root: Node, data: bytes, handler: str) -> None:
        self.data = data
        self.wanted = handler
        self.is_ascii = data.isascii()
        self.nodes = list(_walk(root))
        self.declared = self._declarations()
        self.functions = dict(self._named_functions())
        self.handler, self.handler_name, self.is_wrapped = self._find_handler(handler)
        self.assignments = self._assignments()
        self.event_names = self._event_names()
        self.answering = self._closure(self._is_answer)
        self.failing = self._closure(self._is_request)

    def facts(self) -> HookFacts:
        calls = [node for node in self.nodes if node.type in ("call_expression", "new_expression")]
        answers = tuple(self._answer(call) for call in calls if self._is_answer(call))
        elsewhere = self.is_wrapped or self._is_mentioned() or any(map(self._hands_on, calls))
        place = self._place(self.handler_name) if self.handler_name is not None else None
        ends: tuple[SilentEnd, ...] = ()
        if self.handler is not None and place is not None and answers and not elsewhere:
            body = self.handler.child_by_field_name("body")
            if body is not None and body.type == "statement_block":
                ends = silent_ends(self._actions(body.named_children), place)
        return HookFacts(
            handler=place if self.handler is not None else None,
            answers=answers,
            may_answer_elsewhere=elsewhere,
            silent_ends=ends,
            required=tuple(self._required()),
            invokes=any(self._is_invocation(call) for call in calls),
            event_keys=tuple(self._event_keys()),
            lacks_handler=self._lacks(self.wanted),
            unawaited=tuple(self._place(call) for call in calls if self._is_left(call)),
            unread_invocations=tuple(
                self._place(one) for one in unread_invocations(self.nodes, self._text, self._is_invocation)
            ),
            forgiven_failures=tuple(self._place(one) for one in forgiven_failures(self.nodes, self._text)),
        )

    def _text(self, node: Node | None) -> str:
        return "" if node is None else self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _place(self, node: Node) -> Range:
        if self.is_ascii:
            return node.start_byte, node.end_byte
        start = len(self.data[: node.start_byte].decode("utf-8", "replace"))
        return start, start + len(self._text(node))

    # functions

    def _named_functions(self) -> Iterator[tuple[str, Node]]:
        for node in self.nodes:
            if node.type in ("function_declaration", "method_definition"):
                yield self._text(node.child_by_field_name("name")), node
            elif node.type == "variable_declarator":
                value = node.child_by_field_name("value")
                if value is not None and value.type in _FUNCTIONS:
                    yield self._text(node.child_by_field_name("name")), value

    def _find_handler(self, name: str) -> tuple[Node | None, Node | None, bool]:
        """The function that Lambda calls, the node that names it, and whether it is wrapped into something."""
        for node in self.nodes:
            left, value = _named_value(node)
            if left is None or value is None:
                continue
            said = self._text(left)
            if said == name or said in (f"exports.{name}", f"module.exports.{name}"):
                if value.type in _FUNCTIONS:
                    return value, left, False
                if value.type == "identifier" and self._text(value) in self.functions:
                    return self.functions[self._text(value)], left, False
                method = self.functions.get(_bound_method(value, self._text))
                if method is not None:
                    return method, left, False
                if value.type == "call_expression":
                    inner = [one for one in _walk(value) if one.type in _FUNCTIONS]
                    named = [self.functions.get(self._text(one)) for one in _arguments(value)]
                    found = next((one for one in [*inner, *named] if one is not None), None)
                    return found, left, True
        declared = self.functions.get(name)
        if declared is not None and declared.type == "function_declaration":
            return declared, declared.child_by_field_name("name"), False
        return None, None, False

    # names

    def _declarations(self) -> dict[int, set[str]]:
        """The names that each function declares, by its node's id."""
        found: dict[int, set[str]] = {}
        for node in self.nodes:
            if node.type in _FUNCTIONS:
                names = found.setdefault(node.id, set())
                for parameter in _parameter_nodes(node):
                    names.update(self._text(one) for one in _identifiers(parameter))
            elif node.type == "variable_declarator":
                function = _function_round(node)
                name = node.child_by_field_name("name")
                if function is not None and name is not None:
                    found.setdefault(function.id, set()).update(self._text(one) for one in _identifiers(name))
        return found

    def _variable(self, node: Node) -> Variable:
        """Which variable an identifier is: that of the innermost function that declares one of its name."""
        name = self._text(node)
        function = node if node.type in _FUNCTIONS else _function_round(node)
        while function is not None and name not in self.declared.get(function.id, ()):
            function = _function_round(function)
        return (0 if function is None else function.id), name

    # who knows of the event

    def _event_names(self) -> frozenset[Variable]:
        """The variables that hold the event, or something made of it."""
        if self.handler is None:
            return frozenset()
        first = next(iter(_parameter_nodes(self.handler)), None)
        names = {self._variable(one) for one in _identifiers(first)} if first is not None else set()
        for _ in range(_MOST_ROUNDS):
            before = len(names)
            for node in self.nodes:
                left, value = _named_value(node)
                if left is not None and value is not None:
                    if value.type not in _FUNCTIONS and self._mentions(value, names):
                        names.update(self._variable(one) for one in _identifiers(left))
                elif node.type == "call_expression":
                    names.update(self._passed_on(node, names))
            if len(names) == before:
                break
        return frozenset(names)

    def _passed_on(self, call: Node, names: set[Variable]) -> Iterator[Variable]:
        """The parameters of the module's own functions that are given something of the event."""
        function = self.functions.get(self._called(call))
        if function is None:
            return
        for parameter, argument in zip(_parameter_nodes(function), _arguments(call), strict=False):
            if self._mentions(argument, names):
                yield from (self._variable(one) for one in _identifiers(parameter))

    def _mentions(self, node: Node, names: set[Variable] | frozenset[Variable]) -> bool:
        kinds = ("identifier", "shorthand_property_identifier")
        return any(one.type in kinds and self._variable(one) in names for one in _walk(node))

    def _hands_on(self, call: Node) -> bool:
        """Whether a call passes the event, or a part of it, to something outside of the module."""
        is_made = self._text(call.child_by_field_name("constructor")).endswith(COMMAND)
        if is_made or self._is_answer(call) or self._holds_answer(call) or self._called(call) in self.functions:
            return False
        root = self._root(call)
        if root in _HARMLESS_ROOTS or root in {name for _, name in self.event_names}:
            return False
        return any(
            argument.type not in _FUNCTIONS and self._mentions(argument, self.event_names)
            for argument in _arguments(call)
        )

    def _holds_answer(self, call: Node) -> bool:
        """Whether a call sends an answer that was made before: `client.send(command)`, `client.send(new Put…())`."""
        return any(
            self._is_answer(made)
            for argument in _arguments(call)
            for one in ([argument] if argument.type != "identifier" else self._assigned(argument))
            for made in ([one] if one is not None else [])
        )

    def _is_mentioned(self) -> bool:
        """Whether the call is named otherwise than by calling it."""
        functions = {one.child_by_field_name("function") for one in self.nodes if one.type == "call_expression"}
        for node in self.nodes:
            if node.type in ("string_fragment", "template_string") and ANSWER in self._text(node):
                return True
            is_answer = self._text(node.child_by_field_name("property")) == ANSWER
            if node.type == "member_expression" and is_answer and node not in functions:
                return True
        return False

    # calls

    def _is_answer(self, call: Node) -> bool:
        if call.type == "new_expression":
            is_command = self._text(call.child_by_field_name("constructor")).endswith(COMMAND)
            return is_command and self._is_used(call)
        return call.type == "call_expression" and self._property(call) == ANSWER

    def _is_used(self, made: Node) -> bool:
        """Whether anything is done with a command: one that is only made is not sent."""
        outer = _outermost(made, ("await_expression", "parenthesized_expression", "as_expression"))
        parent = outer.parent
        if parent is None or parent.type != "variable_declarator":
            return parent is None or parent.type != "expression_statement"
        name = parent.child_by_field_name("name")
        said = self._text(name)
        kinds = ("identifier", "shorthand_property_identifier")
        uses = (one for one in self.nodes if one.type in kinds and one != name)
        return name is None or name.type != "identifier" or any(self._text(one) == said for one in uses)

    def _is_not_awaited(self, answer: Node) -> bool:
        """Whether an async function goes on, and may end, before its answer is sent: a promise that nobody waits for."""
        call: Node | None = answer
        if answer.type == "new_expression":
            call = answer.parent.parent if answer.parent is not None and answer.parent.type == "arguments" else None
        function = _function_round(answer)
        if call is None or call.type != "call_expression" or function is None or len(_arguments(call)) != 1:
            return False
        is_async = any(child.type == "async" for child in function.children)
        outer = _outermost(call, ("member_expression", "call_expression", "parenthesized_expression"))
        is_statement = outer.parent is not None and outer.parent.type == "expression_statement"
        return is_async and is_statement and function == self.handler

    def _is_left(self, call: Node) -> bool:
        """Whether an async handler calls a function of its own that answers, and does not wait for its promise."""
        function = self.functions.get(self._called(call)) if call.type == "call_expression" else None
        if function is None or self._called(call) not in self.answering or self.handler is None:
            return False
        are_async = all(any(child.type == "async" for child in one.children) for one in (function, self.handler))
        is_statement = call.parent is not None and call.parent.type == "expression_statement"
        return are_async and is_statement and _function_round(call) == self.handler

    def _is_invocation(self, call: Node) -> bool:
        if call.type == "new_expression":
            return self._text(call.child_by_field_name("constructor")).endswith("InvokeCommand")
        return call.type == "call_expression" and self._property(call) == "invoke"

    def _is_request(self, call: Node) -> bool:
        """Whether an awaited call asks something of the new version, and so fails with it."""
        asks = self._is_invocation(call) or (call.type == "call_expression" and self._root(call) in _REQUESTS)
        return asks and _is_awaited(call) and not self._is_caught(call)

    def _is_caught(self, call: Node) -> bool:
        """Whether the promise has a `catch`, or stands in a `try` within its function."""
        node: Node | None = call
        while node is not None and node.type not in _FUNCTIONS:
            if node.type == "call_expression" and self._property(node) in ("catch", "allSettled"):
                return True
            is_then = node.type == "call_expression" and self._property(node) == "then"
            if is_then and len(_arguments(node)) > 1:  # its second function gets the failure
                return True
            node = node.parent
        return False

    def _property(self, call: Node) -> str:
        function = call.child_by_field_name("function")
        if function is None or function.type != "member_expression":
            return ""
        return self._text(function.child_by_field_name("property"))

    def _called(self, call: Node) -> str:
        """The name of the module's own function that a call may be of."""
        function = call.child_by_field_name("function")
        if function is None:
            return ""
        if function.type == "identifier":
            return self._text(function)
        owner = function.child_by_field_name("object")
        return self._property(call) if owner is not None and self._text(owner) == "this" else ""

    def _root(self, call: Node) -> str:
        node: Node | None = call
        while node is not None and node.type not in ("identifier", "this"):
            node = (
                node.child_by_field_name("function")
                or node.child_by_field_name("object")
                or node.child_by_field_name("constructor")
            )
        return self._text(node)

    # the answer

    def _answer(self, call: Node) -> Answer:
        place = self._place(call)
        given = next(iter(_arguments(call)), None)
        values = self._objects(given) if given is not None else None
        is_awaited = not self._is_not_awaited(call)
        client = self._client(call)
        if not values:
            return Answer(place, (), is_known=False, client=client, is_awaited=is_awaited)
        found: list[Said] = []
        is_known = True
        for value in values:
            texts = self._possible(value, _DEPTH) if value is not None else None
            found.extend(texts if texts is not None else self._known_parts(value))
            is_known = is_known and texts is not None
        missing = self._missing(given) if given is not None else ()
        is_known = is_known and bool(found)
        return Answer(place, tuple(dict.fromkeys(found)), is_known, missing, client, is_awaited)

    def _client(self, command: Node) -> str | None:
        """The service of the client that sends a command, where that is another than CodeDeploy."""
        call = command.parent.parent if command.type == "new_expression" and command.parent is not None else None
        function = call.child_by_field_name("function") if call is not None else None
        owner = function.child_by_field_name("object") if function is not None else None
        if owner is None or owner.type != "identifier":
            return None
        made = [one for one in self._assigned(owner) if one is not None and one.type == "new_expression"]
        name = self._text(made[0].child_by_field_name("constructor")) if len(made) == 1 else ""
        service = name.removesuffix("Client").lower() if name.endswith("Client") else ""
        return service if service and service != "codedeploy" else None

    def _missing(self, given: Node) -> tuple[str, ...]:
        """The ids that an object literal does not hold."""
        if given.type == "identifier":
            values = self._assigned(given)
            given = values[0] if len(values) == 1 and values[0] is not None else given
        if given.type != "object" or any(child.type == "spread_element" for child in given.named_children):
            return ()
        keys = {self._text(child.child_by_field_name("key") or child).strip("'\"") for child in given.named_children}
        return tuple(name for name in IDS if name not in keys)

    def _lacks(self, handler: str) -> bool:
        """Whether nothing in the module is, or may become, of the handler's name."""
        for node in self.nodes:
            if node.type == "export_statement" and any(
                child.type in ("*", "namespace_export") for child in node.children
            ):
                return False
            left, value = _named_value(node)
            is_whole = left is not None and self._text(left) in ("module.exports", "exports")
            if is_whole and (value is None or value.type != "object" or "..." in self._text(value)):
                return False
        code = self.data.decode("utf-8", "replace")
        exported = self._exported()
        if exported and "exports" not in code:
            return handler not in exported
        return re.search(rf"\b{re.escape(handler)}\b", code) is None and "__esModule" not in code

    def _exported(self) -> frozenset[str]:
        """The names that `export` statements give."""
        found: set[str] = set()
        for node in self.nodes:
            if node.type == "export_specifier":
                found.add(self._text(node.child_by_field_name("alias") or node.child_by_field_name("name")))
            elif node.type == "export_statement":
                declared = node.child_by_field_name("declaration")
                named = [declared, *(declared.named_children if declared is not None else ())]
                names = [one.child_by_field_name("name") for one in named if one is not None]
                found.update(self._text(part) for name in names if name is not None for part in _identifiers(name))
                found.update(self._text(name) for name in names if name is not None)
        return frozenset(found)

    def _event_keys(self) -> Iterator[Said]:
        """What is taken out of the event by name: `event.X`, `event["X"]`, `{X} = event`."""
        events = self._events()
        for node in self.nodes:
            if node.type in ("member_expression", "subscript_expression"):
                owner = node.child_by_field_name("object")
                key = node.child_by_field_name("property") or node.child_by_field_name("index")
                if (
                    owner is not None
                    and key is not None
                    and self._is_one_of(owner, events)
                    and key.type != "identifier"
                ):
                    yield Said(self._text(key).strip("'\""), self._place(key))
            left, value = _named_value(node)
            if left is not None and value is not None and self._is_one_of(value, events):
                yield from self._pattern_keys(left)
        first = next(iter(_parameter_nodes(self.handler)), None) if self.handler is not None else None
        if first is not None:
            yield from self._pattern_keys(first.child_by_field_name("pattern") or first)

    def _pattern_keys(self, pattern: Node) -> Iterator[Said]:
        for child in pattern.named_children if pattern.type == "object_pattern" else ():
            key = child.child_by_field_name("key") or child.child_by_field_name("left") or child
            if key.type in ("shorthand_property_identifier_pattern", "property_identifier"):
                yield Said(self._text(key), self._place(key))

    def _is_one_of(self, node: Node, variables: frozenset[Variable]) -> bool:
        return node.type == "identifier" and self._variable(node) in variables

    def _events(self) -> frozenset[Variable]:
        """The variables that are the event itself: the handler's parameter, and what it is passed on to."""
        first = next(iter(_parameter_names(self.handler)), None) if self.handler is not None else None
        if first is None or first.type != "identifier":
            return frozenset()
        found = {self._variable(first)}
        for _ in range(_MOST_ROUNDS):
            for call in (one for one in self.nodes if one.type == "call_expression"):
                function = self.functions.get(self._called(call))
                if function is not None:
                    pairs = zip(_parameter_names(function), _arguments(call), strict=False)
                    found.update(
                        self._variable(name) for name, given in pairs if self._is_one_of(given, frozenset(found))
                    )
        return frozenset(found)

    def _objects(self, node: Node) -> list[Node | None]:
        """What the `status` of a call's argument may be: of an object, or of a variable that holds one."""
        if node.type == "object":
            return self._of_object(node)
        if node.type != "identifier":
            return []
        found: list[Node | None] = []
        for value in self._assigned(node):
            found.extend(self._of_object(value) if value is not None and value.type == "object" else [None])
        assignments = (one for one in self.nodes if one.type == "assignment_expression")
        found.extend(
            one.child_by_field_name("right")
            for one in assignments
            if self._text(one.child_by_field_name("left")) == f"{self._text(node)}.status"
        )
        return found

    def _of_object(self, node: Node) -> list[Node | None]:
        found: list[Node | None] = []
        for child in node.named_children:
            if child.type == "pair" and self._text(child.child_by_field_name("key")).strip("'\"") == "status":
                found.append(child.child_by_field_name("value"))
            elif child.type == "shorthand_property_identifier" and self._text(child) == "status":
                found.append(child)
            elif child.type == "spread_element":
                found.append(None)
        return found

    def _known_parts(self, node: Node | None) -> Iterator[Said]:
        """The texts among what an expression may be, where others are not known."""
        if node is not None and node.type in ("identifier", "shorthand_property_identifier"):
            for value in self._assigned(node):
                yield from (self._possible(value, _DEPTH) if value is not None else None) or ()

    def _possible(self, node: Node, depth: int) -> list[Said] | None:
        """The texts that an expression may be; None where it may be another."""
        if depth == 0:
            return None
        match node.type:
            case "string":
                return [Said(self._text(node)[1:-1], self._place(node))]
            case "undefined" | "null":
                return []
            case "member_expression" if self._text(node.child_by_field_name("object")) == "LifecycleEventStatus":
                text = _STATUSES.get(self._text(node.child_by_field_name("property")))
                return None if text is None else [Said(text, self._place(node))]
            case "parenthesized_expression" | "as_expression" | "satisfies_expression" | "non_null_expression":
                return self._possible(node.named_children[0], depth - 1) if node.named_children else None
            case "ternary_expression":
                both = [node.child_by_field_name("consequence"), node.child_by_field_name("alternative")]
                return self._all(both, depth)
            case "identifier" | "shorthand_property_identifier":
                values = self._assigned(node)
                return self._all(values, depth) if values else None
            case "await_expression" if node.named_children:
                return self._possible(node.named_children[0], depth - 1)
            case "call_expression" if self._called(node) in self.functions:
                return self._returned(self.functions[self._called(node)], depth)
            case _:
                return None

    def _returned(self, function: Node, depth: int) -> list[Said] | None:
        body = function.child_by_field_name("body")
        if body is not None and body.type != "statement_block":
            return self._possible(body, depth - 1)
        returns = [one for one in _walk(function) if one.type == "return_statement"]
        values = [next(iter(one.named_children), None) for one in returns]
        return self._all(values, depth) if values else None

    def _all(self, nodes: list[Node | None], depth: int) -> list[Said] | None:
        found: list[Said] = []
        for node in nodes:
            texts = None if node is None else self._possible(node, depth - 1)
            if texts is None:
                return None
            found.extend(texts)
        return found

    def _assigned(self, identifier: Node) -> list[Node | None]:
        """What a variable is given anywhere; None among it for what cannot be followed."""
        return self.assignments.get(self._variable(identifier), [])

    def _assignments(self) -> dict[Variable, list[Node | None]]:
        """What each variable is given, parameters of the module's own functions included."""
        found: dict[Variable, list[Node | None]] = {}
        for node in self.nodes:
            left, value = _named_value(node)
            if left is not None and left.type == "identifier" and value is not None:
                found.setdefault(self._variable(left), []).append(value)
            elif left is not None and left.type in ("object_pattern", "array_pattern"):
                for one in _identifiers(left):
                    found.setdefault(self._variable(one), []).append(None)
            elif node.type == "call_expression" and self._called(node) in self.functions:
                function, given = self.functions[self._called(node)], _arguments(node)
                for position, parameter in enumerate(_parameter_names(function)):
                    argument = given[position] if position < len(given) else None
                    found.setdefault((function.id, self._text(parameter)), []).append(argument)
        return found

    # ways through the code

    def _closure(self, is_meant: Callable[[Node], bool]) -> frozenset[str]:
        """The functions of the module that hold a call that is meant, or call one that does."""
        calls = {
            name: [one for one in _walk(function) if one.type in ("call_expression", "new_expression")]
            for name, function in self.functions.items()
            if function != self.handler
        }
        names: set[str] = set()
        for _ in range(_MOST_ROUNDS):
            before = len(names)
            for name, held in calls.items():
                if any((is_meant(one) and not _is_in_try(one)) or self._called(one) in names for one in held):
                    names.add(name)
            if len(names) == before:
                break
        return frozenset(names)

    def _actions(self, nodes: list[Node]) -> Actions:
        return tuple(action for node in nodes for action in self._action(node))

    def _block(self, node: Node | None) -> Actions:
        if node is None:
            return ()
        if node.type in ("statement_block", "else_clause"):
            return self._actions(node.named_children)
        return self._actions([node])

    def _action(self, node: Node) -> Iterator[Action]:
        place = self._place(node)
        match node.type:
            case "comment" | "function_declaration" | "class_declaration":
                return
            case "lexical_declaration" | "variable_declaration" if _declares_functions(node):
                return  # what stands in them is done where they are called
            case "return_statement" | "throw_statement":
                step = self._step(node)
                if node.type == "return_statement" and step.may_fail:
                    yield Step(step.place, may_fail=True)
                yield Leave(place, step.answers, is_error=node.type == "throw_statement")
            case "if_statement":
                yield from self._asked(node.child_by_field_name("condition"))
                yield self._choice(node)
            case "switch_statement":
                yield from self._asked(node.child_by_field_name("value"))
                body = node.child_by_field_name("body")
                cases = [one for one in body.named_children if one.type != "comment"] if body is not None else []
                branches = tuple(self._actions(_without_break(case)) for case in cases)
                is_complete = any(case.type == "switch_default" for case in cases)
                yield Choice(self._first_line(node), branches, is_complete)
            case "try_statement":
                yield self._attempt(node)
            case kind if kind in _LOOPS:
                yield Loop(place, self._block(node.child_by_field_name("body")))
            case "statement_block":
                yield from self._actions(node.named_children)
            case "expression_statement" if (body := self._continuation(node)) is not None:
                yield from self._actions(body.named_children)
            case _:
                yield self._step(node)

    def _asked(self, node: Node | None) -> Iterator[Action]:
        """What is called to choose a branch."""
        if node is not None:
            yield self._step(node)

    def _choice(self, node: Node) -> Choice:
        test, then = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
        otherwise = node.child_by_field_name("alternative")
        branches = (self._block(then), self._block(otherwise))
        about = test is not None and self._mentions(test, self.event_names) and _leaves(branches[0])
        return Choice(self._first_line(node), branches, is_complete=True, is_about_event=about)

    def _attempt(self, node: Node) -> Attempt:
        handler = node.child_by_field_name("handler")
        final = node.child_by_field_name("finalizer")
        handlers: tuple[tuple[Range, Actions], ...] = ()
        if handler is not None:
            handlers = ((self._first_line(handler), self._block(handler.child_by_field_name("body"))),)
        body = self._block(node.child_by_field_name("body"))
        return Attempt(body, handlers, self._block(final.child_by_field_name("body") if final is not None else None))

    def _step(self, node: Node) -> Step:
        calls = [one for one in _walk(node) if one.type in ("call_expression", "new_expression")]
        answers = any(self._is_answer(c) or self._called(c) in self.answering or self._holds_answer(c) for c in calls)
        fails = [c for c in calls if self._is_request(c) or self._is_failing(c)]
        can_raise = any(self._root(call) not in _HARMLESS_ROOTS and not self._is_answer(call) for call in calls)
        place = self._place(fails[0] if fails else node)
        return Step(place, answers, may_fail=bool(fails) and not answers, calls=can_raise)

    def _is_failing(self, call: Node) -> bool:
        """Whether a call is of the module's own function that asks something of the new version, and fails with it."""
        return self._called(call) in self.failing and _is_awaited(call) and not self._is_caught(call)

    def _continuation(self, node: Node) -> Node | None:
        """The body of the callback that goes on when an invocation is over, where nothing else goes on beside it."""
        call = node.named_children[0] if node.type == "expression_statement" and node.named_children else None
        if call is None or not self._is_invocation(call) or node.next_named_sibling is not None:
            return None
        callback = next(reversed(_arguments(call)), None)
        if callback is None or callback.type not in _FUNCTIONS:
            return None
        body = callback.child_by_field_name("body")
        return body if body is not None and body.type == "statement_block" else None

    def _first_line(self, node: Node) -> Range:
        start, end = self._place(node)
        text = self._text(node)
        return start, min(end, start + len(text.partition("\n")[0].rstrip()))

    # the environment

    def _required(self) -> Iterator[Said]:
        """Environment variables that an invocation's FunctionName or Qualifier is made of."""
        keys = ("FunctionName", "Qualifier")
        for pair in self.nodes:
            if pair.type != "pair" or self._text(pair.child_by_field_name("key")).strip("'\"") not in keys:
                continue
            if self._is_of_another(pair):
                continue
            value = pair.child_by_field_name("value")
            given = [value]
            if value is not None and value.type == "identifier":
                given = self._assigned(value)
            for one in given:
                name = _environment_variable(one, self._text) if one is not None else None
                if name is not None and one is not None:
                    yield Said(name, self._place(one))

    def _is_of_another(self, node: Node) -> bool:
        """Whether a node stands in another handler of the same module."""
        top = _top(node)
        if top.type == "expression_statement" and top.named_children:
            left = self._text(top.named_children[0].child_by_field_name("left"))
            names = [left.rpartition(".")[2]] if left.startswith(("exports.", "module.exports.")) else []
        else:
            declared = top.child_by_field_name("declaration") if top.type == "export_statement" else None
            parts = declared.named_children if declared is not None else []
            names = [self._text(name) for one in parts if (name := one.child_by_field_name("name")) is not None]
        return bool(names) and self.wanted not in names and self.handler is not None


def _top(node: Node) -> Node:
    """The statement of the module that a node stands in."""
    while node.parent is not None and node.parent.parent is not None:
        node = node.parent
    return node


def _bound_method(value: Node, text: Callable[[Node | None], str]) -> str:
    """The method that `instance.method`, or `instance.method.bind(instance)`, is; "" where it is none."""
    if value.type == "call_expression":
        function = value.child_by_field_name("function")
        if function is None or text(function.child_by_field_name("property")) != "bind":
            return ""
        owner = function.child_by_field_name("object")
        return text(owner.child_by_field_name("property")) if owner is not None else ""
    is_of_instance = value.type == "member_expression" and value.child_by_field_name("object") is not None
    return text(value.child_by_field_name("property")) if is_of_instance else ""


def _environment_variable(node: Node, text: Callable[[Node | None], str]) -> str | None:
    """The variable that `process.env.X` reads."""
    while node.type in ("non_null_expression", "as_expression", "parenthesized_expression") and node.named_children:
        node = node.named_children[0]
    if text(node.child_by_field_name("object")) != "process.env":
        return None
    if node.type == "member_expression":
        return text(node.child_by_field_name("property"))
    index = node.child_by_field_name("index")
    return text(index)[1:-1] if index is not None and index.type == "string" else None


def _walk(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(current.children))


def _function_round(node: Node) -> Node | None:
    """The function that a node stands in."""
    current = node.parent
    while current is not None and current.type not in _FUNCTIONS:
        current = current.parent
    return current


def _named_value(node: Node) -> tuple[Node | None, Node | None]:
    """The two sides of a declaration, an assignment, or `{handler: …}` of what a module exports."""
    match node.type:
        case "variable_declarator":
            return node.child_by_field_name("name"), node.child_by_field_name("value")
        case "assignment_expression":
            return node.child_by_field_name("left"), node.child_by_field_name("right")
        case _:
            return None, None


def _arguments(call: Node) -> list[Node]:
    found = call.child_by_field_name("arguments")
    return [one for one in found.named_children if one.type != "comment"] if found is not None else []


def _parameter_nodes(function: Node) -> list[Node]:
    single = function.child_by_field_name("parameter")
    if single is not None:
        return [single]
    found = function.child_by_field_name("parameters")
    return [one for one in found.named_children if one.type != "comment"] if found is not None else []


def _parameter_names(function: Node) -> Iterator[Node]:
    """The names of a function's plain parameters, in their places."""
    for node in _parameter_nodes(function):
        yield node.child_by_field_name("pattern") or node.child_by_field_name("left") or node


def _identifiers(node: Node) -> Iterator[Node]:
    kinds = ("identifier", "shorthand_property_identifier_pattern")
    return (one for one in _walk(node) if one.type in kinds)


def _declares_functions(node: Node) -> bool:
    values = [one.child_by_field_name("value") for one in node.named_children if one.type == "variable_declarator"]
    return all(value is not None and value.type in _FUNCTIONS for value in values)


def _outermost(node: Node, kinds: tuple[str, ...]) -> Node:
    """The expression that a node is the beginning of."""
    while node.parent is not None and node.parent.type in kinds:
        node = node.parent
    return node


def _is_awaited(call: Node) -> bool:
    """Whether a call's failure surfaces where it stands: it, or a chain upon it, is awaited or returned."""
    node = call.parent
    while node is not None and node.type in (
        "member_expression", "call_expression", "arguments", "parenthesized_expression", "new_expression", "array",
        "as_expression", "non_null_expression",
    ):  # fmt: skip
        node = node.parent
    if node is not None and node.type == "arrow_function":
        return node != call.parent or node.child_by_field_name("body") == call
    return node is not None and node.type in ("await_expression", "return_statement")


def _is_in_try(node: Node) -> bool:
    """Whether a node stands in the body of a `try` that catches, within its function."""
    inner: Node = node
    outer = node.parent
    while outer is not None and outer.type not in _FUNCTIONS:
        if outer.type == "try_statement" and outer.child_by_field_name("body") == inner:
            return outer.child_by_field_name("handler") is not None
        inner, outer = outer, outer.parent
    return False


def _without_break(case: Node) -> list[Node]:
    value = case.child_by_field_name("value")
    return [one for one in case.named_children if one.type != "break_statement" and one != value]


def _leaves(actions: Actions) -> bool:
    return bool(actions) and isinstance(actions[-1], Leave)
