"""What many repositories' reports say together, as JSON, for scripts."""

from __future__ import annotations

from typing import Final

from samguard import __version__
from samguard.fleet import Change, Fleet, Group, RuleUse, Standing
from samguard.output.json_text import json_text

_SHAPE: Final = "1"


def fleet_json(found: Fleet) -> str:
    """The whole of it, with a line break at the end. Shares are 0 to 1, or null where they are not known."""
    return json_text(
        {
            "version": _SHAPE,
            "tool": {"name": "samguard", "version": __version__},
            "since": str(found.since) if found.since else None,
            "until": str(found.until) if found.until else None,
            "total": {"repositories": found.total.repositories, **_numbers(found.total)},
            "teams": [{"team": team.team, "repositories": team.repositories, **_numbers(team)} for team in found.teams],
            "repositories": [
                {"team": one.team, "repository": one.repository, **_numbers(one)} for one in found.repositories
            ],
            "rules": [_rule(use) for use in found.rules],
            "course": [{"day": str(day), **_standing(standing)} for day, standing in found.course],
            "problems": [{"path": problem.path, "message": problem.message} for problem in found.problems],
        }
    )


def _numbers(group: Group) -> dict[str, object]:
    return {
        "day": str(group.day) if group.day else None,
        **_standing(group.now, is_counted=group.is_counted),
        "change": _change(group.change) if group.change is not None else None,
        "rules": list(group.rules),
    }


def _standing(standing: Standing, *, is_counted: bool = True) -> dict[str, object]:
    production = {"rollouts": standing.rollouts, "at_risk": standing.at_risk, "unknown": standing.unknown}
    return {
        "coverage": _share(standing.coverage),
        "production": production if is_counted else None,
        "errors": standing.errors,
        "warnings": standing.warnings,
        "notes": standing.notes,
    }


def _change(change: Change) -> dict[str, object]:
    before, after = _standing(change.before), _standing(change.after)
    return {"coverage": _share(change.coverage), "before": before, "after": after}


def _rule(use: RuleUse) -> dict[str, object]:
    return {
        "rule": use.rule,
        "level": use.level,
        "findings": use.findings,
        "repositories": use.repositories,
        "change": None if use.before is None else {"before": use.before, "after": use.after},
    }


def _share(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
