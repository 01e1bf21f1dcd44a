"""`samguard report`: many repositories' reports as one page."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from samguard import fleet
from samguard.cli.terminal import tell, write_out
from samguard.disk import read_file
from samguard.errors import SamguardError
from samguard.value import value

_MOST_TOLD = 20


@value
class FleetQuestion:
    """What is reported: the files, what they are compared with, and how their teams are known."""

    paths: tuple[str, ...]
    before: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    team_from: str | None = None
    teams: str | None = None


def run_report(question: FleetQuestion, *, form: str, output: str | None, quiet: bool) -> int:
    """Writes the report; gives the exit code: 2 where a file could not be used at all, though the others are reported."""
    gathered = fleet.gather(
        question.paths,
        before=question.before,
        pattern=fleet.path_pattern(question.team_from) if question.team_from is not None else None,
        teams=_teams(question.teams) if question.teams is not None else None,
    )
    found = fleet.fleet(gathered, _day(question.since, "--since"), _day(question.until, "--until"))
    for problem in found.problems[:_MOST_TOLD]:
        tell(f"samguard: {problem.path}: {problem.message}")
    if len(found.problems) > _MOST_TOLD:
        tell(f"samguard: and {len(found.problems) - _MOST_TOLD:,} more like these; the report lists them")
    write_out(_written(found, form), output)
    now = found.total
    tell(f"samguard: {now.repositories:,} repositories, {len(found.teams):,} teams", quiet=quiet)
    if not gathered.reports:
        tell("samguard: no file is a report of `samguard check --format json` or sarif")
    return 2 if any(problem.is_unread for problem in gathered.problems) or not gathered.reports else 0


def _written(found: fleet.Fleet, form: str) -> str:
    match form:
        case "json":
            from samguard.output.fleet_json import fleet_json

            return fleet_json(found)
        case "markdown":
            from samguard.output.fleet_markdown import fleet_markdown

            return fleet_markdown(found)
        case _:
            from samguard.output.fleet_html import fleet_html

            return fleet_html(found)


def _teams(name: str) -> fleet.TeamMap:
    content = read_file(Path(name), None)
    if not isinstance(content, bytes):
        raise SamguardError(f"the map of teams {name!r} cannot be read: {content.why}")
    return fleet.read_team_map(content, name)


def _day(text: str | None, option: str) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise SamguardError(f"{option} {text!r} is no day", hint="write it as 2026-11-24.") from None
