"""Which function or state machine an expression names, and which of its versions is reached by that.

A function's name and its ARN mean `$LATEST`: the code of the newest deployment, whatever an alias says. Only the
alias's own ARN goes where CodeDeploy sends traffic. Sources: Lambda developer guide, "Lambda function aliases" and
"Lambda function versions"; Step Functions developer guide, "State machine aliases".
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from samguard.evaluation import EvaluatedTemplate, Joined, Literal, Reference, Trail, Unknown, Value
from samguard.pattern import pattern
from samguard.rollout.arns import FUNCTION_TYPES
from samguard.rollout.state_machine import machine_of
from samguard.template import Resource
from samguard.value import value

MACHINE_TYPES: Final = ("AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine")

_MAX_LENGTH: Final = 4096
"""Characters of a text that may be a name or an ARN."""
_API_PATH: Final = pattern(r"/functions/(.+?)/invocations")
"""What API Gateway wraps a function's ARN into."""
_ARN: Final = pattern(r"(?:.*:)?(?:function|stateMachine):([^:/]+)(?::([^:/]+))?")
_NAME: Final = pattern(r"([^:/]+)(?::([^:/]+))?")
_UNSAFE: Final = pattern(r"[:/\"\\\s]")
_OPAQUE: Final = pattern(r"[\0${]")
"""In a qualifier: not known as text (a reference, a stage variable)."""


class Reach(Enum):
    """Which version an invocation goes to."""

    LATEST = auto()
    """Whatever was deployed last, from the moment it is."""
    VERSION = auto()
    """The version that this deployment publishes."""
    NUMBER = auto()
    """One version by its number, whatever is deployed."""
    ALIAS = auto()
    """Where the alias points: the only one that a traffic shift moves."""


@value
class Invocable:
    """A function or state machine of the template as an expression names it.

    `alias` is the alias's name where that is known as text. `written` is the reference that names it
    (`Orders.Arn`, `Orders.` for a plain Ref), "" where it is named by text.
    """

    logical_id: str
    reach: Reach
    alias: str | None = None
    written: str = ""
    because: Trail = ()


def invocable(value: Value, scene: EvaluatedTemplate) -> Invocable | None:
    """The function or state machine of the template that a value names; None where it is none or not certain."""
    text = encoded(value)
    return None if text is None else named_in(text, scene, value.because)


def encoded(value: Value) -> str | None:
    """A value as one text, in which references and what is not known are marked and hold no colon or slash."""
    match value:
        case Literal():
            return value.text
        case Reference():
            return token(value)
        case Joined():
            return "".join(part if isinstance(part, str) else token(part) for part in value.parts)
        case _:
            return None


def token(part: Reference | Unknown) -> str:
    """The mark of a reference in an encoded text."""
    name = f"{part.logical_id}.{part.attribute or ''}" if isinstance(part, Reference) else f"?{part.reason}"
    return f"\0{_UNSAFE.sub('|', name)}\0"


def named_in(text: str, scene: EvaluatedTemplate, because: Trail = ()) -> Invocable | None:
    """The function or state machine that an encoded text names: by reference, name, ARN, or API Gateway's path."""
    if len(text) > _MAX_LENGTH:
        return None
    wrapped = _API_PATH.search(text)
    name = wrapped.group(1) if wrapped is not None else text
    match = _ARN.fullmatch(name) or _NAME.fullmatch(name)
    if match is None:
        return None
    names = scene.derived("invocable", "", lambda: _names(scene))
    found = names.by_text.get(match.group(1))
    if found is None:
        return None
    reach, alias = found.reach, found.alias
    qualifier = match.group(2)
    if qualifier is not None:
        reach, alias = _qualified(qualifier, names)
    return Invocable(found.logical_id, reach, alias, found.written, because)


def alias_names(resource: Resource, scene: EvaluatedTemplate) -> frozenset[str] | None:
    """The aliases that the template gives a function or state machine; None where one of them is not known."""
    return scene.derived("invocable", "", lambda: _names(scene)).aliases.get(resource.logical_id, frozenset())


@value
class _Names:
    by_text: dict[str, Invocable]
    version_numbers: frozenset[str]
    aliases: dict[str, frozenset[str] | None]


def _qualified(qualifier: str, names: _Names) -> tuple[Reach, str | None]:
    if qualifier == "$LATEST":
        return Reach.LATEST, None
    if qualifier in names.version_numbers:
        return Reach.VERSION, None
    if qualifier.isdecimal():
        return Reach.NUMBER, None
    return Reach.ALIAS, None if _OPAQUE.search(qualifier) else qualifier


def _names(scene: EvaluatedTemplate) -> _Names:
    """Every encoded text that stands for a function or state machine of the template. Linear in its resources."""
    reading = _Reading(scene)
    for resource in scene.template.resources.values():
        if resource.type in FUNCTION_TYPES:
            reading.function(resource)
        elif resource.type in MACHINE_TYPES:
            reading.machine(resource)
    for resource in scene.template.resources.values():
        reading.published(resource)
    return _Names(reading.by_text, frozenset(reading.version_numbers), dict(reading.aliases))


class _Reading:
    """Gathers the names. Aliases and versions come after what they belong to."""

    def __init__(self, scene: EvaluatedTemplate) -> None:
        self.scene = scene
        self.by_text: dict[str, Invocable] = {}
        self.version_numbers: set[str] = set()
        self.aliases: dict[str, frozenset[str] | None] = {}

    def function(self, resource: Resource) -> None:
        """A function's name and ARN, and what SAM makes beside it."""
        self._whole(resource, "FunctionName", "", "Arn")
        if resource.type == "AWS::Serverless::Function":
            self._sam_alias(resource)
            self._add(resource.logical_id, "Version", Reach.VERSION)
            self.version_numbers.add(_token(resource.logical_id, "Version.Version"))

    def machine(self, resource: Resource) -> None:
        """A state machine's ARN and name, and what SAM makes beside it."""
        is_sam = resource.type == "AWS::Serverless::StateMachine"
        self._whole(resource, "Name" if is_sam else "StateMachineName", "", "Arn", "Name")
        if is_sam:
            self._sam_alias(resource)
            self._add(resource.logical_id, "", Reach.VERSION, reference=f"{resource.logical_id}Version")

    def published(self, resource: Resource) -> None:
        """An alias or a version that is a resource of its own."""
        match resource.type:
            case "AWS::Lambda::Alias":
                self._plain(resource, "FunctionName", Reach.ALIAS, "AliasArn")
            case "AWS::Lambda::Version":
                self._plain(resource, "FunctionName", Reach.VERSION, "FunctionArn")
                self.version_numbers.add(_token(resource.logical_id, "Version"))
            case "AWS::StepFunctions::StateMachineVersion":
                self._plain(resource, "StateMachineArn", Reach.VERSION, "Arn")
            case "AWS::StepFunctions::StateMachineAlias":
                machine = machine_of(resource, self.scene)
                if machine is not None and machine.type in MACHINE_TYPES:
                    self._publish(machine.logical_id, resource, Reach.ALIAS, "Arn")
            case _:
                return

    def _whole(self, resource: Resource, name_property: str, *attributes: str) -> None:
        for attribute in attributes:
            self._add(resource.logical_id, attribute, Reach.LATEST)
        name = self.scene.property(resource, name_property)
        text = encoded(name)
        if text and _is_certain(name):
            self.by_text.setdefault(text, Invocable(resource.logical_id, Reach.LATEST))

    def _add(
        self, logical_id: str, attribute: str, reach: Reach, alias: str | None = None, *, reference: str | None = None
    ) -> None:
        of = reference or logical_id
        self.by_text[_token(of, attribute)] = Invocable(logical_id, reach, alias, f"{of}.{attribute}")

    def _sam_alias(self, resource: Resource) -> None:
        value = self.scene.property(resource, "AutoPublishAlias")
        name = value.text if isinstance(value, Literal) else None
        self._add(resource.logical_id, "Alias", Reach.ALIAS, name)
        if name:
            generated = f"{resource.logical_id}Alias{name.replace('-', 'D').replace('_', 'U')}"
            self._add(resource.logical_id, "", Reach.ALIAS, name, reference=generated)
            self._know(resource.logical_id, name)
        elif isinstance(value, Unknown):
            self.aliases[resource.logical_id] = None

    def _plain(self, resource: Resource, owner_property: str, reach: Reach, arn: str) -> None:
        owner = _owner(self.scene.property(resource, owner_property), self.by_text)
        if owner is not None:
            self._publish(owner, resource, reach, arn)

    def _publish(self, owner: str, resource: Resource, reach: Reach, arn: str) -> None:
        name: str | None = None
        if reach is Reach.ALIAS:
            value = self.scene.property(resource, "Name")
            name = value.text if isinstance(value, Literal) else None
            self._know(owner, name)
        for attribute in ("", arn):
            self._add(owner, attribute, reach, name, reference=resource.logical_id)

    def _know(self, logical_id: str, name: str | None) -> None:
        known = self.aliases.get(logical_id, frozenset())
        self.aliases[logical_id] = None if known is None or name is None else known | {name}


def _owner(value: Value, by_text: dict[str, Invocable]) -> str | None:
    """The logical id of what an alias or version belongs to."""
    text = encoded(value)
    match = None if text is None or len(text) > _MAX_LENGTH else _ARN.fullmatch(text) or _NAME.fullmatch(text)
    found = by_text.get(match.group(1)) if match is not None else None
    return found.logical_id if found is not None else None


def _token(logical_id: str, attribute: str) -> str:
    return token(Reference(logical_id, attribute or None))


def _is_certain(name: Value) -> bool:
    """Whether two texts with the same unknown parts are the same: what is missing has a name."""
    parts = name.parts if isinstance(name, Joined) else ()
    return all("AWS::" in part.reason or "parameter " in part.reason for part in parts if isinstance(part, Unknown))
