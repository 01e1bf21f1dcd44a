"""What CodeDeploy does with one function when a new version is deployed to one environment."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TypeVar, cast

from samguard.environments.environment import Environment
from samguard.evaluation import (
    EvaluatedTemplate,
    Items,
    Joined,
    Literal,
    Reference,
    Removed,
    Trail,
    Unknown,
    Value,
)
from samguard.rollout.strategy import Strategy
from samguard.source import Entry, Mapping, Node, Span
from samguard.template import Resource, Template
from samguard.value import field, value

T = TypeVar("T")


class RolloutKind(Enum):
    """What is rolled out."""

    FUNCTION = "function"
    STATE_MACHINE = "state-machine"


class Phase(Enum):
    """When a hook runs: before the first traffic is shifted, or after the last."""

    PRE_TRAFFIC = "PreTraffic"
    POST_TRAFFIC = "PostTraffic"


@value
class WiredAlarm:
    """An entry of a rollout's alarms: an alarm's name as CodeDeploy is told it.

    `value` is a Reference to an alarm of the template, a text, or Unknown (imported, by parameter).
    """

    value: Value
    node: Node = field(repr=False)

    @property
    def span(self) -> Span:
        """Where the entry stands."""
        return self.node.span


@value
class Hook:
    """A hook function of a rollout. `value` refers to a function of the template, or is a text or Unknown."""

    phase: Phase
    value: Value
    node: Node = field(repr=False)
    key_span: Span = Span(0, 0)


@value
class Spans:
    """Where a rollout's parts are said. Each falls back to what stands around it."""

    resource: Span
    """The logical id."""
    alias: Span
    preference: Span
    strategy: Span
    enabled: Span
    alarms: Span
    hooks: Span


@value
class Rollout:
    """How one function or state machine gets a new version in one environment.

    - `function` is the logical id where it is a resource of the template, else the text that names it; `resource`
      is that resource, or the alias where the function is elsewhere.
    - `alias` is a Literal, Unknown, or Removed where nothing is published.
    - `traffic_shifting` says whether CodeDeploy (for a state machine: CloudFormation) shifts the alias.
    - `strategy` is None where traffic is not shifted or no configuration is named, `alarms` the alarms in the order
      of the template.
    - `preference` is the merged DeploymentPreference (plain CloudFormation: None) and `group` the
      AWS::CodeDeploy::DeploymentGroup of plain CloudFormation.
    """

    scene: EvaluatedTemplate = field(repr=False)
    kind: RolloutKind
    function: str
    resource: Resource = field(repr=False)
    exists: bool | None
    alias: Value
    traffic_shifting: bool | Unknown
    strategy: Strategy | Unknown | None
    alarms: tuple[WiredAlarm, ...] | Unknown
    pre_traffic: Hook | Unknown | None
    post_traffic: Hook | Unknown | None
    spans: Spans = field(repr=False)
    preference: Mapping | None = field(default=None, repr=False)
    group: Resource | None = field(default=None, repr=False)
    alias_resource: Resource | None = field(default=None, repr=False)
    because: Trail = ()
    """Why traffic is, or is not, shifted."""
    hooks: tuple[Hook, ...] = field(init=False, repr=False, compare=False)
    """The hooks that are known to be there."""
    _memory: dict[str, object] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        known = tuple(hook for hook in (self.pre_traffic, self.post_traffic) if isinstance(hook, Hook))
        object.__setattr__(self, "hooks", known)

    def remembered(self, kind: str, find: Callable[[], T]) -> T:
        """What `find` gives, worked out once: many rules ask the same of a rollout."""
        if kind not in self._memory:
            self._memory[kind] = find()
        return cast("T", self._memory[kind])

    @property
    def environment(self) -> Environment:
        """The environment it happens in."""
        return self.scene.environment

    @property
    def template(self) -> Template:
        """The template it is described by."""
        return self.scene.template

    @property
    def shifts(self) -> bool:
        """Whether traffic is certainly shifted by CodeDeploy or CloudFormation."""
        return self.traffic_shifting is True

    @property
    def is_gradual(self) -> bool:
        """Whether some users certainly keep the old version for a while."""
        return self.shifts and isinstance(self.strategy, Strategy) and not self.strategy.is_all_at_once


def said_at(entry: Entry, text: str) -> Span:
    """Where an entry of a document's text says its value: the value, or its key where that begins on a later line."""
    key, value = entry.key.span, entry.value.span
    begins_below = "\n" in text[key.end : value.start]
    return key if begins_below or value.end <= value.start else value


def label(value: Value) -> str:
    """A short name for a value: a logical id where it refers to a resource, else its text."""
    match value:
        case Literal():
            return value.text
        case Reference():
            return value.logical_id
        case Joined():
            return value.text
        case Items():
            return "[" + ", ".join(label(item) for item in value.items) + "]"
        case Removed():
            return "nothing"
        case Unknown():
            return "?"
        case _:
            return "a mapping"
