"""The types of resources that take part in rollouts, and which of them a misspelt one means.

Source: CloudFormation user guide, "AWS resource and property types reference"; SAM developer guide, "Resources".
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

TYPES: Final = tuple(
    f"AWS::{service}::{name}"
    for service, names in {
        "Serverless": (
            "Function Api HttpApi WebSocketApi SimpleTable Application LayerVersion StateMachine Connector GraphQLApi "
            "CapacityProvider MicrovmImage NetworkConnector WebFunction"
        ),
        "Lambda": (
            "Alias CapacityProvider CodeSigningConfig EventInvokeConfig EventSourceMapping Function LayerVersion "
            "LayerVersionPermission MicrovmImage NetworkConnector Permission Url Version WebFunction "
            "WebFunctionEndpoint WebFunctionRevision"
        ),
        "CodeDeploy": "Application DeploymentConfig DeploymentGroup",
        "CloudWatch": "Alarm AlarmMuteRule AnomalyDetector CompositeAlarm Dashboard InsightRule MetricStream",
        "StepFunctions": "Activity StateMachine StateMachineAlias StateMachineVersion",
    }.items()
    for name in names.split()
)
_NEAR: Final = 0.93
"""How alike a misspelling is: types that AWS adds are further off."""


@lru_cache(maxsize=512)
def meant_type(resource_type: str) -> str | None:
    """The type that a misspelt one means; None where it is right, or like none of `TYPES`."""
    if resource_type in TYPES or not resource_type.lower().startswith("aws::"):
        return None
    from difflib import get_close_matches  # noqa: PLC0415 - 2 ms, and only where something is misspelt

    near = get_close_matches(resource_type, TYPES, n=1, cutoff=_NEAR)
    return near[0] if near else None
