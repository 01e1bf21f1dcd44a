"""An alias points to $LATEST.

What goes wrong: `$LATEST` is not a version but the code that was deployed last. An alias on it moves with each
deployment of the code, before anybody has shifted anything; CodeDeploy cannot weight it against another version, and
there is nothing to go back to.
Silent when: the value is not known; the alias has no UpdatePolicy and the environment is not production.
Fix: publish an AWS::Lambda::Version, and point FunctionVersion to it.
Source: Lambda developer guide, "Lambda function aliases"; CloudFormation user guide, AWS::Lambda::Alias.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.environments.environment import Production
from samguard.evaluation import Literal
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rules.alias.plain_version import plain_alias_of, value_span

RULE = Rule("SG111", "alias-points-to-latest", Level.ERROR, since="0.1.0")

_TEMPLATE = """
Parameters:
  Version: {Type: String, Default: '$LATEST'}
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Code: {S3Bucket: artifacts, S3Key: orders.zip}
      Handler: app.handler
      Runtime: python3.12
      Role: arn:aws:iam::111111111111:role/orders
  Seed:
    Type: AWS::Lambda::Function
    Properties:
      Code: {S3Bucket: artifacts, S3Key: seed.zip}
      Handler: seed.handler
      Runtime: python3.12
      Role: arn:aws:iam::111111111111:role/seed
  Live:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Ref Orders
      FunctionVersion: %s
      Name: live
"""
_UPDATE = """    UpdatePolicy:
      CodeDeployLambdaAliasUpdate: {ApplicationName: deploys, DeploymentGroupName: orders}
"""
_STAGES = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
"""

BAD = (
    Example(template=_TEMPLATE % "$LATEST  # SG111" + _UPDATE),
    Example(template=_TEMPLATE % "'$LATEST'  # SG111 in prod", samconfig=_STAGES),
    Example(template=_TEMPLATE % "!Ref Version  # SG111 in prod" + _UPDATE, samconfig=_STAGES),
)

GOOD = (
    Example(template=_TEMPLATE % "!ImportValue version" + _UPDATE, samconfig=_STAGES),
    Example(template=_TEMPLATE % "$LATEST", samconfig=_STAGES.replace("prod", "dev")),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each alias on $LATEST that is shifted, or that production uses."""
    for rollout in deployment.rollouts:
        alias = plain_alias_of(rollout)
        if alias is None:
            continue
        version = rollout.scene.property(alias, "FunctionVersion")
        if not isinstance(version, Literal) or version.text != "$LATEST":
            continue
        if not rollout.shifts and deployment.production is Production.NO:
            continue
        is_guess = not rollout.shifts and deployment.production is Production.ASSUMED
        yield Finding(
            value_span(alias, "FunctionVersion"),
            f"the alias {alias.logical_id} of {{resource}} points to $LATEST, which is no version: every deployment "
            "reaches its users at once, and none can be shifted or rolled back. Point it to an AWS::Lambda::Version",
            because=version.because,
            resource=rollout.function,
            level=Level.WARNING if is_guess else None,
        )
