"""Replays and deployments as JSON, for scripts: the shape that docs/explanation/rehearsal.md promises."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from samguard.output.json_text import json_text
from samguard.project.replaying import DeploymentAgainst, EnvironmentReplay
from samguard.rehearsal.codedeploy_record import DeploymentRecord
from samguard.rehearsal.replay import Replay

_SHAPE: Final = "1"


def replay_json(found: tuple[EnvironmentReplay, ...]) -> str:
    """What the alarms would have done."""
    shown = [
        {
            "path": environment.path,
            "environment": environment.environment,
            "rollouts": [_replay(replay) for replay in environment.replays],
        }
        for environment in found
    ]
    return json_text({"version": _SHAPE, "replays": shown})


def _replay(found: Replay) -> dict[str, object]:
    return {
        "function": found.rollout.function,
        "start": _moment(found.start),
        "end": _moment(found.end),
        "deployment_seconds": found.open_seconds,
        "turned_back_share": _share(found.turned_back_share),
        "least_turned_back_share": _share(found.least_share),
        "alarms": [
            {
                "name": alarm.name,
                "share_in_alarm": _share(alarm.share),
                "in_alarm": [{"start": _moment(start), "end": _moment(end)} for start, end in alarm.in_alarm],
                "datapoints": alarm.points,
                "notes": list(alarm.notes),
            }
            for alarm in found.alarms
        ],
        "left_out": [{"name": left.name, "reason": left.reason} for left in found.left_out],
    }


def deployment_json(record: DeploymentRecord, found: DeploymentAgainst) -> str:
    """What a deployment did against what was planned."""
    shown = {
        "version": _SHAPE,
        "deployment": {
            "id": record.id,
            "status": record.status,
            "configuration": record.configuration or None,
            "seconds": record.seconds,
            "error_code": record.error_code or None,
            "turned_back_by": record.rollback_id or None,
        },
        "happened": list(found.happened),
        "planned": [
            {"path": path, "environment": environment, "function": function, "sentences": list(sentences)}
            for path, environment, function, sentences in found.planned
        ],
    }
    return json_text(shown)


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _share(share: float | None) -> float | None:
    return None if share is None else float(f"{share:.9g}")
