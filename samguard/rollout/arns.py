"""Names and ARNs as far as they are known, and whether a pattern of an IAM policy covers them.

A text is a row of characters and of `Opaque` parts: what is known only at deployment, such as the account's id or the
end of a name that CloudFormation makes up. Two of them are the same part where they are known to be the same.

Source: IAM user guide, "IAM JSON policy elements: Resource"; Lambda developer guide, "Resources and conditions for
Lambda actions".
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from string import ascii_letters, ascii_uppercase
from typing import Final, TypeAlias

from samguard.evaluation import EvaluatedTemplate, Joined, Literal, Reference, Unknown, Value
from samguard.template import Resource
from samguard.value import field, replace, value

FUNCTION_TYPES: Final = ("AWS::Serverless::Function", "AWS::Lambda::Function")
_LONGEST: Final = 600
"""Parts of a text that are compared; a longer one is not known."""
_GENERATED: Final = {
    "AWS::CodeDeploy::Application": "ApplicationName",
    "AWS::CodeDeploy::DeploymentGroup": "DeploymentGroupName",
    "AWS::IAM::Role": "RoleName",
}
"""Types whose Ref is the name, and the property that gives it; without that, CloudFormation makes one up."""
_LONGEST_NAME: Final = 64
_RANDOM: Final = 14
_PLAIN: Final = frozenset(":/")
_LETTERS: Final = frozenset(ascii_letters)
_PSEUDO: Final = {
    "AWS::StackName": _PLAIN | {"_"},
    "AWS::AccountId": _PLAIN | _LETTERS | {"_", "-"},
    "AWS::Region": _PLAIN | frozenset(ascii_uppercase) | {"_"},
    "AWS::Partition": _PLAIN | frozenset(ascii_uppercase) | {"_"},
}
"""Characters that pseudo parameters never hold."""


@value
class Opaque:
    """A part that is not known. `excludes` are characters that it certainly does not hold."""

    identity: Hashable
    excludes: frozenset[str] = field(default=frozenset(), compare=False, repr=False)


Text: TypeAlias = "tuple[str | Opaque, ...]"
"""Single characters and opaque parts."""

ANYTHING: Final[Text] = (Opaque("anything"),)


def text_of(value: Value, scene: EvaluatedTemplate) -> Text:
    """A value as a text. What is no text at all is one opaque part."""
    match value:
        case Literal():
            return tuple(value.text) if len(value.text) <= _LONGEST else ANYTHING
        case Joined():
            found: list[str | Opaque] = []
            for part in value.parts:
                found.extend(part if isinstance(part, str) else text_of(part, scene))
            return tuple(found) if len(found) <= _LONGEST else ANYTHING
        case Reference():
            return _referred(value, scene)
        case Unknown():
            return (_unknown(value),)
        case _:
            return ANYTHING


def _unknown(value: Unknown) -> Opaque:
    if value.depends_on or value.reason.startswith("AWS::"):
        return Opaque(value.reason, _PSEUDO.get(value.reason.partition(" ")[0], frozenset()))
    return Opaque((value.reason, object()))  # two lookups that are described alike may differ


def _pseudo(name: str, scene: EvaluatedTemplate) -> Text:
    return text_of(scene.pseudo_parameter(name), scene)


def arn(service: str, rest: Iterable[str | Opaque], scene: EvaluatedTemplate) -> Text:
    """`arn:partition:service:region:account:rest` in the account that is deployed to."""
    region, account = _pseudo("AWS::Region", scene), _pseudo("AWS::AccountId", scene)
    return (*"arn:", *_pseudo("AWS::Partition", scene), *f":{service}:", *region, ":", *account, ":", *rest)


def made_up_name(logical_id: str, scene: EvaluatedTemplate) -> Text:
    """The name that CloudFormation gives a resource that has none of its own: `stack-logicalId-random`."""
    stack = _pseudo("AWS::StackName", scene)
    if len(stack) + len(logical_id) + _RANDOM > _LONGEST_NAME:
        return (Opaque(("name", logical_id), _PLAIN),)  # cut off somewhere
    return (*stack, *f"-{logical_id}-", Opaque(("random", logical_id), _PLAIN))


def name_of(resource: Resource, name_property: str, scene: EvaluatedTemplate) -> Text:
    """A resource's name: its own, or the one that CloudFormation makes up."""
    value = scene.property(resource, name_property)
    if isinstance(value, (Literal, Joined, Reference, Unknown)):
        parts = text_of(value, scene)
        return tuple(replace(p, excludes=p.excludes | _PLAIN) if isinstance(p, Opaque) else p for p in parts)
    return made_up_name(resource.logical_id, scene)


def function_name(function: Resource, scene: EvaluatedTemplate) -> Text:
    """A function's name."""
    return name_of(function, "FunctionName", scene)


def function_arn(function: Resource, scene: EvaluatedTemplate, qualifier: Text = ()) -> Text:
    """A function's ARN, with the name of an alias or the number of a version behind it where one is given."""
    behind: Text = (":", *qualifier) if qualifier else ()
    return arn("lambda", (*"function:", *function_name(function, scene), *behind), scene)


def version_number(function: Resource) -> Text:
    """The number of the version that a deployment publishes: not known before."""
    return (Opaque(("version", function.logical_id), _PLAIN | _LETTERS | frozenset("-_$")),)


def version_arn(function: Resource, scene: EvaluatedTemplate) -> Text:
    """The ARN of the version that a deployment publishes."""
    return function_arn(function, scene, version_number(function))


def _referred(value: Reference, scene: EvaluatedTemplate) -> Text:
    resource = scene.resource_of(value)
    if resource is None:
        return _generated(value, scene)
    match resource.type:
        case "AWS::Serverless::Function" | "AWS::Lambda::Function":
            return _of_function(resource, value.attribute, scene)
        case "AWS::Lambda::Alias" | "AWS::Lambda::Version":
            return _of_plain(resource, value.attribute, scene)
        case "AWS::SNS::Topic":
            name = name_of(resource, "TopicName", scene)
            return name if value.attribute == "TopicName" else arn("sns", name, scene)
        case kind if kind in _GENERATED and value.attribute is None:
            return name_of(resource, _GENERATED[kind], scene)
        case _:
            return (Opaque(("reference", value.logical_id, value.attribute)),)


def _of_function(function: Resource, attribute: str | None, scene: EvaluatedTemplate) -> Text:
    match attribute:
        case None:
            return function_name(function, scene)
        case "Arn":
            return function_arn(function, scene)
        case "Alias":
            alias = text_of(scene.value(function.properties.get("AutoPublishAlias")), scene)
            return function_arn(function, scene, alias)
        case "Version":
            return version_arn(function, scene)
        case "Version.Version":
            return version_number(function)
        case _:
            return (Opaque(("reference", function.logical_id, attribute)),)


def _of_plain(resource: Resource, attribute: str | None, scene: EvaluatedTemplate) -> Text:
    """A Ref to an AWS::Lambda::Alias or AWS::Lambda::Version, which gives its ARN."""
    function = function_behind(resource, scene)
    if function is None or attribute not in (None, "Version", "AliasArn", "FunctionArn"):
        return (Opaque(("reference", resource.logical_id, attribute)),)
    if resource.type == "AWS::Lambda::Alias":
        return function_arn(function, scene, name_of(resource, "Name", scene))
    return version_number(function) if attribute == "Version" else version_arn(function, scene)


def function_behind(resource: Resource, scene: EvaluatedTemplate) -> Resource | None:
    """The function of the template that an AWS::Lambda::Alias or AWS::Lambda::Version is of."""
    value = scene.property(resource, "FunctionName")
    found = scene.resource_of(value)
    return found if found is not None and found.type in FUNCTION_TYPES else None


def _generated(value: Reference, scene: EvaluatedTemplate) -> Text:
    """A Ref to a resource that SAM makes: an alias by its logical id, or something with a made-up name."""
    for function in scene.template.of_type("AWS::Serverless::Function"):
        alias = scene.value(function.properties.get("AutoPublishAlias"))
        if isinstance(alias, Literal):
            logical_id = f"{function.logical_id}Alias{alias.text.replace('-', 'D').replace('_', 'U')}"
            if value.logical_id == logical_id and value.attribute is None:
                return function_arn(function, scene, tuple(alias.text))
    if value.attribute is None:
        return made_up_name(value.logical_id, scene)
    return (Opaque(("reference", value.logical_id, value.attribute)),)


def covers(pattern: Text, text: Text) -> bool | None:
    """Whether a policy's pattern (`*` any characters, `?` one) matches a text: for sure, for sure not, or perhaps."""
    if len(pattern) > _LONGEST or len(text) > _LONGEST:
        return None
    if pattern in (("*",), text):
        return True
    shared = _shared_length(pattern, text)
    pattern, text = pattern[shared:], text[shared:]
    if _matches(pattern, text, certainly=True):
        return True
    return None if _matches(pattern, text, certainly=False) else False


def _shared_length(pattern: Text, text: Text) -> int:
    """How many parts are the same in both from the beginning, wildcards aside: what is the same has the same value."""
    pairs = enumerate(zip(pattern, text, strict=False))
    return next((at for at, (one, other) in pairs if one != other or one in ("*", "?")), min(len(pattern), len(text)))


def _matches(pattern: Text, text: Text, *, certainly: bool) -> bool:
    """Whether every (`certainly`) or some filling-in of the opaque parts makes the pattern match.

    Row by row over the pattern: `reached[j]` says that the pattern so far matches the first j parts of the text.
    """
    reached = _after_nothing(text, certainly=certainly)
    for part in pattern:
        reached = _step(part, text, reached, certainly=certainly)
        if not any(reached):
            return False
    return reached[-1]


def _after_nothing(text: Text, *, certainly: bool) -> list[bool]:
    reached = [True]
    for part in text:
        reached.append(reached[-1] and not certainly and isinstance(part, Opaque))
    return reached


def _step(part: str | Opaque, text: Text, before: list[bool], *, certainly: bool) -> list[bool]:
    after: list[bool] = []
    for position in range(len(text) + 1):
        current = text[position - 1] if position else None
        here = before[position] and _may_be_empty(part, certainly=certainly)
        if current is not None:
            here = here or (before[position - 1] and _same(part, current, certainly=certainly))
            here = here or (after[position - 1] and _swallows(part, current, certainly=certainly))
            if not certainly and isinstance(current, Opaque):
                fits = part not in current.excludes
                here = here or (before[position] and fits) or after[position - 1]
        after.append(here)
    return after


def _may_be_empty(part: str | Opaque, *, certainly: bool) -> bool:
    return part == "*" or (isinstance(part, Opaque) and not certainly)


def _same(part: str | Opaque, current: str | Opaque, *, certainly: bool) -> bool:
    if part in (current, "*"):
        return True
    if isinstance(current, Opaque) and not certainly:
        return part not in current.excludes
    if isinstance(part, Opaque):
        return not certainly and current not in part.excludes
    return part == "?" and isinstance(current, str)


def _swallows(part: str | Opaque, current: str | Opaque, *, certainly: bool) -> bool:
    if part == "*":
        return True
    return isinstance(part, Opaque) and not certainly and _same(part, current, certainly=certainly)
