"""The roles that a job deploys with: those that it signs in to, and those that its scripts assume."""

from __future__ import annotations

from typing import Final

from samguard.pattern import pattern
from samguard.pipeline import Job
from samguard.source import Place

_ASSUMED: Final = pattern(
    r"\baws\s+sts\s+assume-role\S*\s.*--role-arn[ =][\"']?(arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]+)"
)


def assumed_roles(job: Job) -> dict[str, Place]:
    """Each role that is known, with the place that says it."""
    found = {
        credential.role: credential.role_place or credential.place for credential in job.credentials if credential.role
    }
    for step in job.steps:
        said = _ASSUMED.search(step.text)
        found.update({said[1]: step.place} if said is not None else {})
    return found
