"""Rehearsals for people: a line for each rollout, and in words why its verdict is what it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from typing import Final

from samguard.evaluation import Unknown
from samguard.output.paint import Paint, painter
from samguard.output.printable import page, printable, wrapped
from samguard.output.rehearsal_timeline import ASCII, BLOCKS, Glyphs, timeline
from samguard.output.rehearsal_words import NOTHING, failed, moment, percent
from samguard.output.table import Cell, Line, column_widths, table, table_width
from samguard.rehearsal import Method, Rehearsal, Scenario, Verdict
from samguard.rehearsal.report import EnvironmentRehearsal, RehearsalReport, RolloutRehearsal, TemplateRehearsal
from samguard.rollout import Strategy

_INDENT: Final = "  "
_MIN_WIDTH: Final = 40
_HEADERS: Final = ("Function", "Strategy", "Verdict", "Caught", "Half by", "95 % by", "Failed", "False alarms")
_NARROW: Final = ("Function", "Verdict", "Caught", "Half by", "Failed")
_STYLES: Final = {
    Verdict.CAUGHT: "clean",
    Verdict.BY_LUCK: "warning",
    Verdict.MISSED: "error",
    Verdict.BLOCKED: "error",
    Verdict.UNKNOWN: "doubtful",
}


def rehearsal_text(report: RehearsalReport, *, width: int, colour: bool, blocks: bool = True) -> str:
    """The report, drawn into `width` columns; only single words may be wider. `blocks` draws with more than ASCII."""
    paint = painter(colour=colour)
    glyphs = BLOCKS if blocks else ASCII
    width = max(width, _MIN_WIDTH)
    lines: list[str] = [*wrapped(_told(report, glyphs), width)]
    if not report.templates:
        lines += ["", "There is no template here, so nothing is rehearsed."]
    for template in report.templates:
        lines += ["", *_template(template, width, paint, glyphs)]
    if report.objective is not None:
        lines += ["", *_objective(report, width, paint)]
    return page(lines)


def _told(report: RehearsalReport, glyphs: Glyphs) -> str:
    """What is rehearsed, and how it is drawn."""
    is_drawn = any(
        found.course is not None
        for template in report.templates
        for environment in template.environments
        for found in environment.rollouts
    )
    drawn = f" Drawn: a deployment with the expected requests ({glyphs.legend})." if is_drawn else ""
    return f"{rehearsed_words(report)}{drawn}"


def rehearsed_words(report: RehearsalReport) -> str:
    """What is rehearsed, in a sentence."""
    scenario: Scenario = report.scenario
    load, timing = scenario.load, scenario.timing
    shape = "" if load.label == "constant" else f" ({load.label})"
    return (
        f"Rehearsed: a version with {scenario.failure.text}, at {load.mean_per_minute:.4g} requests a minute{shape}. "
        f"Assumed: an alarm is judged "
        f"{timing.metric_delay_seconds:g} s after a minute ends, and CodeDeploy acts {timing.polling_seconds:g} s later."
    )


def _template(template: TemplateRehearsal, width: int, paint: Paint, glyphs: Glyphs) -> Iterator[str]:
    yield paint(printable(template.path), "file")
    if not any(environment.rollouts or environment.unshifted for environment in template.environments):
        yield f"{_INDENT}No function and no state machine is deployed."
        return
    for environment in template.environments:
        yield ""
        drawn = _environment(environment, width - len(_INDENT), paint, glyphs)
        yield from (f"{_INDENT}{line}".rstrip() for line in drawn)


def _environment(environment: EnvironmentRehearsal, width: int, paint: Paint, glyphs: Glyphs) -> Iterator[str]:
    name = paint(printable(environment.name), "strong")
    if environment.assumed:
        yield f"{name} {paint('(no environment is known)', 'doubtful')}"
    elif environment.production:
        yield f"{name} {paint('(production)', 'warning')}"
    else:
        yield name
    if environment.rollouts:
        yield ""
        yield from _table(environment.rollouts, width, paint)
        for found in environment.rollouts:
            yield from _said(found, width, paint, glyphs)
    if environment.unshifted:
        yield ""
        told = f"Not shifted, so that everyone gets a bad version at once: {', '.join(environment.unshifted)}"
        yield from (paint(line, "faint") for line in wrapped(told, width))


def _table(rollouts: Sequence[RolloutRehearsal], width: int, paint: Paint) -> Iterator[str]:
    for headers in (_HEADERS, _NARROW):
        rows = [_row(found, headers) for found in rollouts]
        widths = column_widths(headers, rows)
        if table_width(widths) <= width:
            yield from table(headers, rows, widths, paint)
            return
    for found in rollouts:
        rehearsal = found.rehearsal
        verdict = paint(rehearsal.verdict.value, _STYLES[rehearsal.verdict])
        yield f"{paint(printable(rehearsal.rollout.function), 'strong')}: {verdict}"


def _row(found: RolloutRehearsal, headers: tuple[str, ...]) -> list[Cell]:
    rehearsal = found.rehearsal
    detection, healthy, strategy = rehearsal.detection, rehearsal.false_alarms, rehearsal.rollout.strategy
    about = "~" if detection is not None and detection.method is Method.SIMULATED else ""
    least = ">= " if rehearsal.is_lower_bound and rehearsal.verdict is not Verdict.MISSED else ""
    cells = {
        "Function": Line(printable(rehearsal.rollout.function)),
        "Strategy": Line(printable(strategy.name) if isinstance(strategy, Strategy) else "unknown"),
        "Verdict": Line(rehearsal.verdict.value, _STYLES[rehearsal.verdict]),
        "Caught": Line(NOTHING if detection is None else f"{least}{about}{percent(detection.probability)}"),
        "Half by": Line(moment(rehearsal, detection, 0.5)),
        "95 % by": Line(moment(rehearsal, detection, 0.95)),
        "Failed": Line(failed(rehearsal)),
        "False alarms": Line(NOTHING if healthy is None else percent(healthy.probability)),
    }
    return [(cells[header],) for header in headers]


def _rounded(number: float) -> str:
    """Two digits, as searches find no more."""
    return f"{float(f'{number:.2g}'):g}"


def _said(found: RolloutRehearsal, width: int, paint: Paint, glyphs: Glyphs) -> Iterator[str]:
    """The timeline, why it is so, what would be caught, and what would help."""
    rehearsal = found.rehearsal
    sentences = [*rehearsal.reasons, *bounds(rehearsal), *advised(found)]
    drawn = [f"{_INDENT}{line}" for line in timeline(found, width - len(_INDENT), paint, glyphs)]
    if not sentences and not drawn:
        return
    yield ""
    condition = f" if {found.condition}" if found.condition else ""
    yield paint(f"{printable(rehearsal.rollout.function)}{printable(condition)}:", "strong")
    yield from drawn
    for sentence in sentences:
        for bullet, line in zip(
            chain(["- "], repeat(_INDENT)), wrapped(sentence, width - 2 * len(_INDENT)), strict=False
        ):
            yield f"{_INDENT}{bullet}{line}"


def advised(found: RolloutRehearsal) -> Iterator[str]:
    """What would meet the objective, as a sentence without an end."""
    if found.advice is not None:
        meets = percent(found.advice.detection.probability)
        yield f"the objective would be met, with {meets}, by this: {found.advice.text}"


def bounds(rehearsal: Rehearsal) -> Iterator[str]:
    """What the least is that would be caught, as sentences without an end."""
    if rehearsal.verdict is Verdict.BLOCKED:
        yield "a healthy version is turned back, too, so nothing can be deployed"
        return
    healthy = rehearsal.false_alarms
    if healthy is not None and healthy.probability >= 0.01:  # noqa: PLR2004 - one deployment in a hundred
        yield f"{percent(healthy.probability)} of healthy versions are turned back"
    if rehearsal.detection is None or not rehearsal.watch.wired:
        return
    share, rate = rehearsal.smallest_share, rehearsal.smallest_requests_per_minute
    at = f"at {rehearsal.scenario.load.mean_per_minute:.3g} requests a minute"
    if share is not None:
        yield f"{at} the least that is caught in 95 of 100 deployments is a failure of {_rounded(share * 100)} % of its requests"
    elif rate is None and not isinstance(rehearsal.schedule, Unknown) and not rehearsal.schedule.open_seconds:
        return
    elif rate is None and rehearsal.detection.probability < 0.95:  # noqa: PLR2004 - as it says
        yield "no share of failing requests, and no traffic, is caught in 95 of 100 deployments"
    if rate is not None and rate > rehearsal.scenario.load.mean_per_minute:
        yield f"this failure is caught in 95 of 100 deployments from {_rounded(rate)} requests a minute"


def _objective(report: RehearsalReport, width: int, paint: Paint) -> Iterator[str]:
    assert report.objective is not None  # noqa: S101 - asked by the caller
    counted = len(report.counted())
    if not counted:
        yield from wrapped(f"Objective: {report.objective.text}: no rollout that it is asked of.", width)
        return
    met = counted - report.misses - report.unknown
    parts = [f"met by {met} of {counted} rollouts"]
    if report.misses:
        parts.append(f"missed by {report.misses}")
    if report.unknown:
        parts.append(f"not known of {report.unknown}")
    style = "error" if report.misses else "doubtful" if report.unknown else "clean"
    for line in wrapped(f"Objective: {report.objective.text}: {', '.join(parts)}.", width):
        yield paint(line, style)
