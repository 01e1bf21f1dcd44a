"""Logical ids that the SAM transform makes, and that a template may refer to though it does not hold them."""

from __future__ import annotations

import re
from typing import Final

from samguard.template import Template

_SUFFIXES: Final = (
    "Role|Alias[A-Za-z0-9]*|Version[a-f0-9]*|DeploymentGroup|Url|UrlPublicPermissions|URLInvokeAllowPermissions"
    "|EventInvokeConfig|EventInvokeConfigOnSuccess(?:Topic|Queue)|EventInvokeConfigOnFailure(?:Topic|Queue)"
    "|Deployment[a-f0-9]*|[A-Za-z0-9]*Stage|[A-Za-z0-9]+"
)
_STACK_WIDE: Final = frozenset(
    {
        "ServerlessRestApi",
        "ServerlessHttpApi",
        "ServerlessRestApiProdStage",
        "ServerlessHttpApiApiGatewayDefaultStage",
        "ServerlessDeploymentApplication",
        "CodeDeployServiceRole",
        "ServerlessCodeDeployCondition",
    }
)


def is_generated(logical_id: str, template: Template) -> bool:
    """Whether SAM may generate a resource of this name: a stack-wide one, or one named after a SAM resource."""
    if logical_id in _STACK_WIDE or logical_id.startswith(("ServerlessRestApi", "ServerlessHttpApi")):
        return True
    for resource in template.resources.values():
        if resource.type.startswith("AWS::Serverless::") and logical_id.startswith(resource.logical_id):
            rest = logical_id[len(resource.logical_id) :]
            if re.fullmatch(_SUFFIXES, rest):
                return True
    return False
