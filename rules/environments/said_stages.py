"""What an environment's name, stack and parameters say of its stage, and where they disagree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.environments import UNNAMED, Environment, names_production
from samguard.environments.production import is_stage_parameter, words
from samguard.source import Place
from samguard.value import value

_OTHERS: Final = frozenset(
    "dev develop development sandbox test testing qa uat stg staging nonprod nonproduction preprod preproduction".split()
)


@value
class SaidStage:
    """What one thing says of an environment: whether it is production, and where that stands."""

    what: str
    text: str
    is_production: bool
    place: Place | None
    is_stack: bool = False


def disagreements(environment: Environment) -> Iterator[tuple[SaidStage, SaidStage]]:
    """What says an environment's stage most certainly, with each thing that says another; that one has a place."""
    said = list(_said(environment))
    for other in said[1:]:
        if other.is_production is not said[0].is_production and other.place is not None:
            yield said[0], other


def _said(environment: Environment) -> Iterator[SaidStage]:
    """What says a stage, the most certain first."""
    patterns = environment.production_patterns
    if environment.name != UNNAMED:
        yield from _one("the environment", environment.name, environment.place, patterns)
    stack = environment.options.get("stack_name")
    if stack is not None and environment.stack_name is not None and stack.text == environment.stack_name:
        yield from _one("the stack", environment.stack_name, stack.place, patterns, is_stack=True)
    for name, given in environment.parameters.items():
        if is_stage_parameter(name) and given.text is not None and "{{" not in given.text:
            yield from _one(f"the parameter {name}", given.text, given.place, patterns)


def _one(
    what: str, text: str, place: Place | None, patterns: tuple[str, ...], *, is_stack: bool = False
) -> Iterator[SaidStage]:
    is_production = names_production(text, patterns)
    is_other = bool(_OTHERS.intersection(words(text))) or (not is_production and "prod" in words(text))
    if is_production is not is_other:
        yield SaidStage(what, text, is_production, place, is_stack)
