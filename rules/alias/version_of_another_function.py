"""An alias points to a version of another function.

What goes wrong: an alias can only point to versions of its own function. CloudFormation takes the number alone: the
update fails, or, where the alias's function happens to have a version of that number, it moves users to one that nobody
meant.
Silent when: the functions are not known, or are named from elsewhere.
Fix: point FunctionVersion to the AWS::Lambda::Version of the same function.
Source: Lambda developer guide, "Lambda function aliases"; CloudFormation user guide, AWS::Lambda::Alias.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rollout.plain_alias import version_of_another
from samguard.rules.alias.plain_version import plain_alias_of, value_span

RULE = Rule("SG117", "version-of-another-function", Level.ERROR, since="0.1.0")

_FUNCTION = """
  %s:
    Type: AWS::Lambda::Function
    Properties:
      Code: {S3Bucket: artifacts, S3Key: code.zip}
      Handler: app.handler
      Runtime: python3.12
      Role: arn:aws:iam::111111111111:role/orders
  %sVersion3:
    Type: AWS::Lambda::Version
    DeletionPolicy: Retain
    Properties: {FunctionName: %s}
"""
_ALIAS = """
  Live:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !GetAtt Orders.Arn
      FunctionVersion: !GetAtt %s.Version%s
      Name: live
    UpdatePolicy:
      CodeDeployLambdaAliasUpdate: {ApplicationName: deploys, DeploymentGroupName: orders}
"""
_FUNCTIONS = (
    "Resources:" + _FUNCTION % ("Orders", "Orders", "!Ref Orders") + _FUNCTION % ("Refunds", "Refunds", "!Ref Refunds")
)

BAD = Example(template=_FUNCTIONS + _ALIAS % ("RefundsVersion3", "  # SG117"))

GOOD = (
    Example(template=_FUNCTIONS + _ALIAS % ("OrdersVersion3", "")),  # by Ref there, by Arn here
    Example(
        template="Resources:"
        + _FUNCTION % ("Orders", "Orders", "!ImportValue orders")
        + _ALIAS % ("OrdersVersion3", "")
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each alias whose version is of another function."""
    alias = plain_alias_of(rollout)
    found = version_of_another(alias, rollout.scene) if alias is not None else None
    if alias is None or found is None:
        return
    version, other = found
    yield Finding(
        value_span(alias, "FunctionVersion"),
        f"{alias.logical_id} is an alias of {{resource}}, but {version.logical_id} is a version of {other.logical_id}: "
        "the update fails, or the alias moves to a version that nobody meant",
        because=other.because,
        resource=rollout.function,
    )
