"""The role of a deployment is given by something that is not its ARN.

What goes wrong: Role takes an ARN. `!Ref` of an AWS::IAM::Role gives its name, and CodeDeploy refuses the deployment
group: the stack is rolled back.
Silent when: the value is not known; it comes from a parameter without a value.
Fix: write `!GetAtt DeployRole.Arn`.
Source: CloudFormation user guide, AWS::IAM::Role, return values; SAM developer guide, DeploymentPreference, Role.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Reference
from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule
from samguard.rollout import Rollout
from samguard.rollout.arns import covers, text_of
from samguard.rollout.policies import ROLE
from samguard.rollout.service_role import ServiceRole, service_role
from samguard.rules.permissions.example_role import DEV_ONLY, SAMCONFIG, TEMPLATE, changed

RULE = Rule("SG801", "role-by-ref", Level.ERROR, since="0.1.0")

_ROLE = "Role: !GetAtt DeployRole.Arn\n"

BAD = (
    Example(
        template=changed(TEMPLATE, (_ROLE, "Role: !Ref DeployRole  # SG801 in dev, prod\n")),
        samconfig=SAMCONFIG,
        fixed=changed(TEMPLATE, (_ROLE, "Role: !GetAtt DeployRole.Arn  # SG801 in dev, prod\n")),
    ),
    Example(template=changed(TEMPLATE, (_ROLE, "Role: !GetAtt DeployRole.RoleId  # SG801\n")), samconfig=SAMCONFIG),
    Example(template=changed(TEMPLATE, (_ROLE, "Role: deployments  # SG801\n")), samconfig=SAMCONFIG),
    Example(template=changed(TEMPLATE, (_ROLE, "Role: !GetAtt OrdersErrors.Arn  # SG801\n")), samconfig=SAMCONFIG),
)

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG),
    Example(template=changed(TEMPLATE, (_ROLE, "Role: !Sub '${DeployRole.Arn}'\n")), samconfig=SAMCONFIG),
    Example(template=changed(TEMPLATE, (_ROLE, "Role: !Sub arn:aws:iam::${AWS::AccountId}:role/deployments\n"))),
    Example(template=changed(TEMPLATE, (f"        {_ROLE}", "")), samconfig=SAMCONFIG),
    Example(  # nothing is shifted
        template=changed(TEMPLATE, (_ROLE, "Role: deployments\n        Enabled: false\n")),
        samconfig=DEV_ONLY,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each role that is no ARN of a role."""
    role = service_role(rollout)
    if not rollout.shifts or role.is_own:
        return
    said = _said(role, rollout)
    if said is None:
        return
    yield Finding(
        role.span,
        f"the Role of {{resource}} is {said}, not the ARN of a role: CodeDeploy refuses the deployment group and the "
        "stack is rolled back {where}",
        because=role.value.because,
        resource=rollout.function,
        fixes=_fixes(role, rollout),
    )


def _said(role: ServiceRole, rollout: Rollout) -> str | None:
    """What a role is given by, where that is no ARN."""
    value = role.value
    if isinstance(value, Reference):
        target = rollout.scene.resource_of(value)
        if target is not None and target.type != ROLE:
            return f"that of {target.logical_id}, an {target.type}"
        return None if target is None or value.attribute == "Arn" else (value.attribute or "a name")
    text = text_of(value, rollout.scene)  # an empty one is none at all, of which SG802 speaks
    return "a name" if text and covers(tuple("arn:*"), text) is False else None


def _fixes(role: ServiceRole, rollout: Rollout) -> tuple[Fix, ...]:
    written = rollout.template.document.text[role.span.start : role.span.end]
    name = role.resource.logical_id if role.resource is not None else ""
    text = f"!GetAtt {name}.Arn"
    fix = Fix(f"Give the ARN: {text}", (Edit(role.span, text),), safe=True)
    return (fix,) if name and written == f"!Ref {name}" else ()
