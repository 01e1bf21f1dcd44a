"""Rehearsals as JSON, for scripts: the shape that docs/explanation/rehearsal.md promises."""

from __future__ import annotations

from typing import Final

from samguard.evaluation import Unknown
from samguard.output.json_text import json_text
from samguard.rehearsal import Detection, LeftOut, Method, Rehearsal, Scenario, Schedule
from samguard.rehearsal.advice import Advice
from samguard.rehearsal.report import EnvironmentRehearsal, RehearsalReport, RolloutRehearsal
from samguard.rollout import Strategy

_SHAPE: Final = "1"
"""The version of the shape: another one where a script could break."""


def rehearsal_json(report: RehearsalReport) -> str:
    """The report as JSON, with a line break at the end."""
    templates = [
        {"path": template.path, "environments": [_environment(found) for found in template.environments]}
        for template in report.templates
    ]
    objective = report.objective
    asked = None
    if objective is not None:
        asked = {
            "text": objective.text,
            "failure": objective.failure.kind.value,
            "share": _number(objective.failure.share),
            "requests_per_minute": _number(objective.requests_per_minute),
            "confidence": objective.confidence,
            "missed": report.misses,
            "unknown": report.unknown,
        }
    shown = {"version": _SHAPE, "scenario": _scenario(report.scenario), "objective": asked, "templates": templates}
    return json_text(shown)


def _scenario(scenario: Scenario) -> dict[str, object]:
    service, timing = scenario.service, scenario.timing
    return {
        "failure": scenario.failure.kind.value,
        "share": _number(scenario.failure.share),
        "latency_factor": _number(scenario.failure.latency_factor),
        "requests_per_minute": _number(scenario.load.mean_per_minute),
        "traffic": scenario.load.label,
        "base_error_share": _number(service.base_error_share),
        "duration_median_ms": _number(service.duration_median_ms),
        "duration_sigma": _number(service.duration_sigma),
        "metric_delay_seconds": _number(timing.metric_delay_seconds),
        "polling_seconds": _number(timing.polling_seconds),
        "hook_minutes": _number(timing.hook_minutes),
    }


def _environment(environment: EnvironmentRehearsal) -> dict[str, object]:
    return {
        "name": environment.name,
        "production": environment.production,
        "counts": environment.counts,
        "rollouts": [_rollout(found) for found in environment.rollouts],
        "unshifted": list(environment.unshifted),
    }


def _rollout(found: RolloutRehearsal) -> dict[str, object]:
    rehearsal = found.rehearsal
    rollout, watched, strategy = rehearsal.rollout, rehearsal.watch, rehearsal.rollout.strategy
    healthy = rehearsal.false_alarms
    return {
        "function": rollout.function,
        "kind": rollout.kind.value,
        "condition": found.condition or None,
        "strategy": strategy.name if isinstance(strategy, Strategy) else None,
        "verdict": rehearsal.verdict.value.replace(" ", "-"),
        "reasons": list(rehearsal.reasons),
        "detection": _detection(rehearsal),
        "false_alarm_probability": None if healthy is None else _number(healthy.probability),
        "smallest_share": _number(rehearsal.smallest_share),
        "smallest_requests_per_minute": _number(rehearsal.smallest_requests_per_minute),
        "objective_met": rehearsal.objective_met,
        "advice": _advice(found.advice),
        "schedule": _schedule(rehearsal.schedule),
        "alarms": {
            "wired": list(watched.wired),
            "blind": [_left(left) for left in watched.blind],
            "unmodelled": [_left(left) for left in watched.unmodelled],
        },
    }


def _detection(rehearsal: Rehearsal) -> dict[str, object] | None:
    found, planned = rehearsal.detection, rehearsal.schedule
    if found is None or isinstance(planned, Unknown):
        return None
    low, high = found.interval()
    return {
        "probability": _number(found.probability),
        "is_lower_bound": rehearsal.is_lower_bound,
        "method": found.method.value,
        "deployments": found.deployments or None,
        "interval": None if found.method is Method.EXACT else [_number(low), _number(high)],
        "median_seconds": _moment(found, planned, 0.5),
        "p95_seconds": _moment(found, planned, 0.95),
        "failed_requests": _number(found.failed_requests),
    }


def _advice(found: Advice | None) -> dict[str, object] | None:
    if found is None:
        return None
    return {
        "changes": [
            {
                "alarm": change.alarm or None,
                "setting": change.setting.value,
                "before": change.before,
                "after": change.after,
            }
            for change in found.changes
        ],
        "probability": _number(found.detection.probability),
        "false_alarm_probability": _number(found.false_alarms.probability),
    }


def _moment(found: Detection, planned: Schedule, share: float) -> float | None:
    seconds = found.quantile(share)
    return None if seconds is None else _number(round(seconds + planned.pre_traffic_seconds, 1))


def _schedule(planned: Schedule | Unknown) -> dict[str, object] | None:
    if isinstance(planned, Unknown):
        return None
    return {
        "pre_traffic_seconds": _number(planned.pre_traffic_seconds),
        "shifts": [
            {"at_seconds": _number(shift.at_seconds), "percent": _number(round(shift.share * 100, 6))}
            for shift in planned.shifts
        ],
        "open_seconds": _number(planned.open_seconds),
    }


def _left(left: LeftOut) -> dict[str, str]:
    return {"name": left.name, "reason": left.reason}


def _number(value: float | None) -> float | None:
    """At most nine digits: what lies beyond them differs from machine to machine."""
    if value is None:
        return None
    rounded = float(f"{value:.9g}")
    return int(rounded) if rounded == int(rounded) else rounded
