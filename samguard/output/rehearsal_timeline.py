"""The timeline of a rehearsal in a terminal: who gets the new version, what the alarms do, and who is turned back by when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from samguard.evaluation import Unknown
from samguard.output.paint import Paint
from samguard.output.printable import cells, printable
from samguard.output.rehearsal_words import axis_step, percent
from samguard.rehearsal import Detection, Schedule
from samguard.rehearsal.alarm_state import State
from samguard.rehearsal.report import RolloutRehearsal
from samguard.rehearsal.typical_course import AlarmCourse, TypicalCourse
from samguard.value import value

_MINUTE: Final = 60
_LABEL: Final = 16
_WIDEST: Final = 100
_NARROWEST: Final = 20
_ENDING: Final = 8
"""Columns for the number at a row's end."""


@value
class Glyphs:
    """What a timeline is drawn with: `levels` from nothing to all, and a sign for each state."""

    levels: str
    states: dict[State, str]
    cut: str

    @property
    def legend(self) -> str:
        """The signs of the states, in words."""
        signs = self.states
        return f"{signs[State.OK]} OK, {signs[State.ALARM]} ALARM, {signs[State.INSUFFICIENT_DATA]} no data yet"


BLOCKS: Final = Glyphs(
    " \N{LOWER ONE EIGHTH BLOCK}\N{LOWER ONE QUARTER BLOCK}\N{LOWER THREE EIGHTHS BLOCK}\N{LOWER HALF BLOCK}"
    "\N{LOWER FIVE EIGHTHS BLOCK}\N{LOWER THREE QUARTERS BLOCK}\N{LOWER SEVEN EIGHTHS BLOCK}\N{FULL BLOCK}",
    {
        State.OK: "\N{BOX DRAWINGS LIGHT HORIZONTAL}",
        State.ALARM: "\N{FULL BLOCK}",
        State.INSUFFICIENT_DATA: "\N{MIDDLE DOT}",
    },
    "\N{HORIZONTAL ELLIPSIS}",
)
ASCII: Final = Glyphs(" .:-=+*%#", {State.OK: "-", State.ALARM: "#", State.INSUFFICIENT_DATA: "."}, "~")


def timeline(found: RolloutRehearsal, width: int, paint: Paint, glyphs: Glyphs) -> Iterator[str]:
    """The lines of a timeline, at most `width` columns wide; none where there is nothing to draw."""
    planned, course, detection = found.rehearsal.schedule, found.course, found.rehearsal.detection
    columns = min(width - _LABEL - _ENDING - 1, _WIDEST)
    if isinstance(planned, Unknown) or course is None or detection is None or columns < _NARROWEST:
        return
    clock = _Clock(planned, columns)
    yield from _traffic(clock, planned, course, paint, glyphs)
    for alarm in course.alarms:
        yield _states(clock, alarm, course, paint, glyphs)
    yield _turned(clock, detection, paint, glyphs)
    yield from (paint(line, "faint") for line in clock.axis())


class _Clock:
    """The time at the middle of each column, in seconds from the first shift."""

    def __init__(self, planned: Schedule, columns: int) -> None:
        self.before = planned.pre_traffic_seconds
        self.total = self.before + planned.open_seconds
        self.columns = columns
        self.moments = [self.total * (index + 0.5) / columns - self.before for index in range(columns)]

    def axis(self) -> Iterator[str]:
        """Marks, and below them minutes from the start of the deployment."""
        step = axis_step(self.total / _MINUTE, max(self.columns // 8, 1))
        marks = [" "] * (self.columns + 1)
        numbers = [" "] * (self.columns + 10)
        minute = 0.0
        while minute * _MINUTE <= self.total + 1e-6:
            at = round(minute * _MINUTE / self.total * self.columns)
            marks[at] = "|"
            text = f"{minute:g}" if minute else "0 min"
            numbers[at : at + len(text)] = text
            minute += step
        yield " " * _LABEL + "".join(marks).rstrip()
        yield " " * _LABEL + "".join(numbers).rstrip()


def _row(label: str, drawn: str, ending: str = "") -> str:
    filler = " " * (_LABEL - cells(label))
    return f"{label}{filler}{drawn}{f' {ending}' if ending else ''}"


def _levels(clock: _Clock, share_at: Callable[[float], float], glyphs: Glyphs) -> str:
    top = len(glyphs.levels) - 1
    drawn = ""
    for seconds in clock.moments:
        share = share_at(seconds)
        drawn += glyphs.levels[0 if share <= 0 else max(1, min(top, int(share * top + 1e-9)))]
    return drawn


def _traffic(clock: _Clock, planned: Schedule, course: TypicalCourse, paint: Paint, glyphs: Glyphs) -> Iterator[str]:
    stop = course.turned_back_seconds

    def share_at(seconds: float) -> float:
        return 0.0 if stop is not None and seconds >= stop else planned.share_at(seconds)

    first = percent(planned.shifts[0].share)
    shown = _levels(clock, share_at, glyphs)
    if stop is not None:
        at = next((index for index, seconds in enumerate(clock.moments) if seconds >= stop), len(shown))
        note = "< turned back"
        kept = shown[:at].rstrip() if at < len(shown) else shown
        room = len(shown) - len(kept)
        tail = f" {note}"[:room] if room > len(note) else ""
        yield _row("new version", paint(kept, "note") + paint(tail, "strong") + " " * (room - len(tail)), first)
    else:
        yield _row("new version", paint(shown, "note"), first)


def _states(clock: _Clock, alarm: AlarmCourse, course: TypicalCourse, paint: Paint, glyphs: Glyphs) -> str:
    styles = {State.OK: "clean", State.ALARM: "error", State.INSUFFICIENT_DATA: "doubtful"}
    end = course.turned_back_seconds
    seen = [alarm.state_at(seconds) for seconds in clock.moments if end is None or seconds < end]
    drawn, start = "", 0
    for index in range(1, len(seen) + 1):
        if index == len(seen) or seen[index] is not seen[start]:
            drawn += paint(glyphs.states[seen[start]] * (index - start), styles[seen[start]])
            start = index
    return _row(_short(alarm.name, glyphs), drawn)


def _short(name: str, glyphs: Glyphs) -> str:
    shown = printable(name)
    if cells(shown) < _LABEL:
        return shown
    while cells(shown) > _LABEL - 2:
        shown = shown[:-1]
    return f"{shown}{glyphs.cut}"


def _turned(clock: _Clock, detection: Detection, paint: Paint, glyphs: Glyphs) -> str:
    def share_at(seconds: float) -> float:
        return sum(probability for moment, probability in detection.moments if moment <= seconds)

    drawn = _levels(clock, share_at, glyphs)
    return _row("turned back by", paint(drawn, "strong"), percent(detection.probability))
