"""Rehearsals: what a rollout's alarms see of a bad version, when it is turned back, and how many requests fail.

The way through the room:

- `watch(rollout)` gives the alarms as they are modelled, `schedule(rollout, timing)` the shifts; a `Scenario` says what
  goes wrong, under which `Load` (`constant`, `daily`, `from_csv`).
- `detect(watch, schedule, scenario, means)` gives a `Detection`: moments with probabilities. It is what curves and
  advice call often: pass a changed watch, schedule or scenario (`samguard.value.replace`).
- `rehearse(rollout, scenario, means, objective)` gives a `Rehearsal`: detection, false alarms, smallest share and
  traffic, verdict and reasons.

Times are seconds from the first shift, shares 0..1. The room knows no files, and nothing of how results look. See
docs/explanation/rehearsal.md for the assumptions and formulas.
"""

from samguard.rehearsal.deployment_course import Scenario
from samguard.rehearsal.detection import Detection, Method
from samguard.rehearsal.failure import Failure, FailureKind, Service, failure
from samguard.rehearsal.load import Load, constant, daily, from_csv
from samguard.rehearsal.objective import Objective, objective
from samguard.rehearsal.rehearsal import Means, Rehearsal, Verdict, detect, rehearse
from samguard.rehearsal.schedule import Schedule, Shift, Timing, schedule
from samguard.rehearsal.watch import LeftOut, Watch, watch
from samguard.rehearsal.watched_alarm import Measure, Scope, WatchedAlarm, WatchedComposite, WatchedMetric

__all__ = [
    "Detection",
    "Failure",
    "FailureKind",
    "LeftOut",
    "Load",
    "Means",
    "Measure",
    "Method",
    "Objective",
    "Rehearsal",
    "Scenario",
    "Schedule",
    "Scope",
    "Service",
    "Shift",
    "Timing",
    "Verdict",
    "Watch",
    "WatchedAlarm",
    "WatchedComposite",
    "WatchedMetric",
    "constant",
    "daily",
    "detect",
    "failure",
    "from_csv",
    "objective",
    "rehearse",
    "schedule",
    "watch",
]
