"""The role of a deployment vanishes.

What goes wrong: any function in Role counts as a role to SAM, which then makes none itself. Where `!If` chooses
AWS::NoValue, or a parameter is empty, the deployment group is left without a role, and CloudFormation refuses it.
Silent when: Role is a plain empty text or null (SAM makes its own role then); the condition is not known; no
environment is known and only the parameter's Default is empty.
Fix: name a role in both branches, or leave Role out and let SAM make one.
Source: samtranslator, model/preferences/deployment_preference_collection.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import decided_by_default
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rollout.service_role import service_role, vanishes
from samguard.rules.permissions.example_role import DEV_ONLY, SAMCONFIG, TEMPLATE, changed

RULE = Rule("SG802", "role-maybe-absent", Level.ERROR, since="0.1.0")

_ROLE = "Role: !GetAtt DeployRole.Arn\n"
_CONDITION = ("Resources:\n", "Conditions:\n  IsProd: !Equals [!Ref Stage, prod]\nResources:\n")
_PARAMETER = ("  Stage: {Type: String}\n", "  Stage: {Type: String}\n  RoleArn: {Type: String, Default: ''}\n")

BAD = (
    Example(
        template=changed(
            TEMPLATE,
            _CONDITION,
            (_ROLE, "Role: !If [IsProd, !GetAtt DeployRole.Arn, !Ref AWS::NoValue]  # SG802 in dev\n"),
        ),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(TEMPLATE, _PARAMETER, (_ROLE, "Role: !Ref RoleArn  # SG802 in dev, prod\n")),
        samconfig=SAMCONFIG,
    ),
    Example(template=changed(TEMPLATE, (_ROLE, "Role: !Ref AWS::NoValue  # SG802\n")), samconfig=SAMCONFIG),
    Example(  # the role itself is not there
        template=changed(
            TEMPLATE,
            _CONDITION,
            (_ROLE, "Role: !GetAtt DeployRole.Arn  # SG802 in dev\n"),
            ("  DeployRole:\n", "  DeployRole:\n    Condition: IsProd\n"),
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(
        template=changed(
            TEMPLATE,
            _CONDITION,
            (_ROLE, "Role: !If [IsProd, !GetAtt DeployRole.Arn, 'arn:aws:iam::111122223333:role/dev']\n"),
        ),
        samconfig=SAMCONFIG,
    ),
    Example(template=changed(TEMPLATE, (_ROLE, "Role: ''\n")), samconfig=SAMCONFIG),
    Example(template=changed(TEMPLATE, _PARAMETER, (_ROLE, "Role: !Ref RoleArn\n"))),
    Example(  # nothing is shifted
        template=changed(TEMPLATE, (_ROLE, "Enabled: false\n        Role: !Ref AWS::NoValue\n")),
        samconfig=DEV_ONLY,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each role that is given and not there."""
    role, scene = service_role(rollout), rollout.scene
    if not rollout.shifts or role.entry is None:
        return
    if role.resource is not None and scene.exists(role.resource) is False:
        yield Finding(
            role.span,
            f"the Role of {{resource}} is {role.resource.logical_id}, whose Condition is false {{where}}: "
            "CloudFormation refuses the template there. Give both the same Condition, or drop it",
            because=(*role.value.because, *scene.why_absent(role.resource)),
            resource=rollout.function,
        )
    is_guess = rollout.environment.is_assumed and decided_by_default(role.value.because)
    if not vanishes(role) or is_guess:
        return
    yield Finding(
        role.entry.key.span,
        "the Role of {resource} comes to nothing {where}, and SAM makes none where one is written: CloudFormation "
        "refuses the deployment group. Name a role, or leave Role out",
        because=role.value.because,
        resource=rollout.function,
    )
