"""Pictures of rehearsals as SVG: a timeline, and the curves of detection. They have no script, and load nothing.

A picture within a page takes its colours from there; one that stands alone brings them along, with a ground of its own,
so that it can be read on a light page and on a dark one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from samguard.evaluation import Unknown
from samguard.output.html_page import THEME, escaped
from samguard.output.printable import shortened
from samguard.output.rehearsal_words import axis_step, percent, rate_words
from samguard.rehearsal import Detection, Schedule
from samguard.rehearsal.alarm_state import State
from samguard.rehearsal.detection_curves import Curve, DetectionCurves
from samguard.rehearsal.report import RehearsalReport, RolloutRehearsal
from samguard.rehearsal.typical_course import AlarmCourse, TypicalCourse

WIDTH: Final = 720
_LEFT: Final = 190
_RIGHT: Final = 64
_PLOT: Final = WIDTH - _LEFT - _RIGHT
_TALL: Final = 78
_STRIP: Final = 22
_GAP: Final = 14
_NAME: Final = 22
_MINUTE: Final = 60
_STATES: Final = {
    State.OK: ("good", "OK"),
    State.ALARM: ("bad", "ALARM"),
    State.INSUFFICIENT_DATA: ("none", "no data yet"),
}
PICTURE_STYLE: Final = """\
.picture text { font: 13px system-ui, sans-serif; fill: var(--ink); }
.picture .small { font-size: 12px; fill: var(--quiet); }
.picture .on { font-size: 11px; font-weight: 600; fill: var(--paper); }
.picture .end { text-anchor: end; } .picture .middle { text-anchor: middle; }
.picture .strong { font-weight: 600; }
.picture .grid { stroke: var(--line); stroke-width: 1; fill: none; }
.picture .frame { stroke: var(--quiet); stroke-width: 1; fill: none; }
.picture .planned { stroke: var(--quiet); stroke-width: 1.5; stroke-dasharray: 4 4; fill: none; }
.picture .curve { stroke: var(--accent); stroke-width: 2.5; fill: none; stroke-linejoin: round; }
.picture .mark { stroke: var(--bad); stroke-width: 2; }
.picture .area { fill: var(--new); }
.picture .good { fill: var(--good); } .picture .bad { fill: var(--bad); } .picture .none { fill: var(--none); }
.picture .halo { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
"""


def rehearsal_svg(report: RehearsalReport) -> str:
    """One picture of all timelines of a report, to stand alone."""
    body: list[str] = []
    top = 20
    for template in report.templates:
        for environment in template.environments:
            for found in environment.rollouts:
                if found.course is None:
                    continue
                where = environment.name if len(template.environments) > 1 else ""
                title = f"{found.rehearsal.rollout.function}{f', {where}' if where else ''}: {headline(found)}"
                body.append(f'<text class="strong" x="16" y="{top + 14}">{escaped(shortened(title, 95))}</text>')
                drawn, height = _timeline(found)
                body.append(f'<g transform="translate(0 {top + 26})">{drawn}</g>')
                top += 26 + height + 20
    if not body:
        body.append(f'<text x="16" y="{top + 14}">No rollout is watched by an alarm that is modelled.</text>')
        top += 34
    return _alone(top, "Rehearsed rollouts", report_words(report), "\n".join(body))


def report_words(report: RehearsalReport) -> str:
    """A report in a few words, for those who cannot see its picture."""
    said = [
        f"{found.rehearsal.rollout.function} in {environment.name}: {headline(found)}"
        for template in report.templates
        for environment in template.environments
        for found in environment.rollouts
    ]
    return ". ".join(said) or "Nothing is rehearsed"


def headline(found: RolloutRehearsal) -> str:
    """The verdict with its number."""
    rehearsal = found.rehearsal
    if rehearsal.detection is None:
        return rehearsal.verdict.value
    least = "at least " if rehearsal.is_lower_bound else ""
    return (
        f"{rehearsal.verdict.value}; {rehearsal.scenario.failure.text} at "
        f"{rate_words(rehearsal.scenario.load.mean_per_minute)} turned back in {least}"
        f"{percent(rehearsal.detection.probability)} of deployments"
    )


def _alone(height: int, title: str, description: str, body: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" role="img" aria-labelledby="title desc" '
        f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}">\n'
        f'<title id="title">{escaped(title)}</title>\n<desc id="desc">{escaped(description)}</desc>\n'
        f"<style>\n{THEME}{PICTURE_STYLE}</style>\n"
        f'<rect width="{WIDTH}" height="{height}" rx="8" style="fill: var(--paper); stroke: var(--line)"/>\n{body}\n</svg>\n'
    )


def timeline_svg(found: RolloutRehearsal, number: int) -> str:
    """The timeline of a rollout within a page; `number` makes its ids unique there."""
    drawn, height = _timeline(found)
    return _within(height, "Timeline of the deployment", timeline_words(found), f"time-{number}", drawn)


def curves_svg(curves: DetectionCurves, number: int) -> str:
    """The curves of detection within a page."""
    drawn, height = _curves(curves)
    words = (
        "The probability that a deployment is turned back, over the share of failing requests, one curve for each traffic. "
        "The table below holds the numbers."
    )
    return _within(height, "Probability of detection", words, f"curves-{number}", drawn)


def _within(height: int, title: str, description: str, name: str, body: str) -> str:
    return (
        f'<svg class="picture" role="img" aria-labelledby="{name}-title {name}-desc" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}"><title id="{name}-title">{escaped(title)}</title>'
        f'<desc id="{name}-desc">{escaped(description)}</desc>\n{body}\n</svg>'
    )


def timeline_words(found: RolloutRehearsal) -> str:
    """What a timeline shows, in a sentence for each row."""
    planned, course = found.rehearsal.schedule, found.course
    if isinstance(planned, Unknown) or course is None:
        return headline(found)
    shifts = ", ".join(
        f"{percent(shift.share)} from {(shift.at_seconds + planned.pre_traffic_seconds) / _MINUTE:.3g} min"
        for shift in planned.shifts
    )
    said = [f"The new version is to get {shifts}"]
    for alarm in course.alarms:
        fired = next((moment for moment, state in alarm.changes if state is State.ALARM), None)
        until = planned.open_seconds if course.turned_back_seconds is None else course.turned_back_seconds
        if fired is None or fired > until:
            said.append(f"{alarm.name} does not go into ALARM in a typical deployment")
        else:
            said.append(f"{alarm.name} is in ALARM after {(fired + planned.pre_traffic_seconds) / _MINUTE:.1f} min")
    if course.turned_back_seconds is None:
        said.append("a typical deployment is not turned back")
    else:
        moment = (course.turned_back_seconds + planned.pre_traffic_seconds) / _MINUTE
        said.append(f"a typical deployment is turned back after {moment:.1f} min")
    return f"{headline(found)}. {'; '.join(said)}."


# the timeline


def _timeline(found: RolloutRehearsal) -> tuple[str, int]:
    """A group of rows with a common axis, and its height."""
    planned, course, detection = found.rehearsal.schedule, found.course, found.rehearsal.detection
    assert course is not None  # noqa: S101 - asked by the callers
    assert not isinstance(planned, Unknown)  # noqa: S101 - then there is no course
    assert detection is not None  # noqa: S101 - the same
    clock = _Clock(planned)
    parts: list[str] = []
    top = 8
    parts += [
        *_label(top, _TALL, "Traffic on the", "new version"),
        *_scale(top),
        *_traffic(top, clock, planned, course),
    ]
    top += _TALL + _GAP
    for alarm in course.alarms:
        parts += _strip(top, clock, alarm, course)
        top += _STRIP + _GAP // 2
    top += _GAP // 2
    parts += [*_label(top, _TALL, "Deployments that", "are turned back"), *_scale(top), *_turned(top, clock, detection)]
    top += _TALL
    if course.turned_back_seconds is not None:
        x = clock.x(course.turned_back_seconds)
        parts.append(f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="4" y2="{top - _TALL - _GAP + 6}"/>')
        side, shift = ("", 6) if x < _LEFT + _PLOT * 0.75 else (" end", -6)
        parts.append(f'<text class="halo{side}" x="{x + shift:.1f}" y="22">turned back</text>')
    parts += clock.axis(top)
    return "\n".join(parts), top + 40


class _Clock:
    """The axis of time: minutes from the start of the deployment."""

    def __init__(self, planned: Schedule) -> None:
        self.before = planned.pre_traffic_seconds
        self.end = max(planned.open_seconds, 1.0)
        self.total = self.before + self.end * 1.06

    def x(self, seconds: float) -> float:
        """Where a moment is, in seconds from the first shift."""
        return _LEFT + _PLOT * min(max((seconds + self.before) / self.total, 0.0), 1.0)

    def axis(self, top: float) -> Iterator[str]:
        step = axis_step(self.total / _MINUTE, 10)
        minute = 0.0
        while minute * _MINUTE <= self.total:
            x = self.x(minute * _MINUTE - self.before)
            yield f'<line class="frame" x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{top + 5}"/>'
            yield f'<text class="small middle" x="{x:.1f}" y="{top + 18}">{minute:g}</text>'
            minute += step
        yield f'<text class="small end" x="{_LEFT + _PLOT}" y="{top + 35}">minutes from the start of the deployment</text>'


def _label(top: float, height: float, *lines: str) -> Iterator[str]:
    first = top + height / 2 - 8 * (len(lines) - 1) + 4
    for index, line in enumerate(lines):
        yield f'<text x="16" y="{first + 17 * index:.1f}">{escaped(line)}</text>'


def _scale(top: float) -> Iterator[str]:
    """Lines at 0, 50 and 100 %."""
    for share in (0.0, 0.5, 1.0):
        y = top + _TALL * (1 - share)
        yield f'<line class="grid" x1="{_LEFT}" x2="{_LEFT + _PLOT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="small end" x="{_LEFT - 6}" y="{y + 4:.1f}">{share * 100:.0f} %</text>'


def _traffic(top: float, clock: _Clock, planned: Schedule, course: TypicalCourse) -> Iterator[str]:
    stop = math.inf if course.turned_back_seconds is None else course.turned_back_seconds
    bottom = top + _TALL
    ends = [*(shift.at_seconds for shift in planned.shifts[1:]), planned.open_seconds * 1.06]
    outline = f"M {clock.x(0):.1f} {bottom}"
    for shift, end in zip(planned.shifts, ends, strict=True):
        y = bottom - _TALL * shift.share
        outline += f" V {y:.1f} H {clock.x(end):.1f}"
        until = min(end, stop)
        if until > shift.at_seconds:
            x, width = clock.x(shift.at_seconds), clock.x(until) - clock.x(shift.at_seconds)
            yield f'<rect class="area" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{bottom - y:.1f}"/>'
    yield f'<path class="planned" d="{outline}"/>'
    first = planned.shifts[0]
    if first.share < 1:
        x, y = clock.x(0) + 6, bottom - _TALL * first.share - 6
        yield f'<text class="small halo" x="{x:.1f}" y="{y:.1f}">{percent(first.share)}</text>'


def _strip(top: float, clock: _Clock, alarm: AlarmCourse, course: TypicalCourse) -> Iterator[str]:
    """The states of an alarm, until the traffic is turned back or nobody looks any more."""
    end = clock.end if course.turned_back_seconds is None else course.turned_back_seconds
    name = escaped(alarm.name)
    shown = escaped(alarm.name if len(alarm.name) <= _NAME else f"{alarm.name[: _NAME - 1]}\N{HORIZONTAL ELLIPSIS}")
    yield f'<text x="16" y="{top + 15}"><title>{name}</title>{shown}</text>'
    moments = [max(moment, -clock.before) for moment, _ in alarm.changes]
    for (start, until), (_, state) in zip(pairwise([*moments, max(end, moments[-1])]), alarm.changes, strict=True):
        x, width = clock.x(start), clock.x(min(until, end)) - clock.x(start)
        if width <= 0:
            continue
        kind, word = _STATES[state]
        yield (
            f'<rect class="{kind}" x="{x:.1f}" y="{top}" width="{width:.1f}" height="{_STRIP}" rx="2">'
            f"<title>{name}: {word}</title></rect>"
        )
        if width > 7.5 * len(word) + 6:
            yield f'<text class="on middle" x="{x + width / 2:.1f}" y="{top + 15}">{word}</text>'


def _turned(top: float, clock: _Clock, detection: Detection) -> Iterator[str]:
    """How many deployments are turned back by a moment."""
    bottom = top + _TALL
    path, seen, drawn = f"M {clock.x(-clock.before):.1f} {bottom}", 0.0, -math.inf
    for seconds, probability in detection.moments:
        seen += probability
        x = clock.x(seconds)
        if x - drawn >= 1 or seconds == detection.moments[-1][0]:
            path += f" L {x:.1f} {bottom - _TALL * min(seen, 1.0):.1f}"
            drawn = x
    height = bottom - _TALL * detection.probability
    path += f" L {clock.x(clock.end):.1f} {height:.1f}"
    yield f'<path class="curve" d="{path}"/>'
    x = clock.x(clock.end) + 6
    yield f'<text class="strong halo" x="{x:.1f}" y="{height + 4:.1f}">{percent(detection.probability)}</text>'


# the curves

_CURVES_HEIGHT: Final = 220


def _curves(curves: DetectionCurves) -> tuple[str, int]:
    low, high = math.log(curves.shares[0]), math.log(curves.shares[-1])
    left, right = 60, WIDTH - 90

    def x(share: float) -> float:
        return left + (right - left) * ((math.log(share) - low) / (high - low) if high > low else 1.0)

    def y(probability: float) -> float:
        return 12 + _CURVES_HEIGHT * (1 - probability)

    parts: list[str] = []
    for quarter in range(5):
        height = y(quarter / 4)
        parts.append(f'<line class="grid" x1="{left}" x2="{right}" y1="{height:.1f}" y2="{height:.1f}"/>')
        parts.append(f'<text class="small end" x="{left - 6}" y="{height + 4:.1f}">{quarter * 25} %</text>')
    shown = -math.inf
    for share in curves.shares:
        parts.append(f'<line class="grid" x1="{x(share):.1f}" x2="{x(share):.1f}" y1="12" y2="{_CURVES_HEIGHT + 16}"/>')
        if x(share) - shown > 34:  # noqa: PLR2004 - room for the number
            shown = x(share)
            parts.append(
                f'<text class="small middle" x="{shown:.1f}" y="{_CURVES_HEIGHT + 32}">{percent(share)}</text>'
            )
    labels: list[str] = []
    taken: list[tuple[float, float]] = []
    for curve in curves.curves:
        points = [(x(share), y(found)) for share, found in zip(curves.shares, curve.probabilities, strict=True)]
        parts.append(f'<polyline class="curve" points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in points)}"/>')
        labels.append(_named(curve, points, taken))
    parts += labels
    middle = (left + right) / 2
    parts.append(
        f'<text class="small middle" x="{middle:.0f}" y="{_CURVES_HEIGHT + 52}">'
        "share of the new version\N{RIGHT SINGLE QUOTATION MARK}s requests that fail</text>"
    )
    return "\n".join(parts), _CURVES_HEIGHT + 62


def _named(curve: Curve, points: list[tuple[float, float]], taken: list[tuple[float, float]]) -> str:
    """The traffic, written below the curve where it crosses some height; beside its end where it never does."""
    places: list[tuple[float, float]] = []
    for level in (0.5, 0.75, 0.25, 0.9):
        height = 12 + _CURVES_HEIGHT * (1 - level)
        for (x1, y1), (x2, y2) in pairwise(points):
            if y1 >= height > y2:
                places.append((x1 + (x2 - x1) * (y1 - height) / (y1 - y2) + 8, height + 12))
    if points[0][1] < 12 + _CURVES_HEIGHT * 0.5:
        places.append((points[0][0] + 7, points[0][1] + 18))
    places.append((points[-1][0] + 6, points[-1][1] + 4))
    free = (place for place in places if not _is_taken(place, taken))
    x, y = next(free, places[-1])
    while _is_taken((x, y), taken):
        y += 15
    taken.append((x, y))
    return f'<text class="halo" x="{x:.1f}" y="{y:.1f}">{rate_words(curve.requests_per_minute, short=True)}</text>'


def _is_taken(place: tuple[float, float], taken: list[tuple[float, float]]) -> bool:
    return any(abs(place[0] - other[0]) < 70 and abs(place[1] - other[1]) < 15 for other in taken)  # noqa: PLR2004 - room
