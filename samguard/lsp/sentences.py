"""A rollout in a few words: what an editor has room for beside a line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from samguard.output.printable import printable, shortened
from samguard.output.rollout_cells import schedule
from samguard.rollout.plan import EnvironmentPlan, PlannedRollout

_MOST_GROUPS: Final = 4
_MOST_NAMES: Final = 3
_LONGEST: Final = 60
"""Characters of a name."""


def strategy_words(row: PlannedRollout) -> str:
    """The strategy's name, or what happens in its stead."""
    if "rollout" in row.unknown:
        return "refused by SAM"
    if row.strategy is not None:
        name = _name(row.strategy.name or row.strategy.kind)
        return f"{name} if shifted" if row.traffic_shifting is None else name
    if row.traffic_shifting is None or "strategy" in row.unknown:
        return "not known"
    return "not shifted"


def rollout_words(row: PlannedRollout) -> str:
    """Who gets the new version when, what watches it, and what runs before and after."""
    if "rollout" in row.unknown:
        return "refused by SAM"
    if row.strategy is None:
        if row.traffic_shifting is None or "strategy" in row.unknown:
            return "strategy not known"
        has_alias = row.alias is not None or "alias" in row.unknown
        return "not shifted, everyone at once" if has_alias else "no version published, everyone at once"
    doubt = " if shifted" if row.traffic_shifting is None else ""
    parts = [schedule(row.strategy) + doubt, _alarms(row)]
    hooks = [_name(hook) for hook in (row.pre_traffic, row.post_traffic) if hook is not None]
    if hooks:
        parts.append(f"{'hook' if len(hooks) == 1 else 'hooks'} {' and '.join(hooks)}")
    return ", ".join(parts)


def by_environment(rows: Iterable[tuple[EnvironmentPlan, str]]) -> str:
    """What holds where: "dev, test: not shifted · prod: Canary10Percent5Minutes".

    Where no environment is known, nothing is named.
    """
    groups: dict[str, list[str]] = {}
    for plan, words in rows:
        groups.setdefault(words, []).append("" if plan.assumed else _name(plan.name))
    said = [f"{_listed(names)}: {words}" if all(names) else words for words, names in groups.items()]
    more = [f"{len(said) - _MOST_GROUPS} more"] if len(said) > _MOST_GROUPS else []
    return " · ".join([*said[:_MOST_GROUPS], *more])


def _alarms(row: PlannedRollout) -> str:
    if row.alarms is None:
        return "alarms not known"
    count = len(row.alarms)
    return f"{count or 'no'} alarm{'' if count == 1 else 's'}"


def _listed(names: list[str]) -> str:
    unique = list(dict.fromkeys(names))
    more = [f"{len(unique) - _MOST_NAMES} more"] if len(unique) > _MOST_NAMES else []
    return ", ".join([*unique[:_MOST_NAMES], *more])


def _name(text: str) -> str:
    return printable(shortened(text, _LONGEST))
