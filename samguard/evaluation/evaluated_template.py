"""A template as one environment sees it: its parameters, conditions and expressions with their values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar, cast

from samguard.environments.environment import Environment, ParameterSource
from samguard.evaluation.functions import apply
from samguard.evaluation.values import (
    ABSENT,
    Fields,
    Items,
    Literal,
    Reason,
    Reference,
    Removed,
    Trail,
    Unknown,
    Value,
)
from samguard.source import Mapping, Node, Place, Scalar, Sequence, Span
from samguard.template import HIDDEN, NO_VALUE, Resource, Template, intrinsic
from samguard.value import field, replace, value

T = TypeVar("T")

_MAX_DEPTH: Final = 120
"""Levels of expressions within expressions, conditions of conditions included."""
_PARTITIONS: Final = (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("us-iso-", "aws-iso"), ("us-isob-", "aws-iso-b"))
_SAID_BY: Final = {
    ParameterSource.SAMCONFIG: "samconfig sets",
    ParameterSource.TEMPLATE_CONFIGURATION: "the template configuration sets",
    ParameterSource.PIPELINE: "the pipeline sets",
    ParameterSource.CONFIG: "samguard's configuration sets",
    ParameterSource.COMMAND_LINE: "--parameter sets",
    ParameterSource.DEFAULT: "the default sets",
}


@value
class _Everywhere:
    """What is the same in every environment of a template, since nothing of an environment was asked for on the way.

    Of a template's expressions, nine in ten only name its resources; without this, each environment works them out anew.
    """

    values: dict[int, tuple[Node, Value]] = field(default_factory=dict)
    memory: dict[tuple[str, str], object] = field(default_factory=dict)


@value
class EvaluatedTemplate:
    """A template in one environment, and in one world of it.

    `assignment` gives values to parameters that the environment leaves open: one of the worlds that their
    AllowedValues allow. Expressions are evaluated when they are asked for; conditions once.
    """

    template: Template
    environment: Environment
    assignment: dict[str, str] = field(default_factory=dict)
    _conditions: dict[str, Literal | Unknown] = field(default_factory=dict, repr=False, compare=False)
    _in_progress: list[str] = field(default_factory=list, repr=False, compare=False)
    """Conditions being evaluated, by name, and an empty text for each list or mapping on the way."""
    _memory: dict[tuple[str, str], object] = field(default_factory=dict, repr=False, compare=False)
    _values: dict[int, tuple[Node, Value]] = field(default_factory=dict, repr=False, compare=False)
    """Values of lists, mappings and calls, by the identity of their node (kept beside, so that no other takes it over)."""
    _asked: list[int] = field(default_factory=lambda: [0], repr=False, compare=False)
    """Counts the answers that another environment, or another world, may give otherwise."""
    _everywhere: _Everywhere = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_everywhere", self.template.remembered("values everywhere", _Everywhere))

    def in_world(self, assignment: dict[str, str]) -> EvaluatedTemplate:
        """The same template and environment, with values for open parameters."""
        return EvaluatedTemplate(self.template, self.environment, assignment)

    def place(self, span: Span) -> Place:
        """A place in the template."""
        return Place(self.template.document, span)

    def remembered(self, kind: str, name: str, find: Callable[[], T]) -> T:
        """What `find` gives, worked out once: a higher room asks the same of a scene many times."""
        key = (kind, name)
        if key not in self._memory:
            self._memory[key] = find()
        self._asked[0] += 1
        return cast("T", self._memory[key])

    def derived(self, kind: str, name: str, find: Callable[[], T]) -> T:
        """What `find` gives, worked out once for all environments if it asks this scene for nothing that they decide.

        `find` may know of the environment by this scene's methods only: not by its fields, nor by a rollout.
        """
        key = (kind, name)
        if key in self._everywhere.memory:
            return cast("T", self._everywhere.memory[key])
        if key in self._memory:
            self._asked[0] += 1
            return cast("T", self._memory[key])
        before = self._asked[0]
        found = find()
        memory = self._everywhere.memory if self._asked[0] == before else self._memory
        memory[key] = found
        return found

    # parameters

    def parameter(self, name: str) -> Value:
        """What `Ref` of a parameter gives: a Literal, Items for a list, or Unknown with the reason."""
        self._asked[0] += 1
        declared = self.template.parameters.get(name)
        if declared is None:
            return Unknown(f"the template has no parameter {name}")
        given = self.environment.parameters.get(name)
        if given is not None:
            if given.text is None:
                return Unknown(f"the value of parameter {name} is not known here")
            shown = HIDDEN if declared.is_hidden else repr(given.text)
            because: Trail = (Reason(f"{_SAID_BY[given.source]} {name} to {shown}", given.place),)
            text = given.text
        elif self.environment.may_give_more:
            return Unknown(f"{name} may be given a value by a file that is not in the project")
        elif name in self.assignment:
            text = self.assignment[name]
            shown = HIDDEN if declared.is_hidden else repr(text)
            because = (Reason(f"if {name} is {shown}", self.place(declared.key.span)),)
        elif isinstance(declared.default, Scalar):
            text = declared.default.text
            shown = HIDDEN if declared.is_hidden else repr(text)
            message = f"{name} has the Default {shown}; {self._who_gives_nothing()}"
            because = (Reason(message, self.place(declared.default.span), by_default=True),)
        else:
            return Unknown(f"parameter {name} has no value", frozenset({name}))
        if declared.comes_from_ssm:
            return Unknown(f"parameter {name} is looked up in Parameter Store at deployment", because=because)
        if "{{resolve:" in text:
            return Unknown(f"parameter {name} is a dynamic reference, looked up at deployment", because=because)
        if declared.is_list:
            items = tuple(Literal(item.strip(), because) for item in text.split(",")) if text else ()
            return Items(items, because)
        return Literal(text, because)

    def _who_gives_nothing(self) -> str:
        if self.environment.is_assumed:
            return "no environment is known that gives it a value"
        if self.environment.deploys_with_previous_values:
            return (
                f"{self.environment.name} gives it no value, so a new stack gets the Default "
                "(an existing one keeps what it had)"
            )
        return f"{self.environment.name} gives it no value"

    def pseudo_parameter(self, name: str) -> Value:
        """What `Ref` of a pseudo parameter gives."""
        self._asked[0] += 1
        region = self.environment.region
        match name:
            case "AWS::NoValue":
                return Removed()
            case "AWS::Region" if region:
                return Literal(region)
            case "AWS::Partition" if region:
                found = (partition for prefix, partition in _PARTITIONS if region.startswith(prefix))
                return Literal(next(found, "aws"))
            case "AWS::URLSuffix" if region:
                return Literal("amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com")
            case "AWS::StackName" if self.environment.stack_name:
                return Literal(self.environment.stack_name)
            case _:
                return Unknown(f"{name} is known at deployment only")

    # conditions

    def condition(self, name: str) -> Literal | Unknown:
        """A condition by name: a Literal of true or false, or Unknown."""
        self._asked[0] += 1
        known = self._conditions.get(name)
        if known is not None:
            return known
        node = self.template.conditions.get(name)
        if node is None:
            return Unknown(f"the template has no condition {name}")
        if name in self._in_progress:
            return Unknown(f"the condition {name} refers to itself")
        self._in_progress.append(name)
        try:
            value = self.value(node)
        finally:
            self._in_progress.pop()
        result: Literal | Unknown
        if isinstance(value, Literal) and value.text in ("true", "false"):
            is_true = value.text == "true"
            reason = Reason(f"the condition {name} is {value.text}", self.place(node.span))
            result = Literal(is_true, (*value.because, reason))
        elif isinstance(value, Unknown):
            result = value
        else:
            result = Unknown(f"the condition {name} is neither true nor false")
        self._conditions[name] = result
        return result

    def exists(self, resource: Resource) -> bool | None:
        """Whether a resource is made in this environment; None where its condition is unknown."""
        if resource.condition is None:
            return True
        value = self.condition(resource.condition.text)
        return bool(value.value) if isinstance(value, Literal) else None

    def why_absent(self, resource: Resource) -> Trail:
        """The trail of a resource's condition."""
        return () if resource.condition is None else self.condition(resource.condition.text).because

    # expressions

    def value(self, node: Node | None) -> Value:
        """What an expression is worth. A missing one (None) is Removed."""
        if node is None:
            return ABSENT
        if isinstance(node, Scalar):
            if isinstance(node.value, str) and "{{resolve:" in node.value:
                return Unknown("a dynamic reference, looked up at deployment")
            return Literal(node.value)
        known = self._everywhere.values.get(id(node))
        if known is not None:
            return known[1]
        known = self._values.get(id(node))
        if known is not None:
            self._asked[0] += 1
            return known[1]
        if len(self._in_progress) > _MAX_DEPTH:
            return Unknown("nested deeper than samguard follows")
        is_whole = not self._in_progress  # within a condition, that condition is not known yet
        before = self._asked[0]
        self._in_progress.append("")
        try:
            found = self._collection(node)
        finally:
            self._in_progress.pop()
        if is_whole:
            values = self._everywhere.values if self._asked[0] == before else self._values
            values[id(node)] = (node, found)
        return found

    def _collection(self, node: Sequence | Mapping) -> Value:
        if isinstance(node, Sequence):
            values = (self.value(item) for item in node.items)
            return Items(tuple(value for value in values if not isinstance(value, Removed)))
        call = intrinsic(node)
        if call is not None:
            return apply(call, self)
        evaluated = ((entry.name, self.value(entry.value)) for entry in node)
        return Fields({name: value for name, value in evaluated if not isinstance(value, Removed)})

    def property(self, resource: Resource, *path: str) -> Value:
        """The value of a property of a resource, `path` leading through nested mappings.

        Removed where it is not there, Unknown where a mapping on the way is not known.
        """
        node: Node | None = resource.properties
        trail: Trail = ()
        for name in path:
            node, passed = self.chosen(node)
            trail += passed
            if isinstance(node, Mapping) and intrinsic(node) is not None:
                value = self.value(node)
                return value if isinstance(value, (Unknown, Removed)) else Unknown("not known as a mapping")
            node = node.get(name) if isinstance(node, Mapping) else None
            if node is None:
                return Removed(trail)
        return self.value(node)

    def chosen(self, node: Node | None) -> tuple[Node | None, Trail]:
        """The node that is left of `Fn::If` around it, as far as its conditions are known, and why.

        `!Ref AWS::NoValue` leaves None.
        """
        trail: Trail = ()
        for _ in range(_MAX_DEPTH):
            call = intrinsic(node)
            if call is None:
                return node, trail
            if call.name == "Ref" and isinstance(call.argument, Scalar) and call.argument.value == NO_VALUE:
                return None, trail
            if call.name != "Fn::If" or not isinstance(call.argument, Sequence) or len(call.argument.items) != 3:  # noqa: PLR2004
                return node, trail
            name, then, otherwise = call.argument.items
            condition = self.condition(name.text) if isinstance(name, Scalar) else Unknown("no condition")
            if isinstance(condition, Unknown):
                return node, trail
            trail += condition.because
            node = then if condition.value else otherwise
        return node, trail

    def resource_of(self, value: Value) -> Resource | None:
        """The resource of this template that a value refers to."""
        return self.template.resources.get(value.logical_id) if isinstance(value, Reference) else None


def with_trail(value: Value, trail: Trail) -> Value:
    """The same value, decided by `trail` before its own."""
    return replace(value, because=(*trail, *value.because)) if trail else value
