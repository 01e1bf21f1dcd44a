"""CEL expressions: checked against the model before anything is evaluated, and three-valued when they are.

CEL itself is sandboxed: an expression reads the values it is given and calls no more than the language's own functions.
Its evaluator ends after 10,000 turns of its loops, nests 32 levels, and has regular expressions that take linear time
(RE2). cel-expr-python is Google's own implementation; it was taken for its type checker, which celpy and
common-expression-language have not. Source: CEL language definition, github.com/google/cel-spec, read 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import Any, Final

from samguard.errors import SamguardError, nearest
from samguard.pattern import pattern
from samguard.policies.model import KINDS, Field
from samguard.value import field, value

_PACKAGE: Final = "samguard"
_LONGEST: Final = 10_000
"""Characters of an expression."""
_MOST_COMMAS: Final = 200
"""Of an expression: 10,000 turns of a loop then make two million values at the most."""
_MACRO: Final = pattern(r"\.\s*(?:all|exists|exists_one|filter|map)\s*\(")
_MOST_LOOPS_THAT_ADD: Final = 3
_MOST_SUMS: Final = 20
"""`[x].map(a, a + a).map(a, a + a)` doubles with each loop; turns are counted by CEL, but not what a turn makes."""
_TEXT: Final = pattern(
    r"""[rbRB]{0,2}(?:'''(?:\\.|.)*?'''|\"\"\"(?:\\.|.)*?\"\"\"|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")""", re.DOTALL
)
_REFUSED: Final = pattern(r"(?<![\w.])(?P<name>dyn|has)\s*\(")
_PLACE: Final = pattern(r"ERROR: <input>:(?P<line>\d+):(?P<column>\d+): (?P<message>[^\n]*)")
_NO_FIELD: Final = pattern(r"undefined field '(?P<name>[^']*)' not found in struct 'samguard\.(?P<kind>\w+)'")
_NO_NAME: Final = pattern(r"undeclared reference to '(?P<name>[^']*)' \(in container ''\)")
_NO_KEY: Final = pattern(r"Key not found in map : \"(?P<key>.*)\"", re.DOTALL)
_OVERLOAD: Final = pattern(r"found no matching overload for '(?P<what>[^']*)' applied to '\((?P<types>.*)\)'")

_FUNCTIONS: Final = (
    "all", "contains", "double", "endsWith", "exists", "exists_one", "filter", "int", "map", "matches", "size",
    "startsWith", "string",
)  # fmt: skip
_SCALARS: Final = {"string": 9, "int": 3, "double": 1, "bool": 8}
"""Types of fields, by their numbers in descriptor.proto."""
_MESSAGE: Final = 11
_OPTIONAL, _REPEATED = 1, 3


class Truth(Enum):
    """What a condition comes to."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"
    """It needs a value that is not known."""


@value
class ExpressionProblem(Exception):  # noqa: N818 - what is wrong with a text, at its place
    """What is wrong with an expression; line and column in it, from 1."""

    message: str
    line: int
    column: int
    hint: str | None = None


@value
class Expression:
    """An expression that was checked. `program` is CEL's own."""

    text: str
    program: Any = field(repr=False, compare=False)

    def truth(self, data: Mapping[str, object], unknown: frozenset[str]) -> Truth:
        """What it comes to with these values; `unknown` names the fields that are not known somewhere in them.

        A key that a map has not makes it false. Raises SamguardError for what no value can be given to, such as a
        division by zero, and where it takes too long.
        """
        found = self._evaluated(data, unknown)
        if isinstance(found, Truth):
            return found
        return Truth.TRUE if found is True else Truth.FALSE

    def shown(self, data: Mapping[str, object], unknown: frozenset[str]) -> str:
        """Its value as a text; `?` where it is not known."""
        found = self._evaluated(data, unknown)
        if isinstance(found, Truth):
            return "?"
        return f"{found:g}" if isinstance(found, float) else _cel_text(found)

    def _evaluated(self, data: Mapping[str, object], unknown: frozenset[str]) -> object:
        from cel_expr_python import cel  # noqa: PLC0415 - loaded with the first policy

        try:
            result = self.program.eval(data=dict(data))
        except RuntimeError as error:
            raise SamguardError(f"{self.text!r} cannot be evaluated: {_told(str(error))}") from None
        if result.type() != cel.Type.ERROR:
            found: object = result.plain_value()
            return found
        said = str(result.value())
        missing = _NO_KEY.search(said)
        if missing is None:
            raise SamguardError(f"{self.text!r} cannot be evaluated: {_told(said)}")
        return Truth.UNKNOWN if missing["key"] in unknown else Truth.FALSE


def compiled(text: str, variables: Mapping[str, str], *, is_condition: bool = True) -> Expression:
    """An expression over variables, each of a kind of the model (`list(Rollout)` for several).

    Raises ExpressionProblem for what is not CEL, not of the model, or no condition where one is asked for; and
    SamguardError where the library for CEL is not installed.
    """
    if len(text) > _LONGEST:
        raise ExpressionProblem(f"an expression has {_LONGEST:,} characters at the most", 1, 1)
    bare = _TEXT.sub(lambda found: " " * len(found[0]), text)
    _refuse_growth(bare)
    refused = _REFUSED.search(bare)
    if refused is not None:
        line = bare.count("\n", 0, refused.start()) + 1
        column = refused.start() - (bare.rfind("\n", 0, refused.start()) + 1) + 1
        why = {
            "has": 'every field of the model is there; compare with "" or ask for .size() == 0',
            "dyn": "the types of the model are what finds a misspelt field",
        }[refused["name"]]
        raise ExpressionProblem(f"{refused['name']}() is not for policies", line, column, why)
    checking, evaluating = _environments(tuple(sorted(variables.items())))
    try:
        checked = checking.compile(text)
    except RuntimeError as error:
        raise _problem(str(error), variables) from None
    kind = checked.return_type().name()
    if is_condition and kind.upper() != "BOOL":
        raise ExpressionProblem(f"a condition is true or false, this is {kind.lower()}", 1, 1)
    if not is_condition and kind.upper() not in ("STRING", "INT", "DOUBLE", "BOOL"):
        raise ExpressionProblem(f"a text, a number or true or false can be shown, this is {kind}", 1, 1)
    return Expression(" ".join(text.split()), evaluating.compile(text, disable_check=True))


def _refuse_growth(bare: str) -> None:
    """Raises ExpressionProblem where little text could make many values; `bare` is the expression without its texts."""
    if bare.count(",") > _MOST_COMMAS:
        raise ExpressionProblem(f"an expression has {_MOST_COMMAS} commas at the most", 1, 1)
    loops, sums = len(_MACRO.findall(bare)), bare.count("+")
    if loops and sums and (loops > _MOST_LOOPS_THAT_ADD or sums > _MOST_SUMS):
        most = f"{_MOST_LOOPS_THAT_ADD} loops and {_MOST_SUMS} sums"
        raise ExpressionProblem(f"an expression that adds in loops has {most} at the most", 1, 1)


@lru_cache(maxsize=32)
def _environments(variables: tuple[tuple[str, str], ...]) -> tuple[Any, Any]:
    """Two environments: one that knows the model's types, and one whose values are plain mappings.

    The first one finds what is misspelt. In the second one a field that is not known is not there, which is an error to
    CEL, and errors are just what `&&` and `||` pass over where the other side decides: three-valued logic.
    """
    try:
        from cel_expr_python import cel  # noqa: PLC0415 - 16 MB, for those who have policies
    except ImportError as error:
        message = "policies need the library for CEL, which is not installed here"
        raise SamguardError(message, hint="install it with: python -m pip install 'samguard[policies]'") from error
    typed = {name: _type(cel, kind) for name, kind in variables}
    untyped = {name: cel.Type.DYN for name, _ in variables}
    return cel.NewEnv(_descriptors(), variables=typed), cel.NewEnv(variables=untyped)


def _type(cel: Any, kind: str) -> Any:  # noqa: ANN401 - CEL's own
    if kind.startswith("list("):
        return cel.Type.List(cel.Type(f"{_PACKAGE}.{kind[5:-1]}"))
    return cel.Type(f"{_PACKAGE}.{kind}")


@lru_cache(maxsize=1)
def _descriptors() -> Any:  # noqa: ANN401 - protobuf's pool
    """The model as protobuf messages, which is how CEL is told of types."""
    from google.protobuf import descriptor_pb2, descriptor_pool  # noqa: PLC0415 - 0.1 s

    file = descriptor_pb2.FileDescriptorProto(name="samguard.proto", package=_PACKAGE, syntax="proto3")
    for kind in KINDS.values():
        message = file.message_type.add(name=kind.name)
        for index, one in enumerate(kind.fields, start=1):
            _add_field(message, one, index)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


def _add_field(message: Any, one: Field, index: int) -> None:  # noqa: ANN401 - a DescriptorProto
    label = _REPEATED if one.is_list or one.type == "map" else _OPTIONAL
    if one.type == "map":
        name = f"{''.join(part.title() for part in one.name.split('_'))}Entry"
        entry = message.nested_type.add(name=name)
        entry.options.map_entry = True
        entry.field.add(name="key", number=1, type=_SCALARS["string"], label=_OPTIONAL)
        entry.field.add(name="value", number=2, type=_SCALARS["string"], label=_OPTIONAL)
        inside = f".{_PACKAGE}.{message.name}.{name}"
        message.field.add(name=one.name, number=index, type=_MESSAGE, type_name=inside, label=label)
    elif one.type in _SCALARS:
        message.field.add(name=one.name, number=index, type=_SCALARS[one.type], label=label)
    else:
        message.field.add(name=one.name, number=index, type=_MESSAGE, type_name=f".{_PACKAGE}.{one.type}", label=label)


def _problem(said: str, variables: Mapping[str, str]) -> ExpressionProblem:
    """CEL's message in samguard's words, with what was probably meant."""
    place = _PLACE.search(said)
    if place is None:
        return ExpressionProblem(_told(said), 1, 1)
    line, column, message = (
        int(place["line"]),
        int(place["column"]),
        place["message"].removesuffix(" [INVALID_ARGUMENT]"),
    )
    field_found, name_found, overload = _NO_FIELD.search(message), _NO_NAME.search(message), _OVERLOAD.search(message)
    if field_found is not None:
        known = tuple(one.name for one in KINDS[field_found["kind"]].fields)
        near = nearest(field_found["name"], known)
        hint = f"did you mean {near!r}?" if near else f"it has {', '.join(known)}"
        # CEL points at the dot.
        return ExpressionProblem(f"{field_found['kind']} has no field {field_found['name']!r}", line, column + 1, hint)
    if name_found is not None:
        name = name_found["name"].partition(".")[0]
        near = nearest(name, (*variables, *_FUNCTIONS))
        hint = f"did you mean {near!r}?" if near else f"there are {', '.join(variables)}"
        return ExpressionProblem(f"nothing is called {name!r} here", line, column, hint)
    if overload is not None:
        types = overload["types"].replace(f"{_PACKAGE}.", "")
        what = overload["what"].strip("_").replace("_", "")
        decimal = "write 5.0 to compare with a double" if "double" in types and "int" in types else None
        return ExpressionProblem(f"{what} does not take {types}", line, column, decimal)
    return ExpressionProblem(message, line, column)


def _told(said: str) -> str:
    """An error of CEL's, in one line and without its codes."""
    first = said.strip().splitlines()[0] if said.strip() else "no reason is given"
    return re.sub(r"^[A-Z_]+: |\s*\[[A-Z_]+\]?$", "", first)


def _cel_text(found: object) -> str:
    return str(found).lower() if isinstance(found, bool) else str(found)
