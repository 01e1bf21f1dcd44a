"""A template's sections, as CloudFormation names them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar, cast

from samguard.errors import nearest
from samguard.source import Document, Mapping, Node, Scalar, Span
from samguard.template.refusal import Refusal
from samguard.value import field, value

T = TypeVar("T")

SAM_TRANSFORM: Final = "AWS::Serverless-2016-10-31"
LANGUAGE_EXTENSIONS: Final = "AWS::LanguageExtensions"
SECTIONS: Final = (
    *("AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Mappings", "Conditions", "Rules"),
    *("Transform", "Globals", "Resources", "Outputs", "Hooks"),
)
"""The top-level keys of a template."""
_KNOWN_TRANSFORMS: Final = frozenset({SAM_TRANSFORM, LANGUAGE_EXTENSIONS, "AWS::CodeDeployBlueGreen"})


HIDDEN: Final = "****"
"""What CloudFormation shows for the value of a parameter that says `NoEcho`."""


@value
class Parameter:
    """A template parameter. `default` is None where there is none; an empty default is a Scalar."""

    name: str
    type: str
    default: Node | None
    allowed_values: tuple[Scalar, ...]
    node: Mapping = field(repr=False)
    key: Scalar = field(repr=False)

    @property
    def is_list(self) -> bool:
        """Whether a Ref to it gives a list."""
        return self.type == "CommaDelimitedList" or self.type.startswith("List<")

    @property
    def comes_from_ssm(self) -> bool:
        """Whether CloudFormation looks its value up in Parameter Store, so that only the key is known here."""
        return self.type.startswith("AWS::SSM::Parameter::Value<")

    @property
    def is_hidden(self) -> bool:
        """Whether its value is to be shown nowhere (`NoEcho`)."""
        said = self.node.get("NoEcho")
        return isinstance(said, Scalar) and said.text.lower() == "true"


@value
class Resource:
    """A resource with Globals merged in.

    `properties` is the merged mapping: each entry's key and value stand where they were said, in the resource or
    in Globals. `own_properties` is what the resource itself says.
    """

    logical_id: str
    type: str
    properties: Mapping = field(repr=False)
    own_properties: Mapping = field(repr=False)
    condition: Scalar | None
    node: Mapping = field(repr=False)
    key: Scalar = field(repr=False)

    @property
    def span(self) -> Span:
        """The logical id: where a finding about the whole resource stands."""
        return self.key.span


@value
class Template:
    """A SAM or CloudFormation template.

    `refusals` are those that hold in every environment. `is_fragment` is true for a piece without Transform that
    uses SAM types: it is merged into a template elsewhere, so what it lacks may be said there.
    """

    document: Document
    transforms: tuple[str, ...]
    parameters: dict[str, Parameter]
    mappings: Mapping | None
    conditions: dict[str, Node]
    rules: Mapping | None
    resources: dict[str, Resource]
    outputs: Mapping | None
    shared: Mapping | None
    """The Globals section."""
    root: Mapping = field(repr=False)
    refusals: tuple[Refusal, ...] = ()
    included: dict[str, Document] = field(default_factory=dict, repr=False)
    """Files that belong to it (AWS::Include, a state machine's DefinitionUri), by the path that is written there."""
    is_fragment: bool = field(init=False, repr=False, compare=False)
    """Whether this is a piece of a template that something else puts together."""
    may_gain_resources: bool = field(init=False, repr=False, compare=False)
    """Whether resources may appear that the file does not show: by a macro, an include or a loop."""
    _by_type: dict[str, tuple[tuple[int, Resource], ...]] = field(init=False, repr=False, compare=False)
    """Resources by their type, each with its place among all of them: rules ask for a type hundreds of times."""

    _memory: dict[str, object] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_type: dict[str, list[tuple[int, Resource]]] = {}
        for place, resource in enumerate(self.resources.values()):
            by_type.setdefault(resource.type, []).append((place, resource))
        uses_sam = any(name.startswith("AWS::Serverless::") for name in by_type)
        is_fragment = uses_sam and not self.is_sam
        section = self.root.get("Resources")
        loops = isinstance(section, Mapping) and any(entry.name.startswith("Fn::") for entry in section)
        gains = self.has_macros or is_fragment or loops or "Fn::Transform" in self.root
        object.__setattr__(self, "_by_type", {name: tuple(found) for name, found in by_type.items()})
        object.__setattr__(self, "is_fragment", is_fragment)
        object.__setattr__(self, "may_gain_resources", gains)

    @property
    def is_sam(self) -> bool:
        """Whether the SAM transform is applied."""
        return SAM_TRANSFORM in self.transforms

    @property
    def has_macros(self) -> bool:
        """Whether a macro that samguard does not know may add or change anything."""
        return any(name not in _KNOWN_TRANSFORMS for name in self.transforms)

    @property
    def misspelt_sections(self) -> frozenset[str]:
        """The sections that unknown top-level keys are meant for."""
        unknown = (
            entry.name for entry in self.root if entry.name not in SECTIONS and not entry.name.startswith("Fn::")
        )
        return frozenset(near for name in unknown if (near := nearest(name, SECTIONS)) is not None)

    def remembered(self, kind: str, find: Callable[[], T]) -> T:
        """What `find` gives, worked out once: rules and environments ask the same of a template many times."""
        if kind not in self._memory:
            self._memory[kind] = find()
        return cast("T", self._memory[kind])

    def of_type(self, *types: str) -> tuple[Resource, ...]:
        """The resources of these types, in the order of the template."""
        if len(types) == 1:
            return tuple(resource for _, resource in self._by_type.get(types[0], ()))
        found = [item for name in types for item in self._by_type.get(name, ())]
        return tuple(resource for _, resource in sorted(found, key=lambda item: item[0]))
