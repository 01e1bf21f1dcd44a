"""What a function may do and is told: a statement in its policies, a variable of its environment."""

from __future__ import annotations

from samguard.mending.entries import properties_added
from samguard.source import Edit, Mapping, Sequence
from samguard.source.insertion import Content, entries_added, items_added
from samguard.template import Resource, Template, intrinsic

_SAM = "AWS::Serverless::Function"
_ROLE = "AWS::IAM::Role"


def action_allowed(resource: Resource, template: Template, action: str, on: Content, name: str) -> Edit | None:
    """The edit that allows a SAM function, or a role, an action; `name` is what a role's new policy is called.

    None where its policies are not written out as a list.
    """
    statement: Content = {"Effect": "Allow", "Action": action, "Resource": on}
    policy: Content
    if resource.type == _SAM:
        policy = {"Version": "2012-10-17", "Statement": [statement]}
    elif resource.type == _ROLE:
        policy = {"PolicyName": name, "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
    else:
        return None
    said = resource.own_properties.get("Policies")
    if said is None:
        return properties_added(resource, template, {"Policies": [policy]})
    if isinstance(said, Sequence):
        return items_added(template.document, said, [policy])
    return None


def variable_added(resource: Resource, template: Template, name: str, value: Content) -> Edit | None:
    """The edit that gives a function an environment variable."""
    environment = resource.own_properties.get("Environment")
    if environment is None:
        return properties_added(resource, template, {"Environment": {"Variables": {name: value}}})
    variables = environment.get("Variables") if isinstance(environment, Mapping) else None
    if not isinstance(variables, Mapping) or intrinsic(variables) is not None:
        return None
    return entries_added(template.document, variables, {name: value})
