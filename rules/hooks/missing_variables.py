"""Environment variables that a hook reads and is not given."""

from __future__ import annotations

from typing import Final

from samguard.pattern import pattern
from samguard.rollout.hook_source import HookFacts, Said

_OF_LAMBDA: Final = pattern(
    r"AWS_\w+|LAMBDA_\w+|_HANDLER|_X_AMZN_TRACE_ID|TZ|PATH|LANG|LD_LIBRARY_PATH|PYTHONPATH|NODE_PATH"
)
"""Variables that Lambda sets itself."""


def missing_variables(facts: HookFacts, names: frozenset[str]) -> tuple[Said, ...]:
    """What a hook reads, and finds nothing under, with variables of these names."""
    return tuple(said for said in facts.required if said.text not in names and not _OF_LAMBDA.fullmatch(said.text))


def is_missing_some(facts: HookFacts, names: frozenset[str]) -> bool:
    """Whether a hook reads anything that it is not given."""
    return bool(missing_variables(facts, names))
