"""What may stand where somebody types: strategies, and the names of what a template has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum, auto
from typing import Final

from samguard.lsp.typing_place import TypingPlace, keys_beside, typing_place
from samguard.lsp.view import View
from samguard.output.rollout_cells import schedule
from samguard.pattern import pattern
from samguard.rollout import PREDEFINED, Strategy
from samguard.rollout.plan import PlannedStrategy
from samguard.rollout.preference_keys import HOOK_KEYS, PREFERENCE_KEYS
from samguard.rollout.strategy import LAMBDA_PREFIX
from samguard.source import Document, Format, Span
from samguard.template import Template
from samguard.value import value

_PREFERENCE: Final = "DeploymentPreference"
_ALARMS: Final = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
_FUNCTIONS: Final = ("AWS::Serverless::Function", "AWS::Lambda::Function")
_PSEUDO: Final = (
    *("AWS::AccountId", "AWS::NoValue", "AWS::Partition", "AWS::Region", "AWS::StackId", "AWS::StackName"),
    "AWS::URLSuffix",
)
_REF: Final = pattern(r"(?:!Ref[ \t]+['\"]?|\bRef['\"]?[ \t]*:[ \t]*['\"]?)([\w:]*)$")
_GET_ATT: Final = pattern(
    r"(?:!GetAtt[ \t]+(?:\[[ \t]*)?['\"]?|Fn::GetAtt['\"]?[ \t]*:[ \t]*(?:\[[ \t]*)?['\"]?)(\w*)$"
)
_VARIABLE: Final = pattern(r"\$\{([\w:]*)$")
_CONDITION: Final = pattern(
    r"(?:!If[ \t]*\[[ \t]*['\"]?|!Condition[ \t]+['\"]?|Fn::If['\"]?[ \t]*:[ \t]*\[[ \t]*['\"]?)(\w*)$"
)
_MAP: Final = pattern(r"(?:!FindInMap[ \t]*\[[ \t]*['\"]?|Fn::FindInMap['\"]?[ \t]*:[ \t]*\[[ \t]*['\"]?)(\w*)$")
_WORD: Final = pattern(r"[\w.:!-]*$")
_KEY_TEXTS: Final = {
    "Type": "how traffic is shifted",
    "Alarms": "alarms that roll the deployment back",
    "Hooks": "functions that run before and after traffic is shifted",
    "Enabled": "whether deployments are gradual",
    "Role": "the role of CodeDeploy",
    "TriggerConfigurations": "who is told of a deployment",
    "PassthroughCondition": "whether the function's Condition holds for its deployment group, too",
    "PreTraffic": "runs before traffic is shifted",
    "PostTraffic": "runs after all traffic is shifted",
}


class Kind(Enum):
    """What a proposal stands for."""

    STRATEGY = auto()
    KEY = auto()
    PARAMETER = auto()
    RESOURCE = auto()
    CONDITION = auto()
    MAPPING = auto()


@value
class Proposal:
    """A text that may stand at `span`, which holds what is typed of it. `word` is what the typed is compared with."""

    word: str
    text: str
    kind: Kind
    detail: str
    span: Span


def proposals(view: View | None, text: Document, offset: int) -> Iterator[Proposal]:
    """What may stand at an offset of a text. `view` is the last one in which the template could be read."""
    place = typing_place(text, offset)
    template = view.template if view is not None else None
    is_json = text.format is Format.JSON
    if template is not None:
        named = list(_names(place, template, offset))
        if named:
            yield from named
            return
    word = _WORD.search(place.before)
    span = Span(offset - len(word.group()) if word is not None else offset, offset)
    last = place.keys[-1] if place.keys else ""
    around = place.keys[-2] if len(place.keys) > 1 else ""
    if place.is_key and last == _PREFERENCE:
        yield from _keys(_open(PREFERENCE_KEYS, text, offset), span, is_json=is_json, in_quotes=place.in_quotes)
    elif place.is_key and last == "Hooks":
        yield from _keys(_open(HOOK_KEYS, text, offset), span, is_json=is_json, in_quotes=place.in_quotes)
    elif last == "Type" and around == _PREFERENCE:
        yield from _strategies(span, "", is_quoted=is_json and not place.in_quotes)
    elif last == "DeploymentConfigName":
        yield from _strategies(span, LAMBDA_PREFIX, is_quoted=is_json and not place.in_quotes)
    elif template is not None and not place.in_quotes:
        if last == "Alarms" and (around == _PREFERENCE or is_json):
            yield from _wirings(template, _ALARMS, span, is_json=is_json)
        elif last in HOOK_KEYS or last.endswith("TrafficHook"):
            yield from _wirings(template, _FUNCTIONS, span, is_json=is_json)
        elif last == "DependsOn":
            for name, resource in template.resources.items():
                yield Proposal(name, f'"{name}"' if is_json else name, Kind.RESOURCE, resource.type, span)


def fitting(found: Iterable[Proposal], text: Document) -> list[Proposal]:
    """The proposals that have the letters of what is typed in their order; those that begin with it come first."""
    ranked: list[tuple[int, Proposal]] = []
    for proposal in found:
        typed = text.text[proposal.span.start : proposal.span.end].lower().lstrip("!")
        word = proposal.word.lower()
        if word.startswith(typed):
            ranked.append((0, proposal))
        elif _has_letters(word, typed):
            ranked.append((1, proposal))
    return [proposal for _, proposal in sorted(ranked, key=lambda one: one[0])]


def _has_letters(word: str, typed: str) -> bool:
    left = iter(word)
    return all(letter in left for letter in typed)


def _names(place: TypingPlace, template: Template, offset: int) -> Iterator[Proposal]:
    """Names behind what takes a name: `!Ref`, `${`, `!If [`."""
    before = place.before
    is_pseudo_wanted = not set(place.keys) & {"Alarms", "Hooks", *HOOK_KEYS}
    for expression in (_REF, _VARIABLE):
        match = expression.search(before)
        if match is not None:
            span = Span(offset - len(match[1]), offset)
            yield from _values(template, span, _wanted_types(place))
            if is_pseudo_wanted:
                yield from (Proposal(name, name, Kind.PARAMETER, "pseudo parameter", span) for name in _PSEUDO)
            return
    match = _GET_ATT.search(before)
    if match is not None:
        yield from _resources(template, Span(offset - len(match[1]), offset), ())
        return
    match = _CONDITION.search(before)
    if match is None and place.keys[-1:] == ("Condition",) and place.keys[:1] in (("Resources",), ("Outputs",)):
        match = _WORD.search(before) if len(place.keys) == 3 else None  # noqa: PLR2004 - section, name, Condition
        names: Iterable[str] = template.conditions
        yield from _plain(names, Kind.CONDITION, offset - len(match.group()) if match else offset, offset)
    elif match is not None:
        yield from _plain(template.conditions, Kind.CONDITION, offset - len(match[1]), offset)
    else:
        match = _MAP.search(before)
        if match is not None and template.mappings is not None:
            names = [entry.name for entry in template.mappings]
            yield from _plain(names, Kind.MAPPING, offset - len(match[1]), offset)


def _plain(names: Iterable[str], kind: Kind, start: int, end: int) -> Iterator[Proposal]:
    for name in names:
        yield Proposal(name, name, kind, kind.name.lower(), Span(start, end))


def _wanted_types(place: TypingPlace) -> tuple[str, ...]:
    """The types of resources that make sense; none where all may."""
    if "Alarms" in place.keys and _PREFERENCE in place.keys:
        return _ALARMS
    return _FUNCTIONS if place.keys and place.keys[-1] in HOOK_KEYS else ()


def _values(template: Template, span: Span, types: tuple[str, ...]) -> Iterator[Proposal]:
    yield from _resources(template, span, types)
    for name, parameter in template.parameters.items():
        yield Proposal(name, name, Kind.PARAMETER, f"parameter, {parameter.type}", span)


def _resources(template: Template, span: Span, types: tuple[str, ...]) -> Iterator[Proposal]:
    for name, resource in template.resources.items():
        if not types or resource.type in types:
            yield Proposal(name, name, Kind.RESOURCE, resource.type, span)


def _wirings(template: Template, types: tuple[str, ...], span: Span, *, is_json: bool) -> Iterator[Proposal]:
    for resource in template.of_type(*types):
        name = resource.logical_id
        text = f'{{"Ref": "{name}"}}' if is_json else f"!Ref {name}"
        yield Proposal(name, text, Kind.RESOURCE, resource.type, span)


def _open(names: Iterable[str], text: Document, offset: int) -> Iterator[str]:
    """The keys that are not there yet: a mapping has each once."""
    there = keys_beside(text, offset)
    return (name for name in names if name not in there)


def _keys(names: Iterable[str], span: Span, *, is_json: bool, in_quotes: bool) -> Iterator[Proposal]:
    for name in names:
        text = (name if in_quotes else f'"{name}": ') if is_json else f"{name}: "
        yield Proposal(name, text, Kind.KEY, _KEY_TEXTS[name], span)


def _strategies(span: Span, prefix: str, *, is_quoted: bool) -> Iterator[Proposal]:
    for name, strategy in PREDEFINED.items():
        text = f"{prefix}{name}"
        yield Proposal(text, f'"{text}"' if is_quoted else text, Kind.STRATEGY, _schedule(strategy), span)


def _schedule(strategy: Strategy) -> str:
    return schedule(
        PlannedStrategy(
            strategy.name,
            strategy.kind.value,
            strategy.percent,
            strategy.interval_minutes,
            strategy.duration_minutes,
        )
    )
