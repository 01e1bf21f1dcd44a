"""What `Fn::GetAtt` gives of the resources of a rollout, as far as a slip in it is certain.

Sources: CloudFormation user guide, "Fn::GetAtt", and the resources' own pages; SAM, docs/internals/generated_resources.rst:
`!Ref Function.Version` is the ARN of the version that SAM makes, `!GetAtt Function.Version.Version` its number.
"""

from __future__ import annotations

from typing import Final

from samguard.template.template import Resource

_WITHOUT: Final = frozenset({"AWS::CodeDeploy::Application", "AWS::CodeDeploy::DeploymentConfig"})
_GROUP: Final = "AWS::CodeDeploy::DeploymentGroup"
_FUNCTION: Final = "AWS::Serverless::Function"
_OF_FUNCTION: Final = ("Arn", "SnapStartResponse", "Version.Version")


def attribute_advice(resource: Resource, attribute: str) -> str | None:
    """What to write for an attribute that the resource certainly has not; None where it may have it."""
    if resource.type in _WITHOUT or (resource.type == _GROUP and attribute != "Id"):
        return f"write !Ref {resource.logical_id}"
    first, _, rest = attribute.partition(".")
    if resource.type != _FUNCTION or attribute in _OF_FUNCTION:
        return None
    if attribute == "Version":
        name = f"{resource.logical_id}.Version"
        return f"its number is !GetAtt {name}.Version, its ARN !Ref {name}"
    if attribute.lower() == "version.version":
        return f"write {resource.logical_id}.Version.Version"
    if rest or not first.startswith(("Alia", "Vers")) or first in ("Alias", "Version", "VersionNumber"):
        return None
    return f"did you mean {resource.logical_id}.{'Alias' if first.startswith('Alia') else 'Version'}?"
