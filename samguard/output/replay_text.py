"""Replays of exported metrics, and deployments against their plan, for people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain, repeat
from typing import Final

from samguard.output.paint import Paint, painter
from samguard.output.printable import page, printable, wrapped
from samguard.output.rehearsal_words import percent
from samguard.project.replaying import DeploymentAgainst, EnvironmentReplay
from samguard.rehearsal.replay import AlarmReplay, Replay

_INDENT: Final = "  "
_MIN_WIDTH: Final = 40
_SHOWN: Final = 5
_DAY: Final = 86_400
_OFTEN: Final = 0.01


def replay_text(found: tuple[EnvironmentReplay, ...], *, width: int, colour: bool) -> str:
    """What the alarms would have done, in `width` columns."""
    paint, width = painter(colour=colour), max(width, _MIN_WIDTH)
    lines: list[str] = []
    replays = [replay for environment in found for replay in environment.replays]
    if not replays:
        lines.append("No rollout is shifted here, so nothing is replayed.")
    else:
        days = (replays[0].end - replays[0].start) / _DAY
        told = (
            f"Replayed: {days:.3g} days of metrics, {_moment(replays[0].start)} to {_moment(replays[0].end)} UTC. If the "
            "versions of that time were healthy, each deployment that is turned back is a false alarm."
        )
        lines += wrapped(told, width)
    for environment in found:
        if environment.replays:
            lines += [
                "",
                f"{paint(printable(environment.path), 'file')}  {paint(printable(environment.environment), 'strong')}",
            ]
            for replay in environment.replays:
                lines += ["", *(f"{_INDENT}{line}" for line in _replay(replay, width - len(_INDENT), paint))]
    return page(lines)


def share_words(replay: Replay) -> str:
    """Which of the deployments would have been turned back."""
    if replay.open_seconds == 0:
        return "everyone gets a version at once, and nobody looks at the alarms meanwhile"
    if replay.open_seconds is None:
        return "how long its deployments take is not known"
    if replay.least_share is None:
        return "the exported time is shorter than one deployment"
    least = "" if replay.turned_back_share is not None else "at least "
    return f"{least}{percent(replay.least_share)} of the deployments that might have started then would have been turned back"


def alarm_words(alarm: AlarmReplay) -> str:
    """How often and when an alarm would have been in ALARM."""
    times = len(alarm.in_alarm)
    if not times:
        return f"{alarm.name} would never have been in ALARM"
    how_often = "once" if times == 1 else f"{times:,} times"
    shown = ", ".join(f"{_moment(start)} to {_moment(end)}" for start, end in alarm.in_alarm[:_SHOWN])
    more = f", and {times - _SHOWN:,} more" if times > _SHOWN else ""
    return f"{alarm.name} would have been in ALARM {how_often}, {percent(alarm.share)} of the time: {shown}{more}"


def _replay(replay: Replay, width: int, paint: Paint) -> Iterator[str]:
    style = "" if replay.least_share is None else "error" if replay.least_share >= _OFTEN else "clean"
    for line in wrapped(f"{replay.rollout.function}: {share_words(replay)}", width):
        yield paint(line, style)
    for alarm in replay.alarms:
        yield from _item(alarm_words(alarm), width)
        for note in alarm.notes:
            yield from _item(f"{alarm.name}: {note}", width)
        if not alarm.points:
            yield from _item(f"{alarm.name}: there is no datapoint of it", width)
    for left in replay.left_out:
        yield from _item(f"{left.name} is not replayed: {left.reason}", width)
    if not replay.alarms and not replay.left_out:
        yield from _item("no alarm is wired", width)


def _item(text: str, width: int) -> Iterator[str]:
    for bullet, line in zip(chain(["- "], repeat(_INDENT)), wrapped(text, width - len(_INDENT)), strict=False):
        yield f"{bullet}{line}"


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}"


def deployment_text(found: DeploymentAgainst, *, width: int, colour: bool) -> str:
    """What a deployment did against what was planned, in `width` columns."""
    paint, width = painter(colour=colour), max(width, _MIN_WIDTH)
    lines = [paint("What happened", "strong"), *chain.from_iterable(_item(said, width) for said in found.happened)]
    if not found.planned:
        lines += [
            "",
            *wrapped(
                "None of the rollouts here is known to be this deployment's: its group names none of them.", width
            ),
        ]
    for path, environment, function, sentences in found.planned:
        head = f"{printable(function)}, {printable(environment)}, in {printable(path)}"
        lines += ["", f"{paint('What was planned', 'strong')}: {head}"]
        lines += chain.from_iterable(_item(said, width) for said in sentences)
    return page(lines)
