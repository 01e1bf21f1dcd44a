"""The role of a deployment may not shift the alias, or not read the alarms.

What goes wrong: CodeDeploy shifts traffic by lambda:UpdateAlias and reads alarms by cloudwatch:DescribeAlarms, with
the rights of this role. AWSCodeDeployRole and AWSCodeDeployRoleForECS are made for servers and containers and have no
right to an alias: the deployment fails, or stops because the state of the alarms cannot be read.
Silent when: the role or a policy of it is not in the template; CodeDeploy may not assume the role at all (SG803 speaks of
that); for the alarms, where there are none.
Fix: give the role the managed policy service-role/AWSCodeDeployRoleForLambda.
Source: CodeDeploy user guide, "Create a service role for CodeDeploy" and "Grant CodeDeploy permission to use
CloudWatch alarms"; AWS managed policy AWSCodeDeployRoleForLambda.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rollout.arns import FUNCTION_TYPES, Text, function_arn, text_of
from samguard.rollout.policies import Permissions
from samguard.rollout.service_role import service_role
from samguard.rollout.trust import trust_of
from samguard.rules.permissions.example_role import INLINE, MANAGED, SAMCONFIG, TEMPLATE, changed
from samguard.source import Span

RULE = Rule("SG804", "role-lacks-lambda-rights", Level.ERROR, since="0.1.0")

_POLICY = "service-role/AWSCodeDeployRoleForLambda"
_ATTACHED = """  Shift:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Roles: [!Ref DeployRole]
      PolicyDocument:
        Statement:
          - {Effect: Allow, Action: ['lambda:*', 'cloudwatch:Describe*'], Resource: '*'}
"""
_SECOND = """  Refunds:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: refunds/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      AutoPublishAliasAllProperties: true
      DeploymentPreference:
        Type: Canary10Percent10Minutes
        Role: !GetAtt RefundsRole.Arn
        Alarms: [refunds-errors]
        Hooks: {PreTraffic: CodeDeployHook_refunds}
  RefundsRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Action: sts:AssumeRole
            Principal:
              Service: lambda.amazonaws.com  # SG803
      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSCodeDeployRole]
"""

BAD = (
    Example(
        template=changed(TEMPLATE, (_POLICY, "service-role/AWSCodeDeployRole  # SG804 in dev, prod")),
        samconfig=SAMCONFIG,
    ),
    Example(template=changed(TEMPLATE, (_POLICY, "AWSCodeDeployRoleForECS  # SG804")), samconfig=SAMCONFIG),
    Example(  # one that may do too little, and one that CodeDeploy cannot assume in the first place
        template=changed(TEMPLATE, (_POLICY, "service-role/AWSCodeDeployRole  # SG804")) + _SECOND,
        samconfig=SAMCONFIG,
    ),
    Example(  # it is service-role/AWSCodeDeployRoleForLambda
        template=changed(TEMPLATE, (_POLICY, "AWSCodeDeployRoleForLambda  # SG804")), samconfig=SAMCONFIG
    ),
    Example(
        template=changed(TEMPLATE, (MANAGED, INLINE), ("lambda:UpdateAlias", "lambda:UpdateFunctionCode")).replace(
            "      Policies:\n        - PolicyName", "      Policies:  # SG804\n        - PolicyName"
        ),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(
            TEMPLATE, (MANAGED, INLINE), ("Resource: !GetAtt Orders.Arn", "Resource: !GetAtt Check.Arn  # SG804")
        ),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(
            TEMPLATE,
            (MANAGED, INLINE),
            ("Action: cloudwatch:DescribeAlarms", "Action: cloudwatch:ListMetrics"),
        ).replace("      Policies:\n        - PolicyName", "      Policies:  # SG804\n        - PolicyName"),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG),
    Example(template=changed(TEMPLATE, (MANAGED, INLINE)), samconfig=SAMCONFIG),
    Example(
        template=changed(TEMPLATE, (_POLICY, "service-role/AWSCodeDeployRoleForLambdaLimited")), samconfig=SAMCONFIG
    ),
    Example(template=changed(TEMPLATE, (MANAGED, _ATTACHED)), samconfig=SAMCONFIG),
    Example(  # a policy of the account's own
        template=changed(TEMPLATE, (MANAGED, "      ManagedPolicyArns: ['arn:aws:iam::111122223333:policy/deploy']\n")),
        samconfig=SAMCONFIG,
    ),
)

_ALIAS: Final = ("lambda:UpdateAlias", "lambda:GetAlias")
_ALARMS: Final = "cloudwatch:DescribeAlarms"


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each role, with the first right that it lacks."""
    permissions = service_role(rollout).permissions
    is_here = rollout.resource.type in FUNCTION_TYPES
    if not rollout.shifts or permissions is None or permissions.resource is None or not is_here:
        return
    for span, name in permissions.not_there:
        yield Finding(
            span,
            f"AWS has no managed policy {name}: CloudFormation cannot create {permissions.resource.logical_id}, and "
            f"{{resource}} is not deployed {{where}}. Write {_POLICY}",
            resource=rollout.function,
        )
    if trust_of(permissions.resource, rollout.scene).admits_service("codedeploy") is False:
        return
    target = function_arn(rollout.resource, rollout.scene)
    alias = function_arn(rollout.resource, rollout.scene, text_of(rollout.alias, rollout.scene))
    lacking = [a for a in _ALIAS if permissions.allows(a, target) is False and permissions.allows(a, alias) is False]
    if not lacking and rollout.alarms and permissions.allows(_ALARMS, tuple("*")) is False:
        lacking, target = [_ALARMS], tuple("*")
    if not lacking:
        return
    what = (
        "the alarms cannot be read, so CodeDeploy stops each deployment"
        if lacking == [_ALARMS]
        else "no traffic is shifted"
    )
    yield Finding(
        _place(permissions, lacking[0], target),
        f"{permissions.resource.logical_id} does not allow {' and '.join(lacking)}: {what} of {{resource}} {{where}}. "
        f"Give it {_POLICY}",
        resource=rollout.function,
    )


def _place(permissions: Permissions, action: str, target: Text) -> Span:
    """A managed policy of CodeDeploy for something else; else where the right would be added."""
    for statement in permissions.statements:
        if statement.is_managed and permissions.culprit(action, target) == permissions.home:
            return statement.effect_span
    return permissions.culprit(action, target)
