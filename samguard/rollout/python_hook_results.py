"""What a hook in Python makes of its own test: whether it looks at the result, and what it says of a failure.

Source: Lambda API reference, Invoke: an error of the invoked function raises nothing in the caller, it stands in
`FunctionError` beside the StatusCode 200.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Final

_BESIDE: Final = frozenset({"StatusCode", "ResponseMetadata", "ExecutedVersion", "LogResult"})
"""Keys of a result that are the same whether the invoked function failed or not."""
_LOGS: Final = frozenset({"print", "log", "logger", "logging", "LOG", "LOGGER", "_logger", "_LOGGER"})
_EVERYTHING: Final = frozenset({"Exception", "BaseException", "ClientError", "BotoCoreError"})
ANSWER: Final = "put_lifecycle_event_hook_execution_status"


def unread_invocations(nodes: Sequence[ast.AST]) -> Iterator[ast.Call]:
    """The invocations of whose result nothing is looked at that tells a failure of the invoked function."""
    parents = _parents(nodes)
    for node in nodes:
        if isinstance(node, ast.Call) and _is_synchronous(node) and _is_unread(node, parents):
            yield node


def forgiven_failures(nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Where the handler of any exception says that all is well."""
    parents = _parents(nodes)
    shown = {
        name.id
        for one in nodes
        if isinstance(one, ast.IfExp) and _holds(one.body, "Succeeded")
        for name in _names(one.test)
    }
    for node in nodes:
        if isinstance(node, ast.ExceptHandler) and _catches_all(node):
            yield from _well_said(node, shown, parents)
        elif isinstance(node, ast.Try):
            yield from _well_before(node, parents)


def _parents(nodes: Sequence[ast.AST]) -> dict[int, ast.AST]:
    return {id(child): node for node in nodes for child in ast.iter_child_nodes(node)}


# results


def _is_synchronous(call: ast.Call) -> bool:
    """Whether a call invokes a function by name and waits for its result."""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "invoke" or None in given:
        return False
    kind = given.get("InvocationType")
    waits = kind is None or (isinstance(kind, ast.Constant) and kind.value == "RequestResponse")
    return "FunctionName" in given and waits


def _is_unread(call: ast.Call, parents: dict[int, ast.AST]) -> bool:
    holder = parents.get(id(call))
    if isinstance(holder, ast.Expr):
        return True
    if isinstance(holder, ast.Assign) and len(holder.targets) == 1 and isinstance(holder.targets[0], ast.Name):
        name, scope = holder.targets[0].id, _scope(call, parents)
        uses = [one for one in ast.walk(scope) if isinstance(one, ast.Name) and one.id == name]
        loads = [one for one in uses if isinstance(one.ctx, ast.Load)]
        return all(_is_beside(one, parents) for one in loads) and not isinstance(scope, ast.Module)
    return _is_beside(call, parents)


def _scope(node: ast.AST, parents: dict[int, ast.AST]) -> ast.AST:
    """The innermost function round a node, or the module."""
    while id(node) in parents:
        node = parents[id(node)]
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            break
    return node


def _is_beside(use: ast.AST, parents: dict[int, ast.AST]) -> bool:
    """Whether a use of a result sees nothing of the invoked function's failure, or only writes it into a log."""
    holder = parents.get(id(use))
    if isinstance(holder, ast.Subscript) and isinstance(holder.slice, ast.Constant):
        return holder.slice.value in _BESIDE or _is_logged(holder, parents)
    if isinstance(holder, ast.Attribute) and holder.attr == "get":
        call = parents.get(id(holder))
        key = call.args[0] if isinstance(call, ast.Call) and call.args else None
        return isinstance(key, ast.Constant) and key.value in _BESIDE
    return _is_logged(use, parents)


def _is_logged(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    while id(node) in parents and not isinstance(node, ast.stmt):
        node = parents[id(node)]
        if isinstance(node, ast.Call) and _root(node.func) in _LOGS:
            return True
    return False


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


# failures


def _catches_all(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or _last(kind) in _EVERYTHING for kind in kinds)


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _well_said(handler: ast.ExceptHandler, shown: set[str], parents: dict[int, ast.AST]) -> Iterator[ast.AST]:
    """What says that all is well in a handler that never says otherwise."""
    inside = [node for statement in handler.body for node in ast.walk(statement)]
    if any(_is_text(node, "Failed") for node in inside) or any(isinstance(node, ast.Raise) for node in inside):
        return
    for node in inside:
        holder = parents.get(id(node))
        if _is_text(node, "Succeeded") and not isinstance(holder, ast.Compare) and not _is_logged(node, parents):
            yield node
            return
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _says_success(node.func):
            yield node
            return
        if isinstance(node, ast.Assign) and _is_true(node.value) and shown.intersection(_assigned(node)):
            yield node
            return


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _assigned(node: ast.Assign) -> set[str]:
    return {name.id for target in node.targets for name in _names(target)}


def _says_success(method: ast.Attribute) -> bool:
    """Whether a method's name tells that all is well, unless it is a log's."""
    return method.attr.lower().startswith("succe") and _root(method) not in _LOGS


def _well_before(attempt: ast.Try, parents: dict[int, ast.AST]) -> Iterator[ast.AST]:
    """A status that is well before a `try` whose `finally` sends it, where not every exception changes it."""
    sent = [
        keyword.value.id
        for statement in attempt.finalbody
        for call in ast.walk(statement)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == ANSWER
        for keyword in call.keywords
        if keyword.arg == "status" and isinstance(keyword.value, ast.Name)
    ]
    if len(sent) != 1 or any(_catches_all(handler) for handler in attempt.handlers):
        return
    scope = _scope(attempt, parents)
    if not any(_is_text(node, "Failed") for node in ast.walk(scope)):
        return  # of a hook that says nothing else, another rule speaks
    before = [
        node
        for node in ast.walk(scope)
        if isinstance(node, ast.Assign)
        and node.lineno < attempt.lineno
        and sent[0] in {n.id for n in _names(node.targets[0])}
    ]
    if before and _is_text(before[-1].value, "Succeeded"):
        yield before[-1].value


def _is_text(node: ast.AST, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text


def _holds(node: ast.AST, text: str) -> bool:
    return any(_is_text(one, text) for one in ast.walk(node))


def _names(node: ast.AST) -> list[ast.Name]:
    return [one for one in ast.walk(node) if isinstance(one, ast.Name)]
