"""A file of policies: read with places, held against its schema, its expressions checked against the model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from samguard.errors import SamguardError, nearest
from samguard.linting import Example, Level
from samguard.pattern import pattern
from samguard.policies.expression import Expression, ExpressionProblem, compiled
from samguard.source import Document, Mapping, Node, Scalar, Sequence, Span, read_document
from samguard.value import field, value

VARIABLES: Final[dict[str, dict[str, str]]] = {
    "rollout": {"rollout": "Rollout", "lambda": "Function", "environment": "Environment"},
    "function": {"rollout": "Rollout", "lambda": "Function", "environment": "Environment"},
    "alarm": {"alarm": "Alarm", "rollout": "Rollout", "lambda": "Function", "environment": "Environment"},
    "hook": {"hook": "Hook", "rollout": "Rollout", "lambda": "Function", "environment": "Environment"},
    "environment": {"environment": "Environment", "rollouts": "list(Rollout)"},
    "pipeline": {"pipeline": "Pipeline"},
}
"""What expressions speak of, by what a policy is `for`."""
PLACEHOLDER: Final = pattern(r"\{([^{}]*)\}")
_KEPT: Final = frozenset({"where", "resource"})
"""Placeholders that the report fills in itself."""


@value
class Policy:
    """One policy. `message` has its texts and expressions in turn; `condition` says what it is asked of."""

    id: str
    name: str
    level: Level
    subject: str
    in_production_only: bool
    condition: Expression | None
    assertion: Expression
    message: tuple[str | Expression, ...]
    summary: str
    why: str = ""
    fix: str = ""
    source: str = ""
    at: str = ""
    bad: tuple[Example, ...] = field(default=(), repr=False)
    good: tuple[Example, ...] = field(default=(), repr=False)
    path: str = ""
    line: int = 1


def read_policies(content: bytes, path: str) -> tuple[Policy, ...]:
    """The policies in a file. Raises SamguardError, with path and line, for the first thing that is not right."""
    document = read_document(content, path)
    root = document.root
    if not isinstance(root, Mapping):
        problem = document.problems[-1] if document.problems else None
        line = document.position(problem.span.start).line if problem else 1
        raise SamguardError(problem.message if problem else "holds no policies", path=path, line=line)
    _validate(root, document)
    items = root.get("policies")
    assert isinstance(items, Sequence)  # noqa: S101 - the schema says so
    found = [_policy(item, document) for item in items.items if isinstance(item, Mapping)]
    _each_once(found, items, document)
    return tuple(found)


def _each_once(found: list[Policy], items: Sequence, document: Document) -> None:
    for kind in ("id", "name"):
        taken: dict[str, int] = {}
        for index, policy in enumerate(found):
            word = getattr(policy, kind)
            if word in taken:
                raise _error(f"the {kind} {word!r} is taken by another policy", items.items[index].span, document)
            taken[word] = index


# the schema


def _validate(root: Mapping, document: Document) -> None:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - 60 ms

    schema = json.loads((Path(__file__).parent / "policy_schema.json").read_text(encoding="utf-8"))
    wrong = [_schema_error(error, root, document) for error in Draft202012Validator(schema).iter_errors(_plain(root))]
    if wrong:
        raise min(wrong, key=lambda error: error.line or 0)


def _schema_error(error: Any, root: Mapping, document: Document) -> SamguardError:  # noqa: ANN401 - jsonschema's
    node, schema = _node(root, error.absolute_path), error.schema
    keys = [str(step) for step in error.absolute_path if isinstance(step, str)]
    what = f"{keys[-1]!r}" if keys else "the file"
    if error.validator == "additionalProperties" and isinstance(node, Mapping):
        known = tuple(schema["properties"])
        entry = next(entry for entry in node if entry.name not in known)
        near = nearest(entry.name, known)
        listed = f"did you mean {near!r}?" if near else f"known keys: {', '.join(known)}"
        return _error(f"unknown key {entry.name!r}", entry.key.span, document, listed)
    if error.validator == "required" and isinstance(node, Mapping):
        missing = [name for name in schema["required"] if name not in node]
        return _error(f"{schema['description']} needs {', '.join(map(repr, missing))}", node.span, document)
    shown = f", found {node.text!r}" if isinstance(node, Scalar) else ""
    if "enum" in schema:
        near = nearest(node.text, tuple(schema["enum"])) if isinstance(node, Scalar) else None
        hint = f"did you mean {near!r}?" if near else None
        return _error(f"{what} must be one of {', '.join(schema['enum'])}{shown}", node.span, document, hint)
    return _error(f"{what} must be {schema.get('description', 'something else')}{shown}", node.span, document)


def _node(root: Node, path: Any) -> Node:  # noqa: ANN401 - keys and indices
    node = root
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, str):
            node = node.by_name[step].value
        elif isinstance(node, Sequence) and isinstance(step, int):
            node = node.items[step]
    return node


def _plain(node: Node) -> object:
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [_plain(item) for item in node.items]
        case Mapping():
            return {entry.name: _plain(entry.value) for entry in node}


# one policy


def _policy(node: Mapping, document: Document) -> Policy:
    subject = _text(node, "for")
    condition = node.get("where")
    name = _text(node, "name")
    bad, good = (tuple(_examples(node, kind)) for kind in ("bad", "good"))
    at = node.get("at")
    if at is not None and subject not in ("rollout", "function"):
        raise _error(
            f"'at' says which part of a rollout is pointed at; this policy is for {subject}", at.span, document
        )
    only = node.get("environments")
    if only is not None and subject == "pipeline":
        raise _error("a pipeline is not looked at for one environment", only.span, document)
    return Policy(
        id=_text(node, "id"),
        name=name,
        level=Level(_text(node, "level") or "warning"),
        subject=subject,
        in_production_only=_text(node, "environments") == "production",
        condition=_expression(condition, subject, document) if isinstance(condition, Scalar) else None,
        assertion=_expression(_scalar(node, "assert"), subject, document),
        message=tuple(_message(_scalar(node, "message"), subject, document)),
        summary=_text(node, "summary") or f"{name.replace('-', ' ').capitalize()}.",
        why=_text(node, "why"),
        fix=_text(node, "fix"),
        source=_text(node, "source"),
        at=_text(node, "at"),
        bad=bad,
        good=good,
        path=document.path,
        line=document.position(node.span.start).line,
    )


def _text(node: Mapping, key: str) -> str:
    found = node.get(key)
    return found.text.strip() if isinstance(found, Scalar) else ""


def _scalar(node: Mapping, key: str) -> Scalar:
    found = node.get(key)
    assert isinstance(found, Scalar)  # noqa: S101 - the schema says so
    return found


def _expression(node: Scalar, subject: str, document: Document) -> Expression:
    try:
        return compiled(node.text, VARIABLES[subject])
    except ExpressionProblem as problem:
        raise _at(problem, node, document) from None


def _message(node: Scalar, subject: str, document: Document) -> Iterator[str | Expression]:
    text, end = node.text.strip(), 0
    for found in PLACEHOLDER.finditer(text):
        yield text[end : found.start()]
        end = found.end()
        inside = found[1].strip()
        if inside in _KEPT:
            yield found[0]
            continue
        try:
            yield compiled(inside, VARIABLES[subject], is_condition=False)
        except ExpressionProblem as problem:
            message = f"in {found[0]}: {problem.message}"
            raise _error(message, node.span, document, problem.hint) from None
    yield text[end:]


def _examples(node: Mapping, kind: str) -> Iterator[Example]:
    examples = node.get("examples")
    said = examples.get(kind) if isinstance(examples, Mapping) else None
    for item in said.items if isinstance(said, Sequence) else ():
        if isinstance(item, Mapping):
            files = item.get("files")
            entries = files.entries if isinstance(files, Mapping) else ()
            others = tuple((entry.name, entry.value.text) for entry in entries if isinstance(entry.value, Scalar))
            yield Example(_raw(item, "template"), _raw(item, "samconfig"), others)


def _raw(node: Mapping, key: str) -> str:
    found = node.get(key)
    return found.text if isinstance(found, Scalar) else ""


# places


def _at(problem: ExpressionProblem, node: Scalar, document: Document) -> SamguardError:
    """A problem of an expression at its own line: in a block (`|`), the lines follow the header."""
    start = document.position(node.span.start)
    written = document.text[node.span.start : node.span.end]
    line, column = start.line + problem.line - 1, problem.column
    if written[:1] == "|":
        line += 1
        first = document.line(start.line + 1)  # its indentation is that of the block
        column += len(first) - len(first.lstrip())
    elif written[:1] != ">" and problem.line == 1:
        column += start.column - 1 + (written[:1] in ("'", '"'))
    where = f"character {column} of the expression" if written[:1] == ">" else f"column {column}"
    return SamguardError(f"{where}: {problem.message}", path=document.path, line=line, hint=problem.hint)


def _error(message: str, span: Span, document: Document, hint: str | None = None) -> SamguardError:
    return SamguardError(message, path=document.path, line=document.position(span.start).line, hint=hint)
