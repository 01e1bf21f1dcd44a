"""A deployment hook in Python: its syntax tree, read for the answer to CodeDeploy."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

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
from samguard.rollout.python_hook_results import forgiven_failures, unread_invocations

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

ANSWER: Final = "put_lifecycle_event_hook_execution_status"
_ANSWER_NAMES: Final = (ANSWER, "PutLifecycleEventHookExecutionStatus")
_HARMLESS_ROOTS: Final = frozenset(
    "print len str int bool dict list set tuple repr type isinstance json logging logger log LOG LOGGER tracer metrics "
    "os sys time datetime uuid boto3 botocore base64 re format sorted any all min max range enumerate zip".split()
)
"""Names whose calls pass nothing on to anybody."""
_HARMLESS_DECORATORS: Final = frozenset({"logger", "tracer", "metrics", "staticmethod", "classmethod", "property"})
_REQUESTS: Final = frozenset({"requests", "httpx", "urllib", "urllib3", "http"})
_MOST_ROUNDS: Final = 4
_DEPTH: Final = 6

Variable: TypeAlias = tuple[str, str]
"""A variable: the function that it is local to ("" for the module), and its name."""


def python_facts(code: str, handler: str) -> HookFacts | None:
    """What a Python module shows of its handler; None where it is no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code)
        root: ast.AST = tree
        if not is_readable(root, ast.iter_child_nodes):
            return None
        return _Reading(tree, code, handler).facts()
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class _Reading:
    """One module, looked at from its handler."""

    def __init__(self, tree: ast.Module, code: str, handler: str) -> None:
        self.lines = _Lines(code)
        self.handler_name = handler
        self.nodes = list(ast.walk(tree))
        self.calls = [node for node in self.nodes if isinstance(node, ast.Call)]
        self.functions: dict[str, _Function] = {
            node.name: node for node in self.nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        }
        self.scopes = {name: list(ast.walk(function)) for name, function in self.functions.items()}
        self.function_round = _functions_round(tree)
        self.local = {name: _local_names(function) for name, function in self.functions.items()}
        self.handler = next(
            (n for n in tree.body if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)) and n.name == handler), None
        )
        self.event_names = self._event_names()
        self.guarded = self._guarded()
        self.answering = self._closure(_is_answer)
        self.failing = self._closure(self._is_open_request)

    def facts(self) -> HookFacts:
        answers = tuple(self._answer(call) for call in self.calls if _is_answer(call))
        elsewhere = self._is_wrapped() or self._is_mentioned() or any(map(self._hands_on, self.calls))
        ends: tuple[SilentEnd, ...] = ()
        place: Range | None = None
        if self.handler is not None:
            place = self.lines.name_of(self.handler)
            if answers and not elsewhere:
                ends = silent_ends(self._actions(self.handler.body), place)
        return HookFacts(
            handler=place,
            answers=answers,
            may_answer_elsewhere=elsewhere,
            silent_ends=ends,
            required=tuple(self._required()),
            invokes=any(_name(call.func).endswith("invoke") for call in self.calls),
            event_keys=tuple(self._event_keys()),
            lacks_handler=self._lacks(self.handler_name),
            answers_in_vain=self._answers_in_vain(),
            unread_invocations=tuple(map(self.lines.place, unread_invocations(self.nodes))),
            forgiven_failures=tuple(map(self.lines.place, forgiven_failures(self.nodes))),
        )

    # who knows of the event

    def _variable(self, name: str, where: ast.AST) -> Variable:
        """Which variable a name is at a place: that of the function round it, or of the module."""
        function = self.function_round.get(id(where), "")
        return (function if name in self.local.get(function, ()) else "", name)

    def _mentions(self, node: ast.AST, names: set[Variable] | frozenset[Variable]) -> bool:
        return any(isinstance(part, ast.Name) and self._variable(part.id, part) in names for part in ast.walk(node))

    def _event_names(self) -> frozenset[Variable]:
        """The variables that hold the event, or something made of it."""
        if self.handler is None or not self.handler.args.args:
            return frozenset()
        names = {(self.handler.name, self.handler.args.args[0].arg)}
        for _ in range(_MOST_ROUNDS):
            before = len(names)
            for node in self.nodes:
                names.update(self._tainted(node, names))
            if len(names) == before:
                break
        return frozenset(names)

    def _tainted(self, node: ast.AST, names: set[Variable]) -> Iterator[Variable]:
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.AugAssign)):
            if node.value is not None and self._mentions(node.value, names):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    yield from (self._variable(p.id, p) for p in ast.walk(target) if isinstance(p, ast.Name))
        elif isinstance(node, ast.Call):
            function = self.functions.get(_last(node.func))
            if function is None or _is_answer(node):
                return
            for parameter, argument in _bound(function, node):
                if self._mentions(argument, names):
                    yield function.name, parameter

    def _hands_on(self, call: ast.Call) -> bool:
        """Whether a call passes the event, or a part of it, to something outside of the module."""
        if _is_answer(call) or _last(call.func) in self.functions or _root(call.func) in _HARMLESS_ROOTS:
            return False
        if _root(call.func) in {name for _, name in self.event_names}:
            return False
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        return any(self._mentions(argument, self.event_names) for argument in given)

    def _is_wrapped(self) -> bool:
        """Whether something round the handler may answer: a decorator that is not known."""
        if self.handler is None:
            return False
        return any(_root(decorator) not in _HARMLESS_DECORATORS for decorator in self.handler.decorator_list)

    def _is_mentioned(self) -> bool:
        """Whether the call is named otherwise than by calling it, as `getattr` would."""
        documentation = {id(node.value) for node in self.nodes if isinstance(node, ast.Expr)}
        called = {id(call.func) for call in self.calls}
        for node in self.nodes:
            if isinstance(node, ast.Constant) and node.value in _ANSWER_NAMES and id(node) not in documentation:
                return True
            if isinstance(node, ast.Attribute) and node.attr == ANSWER and id(node) not in called:
                return True
        return False

    # the answer

    def _answer(self, call: ast.Call) -> Answer:
        passed = {keyword.arg: keyword.value for keyword in call.keywords}
        missing = tuple(name for name in IDS if name not in passed and None not in passed and not call.args)
        given = passed.get("status")
        place = self.lines.place(call)
        client = self._client(call)
        if given is None:
            return Answer(place, (), is_known=False, missing=missing, client=client)
        found = self._possible(given, _DEPTH)
        if found is None:
            return Answer(place, tuple(self._known_parts(given)), is_known=False, missing=missing, client=client)
        return Answer(place, tuple(dict.fromkeys(found)), is_known=bool(found), missing=missing, client=client)

    def _client(self, call: ast.Call) -> str | None:
        """The service of the boto3 client that a call is made on, where that is another than CodeDeploy."""
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        made = self._assigned(owner) if isinstance(owner, ast.Name) else [owner]
        services = {_service(one) for one in made}
        service = services.pop() if len(services) == 1 else None
        return service if service != "codedeploy" else None

    def _lacks(self, handler: str) -> bool:
        """Whether nothing in the module is, or may become, of the handler's name."""
        for node in self.nodes:
            match node:
                case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() if node.name == handler:
                    return False
                case ast.Name(id=name, ctx=ast.Store()) if name == handler:
                    return False
                case ast.Name(id="globals" | "exec" | "setattr" | "vars"):
                    return False
                case ast.alias() if (node.asname or node.name) in (handler, "*"):
                    return False
                case _:
                    pass
        return True

    def _event_keys(self) -> Iterator[Said]:
        """What is taken out of the event by name: `event["X"]`, `event.get("X")`."""
        events = self._events()
        for node in self.nodes:
            key: ast.expr | None = None
            if isinstance(node, ast.Subscript) and self._is_one_of(node.value, events):
                key = node.slice
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                key = node.args[0] if node.func.attr == "get" and self._is_one_of(node.func.value, events) else None
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield Said(key.value, self.lines.place(key))

    def _is_one_of(self, node: ast.expr, variables: frozenset[Variable]) -> bool:
        return isinstance(node, ast.Name) and self._variable(node.id, node) in variables

    def _events(self) -> frozenset[Variable]:
        """The variables that are the event itself: the handler's parameter, and what it is passed on to."""
        if self.handler is None or not self.handler.args.args:
            return frozenset()
        found = {(self.handler.name, self.handler.args.args[0].arg)}
        for _ in range(_MOST_ROUNDS):
            for call in self.calls:
                function = self.functions.get(_last(call.func))
                if function is not None:
                    bound = _bound(function, call)
                    found.update(
                        (function.name, name) for name, given in bound if self._is_one_of(given, frozenset(found))
                    )
        return frozenset(found)

    def _known_parts(self, node: ast.expr) -> Iterator[Said]:
        """The texts among what an expression may be, where others are not known."""
        if isinstance(node, ast.Name):
            for value in self._assigned(node):
                found = None if value is None else self._possible(value, _DEPTH)
                yield from found or ()

    def _possible(self, node: ast.expr, depth: int) -> list[Said] | None:
        """The texts that an expression may be; None where it may be another."""
        if depth == 0:
            return None
        match node:
            case ast.Constant(value=str() as text):
                return [Said(text, self.lines.place(node))]
            case ast.Constant(value=None):
                return []
            case ast.IfExp():
                return self._all([node.body, node.orelse], depth)
            case ast.Name():
                values = self._assigned(node)
                return self._all(values, depth) if values else None
            case ast.Call() if _last(node.func) in self.functions:
                function = self.functions[_last(node.func)]
                returned = [one.value for one in ast.walk(function) if isinstance(one, ast.Return)]
                return self._all(returned, depth) if returned else None
            case _:
                return None

    def _all(self, nodes: Sequence[ast.expr | None], depth: int) -> list[Said] | None:
        found: list[Said] = []
        for node in nodes:
            texts = None if node is None else self._possible(node, depth - 1)
            if texts is None:
                return None
            found.extend(texts)
        return found

    def _assigned(self, name: ast.Name) -> list[ast.expr | None]:
        """What a variable is given; None among it for what cannot be followed."""
        scope, text = self._variable(name.id, name)
        if not scope:
            return [value for value, where in _assignments(self.nodes, text) if not self._is_local(text, where)]
        found = [value for value, _ in _assignments(self.scopes[scope], text)]
        function = self.functions[scope]
        if text in {argument.arg for argument in _parameters(function)}:
            found.extend(self._arguments(function, text))
        return found

    def _is_local(self, name: str, where: ast.AST) -> bool:
        return bool(self._variable(name, where)[0])

    def _arguments(self, function: _Function, parameter: str) -> list[ast.expr | None]:
        """What a function's parameter is given by its callers in the module."""
        default = dict(_defaults(function)).get(parameter)
        calls = [call for call in self.calls if _last(call.func) == function.name]
        return [dict(_bound(function, call)).get(parameter, default) for call in calls] or [None]

    # ways through the code

    def _closure(self, is_meant: Callable[[ast.Call], bool]) -> frozenset[str]:
        """The functions of the module that hold a call that is meant, or call one that does."""
        names: set[str] = set()
        for _ in range(_MOST_ROUNDS):
            before = len(names)
            for name, nodes in self.scopes.items():
                calls = [node for node in nodes if isinstance(node, ast.Call)]
                if any(is_meant(call) or _last(call.func) in names for call in calls):
                    names.add(name)
            if len(names) == before:
                break
        return frozenset(names)

    def _is_open_request(self, call: ast.Call) -> bool:
        return _is_request(call) and id(call) not in self.guarded

    def _guarded(self) -> frozenset[int]:
        """The calls in the body of a `try` that catches, by identity."""
        attempts = [node for node in self.nodes if isinstance(node, ast.Try) and node.handlers]
        return frozenset(id(one) for node in attempts for part in node.body for one in ast.walk(part))

    def _actions(self, body: list[ast.stmt]) -> Actions:
        return tuple(action for statement in body for action in self._action(statement))

    def _action(self, node: ast.stmt) -> Iterator[Action]:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return
            case ast.Return() | ast.Raise():
                step = self._step(node)
                if isinstance(node, ast.Return) and step.may_fail:
                    yield Step(step.place, may_fail=True)
                yield Leave(self.lines.place(node), step.answers, is_error=isinstance(node, ast.Raise))
            case ast.If():
                yield self._step(node.test)
                yield self._choice(node)
            case ast.Match():
                yield self._step(node.subject)
                yield self._match(node)
            case ast.Try():
                handlers = tuple((self.lines.first_line(h), self._actions(h.body)) for h in node.handlers)
                yield Attempt(self._actions([*node.body, *node.orelse]), handlers, self._actions(node.finalbody))
            case ast.For() | ast.AsyncFor() | ast.While():
                yield self._step(node.test if isinstance(node, ast.While) else node.iter)
                yield Loop(self.lines.place(node), self._actions(node.body))
            case ast.With() | ast.AsyncWith():
                yield from (self._step(item.context_expr) for item in node.items)
                yield from self._actions(node.body)
            case ast.Assert():
                yield Step(self.lines.place(node), may_fail=True, calls=True)
            case _:
                yield self._step(node)

    def _match(self, node: ast.Match) -> Choice:
        cases = tuple(self._actions(case.body) for case in node.cases)
        last = node.cases[-1].pattern if node.cases else None
        is_complete = isinstance(last, ast.MatchAs) and last.pattern is None
        return Choice(self.lines.first_line(node), cases, is_complete)

    def _choice(self, node: ast.If) -> Choice:
        about = self._mentions(node.test, self.event_names) and isinstance(node.body[-1], (ast.Return, ast.Raise))
        branches = (self._actions(node.body), self._actions(node.orelse))
        return Choice(self.lines.first_line(node), branches, is_complete=True, is_about_event=about)

    def _step(self, node: ast.AST) -> Step:
        calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
        answers = any(
            _is_answer(call) or (_last(call.func) in self.answering and not self._is_left(node, call)) for call in calls
        )
        fails = [call for call in calls if _is_request(call) or _last(call.func) in self.failing]
        can_raise = any(_root(call.func) not in _HARMLESS_ROOTS and not _is_answer(call) for call in calls)
        place = self.lines.place(fails[0] if fails else node)
        return Step(place, answers, may_fail=bool(fails) and not answers, calls=can_raise)

    def _reached(self) -> frozenset[str]:
        """The functions of the module that the handler names, or that those name, itself among them."""
        found = {self.handler_name} if self.handler is not None else set()
        waiting = list(found)
        while waiting:
            nodes = self.scopes[waiting.pop()]
            left = {
                id(one.value.func)
                for one in nodes
                if isinstance(one, ast.Expr) and isinstance(one.value, ast.Call) and self._is_left(one, one.value)
            }
            named = {_last_word(one) for one in nodes if isinstance(one, ast.expr) and id(one) not in left}
            new = (named & self.functions.keys()) - found
            found |= new
            waiting.extend(new)
        return frozenset(found)

    def _answers_in_vain(self) -> bool:
        """Whether the module answers, but nothing that the handler calls does."""
        holders = [self.function_round.get(id(call), "") for call in self.calls if _is_answer(call)]
        if self.handler is None or not holders or "" in holders:
            return False
        if any(isinstance(node, ast.ClassDef) for node in self.nodes):
            return False  # a method may be called by whoever has an instance
        return not any(
            _is_answer(call) for name in self._reached() for call in self.scopes[name] if isinstance(call, ast.Call)
        )

    def _is_left(self, node: ast.AST, call: ast.Call) -> bool:
        """Whether a statement only makes a coroutine, which nothing runs."""
        is_whole = isinstance(node, ast.Expr) and node.value is call
        return is_whole and isinstance(self.functions.get(_last(call.func)), ast.AsyncFunctionDef)

    # the environment

    def _required(self) -> Iterator[Said]:
        """Environment variables without which the handler fails: `os.environ["X"]`, or a `get` for an invocation."""
        invoked = self._parts_of_invocations()
        reached = self._reached() if not any(isinstance(node, ast.ClassDef) for node in self.nodes) else None
        for node in self.nodes:
            function = self.function_round.get(id(node), "")
            if function and reached and not any(node in self.scopes[name] for name in reached):
                continue
            if isinstance(node, ast.Subscript) and _name(node.value).endswith("environ"):
                is_read = isinstance(node.ctx, ast.Load) and isinstance(node.slice, ast.Constant)
                if is_read and isinstance(node.slice.value, str):  # type: ignore[attr-defined]
                    yield Said(node.slice.value, self.lines.place(node))  # type: ignore[attr-defined]
            elif isinstance(node, ast.Call) and _name(node.func).endswith(("environ.get", "getenv")):
                name = node.args[0] if len(node.args) == 1 and not node.keywords else None
                if isinstance(name, ast.Constant) and isinstance(name.value, str) and id(node) in invoked:
                    yield Said(name.value, self.lines.place(node))

    def _parts_of_invocations(self) -> frozenset[int]:
        """The expressions that give an invocation its FunctionName or Qualifier, by identity."""
        found: set[int] = set()
        for call in self.calls:
            if not _name(call.func).endswith(".invoke"):
                continue
            for keyword in call.keywords:
                if keyword.arg in ("FunctionName", "Qualifier"):
                    values = self._assigned(keyword.value) if isinstance(keyword.value, ast.Name) else [keyword.value]
                    found.update(id(value) for value in values if value is not None)
        return frozenset(found)


class _Lines:
    """Where a node stands, in characters from the start."""

    def __init__(self, code: str) -> None:
        self.lines = code.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.is_ascii = code.isascii()

    def offset(self, line: int, column: int) -> int:
        if line > len(self.lines):
            return self.starts[-1]
        if not self.is_ascii:
            column = len(self.lines[line - 1].encode()[:column].decode(errors="ignore"))
        return self.starts[line - 1] + column

    def place(self, node: ast.AST) -> Range:
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        last, end = getattr(node, "end_lineno", line), getattr(node, "end_col_offset", column)
        return self.offset(line, column), self.offset(last, end)

    def first_line(self, node: ast.AST) -> Range:
        line = min(getattr(node, "lineno", 1), len(self.lines))
        return self.place(node)[0], self.starts[line - 1] + len(self.lines[line - 1].rstrip())

    def name_of(self, function: _Function) -> Range:
        start = self.place(function)[0]
        skipped = len("async def " if isinstance(function, ast.AsyncFunctionDef) else "def ")
        return start + skipped, start + skipped + len(function.name)


def _is_answer(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == ANSWER


def _service(node: ast.expr | None) -> str | None:
    """The service that a client is made for: `boto3.client("codedeploy")`."""
    if not isinstance(node, ast.Call) or _last_word(node.func) != "client":
        return None
    given = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "service_name"), None)
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else None


def _last_word(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_request(call: ast.Call) -> bool:
    """Whether a call asks something of the new version, and so fails with it."""
    name = _name(call.func)
    return name.endswith((".invoke", "urlopen")) or _root(call.func) in _REQUESTS


def _name(node: ast.expr) -> str:
    """A dotted name; "" where it is none."""
    parts: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            break
    return ".".join(reversed([*parts, node.id if isinstance(node, ast.Name) else ""]))


def _root(node: ast.expr) -> str:
    return _name(node).partition(".")[0]


def _last(node: ast.expr) -> str:
    """The name that a call calls: of a module's own function, or of a method of `self`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
        return node.attr
    return ""


def _functions_round(tree: ast.Module) -> dict[int, str]:
    """The name of the innermost function round each node, by the node's identity."""
    found: dict[int, str] = {}
    waiting: list[tuple[ast.AST, str]] = [(tree, "")]
    while waiting:
        node, function = waiting.pop()
        found[id(node)] = function
        inside = node.name if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else function
        waiting.extend((child, inside) for child in ast.iter_child_nodes(node))
    return found


def _local_names(function: _Function) -> frozenset[str]:
    """The names that a function declares: its parameters, and what it assigns."""
    stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return frozenset({argument.arg for argument in _parameters(function)} | stored)


def _parameters(function: _Function) -> list[ast.arg]:
    arguments = function.args
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


def _defaults(function: _Function) -> Iterator[tuple[str, ast.expr]]:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    for argument, default in zip(reversed(positional), reversed(arguments.defaults), strict=False):
        yield argument.arg, default
    for argument, given in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if given is not None:
            yield argument.arg, given


def _bound(function: _Function, call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """A function's parameters with what a call gives them."""
    names = [argument.arg for argument in _parameters(function)]
    if names[:1] in (["self"], ["cls"]):
        names = names[1:]
    yield from zip(names, call.args, strict=False)
    for keyword in call.keywords:
        if keyword.arg is not None:
            yield keyword.arg, keyword.value


def _assignments(nodes: Sequence[ast.AST], name: str) -> list[tuple[ast.expr | None, ast.AST]]:
    """What is assigned to a name, and where; None for a loop's variable, an import and the like."""
    return [
        (value if isinstance(target, ast.Name) else None, part)
        for node in nodes
        for target, value in _targets(node)
        for part in _stores(target, name)
    ]


def _targets(node: ast.AST) -> Iterator[tuple[ast.AST, ast.expr | None]]:
    """What a statement assigns to, with what it assigns where that is an expression."""
    match node:
        case ast.Assign():
            yield from ((target, node.value) for target in node.targets)
        case ast.AnnAssign() | ast.NamedExpr() if node.value is not None:
            yield node.target, node.value
        case ast.AugAssign() | ast.For() | ast.AsyncFor():
            yield node.target, None
        case ast.withitem() if node.optional_vars is not None:
            yield node.optional_vars, None
        case ast.Import() | ast.ImportFrom():
            yield from ((ast.Name(alias.asname or alias.name), None) for alias in node.names)
        case _:
            pass


def _stores(target: ast.AST, name: str) -> Iterator[ast.AST]:
    return (part for part in ast.walk(target) if isinstance(part, ast.Name) and part.id == name)
