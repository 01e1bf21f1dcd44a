"""What a deployment did, as `aws deploy get-deployment` tells it, against what a template plans.

Source: CodeDeploy API reference, DeploymentInfo, ErrorInformation and RollbackInfo.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from samguard.errors import SamguardError
from samguard.evaluation import Unknown
from samguard.rehearsal.rehearsal import Rehearsal
from samguard.rollout import Rollout, Strategy
from samguard.value import value

_EXPECTED: Final = "expected what `aws deploy get-deployment --deployment-id ID --output json` prints"
_PREFIXES: Final = ("CodeDeployDefault.Lambda", "CodeDeployDefault.")
_MINUTE: Final = 60
_SLACK_SECONDS: Final = 60
_GROUP: Final = "DeploymentGroup"
_STATUSES: Final = {
    "Succeeded": "succeeded",
    "Failed": "failed",
    "Stopped": "was stopped",
    "InProgress": "was in progress",
    "Created": "was created and not yet begun",
    "Queued": "was queued",
    "Baking": "was waiting",
    "Ready": "was ready",
}


@value
class DeploymentRecord:
    """A deployment as CodeDeploy tells of it; texts are "" where it says nothing, moments seconds since 1970 or None."""

    id: str
    status: str
    configuration: str
    group: str
    application: str
    platform: str
    creator: str
    created: float | None
    started: float | None
    completed: float | None
    error_code: str
    error_message: str
    rollback_id: str
    rolled_back_from: str
    rollback_message: str
    overview: tuple[tuple[str, int], ...]

    @property
    def seconds(self) -> float | None:
        """How long it took, from its start, or else its creation."""
        began = self.started if self.started is not None else self.created
        return None if began is None or self.completed is None else max(self.completed - began, 0.0)


def deployment_record(text: str, path: str) -> DeploymentRecord:
    """The deployment in a file. Raises SamguardError, with what was expected."""
    try:
        read = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        raise SamguardError("it is not JSON", path=path, line=line, hint=_EXPECTED) from None
    told = read.get("deploymentInfo") if isinstance(read, dict) else None
    if not isinstance(told, dict):
        raise SamguardError("there is no deploymentInfo in it", path=path, hint=_EXPECTED)
    if not isinstance(told.get("status"), str) or not isinstance(told.get("deploymentId"), str):
        raise SamguardError("its deploymentInfo has no status or no deploymentId", path=path, hint=_EXPECTED)
    cause, back = _mapping(told.get("errorInformation")), _mapping(told.get("rollbackInfo"))
    overview = tuple(
        (str(name), count)
        for name, count in _mapping(told.get("deploymentOverview")).items()
        if isinstance(count, int) and count
    )
    return DeploymentRecord(
        _text(told, "deploymentId"),
        _text(told, "status"),
        _text(told, "deploymentConfigName"),
        _text(told, "deploymentGroupName"),
        _text(told, "applicationName"),
        _text(told, "computePlatform"),
        _text(told, "creator"),
        _moment(told.get("createTime"), path),
        _moment(told.get("startTime"), path),
        _moment(told.get("completeTime"), path),
        _text(cause, "code"),
        _text(cause, "message"),
        _text(back, "rollbackDeploymentId"),
        _text(back, "rollbackTriggeringDeploymentId"),
        _text(back, "rollbackMessage"),
        overview,
    )


def _mapping(said: object) -> dict[object, object]:
    return said if isinstance(said, dict) else {}


def _text(told: dict[object, object], key: str) -> str:
    said = told.get(key)
    return said if isinstance(said, str) else ""


def _moment(said: object, path: str) -> float | None:
    if said is None:
        return None
    if isinstance(said, int | float) and not isinstance(said, bool) and 0 <= said < 32_503_680_000:  # noqa: PLR2004 - to 3000
        return float(said)
    try:
        found = datetime.fromisoformat(str(said))
    except ValueError:
        raise SamguardError(f"{said!r} is no time", path=path, hint=_EXPECTED) from None
    return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).timestamp()


def of_rollout(record: DeploymentRecord, rollouts: Iterable[Rollout]) -> tuple[Rollout, ...]:
    """The rollouts that a deployment may be of: by the name of its group, which CloudFormation makes of the logical id."""
    known = tuple(rollouts)
    names = {rollout.function for rollout in known} | {
        rollout.group.logical_id for rollout in known if rollout.group is not None
    }
    group = f"-{record.group}-"
    named = [name for name in names if f"-{name}{_GROUP}-" in group or f"-{name}-" in group]
    if named:
        longest = max(named, key=len)
        return tuple(
            rollout
            for rollout in known
            if rollout.function == longest or (rollout.group is not None and rollout.group.logical_id == longest)
        )
    return known if len({rollout.function for rollout in known}) == 1 else ()


def record_words(record: DeploymentRecord) -> Iterator[str]:
    """What happened, in sentences without an end."""
    took = f" after {_long(record.seconds)}" if record.seconds is not None else ""
    status = _STATUSES.get(record.status, f"has the status {record.status}")
    began = record.started if record.started is not None else record.created
    when = f", begun {datetime.fromtimestamp(began, UTC):%Y-%m-%d %H:%M:%S} UTC" if began is not None else ""
    yield f"deployment {record.id} {status}{took}{when}"
    if record.platform and record.platform != "Lambda":
        yield f"it is a deployment of {record.platform}, not of a Lambda function"
    if record.creator == "codeDeployRollback" or record.rolled_back_from:
        back = f" of {record.rolled_back_from}" if record.rolled_back_from else ""
        yield f"it is itself the roll-back{back}"
    if record.error_code or record.error_message:
        cause = "an alarm went into ALARM" if record.error_code == "ALARM_ACTIVE" else ""
        said = ": ".join(part for part in (record.error_code, record.error_message) if part)
        yield (
            f"{cause or 'the cause that CodeDeploy gives'} ({said})"
            if cause
            else f"CodeDeploy gives as the cause {said}"
        )
    if record.rollback_id:
        yield f"the traffic was turned back by deployment {record.rollback_id}"
    elif record.status in ("Failed", "Stopped") and not record.rolled_back_from:
        yield "no deployment that turns the traffic back is named"
    if record.rollback_message:
        yield f"about the roll-back it says: {record.rollback_message}"
    if record.overview:
        yield "targets: " + ", ".join(f"{count} {name}" for name, count in record.overview)


def against_plan(record: DeploymentRecord, rehearsal: Rehearsal) -> Iterator[str]:
    """What happened against what the template plans, in sentences without an end."""
    strategy, planned = rehearsal.rollout.strategy, rehearsal.schedule
    ran = record.configuration
    for prefix in _PREFIXES:
        ran = ran.removeprefix(prefix)
    if ran and isinstance(strategy, Strategy):
        if strategy.name in {ran, record.configuration}:
            yield f"planned and run with {ran}"
        else:
            yield f"it ran with {ran}, and the template plans {strategy.name}"
    if isinstance(planned, Unknown):
        yield f"how long it was to take is not known: {planned.reason}"
        return
    total = planned.pre_traffic_seconds + planned.open_seconds
    took = record.seconds
    yield f"planned: all of the traffic after {_long(planned.pre_traffic_seconds + planned.last_shift_seconds)}"
    if took is None:
        return
    if record.status == "Succeeded":
        if took + _SLACK_SECONDS < total:
            yield f"it ended {_long(total - took)} earlier than planned: was it another strategy, or continued by hand?"
        elif took > total + 5 * _SLACK_SECONDS:
            yield f"it took {_long(took - total)} longer than planned: a hook, or waiting"
        return
    if record.status not in ("Failed", "Stopped"):
        return
    share = planned.share_at(took - planned.pre_traffic_seconds)
    reached = f"{share * 100:.3g} % of the traffic" if share else "no traffic yet"
    yield f"by plan the new version had {reached} when it ended"
    median = rehearsal.detection.quantile(0.5) if rehearsal.detection is not None else None
    failing = rehearsal.scenario.failure.text
    if median is not None:
        moment = _long(median + planned.pre_traffic_seconds)
        yield f"of deployments with {failing} the model has half turned back after {moment}"
    elif rehearsal.detection is not None and record.error_code == "ALARM_ACTIVE":
        yield (
            f"with {failing} the model has {rehearsal.detection.probability * 100:.3g} of 100 deployments turned back: "
            "what went out was worse, there was more traffic, or it was luck"
        )


def _long(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"
