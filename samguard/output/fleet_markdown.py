"""What many repositories' reports say together, as Markdown: for a summary of a job or a wiki."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from samguard.fleet import Fleet, Group
from samguard.output.fleet_words import difference, headline, number, of_production, percent, points, scope
from samguard.output.markdown_text import code, markdown_table, plain

_MOST_REPOSITORIES: Final = 50
_MOST_RULES: Final = 20
_MOST_PROBLEMS: Final = 20
_MOST_TEAMS: Final = 200


def fleet_markdown(found: Fleet) -> str:
    """The total, the teams, the worst repositories and the most frequent rules; what is left out is told."""
    return "\n".join([*_lines(found), ""])


def _lines(found: Fleet) -> Iterator[str]:
    total = found.total
    yield from ("# Safe deployment", "")
    yield from (f"**{percent(total.now.coverage)}**: {headline(found)}", "", plain(scope(found)), "")
    yield from ("## Teams", "")
    headers = ["Team", "Coverage", "Change", "At risk", "Repositories", "Errors"]
    rows = [
        [plain(team.team), percent(team.now.coverage), _moved(team), of_production(team), f"{team.repositories:,}",
         f"{team.now.errors:,}"]
        for team in found.teams[:_MOST_TEAMS]
    ]  # fmt: skip
    yield from markdown_table(headers, rows)
    yield from _rest(found.teams, _MOST_TEAMS, "team")
    yield from ("", "## Repositories", "")
    headers = ["Team", "Repository", "Coverage", "Change", "At risk", "Errors", "Rules"]
    rows = [
        [plain(one.team), plain(one.repository), percent(one.now.coverage), _moved(one), of_production(one),
         f"{one.now.errors:,}", " ".join(map(code, one.rules[:3]))]
        for one in found.repositories[:_MOST_REPOSITORIES]
    ]  # fmt: skip
    yield from markdown_table(headers, rows)
    yield from _rest(found.repositories, _MOST_REPOSITORIES, "repository")
    if found.rules:
        yield from ("", "## Rules", "")
        cells = [
            [code(use.rule), use.level, f"{use.findings:,}", difference(use), f"{use.repositories:,}"]
            for use in found.rules[:_MOST_RULES]
        ]
        yield from markdown_table(["Rule", "Level", "Findings", "Change", "Repositories"], cells)
        yield from _rest(found.rules, _MOST_RULES, "rule")
    if found.problems:
        yield from ("", "## Not read as they should be", "")
        yield from (f"- {code(one.path)}: {plain(one.message)}" for one in found.problems[:_MOST_PROBLEMS])
        yield from _rest(found.problems, _MOST_PROBLEMS, "file")


def _moved(group: Group) -> str:
    return points(group.change.coverage if group.change is not None else None)


def _rest(listed: Sequence[object], most: int, word: str) -> Iterator[str]:
    if len(listed) > most:
        yield from ("", f"And {number(len(listed) - most, word)} more.")
