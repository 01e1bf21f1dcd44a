"""The role of a deployment does not trust CodeDeploy.

What goes wrong: CodeDeploy has to assume the role. Where its trust policy names another service, the deployment group
is refused, or each deployment fails before it has shifted anything.
Silent when: the role is not in the template; its trust policy is not known, or names a regional principal of
CodeDeploy.
Where the role is that of a function's code, the finding is where it is named for the deployment.
Fix: let the AssumeRolePolicyDocument allow sts:AssumeRole to the service codedeploy.amazonaws.com.
Source: CodeDeploy user guide, "Create a service role for CodeDeploy".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rollout.service_role import is_of_a_function, service_role
from samguard.rollout.trust import trust_of
from samguard.rules.permissions.example_role import SAMCONFIG, TEMPLATE, changed

RULE = Rule("SG803", "role-without-codedeploy-trust", Level.ERROR, since="0.1.0")

_SERVICE = "Service: codedeploy.amazonaws.com"

_MISSPELT = ("Action: sts:AssumeRole\n            Principal", "Action: sts:AssumeRoles  # SG803\n            Principal")
_ROLE_OF_CODE = """  OrdersRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - {Effect: Allow, Action: 'sts:AssumeRole', Principal: {Service: lambda.amazonaws.com}}
      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]
"""

BAD = (
    Example(
        template=changed(TEMPLATE, (_SERVICE, "Service: lambda.amazonaws.com  # SG803 in dev, prod")),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(TEMPLATE, (_SERVICE, "Service: [codedploy.amazonaws.com, lambda.amazonaws.com]  # SG803")),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(TEMPLATE, (_SERVICE, "AWS: !Sub arn:aws:iam::${AWS::AccountId}:root  # SG803")),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(
            TEMPLATE,
            (
                "          - Effect: Allow\n            Action: sts:AssumeRole",
                "          - Effect: Deny  # SG803\n            Action: sts:AssumeRole",
            ),
        ),
        samconfig=SAMCONFIG,
    ),
    Example(template=changed(TEMPLATE, _MISSPELT), samconfig=SAMCONFIG),
    Example(  # the role of a function
        template=changed(
            TEMPLATE,
            ("Role: !GetAtt DeployRole.Arn\n", "Role: !GetAtt OrdersRole.Arn  # SG803\n"),
            ("      Runtime: python3.12\n", "      Runtime: python3.12\n      Role: !GetAtt OrdersRole.Arn\n"),
            ("  DeployRole:\n", f"{_ROLE_OF_CODE}  DeployRole:\n"),
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG),
    Example(template=changed(TEMPLATE, (_SERVICE, "Service: [lambda.amazonaws.com, codedeploy.amazonaws.com]"))),
    Example(template=changed(TEMPLATE, (_SERVICE, "Service: !Sub codedeploy.${AWS::Region}.amazonaws.com"))),
    Example(template=changed(TEMPLATE, (_SERVICE, "Service: !ImportValue deployers"))),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each role that CodeDeploy cannot assume."""
    given = service_role(rollout)
    role = given.resource
    if not rollout.shifts or role is None:
        return
    trust = trust_of(role, rollout.scene)
    if trust.admits_service("codedeploy") is not False:
        return
    yield Finding(
        given.span if is_of_a_function(role, rollout.scene) else trust.place("codedeploy"),
        f"{role.logical_id} does not let CodeDeploy assume it: the deployment of {{resource}} fails {{where}}. Trust "
        "the service codedeploy.amazonaws.com",
        resource=rollout.function,
    )
