"""What SAM makes a new version of a function for: the code and a few settings, or all of them."""

from __future__ import annotations

from samguard.rollout import Rollout
from samguard.source import Scalar


def publishes_all_properties(rollout: Rollout) -> bool | None:
    """Whether any change of a SAM function's settings publishes a version.

    None where it is not a SAM function, or where AutoPublishCodeSha256 alone decides.
    """
    if rollout.resource.type != "AWS::Serverless::Function":
        return None
    properties = rollout.resource.properties
    if properties.get("AutoPublishCodeSha256") is not None:
        return None
    everything = properties.get("AutoPublishAliasAllProperties")
    return isinstance(everything, Scalar) and everything.value is True
