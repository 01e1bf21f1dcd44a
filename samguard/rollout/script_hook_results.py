"""What a hook in JavaScript or TypeScript makes of its own test: whether it looks at the result, and what it says of a failure.

Source: Lambda API reference, Invoke: an error of the invoked function rejects nothing in the caller, it stands in
`FunctionError` beside the StatusCode 200.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from samguard.pattern import pattern

if TYPE_CHECKING:
    from tree_sitter import Node

Text: TypeAlias = Callable[["Node | None"], str]

_BESIDE: Final = frozenset({"StatusCode", "$metadata", "ExecutedVersion", "LogResult"})
"""Keys of a result that are the same whether the invoked function failed or not."""
_TELLING: Final = frozenset({"FunctionError", "Payload"})
_LOGS: Final = pattern(r"(console|log|logger|logging|LOG)\b")
_OTHERWISE: Final = pattern(r"InvocationType\W{1,4}(Event|DryRun|InvocationType\.|[a-z])")
_CHAIN: Final = ("member_expression", "call_expression", "arguments", "parenthesized_expression", "await_expression")
_SCOPES: Final = (
    "arrow_function", "function_expression", "function_declaration", "function", "method_definition", "program",
)  # fmt: skip


def unread_invocations(nodes: Sequence[Node], text: Text, is_invocation: Callable[[Node], bool]) -> Iterator[Node]:
    """The invocations of whose result nothing is looked at that tells a failure of the invoked function."""
    if not nodes or _OTHERWISE.search(text(nodes[0])):
        return
    for node in nodes:
        if node.type in ("call_expression", "new_expression") and is_invocation(node) and _is_unread(node, text):
            yield node


def _is_unread(call: Node, text: Text) -> bool:
    callback = _callback(call)
    if callback is not None:
        parameters = callback.child_by_field_name("parameters")
        names = parameters.named_children if parameters is not None else []
        return len(names) > 1 and _is_never_asked(text(_pattern(names[1])), callback, text, is_promise=False)
    outer, is_awaited, continues = call, call.type == "await_expression", False
    while outer.parent is not None and outer.parent.type in _CHAIN:
        outer = outer.parent
        is_awaited = is_awaited or outer.type == "await_expression"
        continues = continues or text(outer.child_by_field_name("property")) in ("then", "catch", "finally")
    holder = outer.parent
    if continues or holder is None or (call.type == "new_expression" and outer == call):
        return False
    if holder.type == "expression_statement":
        return is_awaited and outer.type == "await_expression"
    if holder.type != "variable_declarator" or (is_awaited and outer.type != "await_expression"):
        return False
    name = holder.child_by_field_name("name")
    if name is None:
        return False
    if name.type == "object_pattern":
        said = text(name)
        return is_awaited and "..." not in said and not any(key in said for key in _TELLING)
    return name.type == "identifier" and _is_never_asked(text(name), _scope(holder), text, is_promise=not is_awaited)


def _callback(call: Node) -> Node | None:
    arguments = call.child_by_field_name("arguments")
    last = arguments.named_children[-1] if arguments is not None and len(arguments.named_children) > 1 else None
    return last if last is not None and last.type in _SCOPES else None


def _pattern(parameter: Node) -> Node:
    return parameter.child_by_field_name("pattern") or parameter


def _scope(node: Node) -> Node:
    while node.parent is not None and node.type not in _SCOPES:
        node = node.parent
    return node


def _is_never_asked(name: str, scope: Node, text: Text, *, is_promise: bool) -> bool:
    """Whether what is done with a result sees nothing of a failure: of a promise, whatever is read from it at once."""
    uses = [
        one for one in _walk(scope) if one.type in ("identifier", "shorthand_property_identifier") and text(one) == name
    ]
    read = [one for one in uses if not _declares(one)]
    if is_promise:
        asked = [one for one in read if not _is_logged(one, text)]
        return bool(asked) and all(_key(one, text) in _TELLING | _BESIDE for one in asked)
    return all(_key(one, text) in _BESIDE or _is_logged(one, text) for one in read)


def _declares(node: Node) -> bool:
    holder = node.parent
    return holder is not None and (
        holder.type in ("formal_parameters", "required_parameter")
        or (holder.type == "variable_declarator" and holder.child_by_field_name("name") == node)
    )


def _key(use: Node, text: Text) -> str:
    holder = use.parent
    if holder is None or holder.type != "member_expression" or holder.child_by_field_name("object") != use:
        return ""
    return text(holder.child_by_field_name("property"))


def _is_logged(node: Node, text: Text) -> bool:
    at: Node | None = node
    while at is not None and not at.type.endswith("statement") and at.type not in _SCOPES:
        if at.type == "call_expression" and _LOGS.match(text(at.child_by_field_name("function"))):
            return True
        at = at.parent
    return False


def forgiven_failures(nodes: Sequence[Node], text: Text) -> Iterator[Node]:
    """Where what catches a failure says that all is well, and nothing else."""
    for node in nodes:
        caught = _caught(node, text)
        inside = list(_walk(caught)) if caught is not None else []
        if any(_says(one, "Failed", text) for one in inside) or any(one.type == "throw_statement" for one in inside):
            continue
        well = [one for one in inside if _says(one, "Succeeded", text)]
        found = [one for one in well if not _is_compared(one) and not _is_logged(one, text)]
        if found:
            yield found[0]


def _caught(node: Node, text: Text) -> Node | None:
    """What is done when a test fails: of a `catch`, a promise's `catch`, or a callback's `if (err)`."""
    if node.type == "catch_clause":
        return node.child_by_field_name("body")
    if node.type == "call_expression":
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        is_catch = function is not None and text(function.child_by_field_name("property")) == "catch"
        return arguments if is_catch else None
    if node.type == "if_statement" and text(node.child_by_field_name("condition")) in ("(err)", "(error)"):
        return node.child_by_field_name("consequence")
    return None


def _says(node: Node, status: str, text: Text) -> bool:
    if node.type == "string":
        return text(node)[1:-1] == status
    return node.type == "member_expression" and text(node) == f"LifecycleEventStatus.{status.upper()}"


def _is_compared(node: Node) -> bool:
    return node.parent is not None and node.parent.type == "binary_expression"


def _walk(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(reversed(one.children))
