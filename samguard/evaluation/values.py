"""What an expression of a template is worth in one environment: known, unknown, or partly known.

Every value carries `because`: the places that decided it, from the environment's file to the template.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from samguard.source import Place, Plain, as_text
from samguard.value import field, value

Trail: TypeAlias = "tuple[Reason, ...]"


@value
class Reason:
    """One step of a trail: "samconfig.toml sets Stage to prod". `place` is None for the command line.

    `by_default` marks the step at which a parameter's Default decided, which an environment may override.
    """

    message: str
    place: Place | None
    by_default: bool = False


@value
class Literal:
    """A known text, number, boolean or null."""

    value: Plain
    because: Trail = field(default=(), compare=False)

    @property
    def text(self) -> str:
        """The value as CloudFormation writes it."""
        return as_text(self.value)


@value
class Reference:
    """What `Ref` or `Fn::GetAtt` of a resource gives: known to point there, not known as text.

    `attribute` is None for a plain Ref. SAM's own `!Ref Orders.Alias` has the attribute `Alias` and `by_ref`
    true; `!GetAtt Orders.Version.Version` the attribute `Version.Version`.
    """

    logical_id: str
    attribute: str | None = None
    by_ref: bool = True
    because: Trail = field(default=(), compare=False)


@value
class Unknown:
    """What cannot be known here, and why. `depends_on` names the parameters whose values are missing."""

    reason: str
    depends_on: frozenset[str] = frozenset()
    because: Trail = field(default=(), compare=False)


@value
class Removed:
    """`AWS::NoValue`: the property or list item is not there."""

    because: Trail = field(default=(), compare=False)


@value
class Joined:
    """A text of which some parts are known only as references or not at all: `${Orders}:live`."""

    parts: tuple[str | Reference | Unknown, ...]
    because: Trail = field(default=(), compare=False)

    @property
    def text(self) -> str:
        """The text with `${…}` for what is not known as text."""
        return "".join(part if isinstance(part, str) else f"${{{_name(part)}}}" for part in self.parts)


@value
class Items:
    """A list. Items that are AWS::NoValue are left out."""

    items: tuple[Value, ...]
    because: Trail = field(default=(), compare=False)


@value
class Fields:
    """A mapping. Keys whose value is AWS::NoValue are left out."""

    fields: dict[str, Value]
    because: Trail = field(default=(), compare=False)

    def get(self, name: str) -> Value:
        """The value under `name`; Removed where there is none."""
        return self.fields.get(name, ABSENT)


Value: TypeAlias = Literal | Reference | Joined | Items | Fields | Unknown | Removed

ABSENT: Final = Removed()
"""A property that is not there."""


def _name(part: Reference | Unknown) -> str:
    if isinstance(part, Unknown):
        return "?"
    return part.logical_id if part.attribute is None else f"{part.logical_id}.{part.attribute}"


def depends_on(value: Value) -> frozenset[str]:
    """The parameters without a value that this value would need."""
    match value:
        case Unknown():
            return value.depends_on
        case Joined():
            return frozenset().union(*(depends_on(p) for p in value.parts if isinstance(p, Unknown)))
        case Items():
            return frozenset().union(*(depends_on(item) for item in value.items))
        case Fields():
            return frozenset().union(*(depends_on(item) for item in value.fields.values()))
        case Literal() | Reference() | Removed():
            return frozenset()


def decided_by_default(trail: Trail) -> bool:
    """Whether a parameter's Default had a say in a value with this trail."""
    return any(reason.by_default for reason in trail)
