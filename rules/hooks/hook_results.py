"""What a hook's code can say at all, which other rules speak of."""

from __future__ import annotations

from samguard.rollout.hook_source import HookFacts


def may_fail_a_version(facts: HookFacts) -> bool:
    """Whether a hook answers, and not always Succeeded: SG409 and SG411 speak of the others."""
    return not facts.never_answers and facts.statuses != frozenset({"Succeeded"})


def only_fails(facts: HookFacts) -> bool:
    """Whether a hook always answers, and always Failed: of ways without an answer SG418 speaks."""
    return facts.statuses == frozenset({"Failed"}) and not facts.silent_ends
