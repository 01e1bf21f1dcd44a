"""Worlds: the values that open parameters may have, explored where a question depends on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Final

from samguard.environments.production import DEFAULT_PATTERNS, is_stage_parameter, names_production
from samguard.template import Template

MAX_WORLDS: Final = 64
"""Worlds of one template in one environment; a question that needs more stays unknown."""


def worlds(template: Template, open_parameters: Iterable[str]) -> tuple[dict[str, str], ...]:
    """Every combination of the AllowedValues of these parameters.

    Empty where one of them allows anything, or where there are more than MAX_WORLDS.
    """
    names = sorted(set(open_parameters) & set(template.parameters))
    choices = [[value.text for value in template.parameters[name].allowed_values] for name in names]
    count = 1
    for choice in choices:
        count *= len(choice)
        if count > MAX_WORLDS or not choice:
            return ()
    if not names:
        return ()
    return tuple(dict(zip(names, values, strict=True)) for values in product(*choices))


def stages(assignment: dict[str, str]) -> Iterator[str]:
    """The values of an assignment that say which environment a stack is."""
    return (value for name, value in assignment.items() if is_stage_parameter(name))


def is_production_world(assignment: dict[str, str], patterns: tuple[str, ...] = DEFAULT_PATTERNS) -> bool | None:
    """Whether an assignment says production; None where it says nothing of the stage."""
    said = list(stages(assignment))
    return any(names_production(stage, patterns) for stage in said) if said else None
