"""A plan for people: per template and environment, what happens to each function and state machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, repeat
from typing import Final

from samguard.output.paint import Paint, painter
from samguard.output.pipeline_line import pipeline_lines
from samguard.output.printable import filled, page, printable, shortened, wrapped
from samguard.output.rollout_cells import (
    ALARMS,
    ALARMS_AND_HOOKS,
    ALIAS,
    FUNCTION,
    FUNCTION_AND_ALIAS,
    HOOKS,
    NOTHING,
    STRATEGY,
    has_hooks,
    row,
)
from samguard.output.table import Cell, Line, column_widths, table, table_width
from samguard.rollout.plan import EnvironmentPlan, Plan, PlannedParameter, PlannedRollout, TemplatePlan
from samguard.value import value

_INDENT: Final = "  "
_MIN_WIDTH: Final = 40
_MAX_VALUE: Final = 60

_TABLES: Final = (
    (FUNCTION, ALIAS, STRATEGY, ALARMS, HOOKS),
    (FUNCTION, ALIAS, STRATEGY, ALARMS_AND_HOOKS),
    (FUNCTION_AND_ALIAS, STRATEGY, ALARMS_AND_HOOKS),
)
"""The columns of tables, from the widest to the narrowest."""
_TABLES_WITHOUT_HOOKS: Final = ((FUNCTION, ALIAS, STRATEGY, ALARMS), (FUNCTION_AND_ALIAS, STRATEGY, ALARMS))
"""The same, where no function has a hook."""
_LABELLED: Final = (ALIAS, STRATEGY, ALARMS, HOOKS)
"""What stands below a function's name where there is no room for a table."""

_SUBJECTS: Final = {
    "exists": "existence",
    "rollout": "everything",
    "traffic_shifting": "traffic shifting",
    "pre_traffic": "hook before the shift",
    "post_traffic": "hook after the shift",
}
"""What is unknown of a rollout, where its key is no word for it."""


def plan_text(plan: Plan, *, width: int, colour: bool) -> str:
    """The plan, drawn into `width` columns: as tables where they fit, else one rollout below the other.

    Only single words may be wider. What cannot be known is `unknown`, with the reason below the table.
    """
    paint = painter(colour=colour)
    width = max(width, _MIN_WIDTH)
    blocks = [pipeline_lines(pipeline, width, paint) for pipeline in plan.pipelines]
    if plan.templates:
        blocks += [_template(template, width, paint) for template in plan.templates]
    else:
        blocks.append(iter(["There is no template here, so nothing is planned."]))
    return page(line for number, block in enumerate(blocks) for line in (*([""] if number else []), *block))


def _template(template: TemplatePlan, width: int, paint: Paint) -> Iterator[str]:
    yield paint(printable(template.path), "file")
    if not any(environment.rollouts for environment in template.environments):
        yield f"{_INDENT}No function and no state machine is deployed."
        return
    layout = _layout(template, width - len(_INDENT))
    for environment in template.environments:
        yield ""
        yield from (f"{_INDENT}{line}".rstrip() for line in _environment(environment, layout, paint))


@value
class _Layout:
    """How the rollouts of a template are laid out. `headers` are empty where no table fits into `width`."""

    width: int
    headers: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()


def _layout(template: TemplatePlan, width: int) -> _Layout:
    """One layout for all environments of a template, so that they can be compared."""
    rollouts = [rollout for environment in template.environments for rollout in environment.rollouts]
    tables = _TABLES if any(has_hooks(rollout) for rollout in rollouts) else _TABLES_WITHOUT_HOOKS
    for headers in tables:
        widths = column_widths(headers, [row(rollout, headers) for rollout in rollouts])
        if table_width(widths) <= width:
            return _Layout(width, headers, widths)
    return _Layout(width)


def _environment(environment: EnvironmentPlan, layout: _Layout, paint: Paint) -> Iterator[str]:
    name = paint(printable(environment.name), "strong")
    if environment.assumed:
        yield f"{name} {paint('(no environment is known)', 'doubtful')}"
    elif environment.production:
        yield f"{name} {paint('(production)', 'warning')}"
    else:
        yield name
    for line in _given(environment.parameters, layout.width):
        yield paint(line, "faint")
    if not environment.rollouts:
        yield "No function and no state machine is deployed here."
        return
    yield ""
    if layout.headers:
        rows = [row(rollout, layout.headers) for rollout in environment.rollouts]
        yield from table(layout.headers, rows, layout.widths, paint)
    else:
        yield from _stacked(environment.rollouts, layout.width, paint)
    yield from _reasons(environment.rollouts, layout.width, paint)


def _given(parameters: Mapping[str, PlannedParameter], width: int) -> Iterator[str]:
    """The parameters that somebody gives, behind the place where: "samconfig.toml:9: Stage=prod, Memory=512"."""
    by_place: dict[str, list[str]] = {}
    for name, parameter in parameters.items():
        if parameter.source != "default":
            by_place.setdefault(_place(parameter), []).append(_parameter(name, parameter))
    for place, given in by_place.items():
        pieces = [f"{place}:", *(f"{text}," for text in given[:-1]), given[-1]]
        for indent, line in zip(chain([""], repeat(_INDENT)), filled(pieces, width - len(_INDENT)), strict=False):
            yield f"{indent}{line}"


def _place(parameter: PlannedParameter) -> str:
    if parameter.path is None:
        return parameter.source.replace("-", " ")
    return printable(parameter.path if parameter.start is None else f"{parameter.path}:{parameter.start.line}")


def _parameter(name: str, parameter: PlannedParameter) -> str:
    if parameter.value is None:
        return printable(f"{name} is unknown ({parameter.unknown or 'no value'})")
    return printable(f"{name}={shortened(parameter.value, _MAX_VALUE)}")


def _stacked(rollouts: Sequence[PlannedRollout], width: int, paint: Paint) -> Iterator[str]:
    """The rollouts one below the other, their parts behind labels."""
    label_width = max(map(len, _LABELLED)) + len(_INDENT)
    room = width - len(_INDENT) - label_width
    for number, rollout in enumerate(rollouts):
        if number:
            yield ""
        function, *parts = row(rollout, (FUNCTION, *_LABELLED))
        yield " ".join(paint(line.text, line.style or "strong") for line in function)
        for header, cell in zip(_LABELLED, parts, strict=True):
            if cell == NOTHING:
                continue
            lines = (_in_one_line(cell),) if header == STRATEGY else cell
            drawn = ((text, line.style) for line in lines for text in wrapped(line.text, room))
            for label, (text, style) in zip(chain([header.lower()], repeat("")), drawn, strict=False):
                yield f"{_INDENT}{label:<{label_width}}{paint(text, style)}"


def _in_one_line(cell: Cell) -> Line:
    first, *others = cell
    return Line(f"{first.text}: {' '.join(line.text for line in others)}", first.style) if others else first


def _reasons(rollouts: Sequence[PlannedRollout], width: int, paint: Paint) -> Iterator[str]:
    """Why things are unknown. What many functions have in common is told once."""
    functions: dict[tuple[str, str], list[str]] = {}
    for rollout in rollouts:
        for field, reason in rollout.unknown.items():
            functions.setdefault((_SUBJECTS.get(field, field), reason), []).append(rollout.function)
    if functions:
        yield ""
        yield paint("Unknown:", "doubtful")
    for (subject, reason), names in functions.items():
        lines = wrapped(f"{subject} of {', '.join(names)}: {reason}", width - 2 * len(_INDENT))
        for bullet, line in zip(chain(["- "], repeat(_INDENT)), lines, strict=False):
            yield f"{_INDENT}{bullet}{line}"
