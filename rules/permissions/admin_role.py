"""A role that deploys may do everything.

What goes wrong: a role for CloudFormation, CodeBuild, CodePipeline or a CI system with `*` on `*` is as strong as the
account's owner. Whoever can change the pipeline, or one of its dependencies, can change production past every canary.
Silent when: the role is not in the template; something bounds it (a permissions boundary, a Condition); no service or
CI system that deploys may assume it.
Fix: allow the services that the stacks use, on the resources of the stacks, and set a permissions boundary.
Source: IAM user guide, "Security best practices in IAM", least privilege; AWS SAM CLI command reference, sam pipeline
bootstrap.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.policies import ROLE, Permissions, role_permissions
from samguard.rollout.trust import Trust, trust_of
from samguard.source import Span

RULE = Rule("SG808", "admin-execution-role", Level.NOTE, since="0.1.0", security_severity=3.9)

_DEPLOYERS: Final = ("cloudformation", "codebuild", "codepipeline", "codedeploy")
_TEMPLATE = """
AWSTemplateFormatVersion: '2010-09-09'
Resources:
  StackRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - {Effect: Allow, Action: sts:AssumeRole, Principal: {Service: SERVICE}}
      Policies:
        - PolicyName: all
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: 'ACTION', Resource: '*'}MARK
"""


def _example(service: str, action: str, mark: str = "") -> str:
    return _TEMPLATE.replace("SERVICE", service).replace("ACTION", action).replace("MARK", mark)


BAD = (
    Example(template=_example("cloudformation.amazonaws.com", "*", "  # SG808")),
    Example(
        template="""
AWSTemplateFormatVersion: '2010-09-09'
Resources:
  PipelineRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Action: sts:AssumeRoleWithWebIdentity
            Principal:
              Federated: arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com
            Condition:
              StringEquals:
                token.actions.githubusercontent.com:aud: sts.amazonaws.com
                token.actions.githubusercontent.com:sub: repo:shop/orders:environment:prod
      ManagedPolicyArns:
        - arn:aws:iam::aws:policy/AdministratorAccess  # SG808
""",
    ),
)

GOOD = (
    Example(template=_example("cloudformation.amazonaws.com", "lambda:*")),
    Example(template=_example("lambda.amazonaws.com", "*")),
    Example(
        template=_example("cloudformation.amazonaws.com", "*").replace(
            "      Policies:", "      PermissionsBoundary: arn:aws:iam::111122223333:policy/bound\n      Policies:"
        ),
    ),
    Example(
        template=_example("cloudformation.amazonaws.com", "*").replace(
            "Effect: Allow, Action: '*'", "Effect: Deny, Action: '*'"
        )
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each role that deploys with every right."""
    scene = deployment.scene
    for role in deployment.template.of_type(ROLE):
        if "PermissionsBoundary" in role.properties or not _deploys(trust_of(role, scene)):
            continue
        for place in _everything(role_permissions(role, scene))[:1]:
            yield Finding(
                place,
                f"{role.logical_id} deploys with every right in the account: whoever reaches the pipeline can change "
                "production past every canary {where}. Allow what the stacks need",
                resource=role.logical_id,
            )


def _deploys(trust: Trust) -> bool:
    """Whether a service that deploys, or an identity provider, may assume a role."""
    if any(trusted.federated for trusted in trust.statements):
        return True
    return any(trust.admits_service(name) for name in _DEPLOYERS)


def _everything(permissions: Permissions) -> tuple[Span, ...]:
    """Where every action is allowed on every resource."""
    return tuple(
        said.span
        for statement, said in permissions.naming("*")
        if not statement.has_condition and any(resource.text == ("*",) for resource in statement.resources)
    )
