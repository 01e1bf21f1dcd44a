"""What a plan's table says of one rollout, in cells."""

from __future__ import annotations

from itertools import chain
from typing import Final

from samguard.output.printable import cells, printable, wrapped
from samguard.output.table import Cell, Line
from samguard.rollout.plan import PlannedRollout, PlannedStrategy

FUNCTION: Final = "Function"
ALIAS: Final = "Alias"
STRATEGY: Final = "Strategy"
ALARMS: Final = "Alarms"
HOOKS: Final = "Hooks"
FUNCTION_AND_ALIAS: Final = "Function, alias"
ALARMS_AND_HOOKS: Final = "Alarms, hooks"
"""The headers of the columns."""

NOTHING: Final[Cell] = (Line("-", "faint"),)
_UNKNOWN: Final[Cell] = (Line("unknown", "doubtful"),)
_SCHEDULE_WIDTH: Final = len("50 % for 2.5 min, then all")


def row(rollout: PlannedRollout, headers: tuple[str, ...]) -> list[Cell]:
    """The cells of a rollout under these headers."""
    by_header = {
        FUNCTION: _function(rollout),
        ALIAS: _alias(rollout),
        STRATEGY: _strategy(rollout),
        ALARMS: _alarms(rollout),
        HOOKS: _hooks(rollout),
        FUNCTION_AND_ALIAS: _function_and_alias(rollout),
        ALARMS_AND_HOOKS: _alarms_and_hooks(rollout),
    }
    return [by_header[header] for header in headers]


def has_hooks(rollout: PlannedRollout) -> bool:
    """Whether there is something to say under `HOOKS`."""
    return _hooks(rollout) != NOTHING


def _function(rollout: PlannedRollout) -> Cell:
    lines = [Line(printable(rollout.function))]
    if rollout.kind == "state-machine":
        lines.append(Line("(state machine)", "faint"))
    if "exists" in rollout.unknown:
        lines.append(Line("(if it exists)", "doubtful"))
    return tuple(lines)


def _is_unknown(rollout: PlannedRollout, field: str) -> bool:
    return not rollout.unknown.keys().isdisjoint({field, "rollout"})


def _alias(rollout: PlannedRollout) -> Cell:
    if rollout.alias is not None:
        return (Line(printable(rollout.alias)),)
    return _UNKNOWN if _is_unknown(rollout, "alias") else NOTHING


def _function_and_alias(rollout: PlannedRollout) -> Cell:
    alias = _alias(rollout)
    return _function(rollout) if alias == NOTHING else (*_function(rollout), Line(f"alias {alias[0].text}", "faint"))


def _strategy(rollout: PlannedRollout) -> Cell:
    """The strategy's name, and below it who gets the new version when."""
    strategy = rollout.strategy
    if strategy is not None:
        name = Line(printable(strategy.name or strategy.kind), "warning" if _is_all_at_once(strategy) else "")
        lines = wrapped(schedule(strategy), max(cells(name.text), _SCHEDULE_WIDTH))
        doubt = (Line("if it is shifted", "doubtful"),) if rollout.traffic_shifting is None else ()
        return (name, *(Line(line, "faint") for line in lines), *doubt)
    if rollout.traffic_shifting is None or _is_unknown(rollout, "strategy"):
        return _UNKNOWN
    at_once = Line("everyone at once", "faint")
    return (at_once,) if rollout.alias is None else (Line("not shifted", "warning"), at_once)


def _is_all_at_once(strategy: PlannedStrategy) -> bool:
    return strategy.kind == "all-at-once" or strategy.percent == 100  # noqa: PLR2004 - per cent


def schedule(strategy: PlannedStrategy) -> str:
    """When who gets the new version: "10 % for 5 min, then all"."""
    percent, interval, duration = strategy.percent, strategy.interval_minutes, strategy.duration_minutes
    if _is_all_at_once(strategy):
        return "everyone at once"
    if percent is None or interval is None or duration is None:
        return "not a known configuration" if strategy.kind == "unknown" else "its steps are not known"
    if duration <= interval:
        return f"{percent:g} % for {interval:g} min, then all"
    return f"{percent:g} % more every {interval:g} min, all after {duration:g} min"


def _alarms(rollout: PlannedRollout) -> Cell:
    if rollout.alarms is None or "rollout" in rollout.unknown:
        return _UNKNOWN
    if rollout.alarms:
        return tuple(Line(printable(alarm)) for alarm in rollout.alarms)
    return (Line("no alarm", "warning"),) if rollout.traffic_shifting else NOTHING


def _hooks(rollout: PlannedRollout) -> Cell:
    hooks = (("pre_traffic", "before", rollout.pre_traffic), ("post_traffic", "after", rollout.post_traffic))
    lines: list[Line] = []
    for field, when, name in hooks:
        if name is not None:
            lines.append(Line(f"{printable(name)} ({when})"))
        elif field in rollout.unknown:
            lines.append(Line(f"unknown ({when})", "doubtful"))
    return tuple(lines) or NOTHING


def _alarms_and_hooks(rollout: PlannedRollout) -> Cell:
    alarms = _alarms(rollout)
    said = (Line("alarms unknown", "doubtful"),) if alarms == _UNKNOWN else alarms
    parts = [cell for cell in (said, _hooks(rollout)) if cell != NOTHING]
    return tuple(chain.from_iterable(parts)) or NOTHING
