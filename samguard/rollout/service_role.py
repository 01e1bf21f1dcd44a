"""The role that CodeDeploy acts as: SAM's own, or the one that a preference or a deployment group names.

Source: SAM developer guide, DeploymentPreference, Role; CodeDeploy user guide, "Create a service role for CodeDeploy".
"""

from __future__ import annotations

from samguard.evaluation import ABSENT, EvaluatedTemplate, Literal, Removed, Value
from samguard.rollout.arns import FUNCTION_TYPES
from samguard.rollout.policies import Permissions, role_of, role_permissions
from samguard.rollout.rollout import Rollout
from samguard.source import Entry, Scalar, Span
from samguard.template import Resource
from samguard.value import field, value


@value
class ServiceRole:
    """Whose role a rollout's deployments run with.

    `is_own` is true for the one that SAM makes, with AWSCodeDeployRoleForLambda. Otherwise `value` is what stands in
    `entry`, and `resource` the role where it is one of the template.
    """

    is_own: bool
    value: Value = ABSENT
    entry: Entry | None = field(default=None, repr=False)
    resource: Resource | None = field(default=None, repr=False)
    permissions: Permissions | None = field(default=None, repr=False)

    @property
    def span(self) -> Span:
        """Where the role is named."""
        return self.entry.value.span if self.entry is not None else Span(0, 1)


def service_role(rollout: Rollout) -> ServiceRole:
    """The role that a rollout's deployments run with."""
    scene = rollout.scene
    if rollout.preference is not None:
        entry = rollout.preference.entry("Role")
        if entry is None or (isinstance(entry.value, Scalar) and not entry.value.value):
            return ServiceRole(is_own=True)
    elif rollout.group is not None:
        entry = rollout.group.properties.entry("ServiceRoleArn")
    else:
        return ServiceRole(is_own=False)
    value = scene.value(entry.value) if entry is not None else ABSENT
    role = role_of(value, scene)
    permissions = role_permissions(role, scene) if role is not None else None
    return ServiceRole(False, value, entry, role, permissions)  # noqa: FBT003 - is_own


def is_of_a_function(role: Resource, scene: EvaluatedTemplate) -> bool:
    """Whether a role is made for a function's code: whoever names it for a deployment has mistaken it for another."""
    functions = scene.template.of_type(*FUNCTION_TYPES)
    return any(role_of(scene.property(function, "Role"), scene) == role for function in functions)


def vanishes(role: ServiceRole) -> bool:
    """Whether a role is given in a way that leaves nothing: SAM then makes none, and CodeDeploy gets none."""
    if role.is_own or role.entry is None:
        return False
    return isinstance(role.value, Removed) or (isinstance(role.value, Literal) and not role.value.text)
