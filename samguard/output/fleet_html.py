"""What many repositories' reports say together, as one page that needs nothing from elsewhere, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from samguard import __version__
from samguard.fleet import Fleet, Group, RuleUse, Standing
from samguard.output.fleet_words import difference, headline, number, of_production, percent, points, scope
from samguard.output.html_page import escaped, html_page
from samguard.output.printable import shortened

_SHOWN: Final = 50
"""Rows that are seen at once; the others are folded."""
_MOST_ROWS: Final = 20_000
"""Repositories on the page, 12 MB; the JSON has them all."""
_MOST_PROBLEMS: Final = 500
_LONGEST_NAME: Final = 100
_WIDTH, _HEIGHT = 640, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 10, 26

_STYLE: Final = """\
.total { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: center; margin: 1rem 0; }
.total strong { font-size: 3rem; line-height: 1; font-variant-numeric: tabular-nums; white-space: nowrap; }
.total p { margin: 0; flex: 1 1 16rem; }
table { width: 100%; }
thead th { position: sticky; top: 0; background: var(--paper); }
td.name { overflow-wrap: anywhere; min-width: 8rem; }
td.number { white-space: nowrap; }
td.rules code { white-space: nowrap; margin-right: .4em; }
.bar { display: inline-block; vertical-align: baseline; width: 5rem; height: .65rem; margin-right: .5rem;
  background: var(--bad); border-radius: 2px; overflow: hidden; }
.bar i { display: block; height: 100%; background: var(--good); }
.bar.none { background: var(--line); }
td.coverage { white-space: nowrap; }
details > summary { cursor: pointer; padding: .6rem 0; color: var(--accent); }
.course text { fill: var(--quiet); font: 12px system-ui, sans-serif; }
.course .grid { stroke: var(--line); }
.course polyline { fill: none; stroke: var(--accent); stroke-width: 2; }
.course circle { fill: var(--accent); }
ul.problems { padding-left: 1.2rem; font-size: .9rem; }
@media (max-width: 40rem) {
  body { padding: 1rem .75rem 3rem; }
  .optional { display: none; }
  .bar { width: 2.5rem; }
  th, td { padding: .35rem .35rem; }
}
@media print { details > * { display: block; } details::details-content { content-visibility: visible; }
  thead th { position: static; } tr { break-inside: avoid; } }
"""


def fleet_html(found: Fleet) -> str:
    """The page. Nothing in it depends on when it was made: the same reports give the same bytes."""
    return html_page("Safe deployment", _body(found), _STYLE)


def _body(found: Fleet) -> Iterator[str]:
    total = found.total
    yield "<header><h1>Safe deployment</h1>"
    yield f'<div class="total"><strong class="{_judged(total.now)}">{percent(total.now.coverage)}</strong>'
    yield f"<p>{escaped(headline(found))}{_moved_sentence(total)}</p></div>"
    yield f'<p class="quiet">{escaped(scope(found))}</p></header>'
    yield "<main>"
    yield from _course(found.course)
    if found.teams:
        yield "<section><h2>Teams, worst first</h2>"
        yield from _folded(_team_head(), [_team(team) for team in found.teams], "team")
        yield "</section><section><h2>Repositories, worst first</h2>"
        yield from _folded(
            _repository_head(), [_repository(one) for one in found.repositories[:_MOST_ROWS]], "repository"
        )
        if len(found.repositories) > _MOST_ROWS:
            more = number(len(found.repositories) - _MOST_ROWS, "repository")
            yield f"<p>{more} more, all of them no worse: <code>--format json</code> has them.</p>"
        yield "</section>"
    if found.rules:
        yield "<section><h2>Rules, by level and findings</h2>"
        yield from _folded(_rule_head(), [_rule(use) for use in found.rules], "rule")
        yield "</section>"
    if found.problems:
        yield from _problems(found)
    yield "</main>"
    yield f"<footer>{_EXPLANATION} Written by samguard {escaped(__version__)}.</footer>"


_EXPLANATION: Final = (
    "Coverage is the share of rollouts to production (a function or state machine in an environment that is production) "
    "without an error-level finding. Suppressed findings do not count; findings in a baseline do. A change compares only "
    "repositories that have a report at both times, in percentage points."
)


# tables


def _folded(head: str, rows: Sequence[str], word: str) -> Iterator[str]:
    """A table; rows beyond the first are in one that unfolds."""
    yield from _table(head, rows[:_SHOWN])
    if len(rows) > _SHOWN:
        yield f"<details><summary>{number(len(rows) - _SHOWN, word)} more</summary>"
        yield from _table(head, rows[_SHOWN:])
        yield "</details>"


def _table(head: str, rows: Iterable[str]) -> Iterator[str]:
    yield f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>'
    yield from rows
    yield "</tbody></table></div>"


def _team_head() -> str:
    return _head(("Team", ""), ("Coverage", ""), ("Change", "number"), ("At risk", "number"),
                 ("Repositories", "number optional"), ("Errors", "number optional"))  # fmt: skip


def _repository_head() -> str:
    return _head(("Repository", ""), ("Coverage", ""), ("Change", "number"), ("At risk", "number"),
                 ("Errors", "number optional"), ("Rules", "optional"), ("Report of", "optional"))  # fmt: skip


def _rule_head() -> str:
    return _head(("Rule", ""), ("Level", ""), ("Findings", "number"), ("Change", "number"), ("Repositories", "number"))


def _head(*columns: tuple[str, str]) -> str:
    return "".join(f'<th scope="col" class="{classes}">{title}</th>' for title, classes in columns)


def _team(team: Group) -> str:
    return _row(
        f'<th scope="row" class="name">{_name(team.team)}</th>',
        _coverage(team),
        _change(team),
        _cell(of_production(team), "number"),
        _cell(f"{team.repositories:,}", "number optional"),
        _cell(f"{team.now.errors:,}", "number optional"),
    )


def _repository(one: Group) -> str:
    rules = "".join(f"<code>{escaped(rule)}</code>" for rule in one.rules[:4])
    more = f"+{len(one.rules) - 4}" if len(one.rules) > 4 else ""  # noqa: PLR2004 - those shown
    return _row(
        f'<td class="name">{_name(one.repository)} <span class="quiet">{_name(one.team)}</span></td>',
        _coverage(one),
        _change(one),
        _cell(of_production(one), "number"),
        _cell(f"{one.now.errors:,}", "number optional"),
        f'<td class="rules optional">{rules}{more}</td>',
        _cell(str(one.day) if one.day else "", "optional number"),
    )


def _rule(use: RuleUse) -> str:
    better = use.before is not None and use.after is not None and use.after < use.before
    worse = use.before is not None and use.after is not None and use.after > use.before
    moved = "good" if better else "bad" if worse else "quiet"
    return _row(
        f'<th scope="row"><code>{escaped(use.rule)}</code></th>',
        f'<td class="{_LEVEL_CLASSES[use.level]}">{use.level}</td>',
        _cell(f"{use.findings:,}", "number"),
        _cell(difference(use), f"number {moved}"),
        _cell(f"{use.repositories:,}", "number"),
    )


_LEVEL_CLASSES: Final = {"error": "bad", "warning": "doubt", "note": "quiet"}


def _row(*cells: str) -> str:
    return f"<tr>{''.join(cells)}</tr>"


def _cell(text: str, classes: str) -> str:
    return f'<td class="{classes}">{text}</td>'


def _name(text: str) -> str:
    return escaped(shortened(text, _LONGEST_NAME))


def _coverage(group: Group) -> str:
    share = group.now.coverage
    if share is None:
        why = "rollouts were not counted" if not group.is_counted else "no production known"
        return f'<td class="coverage quiet"><span class="bar none"></span>{why}</td>'
    bar = f'<span class="bar" aria-hidden="true"><i style="width:{share * 100:.1f}%"></i></span>'
    return f'<td class="coverage">{bar}{percent(share)}</td>'


def _change(group: Group) -> str:
    moved = group.change.coverage if group.change is not None else None
    classes = "quiet" if not moved else "good" if moved > 0 else "bad"
    return _cell(points(moved), f"number {classes}")


def _judged(now: Standing) -> str:
    share = now.coverage
    if share is None:
        return "quiet"
    return "good" if share == 1 else "doubt" if share >= 0.8 else "bad"  # noqa: PLR2004 - four of five


def _moved_sentence(total: Group) -> str:
    moved = total.change.coverage if total.change is not None else None
    if moved is None:
        return ""
    way = "unchanged since then" if not moved else f"{points(moved)} percentage points since then"
    return f' <span class="{"good" if moved > 0 else "bad" if moved < 0 else "quiet"}">({way})</span>'


# the course


def _course(course: Sequence[tuple[date, Standing]]) -> Iterator[str]:
    """The coverage day by day, as a line; nothing where there are no two days with a coverage."""
    known = [(day, share) for day, standing in course if (share := standing.coverage) is not None]
    if len(known) < 2:  # noqa: PLR2004 - a line has two ends
        return
    first, last = known[0][0], known[-1][0]
    span = (last - first).days

    def x(day: date) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (day - first).days / span

    def y(share: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - share)

    said = "; ".join(f"{day}: {percent(share)}" for day, share in (known[0], known[-1]))
    yield f'<section><h2>Coverage over time</h2><svg class="course" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
    yield f' width="{_WIDTH}" height="{_HEIGHT}" aria-label="Coverage over time. {said}">'
    for share in (0.0, 0.5, 1.0):
        yield f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(share):.1f}" y2="{y(share):.1f}"/>'
        yield f'<text x="{_LEFT - 6}" y="{y(share) + 4:.1f}" text-anchor="end">{share:.0%}</text>'
    yield f'<polyline points="{" ".join(f"{x(day):.1f},{y(share):.1f}" for day, share in known)}"/>'
    for day, share in known:
        yield f'<circle cx="{x(day):.1f}" cy="{y(share):.1f}" r="3"><title>{day}: {percent(share)}</title></circle>'
    yield f'<text x="{_LEFT}" y="{_HEIGHT - 6}">{first}</text>'
    yield f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 6}" text-anchor="end">{last}</text></svg></section>'


# what was not read


def _problems(found: Fleet) -> Iterator[str]:
    yield f"<section><h2>{number(len(found.problems), 'file')} not read as they should be</h2>"
    yield '<ul class="problems">'
    for problem in found.problems[:_MOST_PROBLEMS]:
        path, message = escaped(shortened(problem.path, 200)), escaped(shortened(problem.message, 400))
        yield f"<li><code>{path}</code>: {message}</li>"
    yield "</ul>"
    if len(found.problems) > _MOST_PROBLEMS:
        yield f"<p>And {len(found.problems) - _MOST_PROBLEMS:,} more.</p>"
    yield "</section>"
