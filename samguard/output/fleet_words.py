"""How the numbers of many repositories are said, on a page and in Markdown alike."""

from __future__ import annotations

from samguard.fleet import Fleet, Group, RuleUse

MINUS = "\N{MINUS SIGN}"
UNKNOWN = "\N{EN DASH}"


def percent(share: float | None) -> str:
    """A share as whole percent; never rounded to 100 % where something is missing, nor to 0 % where something is there."""
    if share is None:
        return UNKNOWN
    return f"{_whole(share)} %"


def points(change: float | None) -> str:
    """A change of a share in percentage points."""
    if change is None:
        return UNKNOWN
    rounded = round(change * 100) or (1 if change > 0 else -1 if change < 0 else 0)
    return f"+{rounded}" if rounded > 0 else f"{MINUS}{-rounded}" if rounded < 0 else "0"


def number(count: int, word: str) -> str:
    """`1 rollout`, `2,000 rollouts`; a word in `-y` becomes one in `-ies`."""
    if count == 1:
        return f"1 {word}"
    return f"{count:,} {word[:-1]}ies" if word.endswith("y") else f"{count:,} {word}s"


def headline(found: Fleet) -> str:
    """The total in one sentence."""
    now = found.total.now
    if not found.total.repositories:
        return "No report could be read."
    if not now.rollouts:
        return "No rollout is known to go to production."
    covered = now.rollouts - now.at_risk
    return f"{covered:,} of {number(now.rollouts, 'rollout')} to production have no error-level finding."


def scope(found: Fleet) -> str:
    """Of how much and of which days the report is."""
    counted = f"{number(found.total.repositories, 'repository')} of {number(len(found.teams), 'team')}"
    until = f", as of {found.until}" if found.until else ""
    compared = ""
    if found.is_compared:
        compared = f", compared with {found.since}" if found.since else ", compared with the earlier reports"
    unknown = found.total.now.unknown
    more = f". Of {number(unknown, 'more rollout')} it is not known whether they go to production" if unknown else ""
    return f"{counted}{until}{compared}{more}."


def difference(use: RuleUse) -> str:
    """By how much a rule's findings changed."""
    if use.before is None or use.after is None:
        return UNKNOWN
    change = use.after - use.before
    return f"+{change:,}" if change > 0 else f"{MINUS}{-change:,}" if change < 0 else "0"


def of_production(group: Group) -> str:
    """How many rollouts are at risk, of how many."""
    if not group.is_counted:
        return UNKNOWN
    return f"{group.now.at_risk:,} of {group.now.rollouts:,}"


def _whole(share: float) -> int:
    whole = round(share * 100)
    if whole == 100 and share < 1:  # noqa: PLR2004 - all of it
        return 99
    return 1 if whole == 0 and share > 0 else whole
