"""What an editor shows beside the lines of a template: the plan above a function, the strategy beside what chooses it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.lsp.sentences import by_environment, rollout_words, strategy_words
from samguard.lsp.view import Mark, View
from samguard.rollout.plan import EnvironmentPlan, PlannedRollout
from samguard.source import Span

_MOST_NAMED: Final = 40
"""Functions of a preference in Globals that are looked at: they nearly always share a strategy."""


def plan_marks(view: View) -> Iterator[Mark]:
    """The plan of each function that is released under an alias anywhere, at its logical id. About others, nothing."""
    for name, rows in view.planned.items():
        resource = view.template.resources.get(name)
        rollout = view.rollouts.get(name)
        span = rollout.spans.resource if rollout is not None else resource.key.span if resource is not None else None
        if span is not None and any(_is_released(row) for _, row in rows):
            yield Mark(span, by_environment((plan, rollout_words(row)) for plan, row in rows), (name,))


def strategy_marks(view: View) -> Iterator[Mark]:
    """The strategy of each environment, behind what chooses it. Nothing where the template plainly says it.

    It stands behind the Type; beside a function's DeploymentPreference where the Type is in Globals.
    """
    at: dict[Span, list[str]] = {}
    for name, rollout in view.rollouts.items():
        spans = rollout.spans
        own = rollout.resource.node.span
        is_own = own.start <= spans.strategy.start <= own.end
        if spans.strategy == spans.resource:
            continue
        at.setdefault(spans.strategy, []).append(name)
        if not is_own and spans.preference != spans.strategy and own.start <= spans.preference.start <= own.end:
            at.setdefault(spans.preference, []).append(name)
    for span, names in sorted(at.items()):
        text = by_environment(_strategies(view, names[:_MOST_NAMED]))
        if text and not _says(view, span, names):
            yield Mark(span, text, tuple(names))


def _strategies(view: View, names: list[str]) -> Iterator[tuple[EnvironmentPlan, str]]:
    """What each environment's strategy is; of several functions, the different ones."""
    for plan in view.plans:
        rows = [row for name in names for other, row in view.planned.get(name, ()) if other is plan]
        words = list(dict.fromkeys(strategy_words(row) for row in rows))
        if words:
            yield plan, " or ".join(words)


def _says(view: View, span: Span, names: list[str]) -> bool:
    """Whether what is written there is the strategy of every environment."""
    written = view.document.text[span.start : span.end].strip("'\"")
    rows = [row for name in names[:_MOST_NAMED] for _, row in view.planned.get(name, ())]
    return all(row.strategy is not None and row.strategy.name == written and row.traffic_shifting for row in rows)


def _is_released(row: PlannedRollout) -> bool:
    return row.alias is not None or row.strategy is not None or bool(row.unknown)
