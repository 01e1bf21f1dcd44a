"""The earliest moment at which an alarm can turn the traffic back, however bad the version is."""

from __future__ import annotations

from samguard.rehearsal.alarm_state import Point, State, next_state
from samguard.rehearsal.deployment_course import Scenario
from samguard.rehearsal.schedule import MINUTE_SECONDS
from samguard.rehearsal.watched_alarm import Scope, WatchedAlarm


def earliest_seconds(alarm: WatchedAlarm, scenario: Scenario) -> float | None:
    """Seconds from the first shift; None where the alarm cannot fire at all, as it never has a datapoint.

    Every minute that the new version gets a request in breaches, in the whole period that it is in; and the clock stands
    as luckily as it can. Of an alarm that is in ALARM already the answer is how fast that is seen.
    """
    delay = scenario.metric_delay_seconds + scenario.timing.polling_seconds
    is_new = all(metric.scope in (Scope.VERSION, Scope.NOTHING) for metric in alarm.metrics)
    never = all(metric.scope is Scope.NOTHING for metric in alarm.metrics)
    before = Point.MISSING if is_new else Point.GOOD
    bad = Point.MISSING if never else Point.BREACHING
    length, judged = alarm.period_minutes, alarm.judged
    state = State.INSUFFICIENT_DATA if is_new else State.OK
    for minute in range(-1, alarm.range_minutes + 1):
        ends = [minute - index * length for index in range(judged.range_points)]
        points = [bad if end >= 0 else before for end in reversed(ends)]
        state = next_state(points, judged, state)
        if state is State.ALARM:
            return max(0.0, minute * MINUTE_SECONDS + delay) if minute >= 0 else scenario.timing.polling_seconds
    return None
